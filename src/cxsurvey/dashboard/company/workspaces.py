"""The workspaces of the user: gone to, and another one made."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cxsurvey.accounts import team, workspaces
from cxsurvey.accounts.commands import CreateWorkspace
from cxsurvey.accounts.permissions import Grant, allows, require
from cxsurvey.core.errors import Refusal
from cxsurvey.dashboard.zones import zones
from cxsurvey.web.door import Acting, Visit, Visiting
from cxsurvey.web.forms import AGAIN, SentFields, errors_by_field, show_again
from cxsurvey.web.frame import Frame
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/workspaces")

TEMPLATE = "dashboard/company/workspaces.html"
LEAVE = "dashboard/company/leave.html"


@dataclass(frozen=True, slots=True)
class WorkspacesPage:
    """The workspaces that the user may come into, and the form for another one."""

    frame: Frame
    may_create: bool
    zones: tuple[str, ...]
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeavePage:
    """Asks whether the user really wants to leave."""

    frame: Frame
    errors: dict[str, str]


@router.get("")
def listed(request: Request, visit: Visiting) -> Response:
    """All of them."""
    return render(request, TEMPLATE, _page(visit, {"report_zone": visit.workspace.report_zone}))


@router.post("")
def create(request: Request, act: Acting, fields: SentFields) -> Response:
    """Makes another one and leads into it."""
    names = ("name", "report_zone", "privacy_url")
    try:
        command = CreateWorkspace.from_fields(fields.filled(*names))
        made = act.do_as(lambda ctx, visitor: workspaces.create(ctx, visitor, command))
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        typed, errors = {name: fields.get(name, "") for name in names}, errors_by_field(refusal)

        def again(visit: Visit) -> WorkspacesPage:
            require(visit.ctx, Grant.WORKSPACES_CREATE)
            return _page(visit, typed, errors)

        return show_again(request, TEMPLATE, act.look(again), refusal)
    return RedirectResponse(f"/w/{made.slug}/", status_code=303)


@router.get("/leave")
def ask_leave(request: Request, visit: Visiting) -> Response:
    """Asks before leaving."""
    return render(request, LEAVE, _leave_page(visit))


@router.post("/leave")
def leave(request: Request, act: Acting) -> Response:
    """Ends one's own membership and leads to what is left."""
    try:
        act.do(team.leave)
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        errors = errors_by_field(refusal)
        return show_again(request, LEAVE, act.look(lambda visit: _leave_page(visit, errors)), refusal)
    return RedirectResponse("/", status_code=303)


def _leave_page(visit: Visit, errors: dict[str, str] | None = None) -> LeavePage:
    return LeavePage(visit.frame(f"Leave {visit.workspace.name}?", "workspaces"), errors or {})


def _page(visit: Visit, typed: dict[str, str], errors: dict[str, str] | None = None) -> WorkspacesPage:
    return WorkspacesPage(
        frame=visit.frame("Workspaces", "workspaces"),
        may_create=allows(visit.ctx, Grant.WORKSPACES_CREATE),
        zones=zones(visit.workspace.report_zone),
        typed=typed,
        errors=errors or {},
    )
