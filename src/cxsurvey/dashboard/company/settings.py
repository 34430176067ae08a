"""Settings of a workspace: name, report zone, privacy page, names of attributes, smallest group."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cxsurvey.accounts import workspaces
from cxsurvey.accounts.commands import DECLARED_KEYS, LARGEST_MINIMUM, EditWorkspace
from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.accounts.views import WorkspaceView
from cxsurvey.core.errors import Refusal
from cxsurvey.core.text import whole_number
from cxsurvey.dashboard.zones import zones
from cxsurvey.scoring.withholding import SMALLEST_MINIMUM
from cxsurvey.web.door import Acting, Visit, Visiting
from cxsurvey.web.forms import AGAIN, Fields, SentFields, errors_by_field, show_again
from cxsurvey.web.frame import Frame
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/settings")

TEMPLATE = "dashboard/company/settings.html"
TYPED = ("name", "report_zone", "privacy_url", "minimum_group", *DECLARED_KEYS)


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """The form, as stored or as typed. `revision` is the one that was read."""

    frame: Frame
    typed: dict[str, str]
    revision: int
    stored_zone: str
    zones: tuple[str, ...]
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    attributes: tuple[str, ...] = DECLARED_KEYS
    smallest: int = SMALLEST_MINIMUM
    largest: int = LARGEST_MINIMUM


@router.get("")
def form(request: Request, visit: Visiting) -> Response:
    """The settings as they are."""
    stored = workspaces.settings(visit.ctx)
    notice = "The settings are saved." if "saved" in request.query_params else ""
    return render(request, TEMPLATE, _page(visit, _stored(stored), stored.revision, notice=notice))


@router.post("")
def save(request: Request, act: Acting, slug: str, fields: SentFields) -> Response:
    """Changes what was changed in the form."""
    try:
        command = _command(fields)
        act.do(lambda ctx: workspaces.edit(ctx, command))
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        errors = {name.removeprefix("attributes."): text for name, text in errors_by_field(refusal).items()}
        typed = {name: fields.get(name, "") for name in TYPED}
        # after somebody else's change the form is saved over it only when it is sent once more
        page = act.look(lambda visit: _page(visit, typed, workspaces.settings(visit.ctx).revision, errors))
        return show_again(request, TEMPLATE, page, refusal)
    return RedirectResponse(f"/w/{slug}/settings?saved", status_code=303)


def _command(fields: Fields) -> EditWorkspace:
    values: dict[str, object] = {
        "name": fields.get("name", ""),
        "report_zone": fields.get("report_zone", ""),
        "privacy_url": fields.get("privacy_url", "").strip() or None,
        "minimum_group": whole_number(fields.get("minimum_group", "").strip()),
        "attributes": {key: fields.get(key, "").strip() or None for key in DECLARED_KEYS},
    }
    revision = fields.get("revision", "")
    if revision.isdecimal() and len(revision) < 10:
        values["revision"] = int(revision)
    return EditWorkspace.from_fields(values)


def _stored(view: WorkspaceView) -> dict[str, str]:
    return {
        "name": view.name,
        "report_zone": view.report_zone,
        "privacy_url": view.privacy_url or "",
        "minimum_group": str(view.minimum_group),
        **{key: view.segment_names.get(key, "") for key in DECLARED_KEYS},
    }


def _page(
    visit: Visit, typed: dict[str, str], revision: int, errors: dict[str, str] | None = None, notice: str = ""
) -> SettingsPage:
    require(visit.ctx, Grant.WORKSPACE)
    return SettingsPage(
        frame=visit.frame("Settings", "settings"),
        typed=typed,
        revision=revision,
        stored_zone=visit.workspace.report_zone,
        zones=zones(visit.workspace.report_zone, typed["report_zone"]),
        errors=errors or {},
        notice=notice,
    )
