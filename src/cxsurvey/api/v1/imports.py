"""Imports: a file is brought, read as its owner says, tried, and carried out by a job."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from anyio import from_thread
from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response, StreamingResponse

from cxsurvey.accounts.views import KeyView
from cxsurvey.api import schemas
from cxsurvey.api.body import body_of, empty_body
from cxsurvey.api.contract import PREFIX, READS, WRITES, binary, keyed_by, problems, stored, takes, takes_file
from cxsurvey.api.cursors import Cursor, PageLimit, Pages
from cxsurvey.api.door import Calling
from cxsurvey.api.ids import found, survey_named
from cxsurvey.api.once import REPLAYED
from cxsurvey.api.v1.uploading import Sent, sent
from cxsurvey.core.context import Context
from cxsurvey.transfer import bringing, imports, refusals, settling, source, telling, undoing, uploads
from cxsurvey.transfer.bringing import Brought
from cxsurvey.transfer.errors import ImportStateForbids
from cxsurvey.transfer.import_views import ImportState, ImportView
from cxsurvey.transfer.settling import ImportSettings, NewImport
from cxsurvey.transfer.source import Source
from cxsurvey.transfer.undoing import UndoImport
from cxsurvey.web.door import Places

router = APIRouter(prefix=f"{PREFIX}/imports", tags=["imports"])

ImportInPath = Annotated[str, Path(description="Id of an import.", examples=["imp_0694n1sgr1p1nbtclhoo21h60k"])]
CSV = "text/csv"
SHOWN = 20
SAID: dict[str, Any] = {
    "survey": "srv_0694n1s2vhtlb9hqa83bssdf00",
    "mapping": {"score": "Rating", "comment": "Why", "answered_at": "When", "external_id": "Id"},
}


class Listing(BaseModel):
    """Which imports to list."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    limit: PageLimit = 50
    after: Cursor


@router.get(
    "",
    summary="List imports",
    operation_id="listImports",
    response_model=schemas.ImportList,
    responses=problems(*READS),
)
async def list_imports(caller: Calling, wanted: Annotated[Listing, Query()]) -> Response:
    """Pages through the imports of the workspace, newest first. Those of people need `people:write` to be listed."""
    pages = Pages.of(caller, wanted)
    before = pages.after

    def page(ctx: Context, _: KeyView) -> schemas.ImportList:
        views = imports.newest(ctx, wanted.limit + 1, before)
        more, views = len(views) > wanted.limit, views[: wanted.limit]
        last = (views[-1].created_at, views[-1].id) if more else None
        following = pages.next(last) if last is not None else None
        return schemas.ImportList(data=[schemas.ImportSummary.of(view) for view in views], next=following)

    return await caller.read(page)


@router.post(
    "",
    summary="Bring a file",
    operation_id="bringImport",
    openapi_extra=takes_file(NewImport, SAID),
    responses={**stored(schemas.Import, {201: "The import: a draft, or its dry run."}), **problems(*WRITES, 400, 404)},
)
async def bring_import(caller: Calling) -> Response:
    """Takes a CSV file or an XLSX workbook, tells what its columns hold, and tries it as the settings or a guess say.

    Nothing is imported yet: read the import until its dry run has ended, put its settings right where they are not,
    then start it. Where neither the settings nor a guess suffice to try it, it stays a draft.
    """
    places: Places = caller.request.app.state.upload_places
    async with places.one():
        # before the first byte of the file is taken; a repeated request is answered also where there is no room left
        room = None if await caller.is_repeated() else await caller.look(imports.room)
        async with sent(caller, room) as given:
            return await run_sync(_brought, caller, given)


def _brought(caller: Calling, given: Sent) -> Response:
    """The draft for a file, or the stored answer to the same request; then the file has come once more for nothing."""
    command, settings = given.command, caller.database.settings
    survey_id = survey_named(command.survey) if command.survey is not None else None

    def begin(file: Brought) -> Response:
        def work(ctx: Context) -> schemas.Import:
            return _told(ctx, settling.apply(ctx, file.begin(ctx, command.kind), command, survey_id))

        reply = from_thread.run(partial(caller.write, work, body=given.known_by, status=201))
        if any(name in reply.headers for name in REPLAYED):
            uploads.remove(settings, file.import_id)
        return reply

    return bringing.bring(settings, caller.database.ids, given.file, given.said, begin)


def _told(ctx: Context, view: ImportView) -> schemas.Import:
    return schemas.Import.whole(view, telling.told(ctx, view))


@router.get(
    "/{import_id}",
    summary="Read one import",
    operation_id="getImport",
    response_model=schemas.Import,
    responses=problems(*READS, 404),
)
async def get_import(caller: Calling, import_id: ImportInPath) -> Response:
    """How the file is read, how far it is, and what became of its rows, with the first that were refused."""

    def described(ctx: Context, _: KeyView) -> schemas.Import:
        view = imports.get(ctx, found("imp", import_id))
        path = uploads.refused(ctx.settings, view.id)
        refused = refusals.first_refused(path, view.position, SHOWN)
        told, lacks_worker = telling.told(ctx, view), imports.lacks_worker(ctx, view)
        return schemas.Import.whole(view, told, refused, lacks_worker=lacks_worker)

    return await caller.read(described)


