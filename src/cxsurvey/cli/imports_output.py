"""How an import is told: a bar while it runs, then what became of the rows; problems also as a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from cxsurvey.cli.score_output import in_one_line, printable, result_as_json
from cxsurvey.core.ids import encode
from cxsurvey.transfer.import_views import ImportView
from cxsurvey.transfer.reading import Kind
from cxsurvey.transfer.rows import RowProblem
from cxsurvey.transfer.scales import ScaleReading, ScoreValue
from cxsurvey.transfer.telling import Told
from cxsurvey.transfer.times import Oddity


@dataclass(frozen=True, slots=True)
class Outcome:
    """One import and what came of it."""

    path: Path
    view: ImportView
    scores: Sequence[ScoreValue]
    problems: Sequence[RowProblem]
    """Those of the first refused rows."""
    problem_file: Path | None
    unwritable: str | None
    dry_run: bool
    stopped: str | None
    """Why the import ended before its last row."""
    told: Told


@contextmanager
def progress(rows: int, *, quiet: bool, doing: str = "Importing") -> Iterator[Callable[[int], None]]:
    """A bar on the standard error, when somebody looks; yields what moves it to a number of rows."""
    console = Console(stderr=True)
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task("", total=rows)
        yield lambda done: bar.update(task, completed=done)


def tell(outcome: Outcome, *, as_json: bool) -> None:
    """Prints what became of the rows."""
    if as_json:
        typer.echo(json.dumps(_as_json(outcome), indent=2, ensure_ascii=False))
    else:
        _print(Console(highlight=False, markup=False, emoji=False), outcome)


def _as_json(outcome: Outcome) -> dict[str, Any]:
    view, tally = outcome.view, outcome.view.tally
    expected, earlier = outcome.told.expected, outcome.told.earlier
    return {
        "import": view.public_id if not outcome.dry_run else None,
        "file": str(outcome.path),
        "read_as": view.source.in_words,
        "kind": view.kind.value,
        "survey": encode("srv", view.survey_id) if view.survey_id is not None else None,
        "source": view.reading.source,
        "dry_run": outcome.dry_run,
        "rows": tally["rows_read"],
        "stored": tally["stored"],
        "changed": tally["changed"],
        "already_there": tally["known"],
        "same_respondent": tally["same_respondent"],
        "without_answer": tally["skipped"],
        "left_out": tally["left_out"],
        "refused": tally["refused"],
        "zone": view.reading.zone,
        "date_order": view.reading.date_order.value if view.reading.date_order is not None else None,
        "first_answered_at": _instant(view.first_answered_at),
        "last_answered_at": _instant(view.last_answered_at),
        "times": {oddity.value: view.times.get(oddity.value, 0) for oddity in Oddity},
        "scores": [{"value": one.value, "rows": one.count, "becomes": one.becomes} for one in outcome.scores],
        "expected_score": result_as_json(expected) if expected is not None else None,
        "earlier_import": earlier.public_id if earlier is not None else None,
        "cautions": [{"about": one.about.value, "text": one.text} for one in outcome.told.cautions],
        "stopped": outcome.stopped,
        "problems": [
            {"line": one.line, "column": one.column, "rule": one.rule, "message": one.message}
            for one in outcome.problems
        ],
        "problem_file": str(outcome.problem_file) if outcome.problem_file is not None else None,
    }


def _instant(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None


def _print(console: Console, outcome: Outcome) -> None:
    view, reading = outcome.view, outcome.view.reading
    if outcome.dry_run:
        console.print("Dry run: nothing was stored. An import now would do this:", style="bold")
    console.print(Text(f"{view.source.in_words}."))
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right", style="bold")
    table.add_column(overflow="fold")
    for number, text in _lines(outcome):
        table.add_row(grouped(number), text)
    console.print(table)
    _print_outlook(console, outcome)
    if outcome.scores and (outcome.dry_run or reading.scale != ScaleReading()):
        _print_scores(console, outcome)
    if view.tally["known"] and view.kind is Kind.RESPONSES and not {"external_id", "respondent"} & set(reading.mapping):
        console.print(
            "Rows without an id are known by all their cells. If this file holds other responses that look"
            " the same, import it under another --source."
        )
    _print_problems(console, outcome)
    if view.can_be_undone:
        console.print(f"To take it back: cxsurvey import undo {view.public_id} --reason …", soft_wrap=True)
    if outcome.stopped is not None:
        console.print(
            Text(
                f"Stopped after {grouped(view.tally['rows_read'])} rows: {outcome.stopped}"
                " Type the same command again to go on; nothing is stored twice."
            ),
            style="bold red",
        )


def _print_outlook(console: Console, outcome: Outcome) -> None:
    """What the import is to be judged by. Cautions only of a dry run; else they were told first."""
    view = outcome.view
    if outcome.dry_run:
        for one in outcome.told.cautions:
            console.print(Text(printable(one.text)), style="bold red", soft_wrap=True)
    if (days := view.days_answered) is not None:
        console.print(f"The responses were given from {days[0]} to {days[1]}.", soft_wrap=True)
    expected = outcome.told.expected
    if expected is not None and expected.n:
        console.print(in_one_line(expected), soft_wrap=True)
    if outcome.told.earlier is not None:
        console.print(_of_earlier(outcome.told.earlier, view), soft_wrap=True)


def _of_earlier(earlier: ImportView, view: ImportView) -> str:
    """That the file was imported before, and what is read otherwise now."""
    said = (
        f"This file was imported before, on {earlier.created_at:%Y-%m-%d} ({earlier.public_id}): "
        f"{grouped(earlier.rows_there)} of its rows are there."
    )
    if earlier.survey_id == view.survey_id and earlier.reading.source != view.reading.source:
        return f"{said} Their source is “{printable(earlier.reading.source)}”, so this time they are new responses."
    return said


def grouped(number: int) -> str:
    """A number with its thousands set apart."""
    return f"{number:,}".replace(",", "\N{THIN SPACE}")


def _lines(outcome: Outcome) -> Iterator[tuple[int, str]]:
    view, tally = outcome.view, outcome.view.tally
    people = view.kind is Kind.PEOPLE
    yield tally["rows_read"], f"rows in {printable(outcome.path.name)}"
    yield tally["stored"], "new" if people else "stored"
    said = {
        "changed": "known, with something new about them",
        "known": "already there, left as they are",
        "same_respondent": "further rows of a respondent; their comments were added to the response",
        "skipped": "empty, skipped" if people else "without score and comment, skipped",
        "left_out": "left out by --exclude",
        "refused": "refused",
    }
    yield from ((tally[name], text) for name, text in said.items() if tally[name])
    if number := view.times.get(Oddity.AMBIGUOUS, 0):
        yield number, f"at an hour that came twice in {view.reading.zone}; taken as the first"
    if number := view.times.get(Oddity.NONEXISTENT, 0):
        yield number, f"at an hour that {view.reading.zone} skipped; moved on with the clocks"


def _print_scores(console: Console, outcome: Outcome) -> None:
    column = outcome.view.reading.mapping.get("score", "")
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(f"In “{printable(column)}”", overflow="fold")
    table.add_column("Rows", justify="right")
    table.add_column("Becomes")
    for one in outcome.scores:
        table.add_row(Text(printable(one.value)), grouped(one.count), one.becomes)
    console.print()
    console.print(table)


def _print_problems(console: Console, outcome: Outcome) -> None:
    refused = outcome.view.tally["refused"]
    if not refused:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Line", justify="right")
    table.add_column("Column", overflow="fold")
    table.add_column("Rule", overflow="fold")
    table.add_column("", overflow="fold")
    for one in outcome.problems:
        table.add_row(str(one.line), Text(printable(one.column)), one.rule, one.message)
    console.print()
    console.print(table)
    if refused > len(outcome.problems):
        console.print(f"… and {refused - len(outcome.problems)} more.")
    if outcome.problem_file is not None:
        console.print(Text(f"All refused rows: {outcome.problem_file}"), soft_wrap=True)
    elif outcome.unwritable is not None:
        console.print(Text(f"The refused rows could not be written down: {outcome.unwritable}."), soft_wrap=True)
