"""How scores are told: one JSON object each, or text and a table for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cxsurvey.cli.score_input import Reason
from cxsurvey.scoring.lowbase import BaseLevel
from cxsurvey.scoring.results import Figure, Flag, Result, Unit
from cxsurvey.scoring.rounding import display
from cxsurvey.scoring.scales import Metric

_REASONS = {
    Reason.BLANK: "blank",
    Reason.NOT_ON_SCALE: "not a whole number on the scale",
    Reason.EXCLUDED_CODE: "excluded code",
    Reason.DO_NOT_KNOW: "do not know",
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


_FLAG_NOTES = {
    Flag.TRANSLATED: "translated from another scale: not comparable with NPS from 0 to 10",
    Flag.LEAD_WITH_SHARE: "a mean of fewer than 30 responses; lead with the share",
    Flag.NOT_RECOMMENDED: "this interval claims too much certainty with few or equal responses",
}
_BESIDE = ("top_box", "bottom_box", "net", "mean")


@dataclass(frozen=True, slots=True)
class Report:
    """One score to tell; ``group`` is None where the whole file or line makes one score."""

    result: Result
    excluded: Mapping[Reason, int]
    group: str | None = None


def as_json(report: Report) -> dict[str, object]:
    """The object that ``--json`` prints: display units, unrounded, None where undefined."""
    excluded = {"excluded": {reason.value: count for reason, count in report.excluded.items()}}
    fields = result_as_json(report.result, after_n=excluded)
    return fields if report.group is None else {"group": report.group, **fields}


def result_as_json(result: Result, after_n: Mapping[str, object] = MappingProxyType({})) -> dict[str, object]:
    """A score in display units, unrounded, None where undefined; `after_n` are fields to stand behind its n."""
    return {
        "metric": result.metric.value,
        "unit": result.unit.value,
        "estimate": result.estimate,
        "lower": result.lower,
        "upper": result.upper,
        "confidence": result.confidence,
        "method": result.method.value,
        "n": result.n,
        **after_n,
        "counts": dict(result.groups),
        "definition": result.definition,
        "flags": [flag.value for flag in result.flags],
        **{name: _figure(getattr(result, name)) for name in _BESIDE},
    }


def _figure(figure: Figure | None) -> dict[str, object] | None:
    if figure is None:
        return None
    return {
        "unit": figure.unit.value,
        "estimate": figure.estimate,
        "lower": figure.lower,
        "upper": figure.upper,
        "method": figure.method.value,
    }


def print_score(console: Console, report: Report) -> None:
    """One score in a few lines: estimate, interval, n, counts, what was left out, low base."""
    result = report.result
    lines = Text()
    lines.append(f"{_name(result)} {_shown(result.estimate, result.unit)}\n", style=_style(result) or "bold")
    if result.n:
        lines.append(f"{_percent(result)} interval: {_interval(result) or 'none'}, method {result.method.label}\n")
    lines.append(f"Responses: {result.n}")
    lines.append("".join(f", {name} {count}" for name, count in result.groups) + "\n")
    lines.append(f"Left out: {_left_out(report.excluded)}\n")
    lines.append("".join(f"{line}\n" for line in _beside(result)))
    for note in _notes(result):
        lines.append(f"Note: {note}\n", style="italic")
    console.print(lines, end="")


def in_one_line(result: Result) -> str:
    """A score that would be: `CSAT would be 86.7 % (85.4 % to 87.8 %), n = 2915: satisfied 2526, …`."""
    notes = "".join(f"; {note}" for note in _notes(result))
    counts = ", ".join(f"{name} {count}" for name, count in result.groups)
    shown = f"{_shown(result.estimate, result.unit)} ({_interval(result) or 'no interval'})"
    return f"{_name(result)} would be {shown}, n = {result.n}: {counts}{notes}."


def print_groups(console: Console, reports: Sequence[Report], by: str) -> None:
    """A table of groups in the order given. Small groups are shown, marked and dimmed."""
    if not reports:
        console.print("The file has no rows, so there is no score.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(Text(printable(by)), overflow="fold")
    first = reports[0].result
    groups = "/".join(name[:3].capitalize() for name, _ in first.groups)
    for heading in (_name(first), "Interval", "n", groups, "Left out"):
        table.add_column(heading, justify="right", overflow="fold")
    table.add_column("Note", overflow="fold")
    for report in reports:
        result = report.result
        table.add_row(
            Text(printable(report.group or "") or "(blank)"),
            _shown(result.estimate, result.unit),
            _interval(result),
            str(result.n),
            "/".join(str(count) for _, count in result.groups),
            str(sum(report.excluded.values())),
            _NOTES[result.base.level],
            style=_style(result),
        )
    console.print(table)
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


def _shown(value: float | None, unit: Unit) -> str:
    """A value as people read it: points with their sign, shares with the per cent sign, means to two places."""
    if unit is Unit.POINTS or value is None:
        return _signed(value)
    return f"{display(value)} %" if unit is Unit.PERCENT else display(value, 2)


def _interval(figure: Result | Figure) -> str:
    if figure.lower is None or figure.upper is None:
        return ""
    return f"{_shown(figure.lower, figure.unit)} to {_shown(figure.upper, figure.unit)}"


def _name(result: Result) -> str:
    return f"{result.metric.value.upper()} mean" if result.unit is Unit.SCALE_POINTS else result.metric.value.upper()


def _beside(result: Result) -> list[str]:
    """The other figures of the same responses, one a line; NPS stands alone, its shares are its counts."""
    if result.metric is Metric.NPS:
        return []
    best, _, worst = result.groups
    named = ((best.name.capitalize(), result.top_box), (worst.name.capitalize(), result.bottom_box),
             (f"Net {best.name}", result.net), ("Mean", result.mean))  # fmt: skip
    return [
        f"{name}: {_shown(figure.estimate, figure.unit)} ({_interval(figure) or 'no interval'})"
        for name, figure in named
        if figure is not None and not (figure.unit is result.unit and figure.estimate == result.estimate)
    ]


def _notes(result: Result) -> list[str]:
    base = _NOTES[result.base.level]
    return ([base] if base else []) + [_FLAG_NOTES[flag] for flag in result.flags if flag in _FLAG_NOTES]


def _percent(result: Result) -> str:
    # Six significant digits keep 99.9 apart from 100 without showing a float's tail.
    return f"{100 * result.confidence:g} %"


def _left_out(excluded: Mapping[Reason, int]) -> str:
    parts = [f"{count} {_REASONS[reason]}" for reason, count in excluded.items() if count]
    return ", ".join(parts) or "none"


def _style(result: Result) -> str:
    return "dim" if result.base.greyed else ""