@router.put(
    "/{import_id}/settings",
    summary="Say how the file is read",
    operation_id="settleImport",
    openapi_extra=takes(ImportSettings, SAID),
    responses={**stored(schemas.Import, {200: "The draft, or its dry run."}), **problems(*WRITES, 404)},
)
async def settle_import(caller: Calling, import_id: ImportInPath) -> Response:
    """Replaces the settings of a draft, and tries the file as they say."""
    body = await body_of(caller.request)
    command = ImportSettings.from_json(body)
    wanted = found("imp", import_id)
    survey_id = survey_named(command.survey) if command.survey is not None else None
    view = await caller.look(lambda ctx: imports.get(ctx, wanted))
    other = await run_sync(partial(_examined, caller, view, command))

    def work(ctx: Context) -> schemas.Import:
        return _told(ctx, settling.apply(ctx, imports.get(ctx, wanted), command, survey_id, other))

    return await caller.write(work, body=body)


def _examined(caller: Calling, view: ImportView, command: ImportSettings) -> Source | None:
    """What the file holds when it is read otherwise than before; None where nobody wants that."""
    text = view.source.text
    has_sheet = command.sheet in {None, view.source.sheet}
    has_delimiter = command.delimiter is None or (text is not None and command.delimiter == text.delimiter)
    if has_sheet and has_delimiter:
        return None
    if view.state is not ImportState.DRAFT:
        raise ImportStateForbids
    return source.examine(
        caller.database.settings, view.id, sheet=command.sheet or view.source.sheet, delimiter=command.delimiter
    )


@router.post(
    "/{import_id}/start",
    summary="Start an import",
    operation_id="startImport",
    openapi_extra=keyed_by(),
    responses={**stored(schemas.Import, {200: "The import, waiting for a worker."}), **problems(*WRITES, 404)},
)
async def start_import(caller: Calling, import_id: ImportInPath) -> Response:
    """Carries a settled draft out. A worker does it; read the import to see how far it is."""
    body = await empty_body(caller.request)
    return await caller.write(lambda ctx: _told(ctx, imports.start(ctx, found("imp", import_id))), body=body)


@router.post(
    "/{import_id}/cancel",
    summary="Cancel an import",
    operation_id="cancelImport",
    openapi_extra=keyed_by(),
    responses={**stored(schemas.Import, {200: "The import as it was left."}), **problems(*WRITES, 404)},
)
async def cancel_import(caller: Calling, import_id: ImportInPath) -> Response:
    """Stops it. What it has stored stays stored; a dry run becomes the draft that it was."""
    body = await empty_body(caller.request)
    return await caller.write(lambda ctx: _told(ctx, imports.cancel(ctx, found("imp", import_id))), body=body)


@router.post(
    "/{import_id}/undo",
    summary="Take an import back",
    operation_id="undoImport",
    openapi_extra=takes(UndoImport, {"reason": "The columns were mixed up."}),
    responses={**stored(schemas.ImportSummary, {200: "The import, being taken back."}), **problems(*WRITES, 404)},
)
async def undo_import(caller: Calling, import_id: ImportInPath) -> Response:
    """Makes every answer void that the import stored and nobody changed since; it counts in no score any more.

    A worker does it: the import is `undoing`, then `undone`. The same file can be imported again afterwards, and so can
    later ones that found some of its answers there already. People stay as an import wrote them down.
    """
    body = await body_of(caller.request)
    command = UndoImport.from_json(body)
    wanted = found("imp", import_id)
    return await caller.write(lambda ctx: schemas.ImportSummary.of(undoing.undo(ctx, wanted, command)), body=body)


@router.post(
    "/{import_id}/refused",
    summary="Download the refused rows",
    operation_id="downloadRefusedRows",
    response_class=StreamingResponse,
    responses={200: binary(CSV, "The refused rows, each with its line, column and rule."),
               **problems(401, 403, 404, 410, 413, 415, 422, 503)},
)  # fmt: skip
async def download_refused(caller: Calling, import_id: ImportInPath) -> Response:
    """All refused rows of the last run as CSV, to be mended and brought again. The audit log names who took them."""
    await empty_body(caller.request)
    view = await caller.act(lambda ctx: imports.take_refused(ctx, found("imp", import_id)))
    path = uploads.refused(caller.database.settings, view.id)
    headers = {"Content-Disposition": f'attachment; filename="refused_{view.public_id}.csv"'}
    return StreamingResponse(uploads.pieces(path, view.position), media_type=CSV, headers=headers)
