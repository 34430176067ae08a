"""The chart of a trend and the table beside it, from the numbers of its stretches; `charts.js` draws it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from cxsurvey.dashboard import doubts, metrics
from cxsurvey.dashboard.words import stretch
from cxsurvey.insights.reports import Mark, Trend
from cxsurvey.scoring.methods import AnyMethod
from cxsurvey.scoring.results import Result
from cxsurvey.scoring.scales import Definition, Headline
from cxsurvey.scoring.trend import Grain, Period
from cxsurvey.web.display import NARROW_SPACE, NOTHING, day, number

MOST_WITHOUT_YEARS: Final = 24
"""Stretches up to which an axis names the year in January only: of more, any label may be left out."""


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One line of the table beside a trend; `href` leads to the segments of its days, "" where none are told."""

    name: str
    href: str
    result: Result | None
    value: str
    interval: str
    note: str


def trend_rows(trend: Trend, usual: AnyMethod, links: Sequence[str]) -> tuple[TrendRow, ...]:
    """The table beside a trend, newest stretch first; a row says so where its method is not the `usual` one.

    `links` are the addresses of the stretches in the order of the trend.
    """
    rows = (_row(period, trend.grain, usual, link) for period, link in zip(trend.periods, links, strict=True))
    return tuple(rows)[::-1]


def _row(period: Period, grain: Grain, usual: AnyMethod, link: str) -> TrendRow:
    name, result = _row_name(period, grain), period.result
    if result is None:
        return TrendRow(name, link, None, NOTHING, NOTHING, "nobody answered")
    notes = [*doubts.of_step(result, usual), *([] if period.complete else ["not complete"])]
    value, interval = doubts.value(result.estimate, result.unit), doubts.interval(result)
    return TrendRow(name, link, result, value, interval, ", ".join(notes))


def _row_name(period: Period, grain: Grain) -> str:
    return stretch(period.start, grain).removeprefix("the week of ")


def trend_data(
    trend: Trend, marks: Iterable[Mark], formula: Definition, usual: AnyMethod, links: Sequence[str]
) -> dict[str, Any]:
    """What `charts.js` draws: one entry per stretch, None in a gap, texts ready to be read; `links` are addresses."""
    periods = trend.periods
    return {
        "ends": list(metrics.ends(formula)),
        "sign": f"{NARROW_SPACE}%" if formula.headline is Headline.TOP_BOX else "",
        "labels": [_axis_label(period, trend.grain, with_year=len(periods) > MOST_WITHOUT_YEARS) for period in periods],
        "complete": [period.complete for period in periods],
        "estimate": [_value(period, "estimate") for period in periods],
        "lower": [_value(period, "lower") for period in periods],
        "upper": [_value(period, "upper") for period in periods],
        "tips": [_tip(period, trend.grain, usual) for period in periods],
        "links": list(links),
        "marks": [
            {"at": index, "text": mark.text}
            for mark in marks
            for index, period in enumerate(periods)
            if period.start <= mark.day < period.end
        ],
    }


def _axis_label(period: Period, grain: Grain, *, with_year: bool) -> str:
    start = period.start
    name = f"{start:%b}" if grain is Grain.MONTH else f"{start.day} {start:%b}"
    is_january = grain is Grain.MONTH and start.month == 1
    return f"{name} {start:%Y}" if with_year or is_january else name


def _value(period: Period, name: str) -> float | None:
    value: float | None = getattr(period.result, name) if period.result is not None else None
    return round(value, 2) if value is not None else None


def _tip(period: Period, grain: Grain, usual: AnyMethod) -> str:
    name = stretch(period.start, grain)
    name = name[:1].upper() + name[1:]
    result = period.result
    if result is None:
        return f"{name}\nNobody answered"
    lines = [name, f"{doubts.value(result.estimate, result.unit)}   interval {doubts.interval(result)}"]
    lines.append(", ".join([f"n = {number(result.n)}", *doubts.of_step(result, usual)]))
    if not period.complete:
        lines.append(f"not complete: {day(period.start)} to {day(_last_day(period))}")
    return "\n".join(lines)


def _last_day(period: Period) -> date:
    return period.end - timedelta(days=1)
