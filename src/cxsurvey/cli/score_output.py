"""How scores are told: one JSON object each, or text and a table for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cxsurvey.cli.score_input import Reason
from cxsurvey.scoring.lowbase import BaseLevel
from cxsurvey.scoring.results import Result
from cxsurvey.scoring.rounding import display

_REASONS = {
    Reason.BLANK: "blank",
    Reason.NOT_ON_SCALE: "not a whole number on the scale",
    Reason.EXCLUDED_CODE: "excluded code",
    Reason.SAME_RESPONDENT: "same respondent again",
    Reason.BROKEN_ROW: "more cells than the header",
}

_NOTES = {
    BaseLevel.NONE: "no responses",
    BaseLevel.COUNTS_ONLY: "too few to judge",
    BaseLevel.GREY: "very low base",
    BaseLevel.LOW_BASE: "low base",
    BaseLevel.NORMAL: "",
}


@dataclass(frozen=True, slots=True)
class Report:
    """One score to tell; ``group`` is None where the whole file or line makes one score."""

    result: Result
    excluded: Mapping[Reason, int]
    group: str | None = None


def as_json(report: Report) -> dict[str, object]:
    """The object that ``--json`` prints: display units, unrounded, None where undefined."""
    result = report.result
    fields: dict[str, object] = {
        "metric": result.metric.value,
        "unit": result.unit.value,
        "estimate": result.estimate,
        "lower": result.lower,
        "upper": result.upper,
        "confidence": result.confidence,
        "method": result.method.value,
        "n": result.n,
        "excluded": {reason.value: count for reason, count in report.excluded.items()},
        "counts": dict(result.groups),
    }
    return fields if report.group is None else {"group": report.group, **fields}


def print_score(console: Console, report: Report) -> None:
    """One score in a few lines: estimate, interval, n, counts, what was left out, low base."""
    result = report.result
    lines = Text()
    lines.append(f"NPS {_signed(result.estimate)}\n", style=_style(result) or "bold")
    if result.n:
        lines.append(f"{_percent(result)} interval: {_interval(result)}, method {result.method.label}\n")
    lines.append(f"Responses: {result.n}")
    lines.append("".join(f", {name} {count}" for name, count in result.groups) + "\n")
    lines.append(f"Left out: {_left_out(report.excluded)}\n")
    note = _NOTES[result.base.level]
    if note:
        lines.append(f"Note: {note}\n", style="italic")
    console.print(lines, end="")


def print_groups(console: Console, reports: Sequence[Report], by: str) -> None:
    """A table of groups in the order given. Small groups are shown, marked and dimmed."""
    if not reports:
        console.print("The file has no rows, so there is no score.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(Text(printable(by)), overflow="fold")
    for heading in ("NPS", "Interval", "n", "Pro/Pas/Det", "Left out"):
        table.add_column(heading, justify="right", overflow="fold")
    table.add_column("Note", overflow="fold")
    for report in reports:
        result = report.result
        table.add_row(
            Text(printable(report.group or "") or "(blank)"),
            _signed(result.estimate),
            _interval(result),
            str(result.n),
            "/".join(str(count) for _, count in result.groups),
            str(sum(report.excluded.values())),
            _NOTES[result.base.level],
            style=_style(result),
        )
    console.print(table)
    first = reports[0].result
    total = {reason: sum(report.excluded[reason] for report in reports) for reason in Reason}
    console.print(f"{_percent(first)} intervals, method {first.method.label}. Sorted by name.")
    console.print(f"Responses: {sum(report.result.n for report in reports)}")
    console.print(f"Left out: {_left_out(total)}")


def printable(text: str) -> str:
    """The text with every control or direction-changing character replaced.

    A file must not be able to move the cursor or rewrite the screen.
    """
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _signed(value: float | None) -> str:
    if value is None:
        return "none"
    shown = display(value)
    return shown if shown == "0" or shown.startswith("-") else f"+{shown}"


def _interval(result: Result) -> str:
    if result.lower is None or result.upper is None:
        return ""
    return f"{_signed(result.lower)} to {_signed(result.upper)}"


def _percent(result: Result) -> str:
    # Six significant digits keep 99.9 apart from 100 without showing a float's tail.
    return f"{100 * result.confidence:g} %"


def _left_out(excluded: Mapping[Reason, int]) -> str:
    parts = [f"{count} {_REASONS[reason]}" for reason, count in excluded.items() if count]
    return ", ".join(parts) or "none"


def _style(result: Result) -> str:
    return "dim" if result.base.greyed else ""
