"""Every address of the application and who may use it: the table that `test_matrix.py` tries out.

A new route needs a row here. `need` is the grant that opens it, `MEMBER` for whoever may come into the workspace,
`OWN` for what concerns the user alone, `ANY_KEY` for every key, and `PUBLIC` for everybody. `body` is something that
the route accepts, so that a refusal can only be about who asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cxsurvey.accounts.permissions import Grant
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys.standard import standard
from tests.pictures import png

PUBLIC, MEMBER, OWN, ANY_KEY = "public", "member", "own", "any key"


@dataclass(frozen=True)
class Upload:
    """A file that is brought, and JSON about it."""

    content: bytes
    settings: Mapping[str, Any]


Body = Mapping[str, Any] | bytes | Upload
"""Fields of a form, a JSON object, a picture, or a file."""


@dataclass(frozen=True)
class Row:
    """One route: method, path, what opens it, and something it accepts as a body or must be asked for with."""

    method: str
    path: str
    need: Grant | str
    body: Body | None = None
    query: str = ""


def page(path: str, need: Grant | str) -> Row:
    """A page of the dashboard below a workspace."""
    return Row("GET", f"/w/{{slug}}{path}", need)


def form(path: str, need: Grant | str, **fields: Any) -> Row:
    """A form of the dashboard below a workspace."""
    return Row("POST", f"/w/{{slug}}{path}", need, fields)


SURVEY, RESPONSE, MEMBER_PAGE = "/surveys/{survey_id}", "/responses/{response_id}", "/team/{user_id}"
IMPORT = "/imports/{import_id}"
INVITED = "/team/invitations/{invitation_id}/take-back"
SETTINGS = {"name": "Northwind", "report_zone": "UTC", "minimum_group": "5"}

DASHBOARD = (
    Row("GET", "/", OWN),
    Row("GET", "/sign-in", PUBLIC),
    Row("POST", "/sign-in", PUBLIC, {"email": "nobody@example.com", "password": "x"}),
    Row("POST", "/sign-out", PUBLIC, {}),
    Row("GET", "/setup/{token}", PUBLIC),
    Row("POST", "/setup/{token}", PUBLIC, {}),
    Row("GET", "/reset/{token}", PUBLIC),
    Row("POST", "/reset/{token}", PUBLIC, {}),
    Row("GET", "/enter/{token}", PUBLIC),
    Row("POST", "/enter/{token}", PUBLIC, {}),
    Row("GET", "/join/{token}", PUBLIC),
    Row("POST", "/join/{token}", PUBLIC, {}),
    Row("GET", "/account", OWN),
    Row("POST", "/account/name", OWN, {"name": "Another"}),
    Row("POST", "/account/password", OWN, {"present": "not this one", "password": "four other words here"}),
    Row("POST", "/account/sign-out-elsewhere", OWN, {}),
    Row("POST", "/account/sign-out-everywhere", OWN, {}),
    Row("POST", "/account/sign-ins/{sign_in_id}/end", OWN, {}),
    page("/", Grant.SCORES_READ),
    page("/comments", Grant.RESPONSES_READ),
    page("/planning", Grant.SCORES_READ),
    page("/surveys", Grant.SURVEYS_READ),
    page("/surveys/new", Grant.SURVEYS_WRITE),
    form("/surveys/new", Grant.SURVEYS_WRITE, name="New", languages="en"),
    page(SURVEY + "/results", Grant.SCORES_READ),
    form(SURVEY + "/results/download", Grant.EXPORT),
    form(SURVEY + "/follow-ups/download", Grant.EXPORT),
    page(SURVEY + "/share", Grant.SURVEYS_READ),
    page(SURVEY + "/qr.svg", Grant.SURVEYS_READ),
    page(SURVEY + "/preview", Grant.SURVEYS_READ),
    page(SURVEY + "/preview/{step}", Grant.SURVEYS_READ),
    form(SURVEY + "/preview/draft", Grant.SURVEYS_WRITE),
    page(SURVEY + "/discard", Grant.SURVEYS_WRITE),
    form(SURVEY + "/discard", Grant.SURVEYS_WRITE),
    page(SURVEY + "/links", Grant.INVITATIONS_WRITE),
    form(SURVEY + "/links", Grant.INVITATIONS_WRITE, **{"segments.touchpoint": "Till"}),
    page(SURVEY + "/delete", Grant.SURVEYS_WRITE),
    form(SURVEY + "/delete", Grant.SURVEYS_WRITE),
    page(SURVEY + "/scale", Grant.SURVEYS_WRITE),
    form(SURVEY + "/scale", Grant.SURVEYS_WRITE, formula="csat-1-5/1", revision="2"),
    page(SURVEY + "/segments", Grant.SCORES_READ),
    form(SURVEY + "/segments/download", Grant.EXPORT),
    page(SURVEY + "/edit", Grant.SURVEYS_WRITE),
    page(SURVEY + "/edit/{part}", Grant.SURVEYS_WRITE),
    form(SURVEY + "/edit/{part}", Grant.SURVEYS_WRITE),
    page(SURVEY + "/publish", Grant.SURVEYS_WRITE),
    form(SURVEY + "/publish", Grant.SURVEYS_WRITE),
    page(SURVEY + "/close", Grant.SURVEYS_WRITE),
    form(SURVEY + "/close", Grant.SURVEYS_WRITE),
    page(SURVEY + "/reopen", Grant.SURVEYS_WRITE),
    form(SURVEY + "/reopen", Grant.SURVEYS_WRITE),
    form(SURVEY + "/test-link", Grant.INVITATIONS_WRITE),
    page("/responses", Grant.RESPONSES_READ),
    page("/responses/tests/delete", Grant.RESPONSES_VOID),
    form("/responses/tests/delete", Grant.RESPONSES_VOID),
    form("/responses/download", Grant.EXPORT, survey="{survey_id}"),
    page(RESPONSE, Grant.RESPONSES_READ),
    form(RESPONSE + "/void", Grant.RESPONSES_VOID, reason="A trial"),
    form(RESPONSE + "/restore", Grant.RESPONSES_VOID, reason="A trial"),
    page("/imports", Grant.RESPONSES_WRITE),
    form("/imports", Grant.RESPONSES_WRITE),
    page(IMPORT, Grant.RESPONSES_WRITE),
    form(IMPORT, Grant.RESPONSES_WRITE),
    form(IMPORT + "/start", Grant.RESPONSES_WRITE),
    form(IMPORT + "/cancel", Grant.RESPONSES_WRITE),
    form(IMPORT + "/discard", Grant.RESPONSES_WRITE),
    form(IMPORT + "/refused", Grant.RESPONSES_WRITE),
    page(IMPORT + "/undo", Grant.RESPONSES_VOID),
    form(IMPORT + "/undo", Grant.RESPONSES_VOID, reason="A trial"),
    page("/workspaces", MEMBER),
    form("/workspaces", Grant.WORKSPACES_CREATE, name="Another", report_zone="UTC"),
    page("/workspaces/leave", MEMBER),
    form("/workspaces/leave", MEMBER),
    page("/settings", Grant.WORKSPACE),
    form("/settings", Grant.WORKSPACE, **SETTINGS),
    page("/branding", Grant.WORKSPACE),
    form("/branding", Grant.WORKSPACE, accent="#274C84"),
    page("/branding/preview", Grant.WORKSPACE),
    page(SURVEY + "/branding", Grant.SURVEYS_WRITE),
    form(SURVEY + "/branding", Grant.SURVEYS_WRITE, revision="1"),
    page("/keys", Grant.KEYS),
    form("/keys", Grant.KEYS, name="Shop", kind="live", scope="scores:read"),
    page("/keys/{key}/revoke", Grant.KEYS),
    form("/keys/{key}/revoke", Grant.KEYS),
    page("/team", Grant.TEAM_READ),
    form("/team/invitations", Grant.TEAM, email="ida@example.com", role="viewer"),
    page(INVITED, Grant.TEAM),
    form(INVITED, Grant.TEAM),
    page(MEMBER_PAGE, Grant.TEAM),
    form(MEMBER_PAGE + "/role", Grant.TEAM, role="manager"),
    form(MEMBER_PAGE + "/disable", Grant.TEAM),
    form(MEMBER_PAGE + "/enable", Grant.TEAM),
    page(MEMBER_PAGE + "/remove", Grant.TEAM),
    form(MEMBER_PAGE + "/remove", Grant.TEAM),
    form(MEMBER_PAGE + "/reset-link", Grant.TEAM),
    page("/audit", Grant.AUDIT),
    form("/audit/download", Grant.AUDIT),
)

REASON = {"reason": "A trial"}
DRAFT = standard(Metric.NPS, "Northwind").stored()
API = (
    Row("GET", "/openapi.json", PUBLIC),
    Row("GET", "/docs", PUBLIC),
    Row("GET", "/me", ANY_KEY),
    Row("GET", "/workspace", Grant.WORKSPACE_READ),
    Row("PATCH", "/workspace", Grant.WORKSPACE, {"name": "Another"}),
    Row("GET", "/branding", Grant.SURVEYS_READ),
    Row("PUT", "/branding", Grant.WORKSPACE, {"accent": "#274C84"}),
    Row("PUT", "/branding/logo", Grant.WORKSPACE, png()),
    Row("DELETE", "/branding/logo", Grant.WORKSPACE),
    Row("GET", "/members", Grant.TEAM_READ),
    Row("GET", "/member-invitations", Grant.TEAM_READ),
    Row("GET", "/audit-entries", Grant.AUDIT),
    Row("GET", "/surveys", Grant.SURVEYS_READ),
    Row("GET", "/surveys/{survey_id}", Grant.SURVEYS_READ),
    Row("POST", "/surveys", Grant.SURVEYS_WRITE, {"name": "New"}),
    Row("PUT", "/surveys/{survey_id}", Grant.SURVEYS_WRITE, {"name": "New", "definition": DRAFT}),
    Row("DELETE", "/surveys/{survey_id}", Grant.SURVEYS_WRITE, {}),
    Row("GET", "/surveys/{survey_id}/readiness", Grant.SURVEYS_READ),
    Row("GET", "/surveys/{survey_id}/versions", Grant.SURVEYS_READ),
    Row("GET", "/surveys/{survey_id}/versions/{number}", Grant.SURVEYS_READ),
    Row("POST", "/surveys/{survey_id}/publish", Grant.SURVEYS_WRITE, {}),
    Row("POST", "/surveys/{survey_id}/close", Grant.SURVEYS_WRITE, {}),
    Row("POST", "/surveys/{survey_id}/reopen", Grant.SURVEYS_WRITE, {}),
    Row("GET", "/formulas", Grant.SURVEYS_READ),
    Row("GET", "/surveys/{survey_id}/score", Grant.SCORES_READ),
    Row("GET", "/surveys/{survey_id}/segments", Grant.SCORES_READ, query="?by=agent"),
    Row("GET", "/surveys/{survey_id}/follow-ups", Grant.SCORES_READ),
    Row("POST", "/responses", Grant.RESPONSES_WRITE, {"survey": "{survey_id}", "score": 9}),
    Row("POST", "/responses/batch", Grant.RESPONSES_WRITE, {"responses": [{"survey": "{survey_id}", "score": 9}]}),
    Row("GET", "/responses", Grant.RESPONSES_READ),
    Row("GET", "/responses/{response_id}", Grant.RESPONSES_READ),
    Row("POST", "/responses/{response_id}/void", Grant.RESPONSES_VOID, REASON),
    Row("POST", "/responses/{response_id}/restore", Grant.RESPONSES_VOID, REASON),
    Row("POST", "/surveys/{survey_id}/links", Grant.INVITATIONS_WRITE, {"segments": {"touchpoint": "till"}}),
    Row("GET", "/invitations", Grant.INVITATIONS_WRITE),
    Row("POST", "/invitations", Grant.INVITATIONS_WRITE, {"survey": "{survey_id}"}),
    Row("GET", "/invitations/{invitation_id}", Grant.INVITATIONS_WRITE),
    Row("POST", "/invitations/{invitation_id}/revoke", Grant.INVITATIONS_WRITE, {}),
    Row("GET", "/people", Grant.PEOPLE_READ),
    Row("POST", "/people", Grant.PEOPLE_WRITE, {"email": "ida@example.com"}),
    Row("GET", "/people/{person_id}", Grant.PEOPLE_READ),
    Row("PATCH", "/people/{person_id}", Grant.PEOPLE_WRITE, {"name": "Another"}),
    Row("GET", "/imports", Grant.RESPONSES_WRITE),
    Row("POST", "/imports", Grant.RESPONSES_WRITE, Upload(b"Rating\n9\n", {"survey": "{survey_id}"})),
    Row("GET", IMPORT, Grant.RESPONSES_WRITE),
    Row("PUT", IMPORT + "/settings", Grant.RESPONSES_WRITE, {"survey": "{survey_id}", "mapping": {"score": "Rating"}}),
    Row("POST", IMPORT + "/start", Grant.RESPONSES_WRITE, {}),
    Row("POST", IMPORT + "/cancel", Grant.RESPONSES_WRITE, {}),
    Row("POST", IMPORT + "/refused", Grant.RESPONSES_WRITE, {}),
    Row("POST", IMPORT + "/undo", Grant.RESPONSES_VOID, REASON),
)

CUSTOMERS = frozenset(
    {
        ("/s/{code}", "GET", "POST"),
        ("/s/{code}/{words}", "GET", "POST"),
        ("/r/{token}", "GET", "POST"),
        ("/r/{token}/next", "GET"),
        ("/r/{token}/change", "GET", "POST"),
        ("/r/{token}/more", "GET", "POST"),
        ("/r/{token}/thanks", "GET"),
        ("/r/{token}/changed", "GET"),
        ("/a/{token}", "GET"),
        ("/a/{token}/change", "GET", "POST"),
        ("/a/{token}/more", "GET", "POST"),
        ("/a/{token}/thanks", "GET"),
        ("/a/{token}/changed", "GET"),
    }
)
"""What customers open. Nobody is asked who they are: the link is all there is, so no role or key matters."""
