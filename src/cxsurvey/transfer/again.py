"""The same file once more: known by what it holds, whatever it is called now, and read as it was the last time."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from cxsurvey.core.context import Context
from cxsurvey.core.errors import Refusal
from cxsurvey.transfer import imports, queries
from cxsurvey.transfer.import_views import ENDED, UNDER_WAY, ImportState, ImportView
from cxsurvey.transfer.reading import Kind, Reading

LOOKED_AT: Final = 20
"""Imports of one file among which its last one is looked for: each may have read another sheet."""
CARRIED_OUT: Final = (*UNDER_WAY, *ENDED)


def earlier(ctx: Context, view: ImportView) -> ImportView | None:
    """The last import that read the same columns of the same file and was not taken back; None for a new file.

    Dry runs are no imports, and files that were brought before contents were compared are not known again.
    """
    found = _carried_out(ctx, view.kind, view.digest, CARRIED_OUT)
    header = view.source.profile.header
    return next((one for one in found if one.id != view.id and one.source.profile.header == header), None)


def propose(ctx: Context, view: ImportView) -> ImportView:
    """Has a draft read as the earlier import of its file was, where there is one: for somebody to confirm."""
    found = earlier(ctx, view)
    if found is None:
        return view
    try:
        return imports.keep(ctx, view.id, found.reading, found.survey_id)
    except Refusal:
        return view  # the survey has another scale since


def unfinished(ctx: Context, kind: Kind, digest: str, reading: Reading, survey_id: UUID | None) -> ImportView | None:
    """The import that was begun with the same file and the same settings and has not come to its end; else None."""
    found = _carried_out(ctx, kind, digest, UNDER_WAY)
    return next((one for one in found if one.reading.is_as(reading) and one.survey_id == survey_id), None)


def _carried_out(ctx: Context, kind: Kind, digest: str | None, states: Collection[ImportState]) -> list[ImportView]:
    if digest is None:
        return []
    rows = queries.of_file(ctx.connection, ctx.workspace, kind, digest, states, LOOKED_AT)
    return [ImportView.of(row) for row in rows]
