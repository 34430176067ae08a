"""``cxsurvey score``: a score with its interval from a CSV file or from counts, nothing stored."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cxsurvey.cli.score_definition import Wanted, definition_of
from cxsurvey.cli.score_input import Columns, InputError, Reason, parse_codes, parse_counts, read_tallies
from cxsurvey.scoring.counts import ScoreCounts
from cxsurvey.scoring.errors import ScoringError
from cxsurvey.scoring.intervals import checked_confidence
from cxsurvey.scoring.methods import method_for, method_names
from cxsurvey.scoring.results import Result
from cxsurvey.scoring.scales import Definition, Metric
from cxsurvey.scoring.score import score

if TYPE_CHECKING:
    from cxsurvey.cli.score_output import Report


def register(app: typer.Typer) -> None:
    """Add the command to the application's command line."""
    app.command("score")(score_command)


# Typer reads the options from the parameters, so there are as many as options.
def score_command(  # noqa: PLR0913
    file: Annotated[Path | None, typer.Argument(help="A CSV file in UTF-8 with a header row.")] = None,
    *,
    metric: Annotated[str, typer.Option(help="What to score: nps, csat or ces.")] = Metric.NPS.value,
    column: Annotated[str | None, typer.Option(help="The column that holds the scores.")] = None,
    scale: Annotated[
        str | None, typer.Option(help="The scale, such as 1-7. Usual: nps 0-10, csat 1-5, ces 1-7.")
    ] = None,
    top: Annotated[str | None, typer.Option(help="The scores that count as good, such as 4,5.")] = None,
    is_reversed: Annotated[bool, typer.Option("--reversed", help="The lowest score is the best one.")] = False,
    definition: Annotated[
        str | None, typer.Option(help="A reading by its key, such as ces-1-5-reversed-mean/1.")
    ] = None,
    by: Annotated[str | None, typer.Option(help="Score each value of this column on its own.")] = None,
    respondent: Annotated[
        str | None,
        typer.Option(help="Count only the first row of each value of this column. Rows without a value all count."),
    ] = None,
    exclude: Annotated[str | None, typer.Option(help="Numbers that are no scores, such as 98,99.")] = None,
    unknown: Annotated[str | None, typer.Option(help="Numbers that stand for “I do not know”.")] = None,
    unknown_in_base: Annotated[
        bool, typer.Option(help="Count those in the base of the share instead of leaving them out.")
    ] = False,
    counts: Annotated[
        str | None,
        typer.Option(help="Counts instead of a file: promoters=12,passives=3,detractors=5 or 9=12,7=3."),
    ] = None,
    confidence: Annotated[float, typer.Option(help="Between 0 and 1.")] = 0.95,
    method: Annotated[str | None, typer.Option(help=f"One of {', '.join(method_names())}.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, unrounded.")] = False,
) -> None:
    """Score a CSV file or counts: the score, its interval, and what was left out and why."""
    from cxsurvey.cli.score_output import Report, printable

    try:
        read = definition_of(Wanted(metric, definition, scale, top, is_reversed, unknown_in_base))
        tell = partial(
            score,
            definition=read,
            confidence=checked_confidence(confidence),
            method=method_for(read.headline, method),
        )
        if counts is None:
            path, columns = _reading(file, column, by, respondent, exclude, unknown)
            reports = _file_reports(path, columns, read, tell)
        else:
            _refuse_beside_counts(file, column, by, respondent, exclude, unknown)
            reports = [Report(tell(parse_counts(counts, read)), dict.fromkeys(Reason, 0))]
    except (InputError, ScoringError) as refusal:
        typer.echo(f"Error: {printable(str(refusal))}", err=True)
        raise typer.Exit(2) from None
    _print(reports, by, as_json)


def _file_reports(path: Path, columns: Columns, definition: Definition, tell: Callable[..., Result]) -> "list[Report]":
    from cxsurvey.cli.score_output import Report

    tallies = read_tallies(path, columns, definition)
    return [
        Report(
            result=tell(
                ScoreCounts.from_mapping(tally.scores, definition.scale), unknown=tally.excluded[Reason.DO_NOT_KNOW]
            ),
            excluded=tally.excluded,
            group=None if columns.by is None else name,
        )
        for name, tally in sorted(tallies.items(), key=_by_name)
    ]


def _by_name(group: tuple[str, object]) -> tuple[str, str]:
    return group[0].casefold(), group[0]


def _reading(
    file: Path | None,
    column: str | None,
    by: str | None,
    respondent: str | None,
    exclude: str | None,
    unknown: str | None,
) -> tuple[Path, Columns]:
    if file is None:
        raise InputError("Name a CSV file, or give --counts.")
    if column is None:
        raise InputError("--column must name the column that holds the scores.")
    excluded = parse_codes(exclude) if exclude is not None else frozenset()
    unknowns = parse_codes(unknown, "--unknown") if unknown is not None else frozenset()
    return file, Columns(column, by, respondent, excluded, unknowns)


def _refuse_beside_counts(file: Path | None, *options: str | None) -> None:
    if file is not None or any(option is not None for option in options):
        raise InputError(
            "--counts stands alone: without a file, --column, --by, --respondent, --exclude and --unknown."
        )


def _print(reports: "Sequence[Report]", by: str | None, as_json: bool) -> None:
    from rich.console import Console

    from cxsurvey.cli import score_output

    if as_json:
        objects = [score_output.as_json(report) for report in reports]
        typer.echo(json.dumps(objects[0] if by is None else objects, indent=2, allow_nan=False))
        return
    console = Console(highlight=False, markup=False, emoji=False)
    if by is None:
        score_output.print_score(console, reports[0])
    else:
        score_output.print_groups(console, reports, by)
