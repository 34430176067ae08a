"""How an import is told: a bar while it runs, then what became of the rows; problems also as a file."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from cxsurvey.cli.score_output import printable
from cxsurvey.core.ids import encode
from cxsurvey.transfer.export import safe
from cxsurvey.transfer.imports import Import, Tally
from cxsurvey.transfer.rows import RowProblem
from cxsurvey.transfer.times import Oddity

SHOWN = 20


class ProblemFile:
    """Takes every problem into `NAME.errors.csv` beside the file, made when the first one comes."""

    def __init__(self, imported: Path) -> None:
        self.path = imported.with_name(f"{imported.stem}.errors.csv")
        self.number = 0
        self.first: list[RowProblem] = []
        self.unwritable: str | None = None
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, problem: RowProblem) -> None:
        """Keeps the first ones for the screen and writes every one."""
        self.number += 1
        if len(self.first) < SHOWN:
            self.first.append(problem)
        try:
            if self._file is None and self.unwritable is None:
                self._file = self.path.open("w", encoding="utf-8", newline="")
                csv.writer(self._file).writerow(("line", "column", "rule", "message"))
            if self._file is not None:
                cells = (problem.column, problem.rule, problem.message)
                csv.writer(self._file).writerow((problem.line, *map(safe, cells)))
        except OSError as error:
            self.unwritable = error.strerror or "cannot be written"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One import and what came of it."""

    task: Import
    tally: Tally
    problems: ProblemFile


@contextmanager
def reading(*, quiet: bool) -> Iterator[None]:
    """Says that the file is being read for the first time, when somebody looks."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield
    else:
        with console.status("Reading the file"):
            yield


@contextmanager
def progress(rows: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar on the standard error, when somebody looks; yields what moves it to a number of rows."""
    console = Console(stderr=True)
    columns = (TextColumn("Importing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
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
    task, tally, problems = outcome.task, outcome.tally, outcome.problems
    return {
        "file": str(task.file.path),
        "survey": encode("srv", task.survey_id),
        "source": task.source,
        "dry_run": task.dry_run,
        "rows": tally.rows,
        "stored": tally.stored,
        "already_there": tally.known,
        "without_answer": tally.skipped,
        "refused": tally.refused,
        "zone": str(task.zone),
        "times": {oddity.value: number for oddity, number in tally.times.items()},
        "stopped": tally.stopped.text if tally.stopped is not None else None,
        "problems": [
            {"line": one.line, "column": one.column, "rule": one.rule, "message": one.message} for one in problems.first
        ],
        "problem_file": str(problems.path) if problems.number and problems.unwritable is None else None,
    }


def _print(console: Console, outcome: Outcome) -> None:
    task, tally = outcome.task, outcome.tally
    if task.dry_run:
        console.print("Dry run: nothing was stored. An import now would do this:", style="bold")
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right", style="bold")
    table.add_column(overflow="fold")
    for number, text in _lines(outcome):
        table.add_row(f"{number:,}".replace(",", "\N{THIN SPACE}"), text)
    console.print(table)
    if tally.known and "external_id" not in task.columns.places:
        console.print(
            "Rows without an id are known by all their cells. If this file holds other answers that look"
            " the same, import it under another --source."
        )
    _print_problems(console, outcome)
    if tally.stopped is not None:
        console.print(
            f"Stopped before line {tally.stopped_at}: {tally.stopped.text} Type the same command again to go on;"
            " nothing is stored twice.",
            style="bold red",
        )


def _lines(outcome: Outcome) -> Iterator[tuple[int, str]]:
    task, tally = outcome.task, outcome.tally
    yield tally.rows, f"rows in {printable(task.file.path.name)}"
    yield tally.stored, "stored"
    if tally.known:
        yield tally.known, "already there, left as they are"
    if tally.skipped:
        yield tally.skipped, "without score and comment, skipped"
    if tally.refused:
        yield tally.refused, "refused"
    if number := tally.times[Oddity.AMBIGUOUS]:
        yield number, f"at an hour that came twice in {task.zone}; taken as the first"
    if number := tally.times[Oddity.NONEXISTENT]:
        yield number, f"at an hour that {task.zone} skipped; moved on with the clocks"


def _print_problems(console: Console, outcome: Outcome) -> None:
    problems = outcome.problems
    if not problems.number:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Line", justify="right")
    table.add_column("Column", overflow="fold")
    table.add_column("Rule", overflow="fold")
    table.add_column("", overflow="fold")
    for one in problems.first:
        table.add_row(str(one.line), Text(printable(one.column)), one.rule, one.message)
    console.print()
    console.print(table)
    if problems.number > len(problems.first):
        console.print(f"… and {problems.number - len(problems.first)} more.")
    if problems.unwritable is None:
        console.print(Text(f"All problems: {problems.path}"), soft_wrap=True)
    else:
        console.print(Text(f"{problems.path} could not be written: {problems.unwritable}."), soft_wrap=True)
