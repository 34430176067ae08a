"""What another system says about a file that it brings: all at once, and what it leaves out is guessed."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal
from uuid import UUID

from pydantic import Field

from cxsurvey.accounts import service as accounts
from cxsurvey.core.command import Command
from cxsurvey.core.context import Context
from cxsurvey.core.text import Line40, Line80, Line200
from cxsurvey.responses.commands import Source as Origin
from cxsurvey.transfer import again, imports, mapping
from cxsurvey.transfer.errors import DatesUnclear, MappingWrong
from cxsurvey.transfer.guessing import guess
from cxsurvey.transfer.import_views import ImportView
from cxsurvey.transfer.reading import Kind, Reading, Zone
from cxsurvey.transfer.scales import ScaleReading
from cxsurvey.transfer.source import Source
from cxsurvey.transfer.times import DateOrder


class ImportSettings(Command):
    """How the file of an import is read.

    What is left out is as it was when the same file was imported before, else as it would be for a new import.
    """

    survey: Line40 | None = None
    """The survey (`srv_…`) that the answers belong to, for a new file; none for people."""
    sheet: Line200 | None = None
    """Of a workbook; its first one when left out."""
    delimiter: Literal[",", ";", "\t", "|"] | None = None
    """Between the cells of a text; found out when left out."""
    mapping: dict[Line80, Line200] | None = Field(default=None, max_length=200)
    """Field to column name, such as `{"score": "Rating"}`; guessed when left out."""
    zone: Zone | None = None
    """For times without an offset; the report zone when left out."""
    date_order: DateOrder | None = None
    """What comes first in dates that are not written as in ISO 8601; found out from the cells when left out."""
    source: Origin = "import"
    """Where the answers come from; ids count per source."""
    scale: ScaleReading = ScaleReading()
    """What the cells of the score column mean, where they are no scores themselves."""
    dry_run: bool = True
    """Whether to try it at once, which stores nothing and tells what would become of the rows."""


class NewImport(ImportSettings):
    """What a file is that is brought, and how it is read."""

    kind: Kind = Kind.RESPONSES


def apply(
    ctx: Context, view: ImportView, settings: ImportSettings, survey_id: UUID | None, found: Source | None = None
) -> ImportView:
    """Settles a draft and tries it, where that is wished.

    A guess that does not suffice is no error: the draft stays open, for somebody to say more, and keeps none of its
    columns that were not said now. Raises what `imports.settle` raises about anything that was said.
    """
    source = found or view.source
    before = again.earlier(ctx, replace(view, source=source))
    if before is not None and survey_id not in {None, before.survey_id}:
        before = None  # another survey has another scale and other follow-ups
    usual = before.reading if before is not None else Reading(zone=accounts.workspace(ctx).report_zone)
    survey_id = survey_id or (before.survey_id if before is not None else None)
    fields = settings.mapping
    is_said = fields is not None
    if fields is None and before is not None:
        fields = usual.mapping
    elif fields is None:
        fields = {one.field: one.column for one in guess(source.profile, view.kind)}
    order = settings.date_order or _usual_order(usual, fields)
    suffices = is_said or _suffices(fields, view.kind, survey_id, order, source)
    said = settings.model_fields_set
    reading = Reading(
        mapping=fields if suffices else {},
        zone=settings.zone or usual.zone,
        date_order=order,
        source=settings.source if "source" in said else usual.source,
        scale=settings.scale if "scale" in said else usual.scale,
    )
    if not suffices:
        if found is not None:
            imports.take_sheet(ctx, view.id, found)
        return imports.keep(ctx, view.id, reading, survey_id if view.kind is Kind.RESPONSES else None)
    settled = imports.settle(ctx, view.id, reading, survey_id, found)
    return imports.start(ctx, view.id, rehearsal=True) if settings.dry_run else settled


def _usual_order(usual: Reading, fields: dict[str, str]) -> DateOrder | None:
    """What came first in dates the last time; nothing where another column holds them now."""
    is_same = usual.mapping.get("answered_at") == fields.get("answered_at")
    return usual.date_order if is_same else None


def _suffices(
    fields: dict[str, str], kind: Kind, survey_id: UUID | None, order: DateOrder | None, source: Source
) -> bool:
    try:
        mapping.check(fields, kind)
        imports.with_date_order(Reading(mapping=fields, date_order=order), source)
    except (MappingWrong, DatesUnclear):
        return False
    return kind is Kind.PEOPLE or survey_id is not None
