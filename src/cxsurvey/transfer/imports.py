"""Importing answers from a CSV file: never twice, never half a row, and told exactly.

The file is read twice: first to see that all of it is readable and which rows repeat, then row by row into the
use case that every other answer takes. A chunk is stored whole; what was stored stays stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Refusal
from cxsurvey.core.ids import encode
from cxsurvey.responses.commands import Submission
from cxsurvey.responses.submit import SUBMIT, Outcome, Refused, submit
from cxsurvey.transfer.files import CsvFile
from cxsurvey.transfer.mapping import Columns, find_columns
from cxsurvey.transfer.repeats import Occurrences, digest_of, repeated, short
from cxsurvey.transfer.rows import Broken, Found, RowProblem, RowReader, Skipped, Taken, problems_at
from cxsurvey.transfer.times import Oddity

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Import:
    """What to import, whereto and how to read it. `zone` is for times without an offset."""

    file: CsvFile
    columns: Columns
    survey_id: UUID
    workspace_id: UUID
    source: str
    zone: ZoneInfo
    dry_run: bool = False


@dataclass(slots=True)
class Tally:
    """What became of the rows: each is in one of `stored`, `known`, `skipped` and `refused`."""

    rows: int = 0
    stored: int = 0
    known: int = 0
    """There already, from an earlier import or an earlier row with the same id; left as they are."""
    skipped: int = 0
    """Neither score nor comment."""
    refused: int = 0
    times: dict[Oddity, int] = field(default_factory=lambda: dict.fromkeys(Oddity, 0))
    stopped: Refusal | None = None
    """Why the import ended before its last row; the rows after it were not looked at."""
    stopped_at: int = 0
    """The line of the first row that was not looked at."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What the first reading found."""

    rows: int
    repeats: frozenset[int]


def columns_of(file: CsvFile, mapping: dict[str, str]) -> Columns:
    """The mapped columns of a file; raises `FileUnreadable` or `MappingWrong`."""
    return find_columns(mapping, file.header())


def scan(file: CsvFile, columns: Columns) -> Scan:
    """Reads the whole file once; raises `FileUnreadable` before anything is stored."""
    rows = 0

    def keys() -> Iterator[bytes]:
        nonlocal rows
        for _, cells in file.rows():
            rows += 1
            own = columns.cell(cells, "external_id")
            yield digest_of(cells if own is None else [own.strip()])

    repeats = repeated(keys())
    return Scan(rows, repeats)


def run(
    database: Database,
    task: Import,
    scanned: Scan,
    *,
    on_problem: Callable[[RowProblem], None],
    on_progress: Callable[[int], None],
) -> Tally:
    """Imports the file and tells what became of its rows; a dry run stores nothing.

    `on_problem` hears every broken rule in the order of the chunks, `on_progress` how many rows are done. A
    database that fails ends the import early: `stopped` says why, and the same import again goes on from there.
    """
    tally = Tally()
    send = _rehearsal(database, task, scanned.repeats) if task.dry_run else _storing(database, task)
    found = _found(task, scanned)
    while chunk := list(islice(found, CHUNK)):
        taken = [row for row in chunk if isinstance(row, Taken)]
        try:
            outcomes = send(taken) if taken else []
        except Refusal as refusal:
            tally.stopped, tally.stopped_at = refusal, chunk[0].line
            return tally
        for problem in _counted(tally, chunk, outcomes, task.columns):
            on_problem(problem)
        on_progress(tally.rows)
    return tally


def _found(task: Import, scanned: Scan) -> Iterator[Found]:
    reader = RowReader(
        task.columns,
        Occurrences(scanned.repeats),
        task.zone,
        survey=(task.survey_id, encode("srv", task.survey_id)),
        workspace_id=task.workspace_id,
        source=task.source,
    )
    return (reader.read(line, cells) for line, cells in task.file.rows())


def _counted(
    tally: Tally, chunk: Sequence[Found], outcomes: Sequence[Outcome], columns: Columns
) -> Iterator[RowProblem]:
    became = iter(outcomes)
    for row in chunk:
        tally.rows += 1
        if isinstance(row, Skipped):
            tally.skipped += 1
        elif isinstance(row, Broken):
            tally.refused += 1
            yield from row.problems
        else:
            outcome = next(became)
            if isinstance(outcome, Refused):
                tally.refused += 1
                yield from problems_at(row.line, outcome.refusal, columns)
                continue
            tally.stored += outcome.created
            tally.known += not outcome.created
            if row.oddity is not None and outcome.created:
                tally.times[row.oddity] += 1


def _storing(database: Database, task: Import) -> Callable[[Sequence[Taken]], list[Outcome]]:
    def send(rows: Sequence[Taken]) -> list[Outcome]:
        items = [row.submission for row in rows]
        return database.hot(SUBMIT, items, share=Share.JOBS, lane_key=task.survey_id)

    return send


def _rehearsal(database: Database, task: Import, repeats: frozenset[int]) -> Callable[[Sequence[Taken]], list[Outcome]]:
    """Stores each chunk and undoes it, remembering the repeated ids of it that later chunks would have met."""
    met: set[bytes] = set()

    def send(rows: Sequence[Taken]) -> list[Outcome]:
        items = [row.submission for row in rows]
        outcomes = database.write(lambda ctx: _rehearsed(ctx, items), share=Share.JOBS, lane_key=task.survey_id)
        before = frozenset(met)
        return [_as_met(row, outcome, before) for row, outcome in zip(rows, outcomes, strict=True)]

    def _as_met(row: Taken, outcome: Outcome, before: frozenset[bytes]) -> Outcome:
        key = digest_of([row.submission.external_id or ""])
        if isinstance(outcome, Refused) or short(key) not in repeats:
            return outcome
        met.add(key)
        return replace(outcome, created=outcome.created and key not in before)

    return send


def _rehearsed(ctx: Context, items: Sequence[Submission]) -> list[Outcome]:
    savepoint = ctx.connection.begin_nested()
    try:
        return submit(ctx, items)
    finally:
        ctx.abandon()
        savepoint.rollback()
        ctx.events, ctx.jobs, ctx.deltas = [], [], {}
