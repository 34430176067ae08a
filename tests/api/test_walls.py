"""Workspaces are walls and scopes are doors: every route with every kind of caller and id."""

from __future__ import annotations

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from cxsurvey.accounts.models import ApiKey
from cxsurvey.accounts.permissions import KEY_SCOPES, Grant
from cxsurvey.core.context import Context
from cxsurvey.core.ids import SystemIds, encode
from cxsurvey.core.signing import digest
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys.standard import standard
from tests.api.conftest import FOREIGN, Scene, Write, bearer

REASON = {"reason": "A trial"}
DRAFT = standard(Metric.NPS, "Northwind").stored()
Route = tuple[str, str, Any, Grant | None]
"""Method, address, body, and the scope that opens it."""
ROUTES: list[Route] = [
    ("GET", "/me", None, None),
    ("GET", "/surveys", None, Grant.SURVEYS_READ),
    ("GET", "/surveys/{srv}", None, Grant.SURVEYS_READ),
    ("POST", "/surveys", {"name": "New"}, Grant.SURVEYS_WRITE),
    ("POST", "/surveys/{srv}/publish", {}, Grant.SURVEYS_WRITE),
    ("PUT", "/surveys/{srv}", {"name": "New", "definition": DRAFT}, Grant.SURVEYS_WRITE),
    ("DELETE", "/surveys/{srv}", {}, Grant.SURVEYS_WRITE),
    ("POST", "/surveys/{srv}/close", {}, Grant.SURVEYS_WRITE),
    ("POST", "/surveys/{srv}/reopen", {}, Grant.SURVEYS_WRITE),
    ("GET", "/surveys/{srv}/versions", None, Grant.SURVEYS_READ),
    ("GET", "/surveys/{srv}/versions/1", None, Grant.SURVEYS_READ),
    ("GET", "/surveys/{srv}/readiness", None, Grant.SURVEYS_READ),
    ("GET", "/surveys/{srv}/score", None, Grant.SCORES_READ),
    ("POST", "/responses", {"survey": "{srv}", "score": 9}, Grant.RESPONSES_WRITE),
    ("GET", "/responses", None, Grant.RESPONSES_READ),
    ("GET", "/responses/{rsp}", None, Grant.RESPONSES_READ),
    ("POST", "/responses/{rsp}/void", REASON, Grant.RESPONSES_VOID),
    ("POST", "/responses/{rsp}/restore", REASON, Grant.RESPONSES_VOID),
    ("POST", "/invitations", {"survey": "{srv}"}, Grant.INVITATIONS_WRITE),
    ("GET", "/invitations", None, Grant.INVITATIONS_WRITE),
    ("GET", "/invitations?survey={srv}", None, Grant.INVITATIONS_WRITE),
    ("GET", "/invitations/{inv}", None, Grant.INVITATIONS_WRITE),
    ("POST", "/invitations/{inv}/revoke", {}, Grant.INVITATIONS_WRITE),
]
NAMED = [route for route in ROUTES if re.search(r"\{(srv|rsp|inv)\}", str(route[1:3]))]


def sender(token: str) -> dict[str, str]:
    """The headers of somebody who changes whatever is there."""
    return {**bearer(token), "If-Match": "*"}


def put_in(text: Any, ids: dict[str, str]) -> Any:
    if isinstance(text, dict):
        return {key: put_in(value, ids) for key, value in text.items()}
    for name, value in ids.items() if isinstance(text, str) else ():
        text = text.replace(f"{{{name}}}", value)
    return text


@pytest.fixture
def ours(rest: TestClient, scene: Scene) -> dict[str, str]:
    return {
        "srv": scene.survey,
        "rsp": rest.post("/responses", json=scene.answer()).json()["id"],
        "inv": rest.post("/invitations", json={"survey": scene.survey}).json()["id"],
    }


@pytest.mark.parametrize("route", NAMED, ids=lambda route: f"{route[0]} {route[1]}")
def test_what_is_anothers_looks_like_what_is_not_there(rest: TestClient, ours: dict[str, str], route: Route) -> None:
    method, path, body, _ = route
    ids = SystemIds()
    missing = {prefix: encode(prefix, ids.new()) for prefix in ours}
    garbage = dict.fromkeys(ours, "x")
    answers = []
    for named in (ours, missing, garbage):
        reply = rest.request(method, put_in(path, named), json=put_in(body, named), headers=sender(FOREIGN))
        assert reply.status_code == 404
        number = reply.headers["x-request-id"]
        answers.append((reply.content.replace(number.encode(), b""), sorted(set(reply.headers) - {"x-request-id"})))
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route[0]} {route[1]}")
def test_a_key_does_what_its_scopes_say(
    rest: TestClient, write: Write, scene: Scene, ours: dict[str, str], route: Route
) -> None:
    method, path, body, grant = route

    def key_with(ctx: Context, token: str, scopes: frozenset[Grant]) -> None:
        made = ApiKey(
            id=ctx.ids.new(), workspace_id=scene.place.workspace_id, name=token, prefix=token[:12],
            token_hash=digest(token), test=False, scopes=" ".join(scopes), created_at=ctx.now,
        )  # fmt: skip
        ctx.session.add(made)
        ctx.session.flush()

    write(lambda ctx: key_with(ctx, "cxs_live_all_but", KEY_SCOPES - {grant}))
    write(lambda ctx: key_with(ctx, "cxs_live_only", frozenset({grant} if grant else ())))
    address, sent = put_in(path, ours), put_in(body, ours)
    without = rest.request(method, address, json=sent, headers=sender("cxs_live_all_but"))
    alone = rest.request(method, address, json=sent, headers=sender("cxs_live_only"))
    if grant is not None:
        assert (without.status_code, without.json()["code"]) == (403, "forbidden")
    assert alone.status_code in {200, 201, 409}, alone.text


def test_lists_show_only_ones_own(rest: TestClient, ours: dict[str, str]) -> None:
    assert rest.get("/responses", headers=bearer(FOREIGN)).json()["data"] == []
    assert ours["srv"] not in rest.get("/surveys", headers=bearer(FOREIGN)).text


def test_a_person_is_found_in_ones_own_workspace_only(rest: TestClient, scene: Scene) -> None:
    person = {"email": "same@example.com"}
    mine = rest.post("/responses", json=scene.answer(person=person)).json()["id"]
    theirs = rest.post(
        "/responses", json={"survey": scene.foreign_survey, "score": 1, "person": person}, headers=bearer(FOREIGN)
    ).json()["id"]
    one = rest.get(f"/responses/{mine}").json()["person"]["id"]
    other = rest.get(f"/responses/{theirs}", headers=bearer(FOREIGN)).json()["person"]["id"]
    assert one != other
