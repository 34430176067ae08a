"""`cxsurvey import`: responses and people from a CSV file or a workbook.

Beside a running server the file is handed to its worker, and the command looks on; alone it carries the job out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cxsurvey.cli.installation import fail

if TYPE_CHECKING:
    from cxsurvey.cli.imports_carrying import Wanted

commands = typer.Typer(help="Bring in what other tools know.", no_args_is_help=True)

ALL_STORED, SOME_REFUSED, NOTHING_DONE = 0, 1, 2

File = Annotated[Path, typer.Argument(help="A CSV file or an XLSX workbook; its first row names the columns.")]
Delimiter = Annotated[str | None, typer.Option(help="What separates the cells of a CSV file. Default: a guess.")]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a workbook. Default: the first.")]
InWorkspace = Annotated[str | None, typer.Option(help="Needed when there are several workspaces.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what would happen; store nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Values = Annotated[str | None, typer.Option(help="Values that stand for “I do not know”, comma separated.")]


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    app.add_typer(commands, name="import")


# Typer reads the options from the parameters, so there are as many as options.
@commands.command()
def responses(  # noqa: PLR0913
    file: File,
    *,
    survey: Annotated[str, typer.Option(help="The survey's id, code or name.")],
    maps: Annotated[list[str], typer.Option("--map", help="FIELD=COLUMN, such as score=Rating; repeatable.")],
    zone: Annotated[str | None, typer.Option(help="Zone of times without an offset. Default: the workspace's.")] = None,
    date_order: Annotated[
        str | None,
        typer.Option(help="What comes first in dates: iso, day-first or month-first. Default: as the cells say."),
    ] = None,
    source: Annotated[str, typer.Option(help="Where the responses come from; ids count per source.")] = "import",
    scale_map: Annotated[
        str | None, typer.Option(help="VALUE=SCORE, comma separated, such as “Very likely=5,Likely=4”.")
    ] = None,
    is_reversed: Annotated[
        bool, typer.Option("--reversed", help="The numbers run the other way: 1 is best where 5 is.")
    ] = False,
    exclude: Annotated[
        str | None, typer.Option(help="Values of the score column whose rows are left out, comma separated.")
    ] = None,
    unknown: Values = None,
    delimiter: Delimiter = None,
    sheet: Sheet = None,
    workspace: InWorkspace = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Import responses. The same file again adds nothing: rows are known by their id or by all they say.

    Fields of an answer: score, comment, answered_at, external_id, respondent and locale; of the customer:
    person.email, person.external_id, person.name and person.locale; segments: touchpoint, channel, language, country,
    agent, team, department, attribute_1, attribute_2, attribute_3 and attribute_4; and attributes.NAME and
    follow_ups.ID. The first row of a respondent gives the answer; later ones add their comments to it.

    Exit code 0: everything is stored; 1: some rows were refused; 2: nothing was done.
    """
    from cxsurvey.cli.imports_carrying import Wanted, scale_of
    from cxsurvey.transfer import mapping
    from cxsurvey.transfer.reading import Kind

    with _told():
        wanted = Wanted(
            kind=Kind.RESPONSES,
            file=file,
            mapping=mapping.parse(maps),
            scale=scale_of(scale_map, exclude, unknown, is_reversed=is_reversed),
            survey=survey,
            zone=zone,
            date_order=date_order,
            source=source.strip(),
            delimiter=_one_character(delimiter),
            sheet=sheet,
            workspace=workspace,
            dry_run=dry_run,
        )
    _carry_out(wanted, as_json=as_json)


@commands.command()
def people(
    file: File,
    *,
    maps: Annotated[list[str], typer.Option("--map", help="FIELD=COLUMN, such as email=Mail; repeatable.")],
    delimiter: Delimiter = None,
    sheet: Sheet = None,
    workspace: InWorkspace = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Import customers. One who is known, by external id or address, is updated; nobody is ever merged.

    Fields of a person: email, external_id, name, locale and attributes.NAME.

    Exit code 0: everybody is written down; 1: some rows were refused; 2: nothing was done.
    """
    from cxsurvey.cli.imports_carrying import Wanted
    from cxsurvey.transfer import mapping
    from cxsurvey.transfer.reading import Kind

    with _told():
        wanted = Wanted(
            kind=Kind.PEOPLE,
            file=file,
            mapping=mapping.parse(maps, Kind.PEOPLE),
            delimiter=_one_character(delimiter),
            sheet=sheet,
            workspace=workspace,
            dry_run=dry_run,
        )
    _carry_out(wanted, as_json=as_json)


@commands.command()
def undo(
    import_id: Annotated[str, typer.Argument(help="The import's id, imp_….")],
    *,
    reason: Annotated[str, typer.Option(help="Why; kept with the responses and in the audit log.")],
    workspace: InWorkspace = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Take an import of responses back. What somebody changed since is left alone; the file can be imported again.

    Its responses become void and count in no score any more. People stay as an import wrote them down.

    Exit code 0: it is taken back; 1: a worker still has to go on with it; 2: nothing was done.
    """
    from cxsurvey.cli import imports_undoing

    with _told():
        done = imports_undoing.take_back(import_id, reason, workspace, dry_run=dry_run, as_json=as_json)
    raise typer.Exit(ALL_STORED if done else SOME_REFUSED)


def _carry_out(wanted: Wanted, *, as_json: bool) -> None:
    from cxsurvey.cli import imports_carrying, imports_output
    from cxsurvey.transfer.import_views import ImportState

    with _told():
        outcome = imports_carrying.carry_out(wanted, quiet=as_json)
    imports_output.tell(outcome, as_json=as_json)
    tally = outcome.view.tally
    if not tally["refused"] and outcome.view.state in {ImportState.DONE, ImportState.DRAFT}:
        raise typer.Exit(ALL_STORED)
    done = tally["stored"] + tally["changed"] + tally["known"] + tally["same_respondent"]
    raise typer.Exit(SOME_REFUSED if done else NOTHING_DONE)


@contextmanager
def _told() -> Iterator[None]:
    """Ends the command with one sentence and exit code 2 where something is not possible."""
    from cxsurvey import cli

    try:
        yield
    except typer.Exit:
        raise typer.Exit(NOTHING_DONE) from None
    except Exception as error:
        sentence = cli.expected(error)
        if sentence is None:
            raise
        fail(sentence, NOTHING_DONE)


def _one_character(delimiter: str | None) -> str | None:
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        fail("--delimiter takes one character, such as ';'.", NOTHING_DONE)
    return delimiter
