"""What the demo shows at the terminal: a bar while the company is made, then the start screen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Doors:
    """The ways into the demo."""

    origin: str
    sign_in: str
    survey: str
    survey_id: str
    key: str
    folder: str | None
    """Where the data lies, when it is files."""


@contextmanager
def making() -> Iterator[Callable[[float], None]]:
    """A bar while the company is made; yields what moves it to a part between 0 and 1."""
    console = Console(stderr=True)
    columns = (TextColumn("Making up a company and its customers"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda part: bar.update(task, completed=part)


def greet(doors: Doors, console: Console | None = None) -> None:
    """The start screen."""
    console = console or Console(highlight=False)
    text = Text()
    text.append("Northwind Home and its customers are made up.\n\n")
    for heading, address, note in (
        (
            "Dashboard",
            f"{doors.origin}{doors.sign_in}",
            "signs you in; works once. Signed out? Start the demo again, it prints a new one",
        ),
        ("As a customer", f"{doors.origin}{doors.survey}", "two taps, and the response is in the dashboard"),
        ("API", f"{doors.origin}/api/v1/docs", "try it with the line below"),
    ):
        text.append(f"{heading}\n", style="bold")
        text.append(f"{address}\n", style="cyan")
        text.append(f"{note}\n\n", style="dim")
    text.append("Ctrl-C ends it. ", style="dim")
    text.append(f"The data stays in {doors.folder}." if doors.folder else "The data stays.", style="dim")
    console.print()
    console.print(Panel(text, title="cxsurvey demo", title_align="left", padding=(1, 2)))
    # outside of the frame and unwrapped, so that it can be copied
    console.print(curl(doors), soft_wrap=True, markup=False)
    console.print()


def curl(doors: Doors) -> str:
    """A command that sends a response through the API."""
    answer = {"survey": doors.survey_id, "score": 5, "comment": "Sent by curl.", "segments": {"touchpoint": "Delivery"}}
    return (
        f"curl -s {doors.origin}/api/v1/responses -H 'Authorization: Bearer {doors.key}' \\\n"
        f"  -H 'Content-Type: application/json' -d '{json.dumps(answer)}'"
    )
