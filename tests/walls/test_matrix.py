"""Workspaces are walls, roles and scopes are doors: every route with every caller and every subject, one by one.

The table in `table.py` says who may; here each of them tries. A request is undone after it was answered, so that all
of them meet the same scene.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import Connection
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from cxsurvey import api, dashboard, respond
from cxsurvey import app as application
from cxsurvey.accounts import doors, joining, keys, sessions, signin
from cxsurvey.accounts.commands import CreateKey, InviteMember
from cxsurvey.accounts.permissions import KEY_SCOPES, ROLE_GRANTS, Grant, Role
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.driver import command
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import encode
from cxsurvey.invitations import service as invitations
from cxsurvey.invitations.service import CreateInvitation
from cxsurvey.people import service as people
from cxsurvey.people.service import PersonInput
from cxsurvey.surveys import service as surveys
from cxsurvey.transfer import imports
from cxsurvey.transfer.reading import Kind, Reading
from cxsurvey.transfer.uploads import Received
from tests.application import NOON, ORIGIN, House, Houses
from tests.direct import DirectClient
from tests.factories import A_FILE, act_in, make_open_survey, make_user, make_workspace
from tests.insights.answers import answer, store
from tests.walls.table import ANY_KEY, API, CUSTOMERS, DASHBOARD, MEMBER, OWN, PUBLIC, Row, Upload

pytestmark = pytest.mark.usefixtures("quick_hashing")

Write = Callable[[Callable[[Context], Any]], Any]
FILLED = {"token": "0" * 27, "part": "en", "step": "question", "number": "1"}
NAMING = re.compile(r"\{(survey_id|response_id|key|user_id|invitation_id|sign_in_id|import_id|person_id)\}")
REFUSED = frozenset({401, 403, 404, 405})
POSSIBLE = frozenset({200, 201, 207, 409, 410})
"""Answers to a system that may: done, or not in the present state."""
PREFIX = "/api/v1"


@dataclass
class Corner:
    """One workspace with everything in it that a route can name, and who may come in."""

    slug: str
    cookies: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    closed: str = ""


def make_corner(ctx: Context, slug: str) -> Corner:
    """Two surveys, an answer, two invitations, a key, and a user for each role."""
    workspace = make_workspace(ctx, slug)
    corner = Corner(slug)
    asked, closed = make_open_survey(ctx), make_open_survey(ctx, "Of last year")
    surveys.close(ctx, closed.id)
    corner.closed = encode("srv", closed.id)
    (given,) = store(ctx, [answer(ctx, asked.id, 3, NOON, "late again")])
    personal = invitations.create(ctx, asked.id, CreateInvitation())
    invited = joining.invite(ctx, InviteMember(email="ida@example.com", role="viewer")).invitation
    (person_id,) = people.upsert(ctx, [(workspace.id, PersonInput(email="kim@example.com"))])
    draft = imports.begin(ctx, Kind.RESPONSES, ctx.ids.new(), "old.csv", Received(9, "0" * 64), A_FILE)
    imports.settle(ctx, draft.id, Reading(mapping={"score": "Rating"}), asked.id)
    subject = make_user(ctx, workspace.id, "viewer", f"subject@{slug}.example.com")
    for name, scopes in {"all": KEY_SCOPES, **{scope.value: {scope} for scope in KEY_SCOPES}}.items():
        made = keys.create(ctx, CreateKey(name=name, scopes=tuple(scopes)))
        corner.tokens[name] = made.token
    for role in Role:
        user = make_user(ctx, workspace.id, role.value, f"{role}@{slug}.example.com")
        act_in(ctx, workspace.id)
        corner.cookies[role.value] = signin.start(ctx, user.id, user.name, "Firefox")
    act_in(ctx, workspace.id)
    other = signin.start(ctx, subject.id, subject.name, "Chrome")
    act_in(ctx, workspace.id)
    corner.ids = {
        "survey_id": encode("srv", asked.id),
        "response_id": encode("rsp", given),
        "key": encode("key", made.key.id),
        "user_id": encode("usr", subject.id),
        "person_id": encode("per", person_id),
        "import_id": draft.public_id,
        "personal_id": encode("inv", personal.id),
        "invitation_id": encode(joining.PREFIX, invited.id),
        "sign_in_id": encode("sig", doors.enter_by_session(ctx, other, slug).sign_in_id),
    }
    return corner


@pytest.fixture
def quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    from cxsurvey.accounts import passwords
    from tests.dashboard.conftest import QUICK

    monkeypatch.setattr(passwords, "_hasher", QUICK)


@dataclass
class Scene:
    """Our workspace, somebody else's, and the means to ask for anything and undo it."""

    ours: Corner
    theirs: Corner
    nothing: Corner
    client: TestClient
    connection: Connection

    def undo(self) -> None:
        """Takes back whatever happened since `keep`."""
        command(self.connection, "ROLLBACK TO SAVEPOINT scene")

    def keep(self) -> None:
        """Makes what is there now the scene that each request finds."""
        command(self.connection, "SAVEPOINT scene")

    def ask(self, row: Row, where: Corner, slug: str | None = None, **headers: str) -> tuple[int, bytes]:
        """Status and body of the answer, without the number of the request."""
        is_api = row in API
        ids = dict(where.ids)
        if is_api:
            ids["invitation_id"] = ids["personal_id"]
            headers = {"If-Match": "*", **headers}
        if row.path.endswith("/reopen"):
            ids["survey_id"] = where.closed
        path = row.path.format(slug=slug or where.slug, **FILLED, **ids) + row.query
        body = _filled(row.body, ids)
        sent: dict[str, Any] = {} if body is None else {"json": body} if is_api else {"data": body}
        if isinstance(body, bytes):
            sent, headers = {"content": body}, {"Content-Type": "image/png", **headers}
        if isinstance(row.body, Upload):
            said = json.dumps(_filled(row.body.settings, ids))
            sent = {"files": {"file": ("old.csv", row.body.content)}, "data": {"settings": said}}
        headers = {"Sec-Fetch-Site": "same-origin", **headers}
        if is_api and row.method in {"PUT", "DELETE"}:
            headers["If-Match"] = "*"
        if row.path == "/responses/batch":
            headers["Idempotency-Key"] = "once"
        reply = self.client.request(row.method, f"{PREFIX}{path}" if is_api else path, headers=headers, **sent)
        self.undo()
        return reply.status_code, reply.content.replace(reply.headers["x-request-id"].encode(), b"")


