"""Taking an import back: a question with figures first, then the reason."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.errors import Refusal
from cxsurvey.dashboard.imports.pages import CURRENT, ImportId, address
from cxsurvey.dashboard.imports.views import UndoPage
from cxsurvey.dashboard.surveys.path import see
from cxsurvey.transfer import imports, undoing
from cxsurvey.transfer.errors import ImportInTheWay, ImportStateForbids, NotUndoable
from cxsurvey.transfer.undoing import Preview, UndoImport
from cxsurvey.web.door import Acting, Visit, Visiting
from cxsurvey.web.forms import AGAIN, SentFields, errors_by_field, show_again
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/imports/{import_id}/undo")

PAGE = "dashboard/imports/undo.html"


@router.get("")
def ask(request: Request, visit: Visiting, import_id: ImportId) -> Response:
    """What would be taken back, what would not, and the form for the reason."""
    return render(request, PAGE, _page(visit, import_id))


@router.post("")
def undo(request: Request, act: Acting, import_id: ImportId, sent: SentFields) -> Response:
    """Takes the import back."""
    try:
        command = UndoImport.from_fields({"reason": sent.get("reason", "")})
        view = act.do(lambda ctx: undoing.undo(ctx, import_id, command))
    except (NotUndoable, ImportStateForbids, ImportInTheWay) as refusal:
        return show_again(request, PAGE, act.look(lambda visit: _page(visit, import_id)), refusal)
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        errors = errors_by_field(refusal)
        page = act.look(lambda visit: _page(visit, import_id, sent.get("reason", ""), errors))
        return show_again(request, PAGE, page, refusal)
    return see(address(act.slug, view))


def _page(visit: Visit, import_id: ImportId, reason: str = "", errors: dict[str, str] | None = None) -> UndoPage:
    require(visit.ctx, Grant.RESPONSES_VOID)
    view = imports.named(visit.ctx, import_id)
    found, nothing = Preview(0, 0, (), 0), ""
    try:
        found = undoing.preview(visit.ctx, import_id)
    except (NotUndoable, ImportStateForbids, ImportInTheWay) as refusal:
        nothing = refusal.text
    return UndoPage(
        frame=visit.frame(f"Take back {view.file_name}", CURRENT),
        view=view,
        href=address(visit.workspace.slug, view),
        answers=found.answers,
        changed_since=found.changed_since,
        undone=found.undone,
        later=[(one, address(visit.workspace.slug, one)) for one in found.later],
        nothing=nothing,
        reason=reason,
        errors=errors or {},
    )
