from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from cxsurvey.core.db.database import Database
from cxsurvey.web import assets, operations
from cxsurvey.web.templating import static
from tests.application import ORIGIN
from tests.direct import DirectClient

LOOPBACK = ("127.0.0.1", 50000)


@pytest.fixture
def machine(database: Database) -> Iterator[TestClient]:
    with DirectClient(operations.build(database), base_url=ORIGIN, client=LOOPBACK) as opened:
        yield opened


def test_alive_and_ready(machine: TestClient) -> None:
    assert machine.get("/livez").text == "ok\n"
    assert machine.get("/readyz").text == "ok\n"


def test_not_ready_without_a_database(machine: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "ready", lambda: False)

    answer = machine.get("/readyz")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert machine.get("/livez").status_code == 200


def test_figures_are_for_this_machine(machine: TestClient, database: Database) -> None:
    answer = machine.get("/metrics")
    assert answer.status_code == 200
    assert "cxsurvey_http_requests_total" in answer.text
    assert machine.get("/metrics", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 404

    with DirectClient(operations.build(database), base_url=ORIGIN, client=("192.0.2.1", 1)) as stranger:
        assert stranger.get("/metrics").status_code == 404


def test_figures_are_for_whoever_holds_the_token(database: Database) -> None:
    database.settings = database.settings.model_copy(update={"metrics_token": SecretStr("only for tests")})
    with DirectClient(operations.build(database), base_url=ORIGIN, client=("192.0.2.1", 1)) as stranger:
        assert stranger.get("/metrics").status_code == 404
        assert stranger.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 404
        assert stranger.get("/metrics", headers={"Authorization": "Bearer only for tests"}).status_code == 200


def test_a_static_file_may_be_kept_for_ever_under_its_hash(machine: TestClient) -> None:
    answer = machine.get(static("css/base.css"), headers={"Accept-Encoding": "identity"})

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.content == assets.tree().files["css/base.css"].content


def test_a_file_of_another_release_is_not_kept_for_long(machine: TestClient) -> None:
    answer = machine.get("/static/000000000000/css/base.css")

    assert answer.headers["cache-control"] == "public, max-age=300"


def test_text_travels_packed_and_fonts_do_not(machine: TestClient) -> None:
    with machine.stream("GET", static("css/base.css"), headers={"Accept-Encoding": "gzip"}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == assets.tree().files["css/base.css"].content

    font = machine.get(static("vendor/inter/inter-latin-wght-normal.woff2"), headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in font.headers
    assert font.headers["content-type"] == "font/woff2"


@pytest.mark.parametrize(
    "path", ["../pyproject.toml", "..%2fpyproject.toml", "/etc/passwd", "css", "", "css/base.css/", "vendor\\inter"]
)
def test_nothing_but_the_files_is_found(machine: TestClient, path: str) -> None:
    assert machine.get(f"/static/{assets.tree().version}/{path}").status_code == 404


def test_an_unknown_file_is_an_error_of_the_template() -> None:
    with pytest.raises(KeyError):
        static("css/missing.css")


def test_a_long_range_header_costs_nothing(machine: TestClient) -> None:
    ranges = "bytes=" + ",".join(f"{number}-" for number in range(1500))

    answer = machine.get(static("css/base.css"), headers={"Range": ranges})

    assert answer.status_code == 200


def test_the_hash_follows_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a")
    first = assets.load(tmp_path).version
    (tmp_path / "a.css").write_text("b")

    assert assets.load(tmp_path).version != first


def test_accent_sheet_is_made_from_six_digits_only(machine: TestClient) -> None:
    answer = machine.get("/static/accent/274c84.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert answer.text.startswith(":root{--accent:light-dark(#")

    for wrong in ("27", "274c8g", "red", "274c84;x", "%7D"):
        assert machine.get(f"/static/accent/{wrong}.css").status_code == 404
