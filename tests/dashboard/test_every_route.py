"""What holds for every address of the dashboard, walked one by one so that a new one is walked too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import event
from starlette.testclient import TestClient

from cxsurvey import dashboard
from cxsurvey.core.db.database import Database
from tests.dashboard.conftest import attribute, page, sign_in

OPEN = {"/sign-in", "/enter/{token}", "/setup/{token}", "/reset/{token}", "/sign-out"}
ROUTES = [route for router in dashboard.ROUTERS for route in router.routes if isinstance(route, APIRoute)]
PATHS = sorted({(method, route.path) for route in ROUTES for method in route.methods or ()})
READING = ("SELECT", "WITH", "SAVEPOINT", "RELEASE", "ROLLBACK")
HOSTILE = (b"name=%00", b"name=%ED%A0%80", b"\xff\xfe", b"name=a&name=b", b"a=&" * 300)
NEEDING_SIGN_IN = [pair for pair in PATHS if pair[1] not in OPEN]


def filled(path: str, slug: str = "northwind") -> str:
    """A path with something in each of its places."""
    parts = ["0" * 27 if part.startswith("{") else part for part in path.replace("{slug}", slug).split("/")]
    return "/".join(parts)


@pytest.fixture
def statements(database: Database, connection: Any) -> Iterator[list[str]]:
    """The SQL that ran."""
    seen: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


@pytest.mark.parametrize(("method", "path"), NEEDING_SIGN_IN)
def test_nobody_gets_in_without_a_sign_in(browser: TestClient, ada: str, method: str, path: str) -> None:
    answer = browser.request(method, filled(path))

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(("method", "path"), [pair for pair in NEEDING_SIGN_IN if "{slug}" in pair[1]])
def test_a_foreign_workspace_is_not_there(signed_in: TestClient, method: str, path: str) -> None:
    data = {"name": "x"} if method == "POST" else None

    assert signed_in.request(method, filled(path, "foreign"), data=data).status_code in {404, 422}


@pytest.mark.parametrize("path", [path for method, path in PATHS if method == "GET"])
def test_reading_a_page_writes_nothing(signed_in: TestClient, statements: list[str], path: str) -> None:
    del statements[:]

    for method in ("GET", "HEAD"):
        assert signed_in.request(method, filled(path)).status_code < 500

    assert statements or path in OPEN
    assert [sql for sql in statements if not sql.lstrip().upper().startswith(READING)] == []


@pytest.mark.parametrize("path", [path for method, path in PATHS if method == "POST"])
def test_a_hostile_form_is_refused_and_never_an_error(browser: TestClient, ada: str, path: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    for body in HOSTILE:
        sign_in(browser, ada)
        assert browser.post(filled(path), content=body, headers=headers).status_code < 500, body


@pytest.mark.parametrize("path", [path for method, path in PATHS if method == "POST"])
def test_what_is_no_form_is_refused_and_never_an_error(signed_in: TestClient, path: str) -> None:
    headers = {"Content-Type": "application/json"}

    assert signed_in.post(filled(path), content=b'{"name": "x"}', headers=headers).status_code < 500


@pytest.mark.parametrize("path", ["/sign-in", "/", "/account", "/w/northwind/keys", "/missing"])
def test_every_page_has_one_heading_a_title_a_language_and_labels(signed_in: TestClient, path: str) -> None:
    answer = signed_in.get(path, follow_redirects=path != "/")
    if answer.status_code == 303:
        return
    document = page(answer)

    assert len(document.css("h1")) == 1
    title = document.css_first("title")
    assert title is not None
    assert title.text().strip()
    assert attribute(answer, "html", "lang") == "en"
    labelled = {node.attributes["for"] for node in document.css("label")}
    for control in document.css("input:not([type=hidden], [hidden]), select, textarea"):
        assert control.attributes.get("id") in labelled
    assert not document.css("[style], style, script:not([src]), [onclick]")


def test_forms_wider_than_a_page_are_refused(signed_in: TestClient) -> None:
    answer = signed_in.post("/account/name", data={"name": "x" * 70_000})

    assert answer.status_code == 413
    assert len(page(answer).css("h1")) == 1