def _filled(body: Any, ids: dict[str, str]) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, ids) for name, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, ids) for value in body]
    for name, value in ids.items() if isinstance(body, str) else ():
        body = body.replace(f"{{{name}}}", value)  # the texts of a survey have braces of their own
    return body


def with_corners(database: Database) -> tuple[Corner, Corner]:
    """Builds our workspace and somebody else's."""
    theirs = database.write(lambda ctx: make_corner(ctx, "elsewhere"), share=Share.JOBS)
    return database.write(lambda ctx: make_corner(ctx, "northwind"), share=Share.JOBS), theirs


@pytest.fixture
def house(request: pytest.FixtureRequest) -> House[tuple[Corner, Corner]] | None:
    """Both workspaces for tests that play in them; an empty database for all others."""
    if "scene" not in request.fixturenames:
        return None
    houses: Houses = request.getfixturevalue("houses")
    return houses(with_corners)


@pytest.fixture
def scene(database: Database, connection: Connection, house: House[tuple[Corner, Corner]]) -> Iterator[Scene]:
    ours, theirs = deepcopy(house.found)
    nothing = Corner("nowhere", ids={name: _another(public) for name, public in ours.ids.items()})
    nothing.closed = nothing.ids["survey_id"]
    with DirectClient(application.build(database), base_url=ORIGIN, follow_redirects=False) as client:
        opened = Scene(ours, theirs, nothing, client, connection)
        opened.keep()
        yield opened


def _another(public: str) -> str:
    """An id of the same kind that belongs to nothing."""
    return f"{public[:-4]}0000"


