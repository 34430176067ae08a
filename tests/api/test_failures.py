"""What another system hears when something goes wrong on our side: what to do, and nothing from the inside."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, NoReturn

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from cxsurvey import api
from cxsurvey.accounts import doors
from cxsurvey.accounts.views import KeyView
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import Busy, TooMany, Unavailable, Unconfirmed
from tests.api.conftest import LIVE, Scene, bearer
from tests.application import ORIGIN

KEY = {"Idempotency-Key": "k"}


def answer_with(monkeypatch: pytest.MonkeyPatch, database: Database, error: Exception) -> None:
    async def fail(*_: Any, **__: Any) -> NoReturn:
        raise error

    monkeypatch.setattr(database, "ahot", fail)
    monkeypatch.setattr(database, "awrite", fail)


def calmly(database: Database) -> TestClient:
    """A caller that gets the answer to a fault instead of the fault."""
    app = api.build(database)
    return TestClient(app, base_url=f"{ORIGIN}/api/v1", headers=bearer(LIVE), raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Unavailable(), (503, "unavailable", "2")),
        (Unconfirmed(), (503, "unconfirmed", "2")),
        (Busy(), (409, "busy", "1")),
        (TooMany(retry_after=30), (429, "too_many", "30")),
    ],
)
def test_a_passing_trouble_says_when_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
    rest: TestClient,
    scene: Scene,
    error: Exception,
    said: tuple[int, str, str],
) -> None:
    answer_with(monkeypatch, database, error)
    for path, body in (
        ("/responses", scene.answer()),
        ("/responses/batch", {"responses": [scene.answer()]}),
        ("/surveys", {"name": "New"}),
        ("/invitations", {"survey": scene.survey}),
    ):
        reply = rest.post(path, json=body, headers=KEY)
        assert (reply.status_code, reply.json()["code"], reply.headers["retry-after"]) == said


def test_a_read_that_finds_no_place_is_told_to_come_back(
    monkeypatch: pytest.MonkeyPatch, database: Database, scene: Scene
) -> None:
    begun, go_on, enter = Event(), Event(), doors.enter_by_key

    def slowly(ctx: Context, token: str) -> KeyView:
        begun.set()
        assert go_on.wait(20)
        return enter(ctx, token)

    monkeypatch.setattr(doors, "enter_by_key", slowly)
    monkeypatch.setattr("cxsurvey.web.door.LONGEST_WAIT", 0.05)
    database.settings = database.settings.model_copy(update={"dashboard_reads": 1})
    with calmly(database) as rest, ThreadPoolExecutor(2) as pool:
        first = pool.submit(rest.get, "/me")
        assert begun.wait(20)
        second = pool.submit(rest.get, "/me")
        try:
            refused = second.result(5)
        finally:
            go_on.set()
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert refused.headers["retry-after"] == "2"
        assert first.result().status_code == 200
        assert rest.get("/me").status_code == 200


def test_a_fault_of_ours_shows_a_number_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, database: Database, scene: Scene
) -> None:
    answer_with(monkeypatch, database, RuntimeError("the inside"))
    with calmly(database) as rest, capture_logs() as logs:
        reply = rest.post("/responses", json=scene.answer())
    assert (reply.status_code, reply.json()["code"]) == (500, "unexpected")
    assert reply.json()["request_id"] == reply.headers["x-request-id"]
    assert "inside" not in reply.text
    assert reply.json()["request_id"] in {line.get("request_id") for line in logs if line["log_level"] == "error"}


def test_what_is_undone_leaves_no_key(monkeypatch: pytest.MonkeyPatch, database: Database, scene: Scene) -> None:
    def undone(*_: Any) -> NoReturn:
        raise RuntimeError("after the response was stored")

    with calmly(database) as rest, capture_logs():
        with monkeypatch.context() as broken:
            broken.setattr("cxsurvey.api.v1.intake.Receipt.bytes_of", undone)
            assert rest.post("/responses", json=scene.answer(), headers=KEY).status_code == 500
        reply = rest.post("/responses", json=scene.answer(), headers=KEY)
        assert reply.status_code == 201
        assert "idempotency-replayed" not in reply.headers
        assert rest.get(f"/surveys/{scene.survey}/score").json()["n"] == 1
