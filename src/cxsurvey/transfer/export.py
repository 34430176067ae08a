"""Answers as a table for spreadsheets: CSV in pages, each its own read, safe to open.

A cell that a spreadsheet would run as a formula gets an apostrophe in front; numbers stay numbers.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from io import StringIO
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core import audit
from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode
from cxsurvey.insights import listing
from cxsurvey.insights.filters import EVERYTHING, Filter
from cxsurvey.insights.listing import AskedFollowUp, Day
from cxsurvey.insights.periods import Period
from cxsurvey.insights.reports import SurveyLine
from cxsurvey.insights.service import survey_line
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.responses import service as responses
from cxsurvey.responses.contacts import consent_in
from cxsurvey.responses.states import ResponseState
from cxsurvey.responses.views import ResponseView

PAGE: Final = 1000
"""Answers per read."""
IDS_A_READ: Final = 20_000
"""Ids fetched at once, unless a single day holds more."""
BOM: Final = "\ufeff"
RISKY: Final = frozenset("=+-@\t\r\n\x00＝＋－＠")
"""First characters that make a spreadsheet run a cell, also in their full-width forms."""

Cell = str | int | float | bool | None
Read = Callable[[Callable[[Context], Any]], Any]
"""Runs a function in a reading context of its own, with the caller's rights established anew."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be downloaded. `follow_ups` has a column each after the fixed ones."""

    survey: SurveyLine
    period: Period
    states: tuple[ResponseState, ...]
    days: tuple[Day, ...]
    segment_names: Mapping[str, str]
    follow_ups: tuple[AskedFollowUp, ...]
    only: Filter = EVERYTHING

    @property
    def count(self) -> int:
        """How many answers it holds when it is ordered."""
        return sum(day.count for day in self.days)

    @property
    def filename(self) -> str:
        """A plain name for the file."""
        return filename("responses", self.survey, self.period)


def filename(what: str, survey: SurveyLine, period: Period) -> str:
    """The name of a downloaded file: what it holds, the code of the survey, and both days."""
    days = "all" if period.before is None else f"{period.since}_{period.last_day}"
    return f"{what}_{survey.code}_{days}.csv"


def days_of(period: Period) -> dict[str, str]:
    """The days of a download for the audit log, the last one included; `since` is left out for all of time."""
    first, until = period.first_day, period.last_day.isoformat()
    return {"since": first.isoformat(), "until": until} if first is not None else {"until": until}


def first_cell(first: date | None) -> Cell:
    """The first day of a stretch in a table; an empty cell for all of time."""
    return first.isoformat() if first is not None else None


def order(
    ctx: Context,
    survey_id: UUID,
    period: Period,
    states: Sequence[ResponseState],
    only: Filter = EVERYTHING,
) -> Order:
    """Settles what a download will hold and records in the audit log that it was asked for."""
    require(ctx, Grant.EXPORT)
    survey = survey_line(ctx, survey_id, only.scale)
    made = Order(
        survey=survey,
        period=period,
        states=tuple(states),
        days=tuple(listing.days_with(ctx, survey, period, states, only)),
        segment_names=listing.segment_names(ctx),
        follow_ups=listing.follow_ups_of(ctx, survey),
        only=only,
    )
    audit.record(
        ctx,
        "responses.exported",
        encode("srv", survey_id),
        name=made.survey.name,
        states=[state.value for state in states],
        **days_of(period),
        count=made.count,
        filter=sorted(only.query),
    )
    return made


def rows(made: Order, read: Read) -> Iterator[list[Cell]]:
    """The heading and then every answer, oldest day first; each page of answers is a read of its own."""
    yield heading(made)
    for days in _batches(made.days):
        ids: list[UUID] = read(
            partial(listing.ids_of, survey=made.survey, days=days, states=made.states, only=made.only)
        )
        for start in range(0, len(ids), PAGE):
            page: list[ResponseView] = read(partial(responses.some, response_ids=ids[start : start + PAGE]))
            # an answer may have changed its state since its id was read
            yield from (row(made, answer) for answer in page if answer.state in made.states)


def as_csv(lines: Iterator[list[Cell]], *, bom: bool) -> Iterator[bytes]:
    """UTF-8 CSV with CR LF, a piece for every hundred lines; `bom` is for spreadsheets that need to be told."""
    if bom:
        yield BOM.encode()
    buffer = StringIO()
    writer = csv.writer(buffer)
    for number, cells in enumerate(lines, 1):
        writer.writerow([safe(cell) for cell in cells])
        if number % 100 == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def safe(cell: Cell) -> str | int | float:
    """A cell that no spreadsheet runs: an apostrophe before text that begins like a formula; NUL is dropped.

    >>> safe("=1+1"), safe("-3 degrees"), safe(-3), safe(None)
    ("'=1+1", "'-3 degrees", -3, '')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return cell
    text = cell.replace("\x00", "")
    return f"'{text}" if cell[:1] in RISKY or cell.lstrip(" \u00a0\u3000")[:1] in RISKY else text


def heading(made: Order) -> list[Cell]:
    """The names of the columns; those of times name the zone."""
    return [
        "response_id",
        "survey",
        f"report_day ({made.period.zone})",
        f"answered_at ({made.period.zone})",
        "answered_at (UTC)",
        "state",
        "state_reason",
        "score",
        "group",
        "comment",
        *(f"follow_up: {each.question}" for each in made.follow_ups),
        *(made.segment_names.get(key, key) for key in SEGMENT_KEYS),
        "person_name",
        "person_email",
        "person_external_id",
        "locale",
        "source",
        "external_id",
        "attributes",
        "contact",
        "claims",
    ]


def _group(made: Order, answer: ResponseView) -> str | None:
    formula, score = made.survey.formula, answer.score
    return formula.group_of(score) if score is not None and score in formula.scale else None


def row(made: Order, answer: ResponseView) -> list[Cell]:
    """The cells of one answer. In anonymous surveys only the day is told."""
    anonymous = made.survey.anonymous
    local = answer.answered_at.astimezone(ZoneInfo(made.period.zone))
    person = answer.person
    return [
        answer.public_id,
        made.survey.name,
        answer.report_day.isoformat(),
        None if anonymous else local.isoformat(sep=" ", timespec="seconds"),
        None if anonymous else answer.answered_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        answer.state,
        answer.reason,
        answer.score,
        _group(made, answer),
        answer.comment,
        *(each.cell(answer.follow_ups.get(each.id)) for each in made.follow_ups),
        *(answer.segments.get(key) for key in SEGMENT_KEYS),
        person.name if person else None,
        person.email if person else None,
        person.external_id if person else None,
        answer.locale,
        answer.source,
        answer.external_id,
        _json(answer.attributes),
        _contact(answer),
        _json(answer.claims),
    ]


def _contact(answer: ResponseView) -> str | None:
    """The address of a customer who agreed to be contacted about this answer; nobody has checked it."""
    consent = consent_in(answer.claims)
    return str(consent["address"]) if consent is not None else None


def _json(values: Mapping[str, Any]) -> str | None:
    return json.dumps(values, ensure_ascii=False, sort_keys=True) if values else None


def _batches(days: Sequence[Day]) -> Iterator[list[Day]]:
    batch: list[Day] = []
    for day in days:
        if batch and sum(each.count for each in batch) + day.count > IDS_A_READ:
            yield batch
            batch = []
        batch.append(day)
    if batch:
        yield batch


def _taken(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
