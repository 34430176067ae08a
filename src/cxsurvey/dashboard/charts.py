"""Geometry and data of the charts. Numbers in, plain values out; the templates draw them.

Places on a line are percentages of its width, so that a drawing keeps its strokes and its type at any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from cxsurvey.dashboard import doubts, metrics
from cxsurvey.insights.reports import ScoreReport, Trend
from cxsurvey.scoring.lowbase import BaseLevel, base
from cxsurvey.scoring.results import Result, Unit
from cxsurvey.scoring.rounding import display
from cxsurvey.scoring.scales import Band, Definition
from cxsurvey.web.display import score

SPARK_HEIGHT: Final = 46.0
BARS_HEIGHT: Final = 120.0
SLOT_FILLED: Final = 0.84
PERCENT_SIGN: Final = "\u202f%"


@dataclass(frozen=True, slots=True)
class Ruler:
    """A score on its full scale, the good end last: places in percent. `text` says the same in words."""

    at: float
    lower: float
    upper: float
    zero: float | None
    before: float | None
    ends: tuple[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The whole scale of a score from its worst end to its best: where a value stands on it, in percent."""

    worst: float
    best: float

    @classmethod
    def of(cls, formula: Definition) -> Axis:
        """The axis of a metric; where lower is better it runs from the high end to the low one."""
        low, high = metrics.ends(formula)
        return cls(high, low) if metrics.lower_is_better(formula) else cls(low, high)

    @property
    def crosses_zero(self) -> bool:
        """Whether zero lies inside of it."""
        return min(self.worst, self.best) < 0

    @property
    def names(self) -> tuple[str, str]:
        """What stands at its two ends."""
        return score(self.worst), score(self.best, sign=self.crosses_zero)

    def place(self, value: float) -> float:
        """Where a value stands, from 0 at the worst end to 100 at the best."""
        return round(100.0 * (value - self.worst) / (self.best - self.worst), 2)


@dataclass(frozen=True, slots=True)
class SparkRun:
    """Neighbouring points without a gap: the corners of the band and of the line, `x,y x,y …`."""

    band: str
    line: str


@dataclass(frozen=True, slots=True)
class Spark:
    """A small trend on a ground 100 wide and `height` high; `last` is where its end stands."""

    runs: tuple[SparkRun, ...]
    last: tuple[float, float]
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """The answers that gave one score: its place and height in the chart, and the group it belongs to."""

    score: int
    count: int
    share: str
    band: Band
    group: str
    left: float
    width: float
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class Share:
    """One group in the stacked bar; whole per cents that add up to 100."""

    name: str
    band: Band
    count: int
    percent: int
    left: float
    width: float


def ruler(report: ScoreReport) -> Ruler | None:
    """The score on its scale with its interval and the score before; None without an answer."""
    result = report.result
    if result.estimate is None or result.lower is None or result.upper is None:
        return None
    formula, unit = report.survey.formula, result.unit
    axis = Axis.of(formula)
    before = report.before.estimate if report.before is not None else None
    low, high = axis.names
    text = f"{doubts.value(result.estimate, unit)} on a scale from {low} to {high},"
    text += f" interval {doubts.interval(result)}"
    lower, upper = sorted((axis.place(result.lower), axis.place(result.upper)))
    return Ruler(
        at=axis.place(result.estimate),
        lower=lower,
        upper=upper,
        zero=axis.place(0.0) if axis.crosses_zero else None,
        before=axis.place(before) if before is not None else None,
        ends=axis.names,
        text=text if before is None else f"{text}; before {doubts.value(before, unit)}",
    )


