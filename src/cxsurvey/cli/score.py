"""``cxsurvey score``: an NPS with its interval from a CSV file or from counts, nothing stored."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from cxsurvey.cli.score_input import Columns, InputError, Reason, parse_codes, parse_counts, read_tallies
from cxsurvey.scoring.counts import ScoreCounts
from cxsurvey.scoring.errors import ScoringError
from cxsurvey.scoring.intervals import checked_confidence, checked_method
from cxsurvey.scoring.nps import nps
from cxsurvey.scoring.results import Result
from cxsurvey.scoring.scales import Metric

if TYPE_CHECKING:
    from cxsurvey.cli.score_output import Report

_METRICS: Final = {Metric.NPS: nps}


def register(app: typer.Typer) -> None:
    """Add the command to the application's command line."""
    app.command("score")(score_command)


# Typer reads the options from the parameters, so there are as many as options.
def score_command(  # noqa: PLR0913
    file: Annotated[Path | None, typer.Argument(help="A CSV file in UTF-8 with a header row.")] = None,
    *,
    metric: Annotated[str, typer.Option(help="What to score: nps.")] = Metric.NPS.value,
    column: Annotated[str | None, typer.Option(help="The column that holds the scores.")] = None,
    by: Annotated[str | None, typer.Option(help="Score each value of this column on its own.")] = None,
    respondent: Annotated[
        str | None,
        typer.Option(help="Count only the first row of each value of this column. Rows without a value all count."),
    ] = None,
    exclude: Annotated[str | None, typer.Option(help="Numbers that are no scores, such as 98,99.")] = None,
    counts: Annotated[
        str | None,
        typer.Option(help="Counts instead of a file: promoters=12,passives=3,detractors=5 or 9=12,7=3."),
    ] = None,
    confidence: Annotated[float, typer.Option(help="Between 0 and 1.")] = 0.95,
    method: Annotated[str, typer.Option(help="score, adjusted-wald, agresti-min or wald (not recommended).")] = "score",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, unrounded.")] = False,
) -> None:
    """Score a CSV file or counts: the score, its interval, and what was left out and why."""
    from cxsurvey.cli.score_output import Report, printable

    try:
        score = partial(_scorer(metric), confidence=checked_confidence(confidence), method=checked_method(method))
        if counts is None:
            path, columns = _reading(file, column, by, respondent, exclude)
            reports = _file_reports(path, columns, score)
        else:
            _refuse_beside_counts(file, column, by, respondent, exclude)
            reports = [Report(score(parse_counts(counts)), dict.fromkeys(Reason, 0))]
    except (InputError, ScoringError) as refusal:
        typer.echo(f"Error: {printable(str(refusal))}", err=True)
        raise typer.Exit(2) from None
    _print(reports, by, as_json)


def _file_reports(path: Path, columns: Columns, score: Callable[[ScoreCounts], Result]) -> "list[Report]":
    from cxsurvey.cli.score_output import Report

    tallies = read_tallies(path, columns)
    return [
        Report(
            result=score(ScoreCounts.from_mapping(tally.scores)),
            excluded=tally.excluded,
            group=None if columns.by is None else name,
        )
        for name, tally in sorted(tallies.items(), key=_by_name)
    ]


def _by_name(group: tuple[str, object]) -> tuple[str, str]:
    return group[0].casefold(), group[0]


def _scorer(metric: str) -> Callable[..., Result]:
    for known, function in _METRICS.items():
        if metric == known.value:
            return function
    raise InputError(f"--metric must be one of {', '.join(_METRICS)}, not {metric!r}.")


def _reading(
    file: Path | None, column: str | None, by: str | None, respondent: str | None, exclude: str | None
) -> tuple[Path, Columns]:
    if file is None:
        raise InputError("Name a CSV file, or give --counts.")
    if column is None:
        raise InputError("--column must name the column that holds the scores.")
    codes = parse_codes(exclude) if exclude is not None else frozenset()
    return file, Columns(column, by, respondent, codes)


def _refuse_beside_counts(file: Path | None, *options: str | None) -> None:
    if file is not None or any(option is not None for option in options):
        raise InputError("--counts stands alone: without a file, --column, --by, --respondent and --exclude.")


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
