"""`cxsurvey import responses`: answers from a CSV file."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from cxsurvey.cli.installation import fail, open_database, read_settings_and_engines

if TYPE_CHECKING:
    from cxsurvey.cli.imports_output import Outcome
    from cxsurvey.core.db.database import Database
    from cxsurvey.transfer.files import CsvFile
    from cxsurvey.transfer.imports import Import, Scan
    from cxsurvey.transfer.mapping import Columns

commands = typer.Typer(help="Bring in what other tools know.", no_args_is_help=True)

ALL_STORED, SOME_REFUSED, NOTHING_DONE = 0, 1, 2


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    app.add_typer(commands, name="import")


# Typer reads the options from the parameters, so there are as many as options.
@commands.command()
def responses(  # noqa: PLR0913
    file: Annotated[Path, typer.Argument(help="A CSV file in UTF-8 with a header row.")],
    *,
    survey: Annotated[str, typer.Option(help="The survey's id, code or name.")],
    mapping: Annotated[list[str], typer.Option("--map", help="FIELD=COLUMN, such as score=Rating; repeatable.")],
    zone: Annotated[str | None, typer.Option(help="Zone of times without an offset. Default: the workspace's.")] = None,
    source: Annotated[str, typer.Option(help="Where the answers come from; ids count per source.")] = "import",
    delimiter: Annotated[str, typer.Option(help="What separates the cells.")] = ",",
    workspace: Annotated[str | None, typer.Option(help="Needed when there are several workspaces.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen; store nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Import answers. The same file again adds nothing: rows are known by their id or by all they say.

    Fields of an answer: score, comment, answered_at, external_id and locale; of the customer: person.email,
    person.external_id, person.name and person.locale; segments: touchpoint, channel, language, country, agent,
    team, department, attribute_1, attribute_2, attribute_3 and attribute_4; and attributes.NAME and follow_ups.ID.

    Exit code 0: everything is stored; 1: some rows were refused; 2: nothing was done.
    """
    from cxsurvey import cli
    from cxsurvey.cli import imports_output
    from cxsurvey.core.db import serving
    from cxsurvey.transfer import imports
    from cxsurvey.transfer import mapping as mappings
    from cxsurvey.transfer.files import CsvFile

    try:
        if len(delimiter) != 1 or delimiter in '"\r\n':
            fail("--delimiter takes one character, such as ';'.", NOTHING_DONE)
        table = CsvFile(file, delimiter)
        columns = imports.columns_of(table, mappings.parse(mapping))
        with ExitStack() as stack:
            database = _alone(stack)
            task = _task(database, table, columns, _Wanted(survey, workspace, zone, source, dry_run))
            with imports_output.reading(quiet=as_json):
                scanned = imports.scan(table, columns)
            outcome = _imported(database, task, scanned, quiet=as_json)
    except serving.InUse as reason:
        fail(f"An import needs the database for itself, for now. {reason}.", NOTHING_DONE)
    except typer.Exit:
        raise typer.Exit(NOTHING_DONE) from None
    except Exception as error:
        sentence = cli.expected(error)
        if sentence is None:
            raise
        fail(sentence, NOTHING_DONE)
    imports_output.tell(outcome, as_json=as_json)
    raise typer.Exit(_exit_code(outcome))


def _alone(stack: ExitStack) -> Database:
    """The database, with servers and workers kept out until the stack unwinds."""
    from cxsurvey.core.clock import SystemClock
    from cxsurvey.core.db import serving

    settings, engines = read_settings_and_engines()
    stack.callback(engines.dispose)
    stack.enter_context(serving.alone(engines, SystemClock().now()))
    return stack.enter_context(open_database(settings, checkpoints=True))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was typed, still to be looked up."""

    survey: str
    workspace: str | None
    zone: str | None
    source: str
    dry_run: bool


def _task(database: Database, table: CsvFile, columns: Columns, wanted: _Wanted) -> Import:
    from cxsurvey.cli.choosing import enter, survey_named
    from cxsurvey.transfer.errors import NothingAsked
    from cxsurvey.transfer.imports import Import

    with database.read() as ctx:
        place = enter(ctx, wanted.workspace)
        survey = survey_named(ctx, wanted.survey)
    if survey.published is None:
        raise NothingAsked
    zone = _zone(wanted.zone or place.report_zone)
    return Import(table, columns, survey.id, place.id, wanted.source.strip(), zone, wanted.dry_run)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        fail(f"--zone must be a time zone such as Europe/London, not “{name}”.", NOTHING_DONE)


def _imported(database: Database, task: Import, scanned: Scan, *, quiet: bool) -> Outcome:
    from cxsurvey.cli.imports_output import Outcome, ProblemFile, progress
    from cxsurvey.transfer import imports

    with ProblemFile(task.file.path) as problems, progress(scanned.rows, quiet=quiet) as advance:
        tally = imports.run(database, task, scanned, on_problem=problems.add, on_progress=advance)
        return Outcome(task, tally, problems)


def _exit_code(outcome: Outcome) -> int:
    tally = outcome.tally
    done = tally.stored + tally.known
    if not tally.refused and tally.stopped is None:
        return ALL_STORED
    return SOME_REFUSED if done else NOTHING_DONE
