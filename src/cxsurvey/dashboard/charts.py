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
from cxsurvey.scoring import rounding
from cxsurvey.scoring.lowbase import BaseLevel, base
from cxsurvey.scoring.results import Result
from cxsurvey.scoring.scales import Band, Definition
from cxsurvey.web import display
from cxsurvey.web.display import score

SPARK_HEIGHT: Final = 46.0
BARS_HEIGHT: Final = 120.0
SLOT_FILLED: Final = 0.84


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
    """One group in the stacked bar; `label` is its share in words."""

    name: str
    band: Band
    count: int
    label: str
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
                share=_share(count, result, 1),
                band=formula.band(value),
                group=metrics.group_of(formula, value),
                left=round(index * slot + slot * (1 - SLOT_FILLED) / 2, 2),
                width=round(slot * SLOT_FILLED, 2),
                top=round(BARS_HEIGHT - height, 1),
                height=height,
            )
        )
    return tuple(drawn)


def _share(count: int, result: Result, decimals: int = 0) -> str:
    """A share as it is read; where the headline withholds the score, only how many of how many."""
    if not result.n:
        return display.percent(0.0, decimals)
    if result.base.level <= BaseLevel.COUNTS_ONLY:
        return f"{display.number(count)} of {display.number(result.base_n)}"
    return display.percent(100.0 * count / result.base_n, decimals)


def shares(result: Result) -> tuple[Share, ...]:
    """The groups side by side, worst first, widths by exact counts; labels as the same share reads anywhere else.

    They are of all that the headline share is of, so where those who do not know count too they make less than 100.
    """
    placed, left = [], 0.0
    for group, band in zip(reversed(result.groups), reversed(metrics.BEST_FIRST), strict=True):
        width = 100.0 * group.n / result.n if result.n else 0.0
        placed.append(Share(group.name, band, group.n, _share(group.n, result), round(left, 2), round(width, 2)))
        left += width
    return tuple(placed)


def shares_note(result: Result) -> str:
    """Why the labels of `shares` do not make 100; "" where they do or are no shares."""
    apart = result.base_n - result.n
    if result.base.level <= BaseLevel.COUNTS_ONLY:
        return ""
    if apart:
        return f"Of {display.number(result.base_n)} responses; {display.number(apart)} of them do not know."
    made = sum(int(rounding.display(100.0 * group.n / result.n)) for group in result.groups)
    return "" if made == 100 else f"Each share is rounded by itself; together they make {display.percent(made)}."