def cookie(token: str) -> dict[str, str]:
    return {"Cookie": f"cxsurvey={token}"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_every_route_stands_in_the_table(database: Database) -> None:
    assert {(row.method, row.path) for row in DASHBOARD} == _routes(dashboard.build(database))
    assert {(row.method, f"{PREFIX}{row.path}") for row in API} == _routes(api.build(database))
    routes = [route for route in _framework(respond.build(database)).routes if isinstance(route, Route)]
    assert {(route.path, *sorted((route.methods or set()) - {"HEAD"})) for route in routes} == CUSTOMERS


def _framework(app: Any) -> Starlette:
    """The application that holds the routes, behind what stands in front of it."""
    while not isinstance(app, Starlette):
        app = app.behind if hasattr(app, "behind") else app.app
    return app


def _routes(app: Any) -> set[tuple[str, str]]:
    found = iter_route_contexts(_framework(app).routes)
    return {(method, route.path or "") for route in found for method in route.methods or ()}


def test_a_user_does_what_the_role_says_and_nothing_in_another_workspace(scene: Scene) -> None:
    wrong: list[str] = []

    def expect(row: Row, who: str, what: str, status: int, allowed: bool) -> None:
        if not allowed:
            wrong.append(f"{row.method} {row.path} as {who}, {what}: {status}")

    for row in DASHBOARD:
        if row.need == PUBLIC:
            status, _ = scene.ask(row, scene.ours)
            expect(row, "nobody", "public", status, status not in {401, 403} and status < 500)
            continue
        status, _ = scene.ask(row, scene.ours)
        expect(row, "nobody", "ours", status, status == 303)
        is_named = bool(NAMING.search(row.path + str(row.body)))
        for role in Role:
            sent = cookie(scene.ours.cookies[role])
            may = row.need in (OWN, MEMBER) or row.need in ROLE_GRANTS[role]
            if row.path.startswith("/account/sign-ins/"):
                may = False  # the one in the scene belongs to somebody else
            else:
                status, _ = scene.ask(row, scene.ours, **sent)
                expect(row, role, "ours", status, status not in REFUSED and status < 500 if may else status == 403)
            if is_named:
                foreign = scene.ask(row, scene.theirs, scene.ours.slug, **sent)
                missing = scene.ask(row, scene.nothing, scene.ours.slug, **sent)
                expect(
                    row, role, "a foreign subject", foreign[0], foreign[0] == 404 if may else foreign[0] in {403, 404}
                )
                expect(row, role, "a foreign subject beside a missing one", missing[0], foreign == missing)
        if "{slug}" in row.path:
            foreign = scene.ask(row, scene.ours, **cookie(scene.theirs.cookies["owner"]))
            missing = scene.ask(row, scene.ours, "nowhere", **cookie(scene.theirs.cookies["owner"]))
            expect(row, "a foreign owner", "ours", foreign[0], foreign[0] == 404)
            expect(row, "a foreign owner", "ours beside a missing one", missing[0], foreign == missing)
    assert not wrong, "\n".join(wrong)


def test_a_key_does_what_its_scopes_say_and_nothing_in_another_workspace(scene: Scene) -> None:
    wrong: list[str] = []

    def expect(row: Row, who: str, what: str, status: int, allowed: bool) -> None:
        if not allowed:
            wrong.append(f"{row.method} {row.path} as {who}, {what}: {status}")

    for row in API:
        status, _ = scene.ask(row, scene.ours)
        expect(row, "nobody", "ours", status, status == 200 if row.need == PUBLIC else status == 401)
        status, _ = scene.ask(row, scene.ours, **cookie(scene.ours.cookies["owner"]))
        expect(row, "an owner's browser", "ours", status, status == 200 if row.need == PUBLIC else status == 401)
        if row.need == PUBLIC:
            continue
        for scope in sorted(KEY_SCOPES):
            status, _ = scene.ask(row, scene.ours, **bearer(scene.ours.tokens[scope]))
            may = row.need in (ANY_KEY, scope)
            expect(row, f"a key with {scope}", "ours", status, status in POSSIBLE if may else status == 403)
        if NAMING.search(row.path + str(row.body)):
            absent = 207 if row.path == "/responses/batch" else 404  # a batch tells it of each of its items
            for name in ("all", str(row.need)):
                sent = bearer(scene.ours.tokens[name])
                foreign, missing = scene.ask(row, scene.theirs, **sent), scene.ask(row, scene.nothing, **sent)
                expect(row, f"a key with {name}", "a foreign subject", foreign[0], foreign[0] == absent)
                expect(row, f"a key with {name}", "a foreign beside a missing one", missing[0], foreign == missing)
    assert not wrong, "\n".join(wrong)


def test_an_admin_does_not_touch_an_owner(scene: Scene, write: Write) -> None:
    def owner_id(ctx: Context) -> str:
        entered = doors.enter_by_session(ctx, scene.ours.cookies["owner"], "northwind")
        return encode("usr", entered.user_id)

    scene.ours.ids["user_id"] = write(owner_id)
    rows = [row for row in DASHBOARD if "{user_id}" in row.path]

    assert len(rows) == 7
    for row in rows:
        assert scene.ask(row, scene.ours, **cookie(scene.ours.cookies["admin"]))[0] == 403, row
    make_owner = Row("POST", "/w/{slug}/team/invitations", Grant.TEAM, {"email": "eve@example.com", "role": "owner"})
    assert scene.ask(make_owner, scene.ours, **cookie(scene.ours.cookies["admin"]))[0] == 403
    assert scene.ask(make_owner, scene.ours, **cookie(scene.ours.cookies["owner"]))[0] == 200


def test_an_ended_sign_in_opens_nothing_anywhere(scene: Scene, write: Write) -> None:
    token = scene.ours.cookies["owner"]
    write(lambda ctx: sessions.sign_out(ctx, token))
    scene.keep()

    for row in DASHBOARD:
        if row.need != PUBLIC:
            assert scene.ask(row, scene.ours, **cookie(token))[0] == 303, row