def spark(trend: Trend) -> Spark | None:
    """The course of a score as a small band and line.

    None below 30 answers or with fewer than two stretches that have any: so few make a course of noise.
    """
    known = [period.result for period in trend.periods if period.result is not None]
    if len(known) < 2 or base(sum(result.n for result in known)).level < BaseLevel.NORMAL:
        return None
    low = min(result.lower for result in known if result.lower is not None)
    high = max(result.upper for result in known if result.upper is not None)
    step = 100.0 / (len(trend.periods) - 1)

    def y(value: float | None) -> float:
        return round(SPARK_HEIGHT * (high - (value if value is not None else low)) / ((high - low) or 1.0), 2)

    placed = [(round(index * step, 2), period.result) for index, period in enumerate(trend.periods)]
    runs = [
        _run([(x, result) for x, result in group if result is not None], y)
        for present, group in groupby(placed, key=lambda point: point[1] is not None)
        if present
    ]
    last_x, last = next((x, result) for x, result in reversed(placed) if result is not None)
    return Spark(tuple(runs), (last_x, y(last.estimate)), SPARK_HEIGHT)


def _run(points: Sequence[tuple[float, Result]], y: Any) -> SparkRun:
    if len(points) == 1:  # a lone stretch between gaps: a narrow band, so that its doubt is seen too
        x, result = points[0]
        points = [(max(0.0, x - 0.6), result), (min(100.0, x + 0.6), result)]
    upper = [f"{x},{y(result.upper)}" for x, result in points]
    lower = [f"{x},{y(result.lower)}" for x, result in reversed(points)]
    return SparkRun(" ".join(upper + lower), " ".join(f"{x},{y(result.estimate)}" for x, result in points))


def bars(result: Result, formula: Definition) -> tuple[Bar, ...]:
    """The answers per score, worst score first, drawn against the most frequent one."""
    counts = dict(zip(formula.scale.values, result.scores or (), strict=True))
    most, slot = max(counts.values(), default=0), 100.0 / max(1, len(counts))
    drawn = []
    for index, value in enumerate(metrics.worst_first(formula)):
        count = counts[value]
        height = round(BARS_HEIGHT * count / most, 1) if most else 0.0
        height = max(height, 2.0) if count else 0.0
        drawn.append(
            Bar(
                score=value,
                count=count,
                share=_share(count, result.n),
                band=formula.band(value),
                group=metrics.group_of(formula, value),
                left=round(index * slot + slot * (1 - SLOT_FILLED) / 2, 2),
                width=round(slot * SLOT_FILLED, 2),
                top=round(BARS_HEIGHT - height, 1),
                height=height,
            )
        )
    return tuple(drawn)


def _share(count: int, n: int) -> str:
    return f"{score(100.0 * count / n, 1)}{PERCENT_SIGN}" if n else ""


def shares(result: Result) -> tuple[Share, ...]:
    """The groups side by side, worst first, widths by exact counts, labels that add up to 100.

    Where the score is the share of the best group its label is the score as it is shown.
    """
    ordered = tuple(reversed(result.groups))
    counts = [group.n for group in ordered]
    if result.unit is Unit.PERCENT and result.n and result.base_n == result.n:
        best = int(display(100.0 * counts[-1] / result.n))
        percents = [*whole_percents(counts[:-1], 100 - best), best]
    else:
        percents = whole_percents(counts)
    placed, left = [], 0.0
    for group, band, percent in zip(ordered, reversed(metrics.BEST_FIRST), percents, strict=True):
        width = 100.0 * group.n / result.n if result.n else 0.0
        placed.append(Share(group.name, band, group.n, percent, round(left, 2), round(width, 2)))
        left += width
    return tuple(placed)


def whole_percents(counts: Sequence[int], whole: int = 100) -> list[int]:
    """Whole per cents that add up to `whole`, by largest remainder; all 0 when there is nothing.

    Equal remainders go to the one that comes first.

    >>> whole_percents([1, 1, 1]), whole_percents([71, 317, 501]), whole_percents([0, 0])
    ([34, 33, 33], [8, 36, 56], [0, 0])
    """
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    floors = [whole * count // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda index: -(whole * counts[index] % total))
    for index in by_remainder[: whole - sum(floors)]:
        floors[index] += 1
    return floors
