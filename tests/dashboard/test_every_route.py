"""What holds for every address of the dashboard, walked one by one so that a new one is walked too.

Who may use which is tried in `tests/walls`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from sqlalchemy import Connection, event
from starlette.testclient import TestClient

from cxsurvey import dashboard
from cxsurvey.accounts import joining, keys
from cxsurvey.accounts.commands import CreateKey, InviteMember
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import encode
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey
from cxsurvey.transfer import imports
from cxsurvey.transfer.reading import Kind
from cxsurvey.transfer.uploads import Received
from cxsurvey.web.middleware import Guard
from tests.application import NOON, House, Houses, undone
from tests.dashboard.conftest import Northwind, attribute, in_northwind, page, with_ada_signed_in
from tests.factories import A_FILE, make_open_survey, make_user
from tests.insights.answers import answer, store

OPEN = {"/sign-in", "/enter/{token}", "/join/{token}", "/setup/{token}", "/reset/{token}", "/sign-out"}
PATHS = sorted(
    (method, route.path or "")
    for router in dashboard.ROUTERS
    for route in iter_route_contexts(router.routes)
    for method in route.methods or ()
)
LEADING_ON = {"/", "/w/{slug}/surveys/{survey_id}/edit"}
READING = ("SELECT", "WITH", "SAVEPOINT", "RELEASE", "ROLLBACK")
HOSTILE = (b"name=%00", b"name=%ED%A0%80", b"\xff\xfe", b"name=a&name=b", b"a=&" * 300)
NEEDING_SIGN_IN = [pair for pair in PATHS if pair[1] not in OPEN]
NOTHING = {"token": "0" * 27, "part": "en", "step": "question", "sign_in_id": "sig_" + "0" * 26}


@dataclass(frozen=True)
class Things:
    """Public ids of what is there in Ada's workspace."""

    open: str
    closed: str
    unpublished: str
    answer: str
    key: str
    draft: str
    member: str
    invitation: str

    def filled(self, path: str) -> str:
        """A path with something that exists in each of its places."""
        ids = {
            "survey_id": self._survey(path),
            "response_id": self.answer,
            "key": self.key,
            "user_id": self.member,
            "invitation_id": self.invitation,
            "import_id": self.draft,
        }
        return path.format(slug="northwind", **NOTHING, **ids)

    def _survey(self, path: str) -> str:
        in_another_state = {"reopen": self.closed, "delete": self.unpublished}
        return in_another_state.get(path.rpartition("/")[2], self.open)


@dataclass(frozen=True)
class Furnished(Northwind):
    """Ada's workspace with something for every address."""

    things: Things | None = None


def with_things(database: Database) -> Furnished:
    """Builds Ada's workspace with everything in it that an address can name, and lets her sign in."""

    def make(ctx: Context) -> Things:
        in_northwind(ctx)
        asked, closed = make_open_survey(ctx), make_open_survey(ctx, "Of last year")
        surveys.close(ctx, closed.id)
        (given,) = store(ctx, [answer(ctx, asked.id, 3, NOON, "late again")])
        key = keys.create(ctx, CreateKey(name="Shop")).key
        draft = imports.begin(ctx, Kind.RESPONSES, ctx.ids.new(), "old.csv", Received(9, "0" * 64), A_FILE)
        max_id = make_user(ctx, ctx.workspace, "viewer").id
        invited = joining.invite(ctx, InviteMember(email="ida@example.com", role="viewer")).invitation
        return Things(
            open=encode("srv", asked.id),
            closed=encode("srv", closed.id),
            unpublished=encode("srv", surveys.create(ctx, CreateSurvey(name="Of next year")).id),
            answer=encode("rsp", given),
            key=encode("key", key.id),
            draft=draft.public_id,
            member=encode("usr", max_id),
            invitation=encode(joining.PREFIX, invited.id),
        )

    cookies = with_ada_signed_in(database).cookies
    return Furnished(cookies, things=database.write(make, share=Share.JOBS))


@pytest.fixture
def house(houses: Houses) -> House[Furnished]:
    return houses(with_things)


@pytest.fixture
def things(house: House[Furnished]) -> Things:
    assert house.found.things is not None
    return house.found.things


