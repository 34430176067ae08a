"""The list of imports, bringing a file, and the page of one import."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, BinaryIO
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.accounts.permissions import Grant, allows, require
from cxsurvey.core.errors import FieldProblem, Invalid, NotFound, Refusal
from cxsurvey.core.ids import decode
from cxsurvey.dashboard.imports.drafts import draft_page
from cxsurvey.dashboard.imports.views import STATES, ListPage, Row, RunPage, lines_of, pace, percent_of, summary_of
from cxsurvey.dashboard.surveys.path import address as survey_address
from cxsurvey.dashboard.surveys.path import see
from cxsurvey.surveys import service as surveys
from cxsurvey.transfer import bringing, imports, keeping, refusals, uploads
from cxsurvey.transfer.bringing import Brought, Said
from cxsurvey.transfer.import_views import ImportState, ImportView
from cxsurvey.transfer.reading import Kind
from cxsurvey.web.door import Act, Uploading, Visit, Visiting
from cxsurvey.web.errors import STATUS
from cxsurvey.web.forms import AGAIN, errors_by_field
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/imports")

CURRENT = "imports"
LIST = "dashboard/imports/list.html"
SHOWN = 20
FORM_FIELDS = 3
MULTIPART = "multipart/form-data"


def import_in_path(request: Request) -> UUID:
    """The id behind `imp_…` in the path; anything else is not there."""
    import_id = decode("imp", request.path_params["import_id"])
    if import_id is None:
        raise NotFound
    return import_id


ImportId = Annotated[UUID, Depends(import_in_path)]


def address(slug: str | None, view: ImportView) -> str:
    """Where an import is shown."""
    return f"/w/{slug}/imports/{view.public_id}"


@router.get("")
def listed(request: Request, visit: Visiting) -> Response:
    """The imports there were, and the form for another file."""
    notice = "The draft and its file are gone." if "discarded" in request.query_params else ""
    return render(request, LIST, replace(_list_page(visit), notice=notice))


@router.post("")
async def bring(request: Request, act: Uploading) -> Response:
    """Takes a file, looks at what it is, and leads on to how it is read.

    The file goes to the disk as it comes; what it is called and said to be is believed by nobody.
    """
    # before the first byte of the file is taken
    await run_sync(act.look, lambda visit: require(visit.ctx, Grant.RESPONSES_WRITE))
    if not request.headers.get("content-type", "").lower().startswith(MULTIPART):
        raise Invalid(problems=[FieldProblem("file", "no_file", "Choose a file.")])
    async with request.form(max_files=1, max_fields=FORM_FIELDS) as form:
        kind, file = form.get("kind"), form.get("file")
        try:
            await run_sync(act.look, lambda visit: keeping.check_room(visit.ctx))
            if not isinstance(file, UploadFile) or not file.filename:
                raise Invalid(problems=[FieldProblem("file", "no_file", "Choose a file.")])
            chosen = Kind.PEOPLE if kind == Kind.PEOPLE else Kind.RESPONSES
            view = await run_sync(_brought, act, chosen, file.filename, file.file)
        except Refusal as refusal:
            if refusal.kind not in AGAIN:
                raise
            page = await run_sync(act.look, _list_page)
            again = replace(page, kind=str(kind), errors=errors_by_field(refusal))
            return render(request, LIST, again, STATUS[refusal.kind])
    return see(address(act.slug, view))


def _brought(act: Act, kind: Kind, name: str, file: BinaryIO) -> ImportView:
    settings = act.database.settings
    said = Said(name, limit=settings.import_megabytes * 1024 * 1024)
    file.seek(0)

    def begin(brought: Brought) -> ImportView:
        return act.do(lambda ctx: brought.begin(ctx, kind))

    return bringing.bring(settings, act.database.ids, file, said, begin)


@router.get("/{import_id}")
def show(request: Request, visit: Visiting, import_id: ImportId) -> Response:
    """How the file is to be read; once it is under way, how far it is; in the end, what became of its rows."""
    view = imports.get(visit.ctx, import_id)
    if view.state is ImportState.DRAFT:
        return render(request, "dashboard/imports/draft.html", draft_page(visit, view, address(_slug(visit), view)))
    return render(request, "dashboard/imports/run.html", _run_page(visit, view))


def _list_page(visit: Visit) -> ListPage:
    rows = [
        Row(address(_slug(visit), view), view, STATES[view.state], summary_of(view))
        for view in imports.newest(visit.ctx)
    ]
    return ListPage(visit.frame("Imports", CURRENT), rows, visit.ctx.settings.import_megabytes)


def _run_page(visit: Visit, view: ImportView) -> RunPage:
    path = uploads.refused(visit.ctx.settings, view.id)
    rate, left = pace(view, visit.ctx.now)
    title = "Trying the file" if view.rehearsal else f"Import of {view.file_name}"
    survey = surveys.get(visit.ctx, view.survey_id) if view.survey_id is not None else None
    return RunPage(
        frame=visit.frame(title, CURRENT),
        view=view,
        href=address(_slug(visit), view),
        state=STATES[view.state],
        percent=percent_of(view),
        rate=rate,
        left=left,
        lines=lines_of(view, tried=view.rehearsal),
        problems=refusals.first_refused(path, view.position, SHOWN),
        survey=(survey.name, survey_address(_slug(visit), survey.id) + "/results?period=all") if survey else None,
        has_file=bool(view.position) and path.exists(),
        at=view.undone_at or view.finished_at,
        lacks_worker=imports.lacks_worker(visit.ctx, view),
        may_undo=view.can_be_undone and allows(visit.ctx, Grant.RESPONSES_VOID),
    )


def _slug(visit: Visit) -> str:
    return visit.workspace.slug
