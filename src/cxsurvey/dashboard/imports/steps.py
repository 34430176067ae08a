"""What is done with an import: settled, tried, started, cancelled, discarded, its refused rows taken out."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from cxsurvey.core.context import Context
from cxsurvey.core.errors import Refusal
from cxsurvey.core.ids import decode
from cxsurvey.dashboard.imports.drafts import draft_page, sent_reading, twice_chosen
from cxsurvey.dashboard.imports.pages import ImportId, address
from cxsurvey.dashboard.surveys.path import see
from cxsurvey.transfer import again, imports, source, uploads
from cxsurvey.transfer.errors import ImportStateForbids, MappingWrong
from cxsurvey.transfer.import_views import ImportState, ImportView
from cxsurvey.transfer.reading import Reading
from cxsurvey.web.door import Act, Acting
from cxsurvey.web.forms import AGAIN, Fields, SentFields, errors_by_field, show_again
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/imports/{import_id}")

DRAFT = "dashboard/imports/draft.html"
CSV = "text/csv; charset=utf-8"


@router.post("")
def settle(request: Request, act: Acting, import_id: ImportId, sent: SentFields) -> Response:
    """Keeps how the file is read; with `do=try` tries it, with `do=show` shows the form anew."""
    view = act.look(lambda visit: imports.get(visit.ctx, import_id))
    try:
        if sent.get("do", "") == "show" and not _asks_other_sheet(view, sent):
            kept = _kept(act, view, sent)
            page = act.look(lambda visit: draft_page(visit, kept, address(act.slug, kept), sent))
            return render(request, DRAFT, page)
        settled = _settled(act, view, sent)
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        errors = errors_by_field(refusal)
        page = act.look(lambda visit: draft_page(visit, view, address(act.slug, view), sent, errors))
        return show_again(request, DRAFT, page, refusal)
    return see(address(act.slug, settled))


def _asks_other_sheet(view: ImportView, sent: Fields) -> bool:
    return sent.get("sheet", "") not in {"", view.source.sheet}


def _kept(act: Act, view: ImportView, sent: Fields) -> ImportView:
    reading, survey_id = _said(view, sent)
    return act.do(lambda ctx: imports.keep(ctx, view.id, reading, survey_id))


def _said(view: ImportView, sent: Fields) -> tuple[Reading, UUID | None]:
    """How the form says that the file is read, and the survey it names."""
    if (column := twice_chosen(sent, view)) is not None:
        raise MappingWrong(f"“{column}” is the second column for the same thing. Choose one.", field="mapping")
    return sent_reading(sent, view), decode("srv", sent.get("survey", ""))


def _settled(act: Act, view: ImportView, sent: Fields) -> ImportView:
    if view.state is not ImportState.DRAFT:
        raise ImportStateForbids
    if _asks_other_sheet(view, sent):
        # another sheet has other columns, so nothing that was said of these holds
        found = source.examine(act.database.settings, view.id, sheet=sent["sheet"])
        return act.do(lambda ctx: again.propose(ctx, imports.take_sheet(ctx, view.id, found)))
    reading, survey_id = _said(view, sent)

    def unit(ctx: Context) -> ImportView:
        imports.settle(ctx, view.id, reading, survey_id)
        return imports.start(ctx, view.id, rehearsal=True)

    return act.do(unit)


@router.post("/start")
def start(act: Acting, import_id: ImportId) -> Response:
    """Carries a settled import out."""
    return see(address(act.slug, act.do(lambda ctx: imports.start(ctx, import_id))))


@router.post("/cancel")
def cancel(act: Acting, import_id: ImportId) -> Response:
    """Stops an import; what is stored stays."""
    return see(address(act.slug, act.do(lambda ctx: imports.cancel(ctx, import_id))))


@router.post("/discard")
def discard(act: Acting, import_id: ImportId) -> Response:
    """Forgets a draft and its file."""
    act.do(lambda ctx: imports.discard(ctx, import_id))
    uploads.remove(act.database.settings, import_id)
    return see(f"/w/{act.slug}/imports?discarded")


@router.post("/refused")
def refused(act: Acting, import_id: ImportId) -> Response:
    """The refused rows as CSV; recorded before the first byte."""
    view = act.do(lambda ctx: imports.take_refused(ctx, import_id))
    path = uploads.refused(act.database.settings, import_id)
    headers = {"Content-Disposition": f'attachment; filename="refused_{view.public_id}.csv"'}
    return StreamingResponse(uploads.pieces(path, view.position), media_type=CSV, headers=headers)
