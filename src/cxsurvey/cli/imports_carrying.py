"""How the command line carries an import out: itself where it is alone, else by the worker of a running server."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID

from cxsurvey.cli import beside
from cxsurvey.cli.beside import Here
from cxsurvey.cli.choosing import enter, survey_named
from cxsurvey.cli.imports_output import Outcome, grouped, progress
from cxsurvey.cli.installation import fail, tell, warn
from cxsurvey.core.context import OPERATOR, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Refusal
from cxsurvey.core.jobs import queue
from cxsurvey.transfer import again, bringing, imports, outlook, refusals, running, scales, telling, uploads
from cxsurvey.transfer.bringing import Brought, Said
from cxsurvey.transfer.cautions import Caution
from cxsurvey.transfer.errors import FileUnreadable, ImportInTheWay, NothingAsked, ScaleWrong
from cxsurvey.transfer.import_views import ImportView
from cxsurvey.transfer.pace import ALONE
from cxsurvey.transfer.reading import Kind, Reading
from cxsurvey.transfer.scales import Scale, ScaleReading
from cxsurvey.transfer.telling import Told

T = TypeVar("T")

NOTHING_DONE: Final = 2
SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed, still to be looked up."""

    kind: Kind
    file: Path
    mapping: dict[str, str]
    scale: ScaleReading = field(default_factory=ScaleReading)
    survey: str | None = None
    zone: str | None = None
    date_order: str | None = None
    source: str = "import"
    delimiter: str | None = None
    sheet: str | None = None
    workspace: str | None = None
    dry_run: bool = False


def scale_of(scale_map: str | None, exclude: str | None, unknown: str | None, *, is_reversed: bool) -> ScaleReading:
    """How the score column is read; raises `ScaleWrong` for what is no such saying."""
    scores: dict[str, object] = {}
    for pair in _listed(scale_map):
        value, equals, score = pair.rpartition("=")
        if not equals or not value.strip() or not score.strip().isdecimal():
            raise ScaleWrong(f"--scale-map takes VALUE=SCORE such as “Very likely=5”, not “{pair}”.")
        scores[value.strip()] = int(score)
    said = {"scores": scores, "unknown": _listed(unknown), "left_out": _listed(exclude), "reversed": is_reversed}
    try:
        return ScaleReading.from_fields(said)
    except Refusal as refusal:
        problem = refusal.problems[0]
        raise ScaleWrong(f"{problem.field.partition('.')[2] or 'A scale'} {problem.message}.") from None


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def carry_out(wanted: Wanted, *, quiet: bool) -> Outcome:
    """Brings the file, imports it or tries that, and tells what became of its rows."""
    with beside.opened() as here:
        database = here.database
        view, scale = _begun(here, wanted)
        try:
            if view.is_under_way:
                tell(f"Going on with {view.public_id}: the same file and settings, {_how_far(view)}.")
            else:
                if not wanted.dry_run:
                    _warn(database, view)
                view = _started(database, view, wanted)
            ended = _ended(here, view, quiet=quiet)
            return _told(database, wanted, ended, scale)
        finally:
            if wanted.dry_run:
                _forget(database, view)


def _begun(here: Here, wanted: Wanted) -> tuple[ImportView, Scale | None]:
    """A settled draft, or the import of the same file and settings that has not come to its end.

    Nothing is left behind where the file or what was said of it is not right.
    """
    database = here.database
    if not wanted.file.is_file():
        raise FileUnreadable(f"{wanted.file} cannot be read: No such file or directory.")
    with database.read() as ctx:
        workspace = enter(ctx, wanted.workspace)
        survey = survey_named(ctx, wanted.survey) if wanted.survey is not None else None
    if survey is not None and survey.published is None:
        raise NothingAsked
    try:
        reading = Reading.from_fields(
            {
                "mapping": wanted.mapping,
                "zone": wanted.zone or workspace.report_zone,
                "date_order": wanted.date_order,
                "source": wanted.source,
                "scale": wanted.scale,
            }
        )
    except Refusal as refusal:
        problem = refusal.problems[0]
        fail(f"--{problem.field.replace('_', '-')} {problem.message}.", NOTHING_DONE)

    asked = survey.published.scale if survey is not None and survey.published is not None else None
    scale = Scale.of(reading.scale, asked.minimum, asked.maximum) if asked is not None else None
    survey_id = survey.id if survey is not None else None
    left = _left_unfinished(here, wanted, workspace.slug, reading, survey_id)
    if left is not None:
        return left, scale

    def begin(brought: Brought) -> ImportView:
        def unit(ctx: Context) -> ImportView:
            enter(ctx, workspace.slug)
            brought.begin(ctx, wanted.kind)
            return imports.settle(ctx, brought.import_id, reading, survey_id)

        return database.write(unit, share=Share.JOBS)

    with wanted.file.open("rb") as file:
        said = Said(wanted.file.name, wanted.sheet, wanted.delimiter)
        try:
            return bringing.bring(database.settings, database.ids, file, said, begin), scale
        except KeyboardInterrupt:
            tell("Nothing was imported.")
            raise


