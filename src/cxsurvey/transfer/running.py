"""The job that carries an import out: in small units, so that nobody waits for it.

Each unit stores the rows of one chunk together with how far the file is read. A process that dies between two units
loses nothing and stores nothing twice: whoever takes the job over reads the file again and goes on after the last
stored row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final, Protocol, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from cxsurvey.core.context import Context
from cxsurvey.core.errors import Kind, NotFound, Refusal
from cxsurvey.core.jobs.runner import JobRun
from cxsurvey.surveys.asked import asked_by_id
from cxsurvey.transfer import imports, people_rows, queries, uploads
from cxsurvey.transfer.errors import ImportUnknown
from cxsurvey.transfer.files import CsvFile
from cxsurvey.transfer.imports import ImportState, ImportView
from cxsurvey.transfer.mapping import Columns, find_columns
from cxsurvey.transfer.people_rows import PersonReader
from cxsurvey.transfer.reading import Kind as Of
from cxsurvey.transfer.refusals import RefusedRow, RefusedRows
from cxsurvey.transfer.repeats import Occurrences, digest_of, repeated
from cxsurvey.transfer.rows import Broken, LeftOut, RowReader, Skipped, Taken, problems_at
from cxsurvey.transfer.scales import Scale
from cxsurvey.transfer.storing import (
    Became,
    PersonRow,
    Rehearsal,
    Store,
    store_answers,
    store_people,
)

FEWEST: Final = 10
Row: TypeAlias = Taken | PersonRow | Skipped | LeftOut | Broken


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one unit may hold the lane, in seconds, how many rows it may have, and the pause after it."""

    seconds: float
    most: int
    pause: float

    def next_size(self, size: int, seconds: float) -> int:
        """How many rows the next unit takes after one of `size` rows took `seconds`."""
        if seconds <= 0:
            return self.most
        fitting = int(size * 0.75 * self.seconds / seconds)
        return max(FEWEST, min(self.most, fitting, size * 2))


BESIDE_OTHERS: Final = Pace(seconds=0.02, most=250, pause=0.01)
"""In a server or worker, where customers wait for the same lane."""
ALONE: Final = Pace(seconds=0.25, most=2000, pause=0.0)
"""For a command that has the database for itself; a server on Postgres may start meanwhile, so not without end."""


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
        job.write(lambda ctx: _fail(ctx, begun, reason))


def _begin(ctx: Context, import_id: UUID, run: int) -> ImportView | None:
    """The import to be carried out, from its start or from where another process has left it.

    None for the job of a run that was cancelled, even where the next one waits already.
    """
    row = queries.get(ctx.connection, ctx.workspace, import_id)
    if row is None or row["run"] != run or row["state"] not in imports.UNDER_WAY:
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
        raise ImportUnknown("The file of this import is gone. Bring it again.")
    table = view.source.table(settings, view.id)
    columns = find_columns(view.reading.mapping, table.header())
    if view.kind is Of.PEOPLE:
        reader, store, name = PersonReader(columns), store_people, people_rows.known_by
        repeats = _repeats(table, columns, ("external_id", "email"), view.rehearsal)
        rehearsal: Store[Any] = Rehearsal(store, repeats, name, lambda _: Became.KNOWN, lambda _: False)
        return Plan(view, table, columns, reader, rehearsal if view.rehearsal else store)
    repeats = _repeats(table, columns, ("external_id", "respondent"), view.rehearsal)
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
        ZoneInfo(view.reading.zone),
        Scale.of(view.reading.scale, asked_scale.minimum, asked_scale.maximum),
        survey_id=view.survey_id,
        workspace_id=view.workspace_id,
        source=view.reading.source,
    )


def _known_by(row: Taken) -> str:
    return row.submission.external_id or ""


def _met_as(row: Taken) -> Became:
    return Became.SAME_RESPONDENT if row.again else Became.KNOWN


def _adds(row: Taken) -> bool:
    return row.again


def _repeats(table: CsvFile, columns: Columns, names: Sequence[str], is_rehearsal: bool) -> frozenset[int]:
    """What comes more than once; reads the whole file, so that one that breaks off is refused before anything.

    An external id that comes again is met in the database; only a rehearsal, which stores none, must know of it.
    """

    def keys() -> Iterator[bytes]:
        for _, cells in table.rows():
            if not is_rehearsal and columns.cell(cells, "external_id") is not None:
                continue
            own = next((cell for name in names if (cell := columns.cell(cells, name)) is not None), None)
            yield digest_of(cells if own is None else [own.strip()])

    return repeated(keys())


def _carry_out(job: JobRun, plan: Plan, pace: Pace, on_progress: Callable[[ImportView], None]) -> ImportView | None:
    """The import with all its rows read; None when it was cancelled on the way."""
    view, size = plan.view, min(50, pace.most)
    refused = RefusedRows(uploads.refused(job.database.settings, view.id), plan.columns.header)
    rows = ((cells, plan.reader.read(line, cells)) for line, cells in plan.table.rows())
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
    taken = [row for _, row in chunk if isinstance(row, Taken | PersonRow)]
    results = iter(plan.store(ctx, taken) if taken else ())
    tally, times, problems = dict(view.tally), dict(view.times), list[RefusedRow]()
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
            oddity = row.oddity if isinstance(row, Taken) and result is Became.STORED else None
            if oddity is not None:
                times[oddity.value] = times.get(oddity.value, 0) + 1
    position = refused.write(problems, view.position)
    values = {**tally, "times": times, "position": position}
    queries.change_run(ctx.connection, view.id, view.run, values)
    return replace(view, tally=tally, times=times, position=position)


def _end(ctx: Context, view: ImportView) -> None:
    state = ImportState.DRAFT if view.rehearsal else ImportState.DONE
    values = {"state": state.value, "finished_at": ctx.now}
    if queries.change_run(ctx.connection, view.id, view.run, values) and not view.rehearsal:
        imports.note(ctx, "import.done", view)


def _fail(ctx: Context, view: ImportView, reason: str) -> None:
    values = {"state": ImportState.FAILED.value, "failure": reason[:500], "finished_at": ctx.now}
    queries.change_run(ctx.connection, view.id, view.run, values)
