"""The job that carries an import out: in small units, so that nobody waits for it.

Each unit stores the rows of one chunk together with how far the file is read. A process that dies between two units
loses nothing and stores nothing twice: whoever takes the job over reads the file again and goes on after the last
stored row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, Final, Protocol, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from cxsurvey.core.context import Context
from cxsurvey.core.errors import Kind, NotFound, Refusal
from cxsurvey.core.jobs import queue
from cxsurvey.core.jobs.runner import JobRun
from cxsurvey.responses import undoing as responses
from cxsurvey.surveys.asked import asked_by_id
from cxsurvey.transfer import imports, outlook, queries, uploads
from cxsurvey.transfer.errors import ImportUnknown
from cxsurvey.transfer.files import CsvFile
from cxsurvey.transfer.import_views import UNDER_WAY, ImportState, ImportView
from cxsurvey.transfer.mapping import Columns, find_columns
from cxsurvey.transfer.pace import BESIDE_OTHERS, FIRST, Pace
from cxsurvey.transfer.people_rows import PersonReader
from cxsurvey.transfer.reading import Kind as Of
from cxsurvey.transfer.refusals import RefusedRow, RefusedRows
from cxsurvey.transfer.repeats import Counted, Occurrences, digest_of, repeated
from cxsurvey.transfer.rows import Broken, LeftOut, RowReader, Skipped, Taken, Target, TimeReading, problems_at
from cxsurvey.transfer.scales import Scale
from cxsurvey.transfer.storing import (
    Became,
    PeopleRehearsal,
    PersonRow,
    Rehearsal,
    Store,
    names_of,
    store_answers,
    store_people,
)
from cxsurvey.transfer.times import DateOrder

GIVE_UP: Final = "imports.give_up"
UNDO_GIVEN_UP: Final = (
    "Taking it back was tried again and again and did not come to its end; the log of the server says why. "
    "It can be begun anew."
)
GIVEN_UP: Final = (
    "It was tried again and again and did not come to its end; the log of the server says why. "
    "What is stored stays, and the same file again adds nothing twice."
)
FILE_GONE: Final = (
    "The file of this import is not in the data folder of the process that was to import it. "
    "A worker on another machine needs the same folder “imports” as the server; else bring the file again."
)
Row: TypeAlias = Taken | PersonRow | Skipped | LeftOut | Broken
Cells: TypeAlias = tuple[int, list[str]]
"""A row of a table with its line."""


class Reader(Protocol):
    """Turns rows into what is stored; called for every row of the file, in order."""

    def read(self, line: int, cells: list[str]) -> Any: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """All that one run needs: where rows come from, what they are, and what becomes of them."""

    view: ImportView
    table: CsvFile
    columns: Columns
    reader: Reader
    store: Store[Any]


def run(job: JobRun, pace: Pace = BESIDE_OTHERS, on_progress: Callable[[ImportView], None] = lambda _: None) -> None:
    """Handler of `imports.JOB`. A file that cannot be read ends the import; a database that fails ends this attempt."""
    import_id = UUID(job.args["import"])
    begun = job.write(lambda ctx: _begin(ctx, import_id, job.args["run"]))
    if begun is None:
        return
    try:
        ended = _carry_out(job, _plan(job, begun), pace, on_progress)
        if ended is not None:
            job.write(lambda ctx: _end(ctx, ended))
    except Refusal as refusal:
        if refusal.kind not in {Kind.INVALID, Kind.NOT_FOUND, Kind.TOO_LARGE}:
            raise
        reason = refusal.text
        job.write(lambda ctx: _fail(ctx, import_id, begun.run, reason))


def _begin(ctx: Context, import_id: UUID, run: int) -> ImportView | None:
    """The import to be carried out, from its start or from where another process has left it.

    None for the job of a run that was cancelled, even where the next one waits already.
    """
    row = queries.get(ctx.connection, ctx.workspace, import_id)
    if row is None or row["run"] != run or row["state"] not in UNDER_WAY:
        return None
    values: dict[str, Any] = {"state": ImportState.RUNNING.value}
    if row["state"] == ImportState.WAITING or row["rehearsal"]:
        # a dry run remembers in the process what it has met, so another one begins anew
        values |= {**imports.NOTHING_YET, "started_at": ctx.now}
    if not queries.change(ctx.connection, import_id, (row["state"],), values):
        return None
    return ImportView.of({**row, **values})


def _plan(job: JobRun, view: ImportView) -> Plan:
    settings = job.database.settings
    if not uploads.original(settings, view.id).exists():
        raise ImportUnknown(FILE_GONE)
    table = view.source.table(settings, view.id)
    columns = find_columns(view.reading.mapping, table.header())
    if view.kind is Of.PEOPLE:
        named = Counted(_people_named(job.until_stopped(table.rows()), columns, view.rehearsal))
        store: Store[Any] = PeopleRehearsal(named) if view.rehearsal else store_people
        return Plan(view, table, columns, PersonReader(columns), store)
    repeats = _repeats(job.until_stopped(table.rows()), columns, ("external_id", "respondent"), view.rehearsal)
    rehearsal = Rehearsal(store_answers, repeats, _known_by, _met_as, _adds)
    return Plan(
        view, table, columns, _row_reader(job, view, columns, repeats), rehearsal if view.rehearsal else store_answers
    )


def _row_reader(job: JobRun, view: ImportView, columns: Columns, repeats: frozenset[int]) -> RowReader:
    assert view.survey_id is not None
    with job.read() as ctx:
        asked = asked_by_id(ctx, view.survey_id)
    if asked is None or asked.workspace_id != view.workspace_id:
        raise NotFound("The survey of this import is gone.")
    asked_scale = asked.definition.scale
    return RowReader(
        columns,
        Occurrences(repeats),
        TimeReading(ZoneInfo(view.reading.zone), view.reading.date_order or DateOrder.ISO),
        Scale.of(view.reading.scale, asked_scale.minimum, asked_scale.maximum),
        Target(view.survey_id, view.workspace_id, view.id, view.reading.source),
    )


def _known_by(row: Taken) -> str:
    return row.submission.external_id or ""


def _met_as(row: Taken) -> Became:
    return Became.SAME_RESPONDENT if row.again else Became.KNOWN


def _adds(row: Taken) -> bool:
    return row.again


def _people_named(rows: Iterable[Cells], columns: Columns, is_rehearsal: bool) -> Iterator[bytes]:
    """What the people of a file are known by; reads all of it, like `_repeats`, and tells only a rehearsal of it."""
    for _, cells in rows:
        if is_rehearsal:
            yield from names_of(columns.cell(cells, "external_id"), columns.cell(cells, "email"))


def _repeats(rows: Iterable[Cells], columns: Columns, names: Sequence[str], is_rehearsal: bool) -> frozenset[int]:
    """What comes more than once; reads the whole file, so that one that breaks off is refused before anything.

    An external id that comes again is met in the database; only a rehearsal, which stores none, must know of it.
    """

    def keys() -> Iterator[bytes]:
        for _, cells in rows:
            if not is_rehearsal and columns.cell(cells, "external_id") is not None:
                continue
            own = next((cell for name in names if (cell := columns.cell(cells, name)) is not None), None)
            yield digest_of(cells if own is None else [own.strip()])

    return repeated(keys())


def _carry_out(job: JobRun, plan: Plan, pace: Pace, on_progress: Callable[[ImportView], None]) -> ImportView | None:
    """The import with all its rows read; None when it was cancelled on the way."""
    view, size = plan.view, min(FIRST, pace.most)
    refused = RefusedRows(uploads.refused(job.database.settings, view.id), plan.columns.header)
    rows = ((cells, plan.reader.read(line, cells)) for line, cells in job.until_stopped(plan.table.rows()))
    # what is stored already is read all the same: a row's id may depend on those before it
    for _ in islice(rows, view.tally["rows_read"]):
        pass
    clock = job.database.clock.monotonic
    while chunk := list(islice(rows, size)):
        seconds = 0.0

        def unit(
            ctx: Context, chunk: Sequence[tuple[list[str], Row]] = chunk, seen: ImportView = view
        ) -> ImportView | None:
            nonlocal seconds
            began = clock()
            try:
                return _store(ctx, plan, seen, chunk, refused)
            finally:
                seconds = clock() - began

        stored = job.write(unit, lane_key=view.survey_id)
        if stored is None:
            return None
        view = stored
        on_progress(view)
        size = pace.next_size(len(chunk), seconds)
        job.pause(pace.pause)
    return view


def _store(
    ctx: Context, plan: Plan, view: ImportView, chunk: Sequence[tuple[list[str], Row]], refused: RefusedRows
) -> ImportView | None:
    """One unit: the rows of a chunk, and that they are read. None, and nothing is stored, when the run was cancelled.

    The first statement takes the row, so that from there on nobody cancels this run and starts the next one, which
    would write the same file of refused rows.
    """
    read = view.tally["rows_read"]
    if not queries.change_run(ctx.connection, view.id, view.run, {"rows_read": read + len(chunk)}, rows_read=read):
        return None
    # a comment that a further row adds must be told from what others change later
    ctx.actor = replace(ctx.actor, id=view.id)
    taken = [row for _, row in chunk if isinstance(row, Taken | PersonRow)]
    results = iter(plan.store(ctx, taken) if taken else ())
    tally, times, problems = dict(view.tally), dict(view.times), list[RefusedRow]()
    scores = Counter(view.scores)
    given: list[datetime | None] = [view.first_answered_at, view.last_answered_at]
    for cells, row in chunk:
        tally["rows_read"] += 1
        if isinstance(row, Skipped):
            tally["skipped"] += 1
        elif isinstance(row, LeftOut):
            tally["left_out"] += 1
        elif isinstance(row, Broken):
            tally["refused"] += 1
            problems.append(RefusedRow(cells, row.problems))
        elif isinstance(result := next(results), Refusal):
            tally["refused"] += 1
            problems.append(RefusedRow(cells, problems_at(row.line, result, plan.columns)))
        else:
            tally[result.value] += 1
            if isinstance(row, Taken) and result is Became.STORED:
                if row.oddity is not None:
                    times[row.oddity.value] = times.get(row.oddity.value, 0) + 1
                given.append(row.submission.answered_at)
                if (score := outlook.counted_as(row.submission)) is not None:
                    scores[score] += 1
    position = refused.write(problems, view.position)
    instants = [one for one in given if one is not None]
    told: dict[str, Any] = {
        "times": times,
        "scores": dict(scores),
        "first_answered_at": min(instants, default=None),
        "last_answered_at": max(instants, default=None),
        "position": position,
    }
    queries.change_run(ctx.connection, view.id, view.run, {**tally, **told})
    return replace(view, tally=tally, **told)


def _end(ctx: Context, view: ImportView) -> None:
    state = ImportState.DRAFT if view.rehearsal else ImportState.DONE
    values = {"state": state.value, "finished_at": ctx.now}
    if queries.change_run(ctx.connection, view.id, view.run, values) and not view.rehearsal:
        imports.note(ctx, "import.done", view)


def _fail(ctx: Context, import_id: UUID, run: int, reason: str) -> None:
    values = {"state": ImportState.FAILED.value, "failure": reason[:500], "finished_at": ctx.now}
    queries.fail(ctx.connection, import_id, run, values)


def give_up(job: JobRun) -> None:
    """Handler of `GIVE_UP`: fails the imports whose jobs were given up after their last attempt."""
    with job.read() as ctx:
        candidates = queries.under_way(ctx.connection)
    for import_id, run, state in candidates:

        def unit(ctx: Context, import_id: UUID = import_id, run: int = run, state: str = state) -> None:
            # an import and its job begin in one unit, and it ends before its job does
            if queue.unfinished(ctx.connection, imports.job_key(import_id, run)) is not None:
                return
            if state == ImportState.UNDOING:
                values = {"state": ImportState.FAILED.value, "failure": UNDO_GIVEN_UP}
                if queries.change(ctx.connection, import_id, (state,), values):
                    responses.end(ctx, import_id)
            else:
                _fail(ctx, import_id, run, GIVEN_UP)

        job.write(unit)