def _left_unfinished(
    here: Here, wanted: Wanted, slug: str, reading: Reading, survey_id: UUID | None
) -> ImportView | None:
    """What Ctrl-C has left of the same command, where its job can be taken up now."""
    if wanted.dry_run:
        return None
    digest = uploads.digest_of(wanted.file)
    with here.database.read() as ctx:
        enter(ctx, slug)
        found = again.unfinished(ctx, wanted.kind, digest, reading, survey_id)
        if found is None or (here.is_alone and imports.is_held(ctx, found)):
            return None
        return found


def _started(database: Database, view: ImportView, wanted: Wanted) -> ImportView:
    """The import on its way. Its draft does not stay where another import is in the way: the command is typed again."""
    try:
        return database.write(_as_operator(view, partial(_start, view.id, wanted)), share=Share.JOBS)
    except ImportInTheWay:
        if not wanted.dry_run:  # whose draft goes whatever happens
            _forget(database, view)
        raise


def _start(import_id: UUID, wanted: Wanted, ctx: Context) -> ImportView:
    return imports.start(ctx, import_id, rehearsal=wanted.dry_run)


def _as_operator(view: ImportView, work: Callable[[Context], T]) -> Callable[[Context], T]:
    """The work in the workspace of the import."""

    def unit(ctx: Context) -> T:
        ctx.actor, ctx.workspace_id = OPERATOR, view.workspace_id
        return work(ctx)

    return unit


def _ended(here: Here, view: ImportView, *, quiet: bool) -> ImportView:
    """Waits for the end of the import and shows how far it is."""
    with here.database.read() as ctx:
        job_id = queue.unfinished(ctx.connection, imports.job_key(view.id, view.run))
    with progress(view.rows, quiet=quiet) as advance:

        def has_ended() -> bool:
            seen = _seen(here.database, view)
            advance(seen.tally["rows_read"])
            return not seen.is_under_way

        try:
            beside.wait(here, job_id, {imports.JOB: partial(running.run, pace=ALONE)}, has_ended)
        except KeyboardInterrupt:
            if not view.rehearsal:
                _tell_how_far(_seen(here.database, view))
            raise
    return _seen(here.database, view)


def _tell_how_far(view: ImportView) -> None:
    """For who has stopped looking on."""
    tell(f"{_how_far(view)}. Or type the same command again to go on now; nothing is stored twice.")


def _how_far(view: ImportView) -> str:
    return f"{grouped(view.tally['rows_read'])} of {grouped(view.rows)} rows are done"


def _seen(database: Database, view: ImportView) -> ImportView:
    with database.read() as ctx:
        return _as_operator(view, lambda ctx: imports.get(ctx, view.id))(ctx)


def _told(database: Database, wanted: Wanted, view: ImportView, scale: Scale | None) -> Outcome:
    path = uploads.refused(database.settings, view.id)
    beside, unwritable = wanted.file.with_name(f"{wanted.file.stem}.errors.csv"), None
    if view.position:
        try:
            _copy(path, beside, view.position)
        except OSError as error:
            unwritable = error.strerror or "cannot be written"
    stopped = view.failure
    if view.is_under_way:
        with database.read() as ctx:
            job_id = queue.unfinished(ctx.connection, imports.job_key(view.id, view.run))
            job = queue.progress(ctx.connection, job_id) if job_id is not None else None
        stopped = (job.error if job is not None else None) or "the database could not be reached"
    with database.read() as ctx:
        told = _as_operator(view, partial(_beside, view))(ctx)
    column = view.source.profile.column(view.reading.mapping.get("score", ""))
    return Outcome(
        path=wanted.file,
        view=view,
        scores=scales.score_values(column, scale) if scale is not None else [],
        problems=refusals.first_refused(path, view.position, SHOWN),
        problem_file=beside if view.position and unwritable is None else None,
        unwritable=unwritable,
        dry_run=wanted.dry_run,
        stopped=stopped,
        told=told,
    )


def _beside(view: ImportView, ctx: Context) -> Told:
    return Told(again.earlier(ctx, view), outlook.expected(ctx, view), _cautions(view, ctx))


def _cautions(view: ImportView, ctx: Context) -> tuple[Caution, ...]:
    return telling.warnings(ctx, view, view.reading, view.survey_id)


def _warn(database: Database, view: ImportView) -> None:
    """What a dry run would have told first, before anything is stored."""
    with database.read() as ctx:
        found = _as_operator(view, partial(_cautions, view))(ctx)
    for one in found:
        warn(one.text)


def _copy(path: Path, target: Path, size: int) -> None:
    shutil.copyfile(path, target)
    with target.open("r+b") as file:
        file.truncate(size)


def _forget(database: Database, view: ImportView) -> None:
    def forget(ctx: Context) -> None:
        found = imports.get(ctx, view.id)
        if found.is_under_way:
            imports.cancel(ctx, view.id)
        imports.discard(ctx, view.id)

    database.write(_as_operator(view, forget), share=Share.JOBS)
    uploads.remove(database.settings, view.id)