def test_the_walk_meets_every_route_of_the_application(database: Database) -> None:
    guard = dashboard.build(database)
    assert isinstance(guard, Guard)
    assert isinstance(guard.app, FastAPI)
    built = {(method, route.path) for route in iter_route_contexts(guard.app.routes) for method in route.methods or ()}

    assert built == set(PATHS)
    assert {type(route) for route in guard.app.routes} == {APIRoute}  # a nested one is worked out by the first request
    assert {("POST", "/w/{slug}/surveys/{survey_id}/edit/{part}"), ("POST", "/sign-in")} <= built
    assert len(PATHS) >= 40


@pytest.fixture
def statements(database: Database, connection: Any) -> Iterator[list[str]]:
    """The SQL that ran."""
    seen: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


def test_no_link_leads_nowhere(signed_in: TestClient, things: Things) -> None:
    waiting, met, lost = ["/w/northwind/"], {"/w/northwind/"}, []
    while waiting:
        here = waiting.pop()
        shown = signed_in.get(here)
        if shown.status_code not in (200, 303):
            lost.append(here)
        if "html" in shown.headers.get("content-type", ""):
            links = {
                urljoin(here, link.attributes["href"] or "").partition("?")[0] for link in page(shown).css("a[href]")
            }
            waiting += (new := sorted(link for link in links - met if link.startswith("/") and link not in OPEN))
            met.update(new)

    assert lost == []
    assert {f"/w/northwind/surveys/{things.open}/results", f"/w/northwind/imports/{things.draft}"} <= met


@pytest.mark.parametrize("path", [path for method, path in PATHS if method == "GET"])
def test_reading_a_page_writes_nothing(signed_in: TestClient, things: Things, statements: list[str], path: str) -> None:
    del statements[:]

    for method in ("GET", "HEAD"):
        assert signed_in.request(method, things.filled(path)).status_code < 500

    assert statements or path in OPEN
    assert [sql for sql in statements if not sql.lstrip().upper().startswith(READING)] == []


@pytest.mark.parametrize("path", [path for method, path in PATHS if method == "POST"])
def test_a_hostile_form_is_refused_and_never_an_error(
    signed_in: TestClient, connection: Connection, house: House[Furnished], things: Things, path: str
) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    for body in HOSTILE:
        signed_in.cookies = house.found.cookies
        with undone(connection):
            assert signed_in.post(things.filled(path), content=body, headers=headers).status_code < 500, body


@pytest.mark.parametrize("path", [path for method, path in PATHS if method == "POST"])
def test_what_is_no_form_is_refused_and_never_an_error(signed_in: TestClient, things: Things, path: str) -> None:
    headers = {"Content-Type": "application/json"}

    assert signed_in.post(things.filled(path), content=b'{"name": "x"}', headers=headers).status_code < 500


READABLE = [path for method, path in NEEDING_SIGN_IN if method == "GET"]
WITH_A_PAGE = [path for path in READABLE if "/preview/{step}" not in path and "qr.svg" not in path]


@pytest.mark.parametrize("path", [path for path in READABLE if path not in WITH_A_PAGE])
def test_what_is_no_page_of_its_own_opens(signed_in: TestClient, things: Things, path: str) -> None:
    shown = signed_in.get(things.filled(path))

    assert shown.status_code == 200, shown.text[-1000:]


@pytest.mark.parametrize("path", [*WITH_A_PAGE, "/sign-in", "/missing"])
def test_every_page_opens_with_one_heading_a_title_a_language_and_labels(
    signed_in: TestClient, things: Things, path: str
) -> None:
    shown = signed_in.get(things.filled(path), follow_redirects=True)
    document = page(shown)

    assert shown.status_code == (404 if path == "/missing" else 200), shown.text[-1000:]
    assert [each.status_code for each in shown.history] == ([303] if path in LEADING_ON else [])
    assert len(document.css("h1")) == 1
    title = document.css_first("title")
    assert title is not None
    assert title.text().strip()
    assert attribute(shown, "html", "lang") == "en"
    labelled = {node.attributes["for"] for node in document.css("label[for]")}
    for control in document.css("input:not([type=hidden], [hidden]), select, textarea"):
        assert control.attributes.get("id") in labelled or control.css_matches("label input"), control.html
    assert not document.css("[style], style, script:not([src], [type='application/json']), [onclick]")


def test_forms_wider_than_a_page_are_refused(signed_in: TestClient) -> None:
    refused = signed_in.post("/account/name", data={"name": "x" * 70_000})

    assert refused.status_code == 413
    assert len(page(refused).css("h1")) == 1
