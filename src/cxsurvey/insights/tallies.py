"""Exact counts of trend lines by day: from the daily counters, or from the index when only some answers are wanted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from cxsurvey.core.context import Context
from cxsurvey.insights import queries
from cxsurvey.insights.filters import EVERYTHING, Filter
from cxsurvey.insights.misfits import fitting
from cxsurvey.insights.periods import Period
from cxsurvey.insights.queries import indexed
from cxsurvey.insights.reports import LeftOut, SurveyLine, Tally
from cxsurvey.responses.queries import score_days
from cxsurvey.responses.states import ResponseState
from cxsurvey.scoring.counts import ScoreCounts
from cxsurvey.scoring.scales import Definition

_STATES: Final = tuple(state for state in ResponseState if state is not ResponseState.COUNTED)


@dataclass(frozen=True, slots=True)
class Days:
    """Day counts of one trend line in one period, and their sum."""

    by_day: Mapping[date, ScoreCounts]
    tally: Tally


def days(ctx: Context, surveys: Iterable[SurveyLine], period: Period, only: Filter = EVERYTHING) -> dict[int, Days]:
    """The counts of each trend line by day; in one read, or with a filter in one for each line."""
    lines = list(surveys)
    if only.segments:
        return {line.line_id: _from_index(ctx, line, period, only) for line in lines}
    by_line: dict[int, list[Any]] = {line.line_id: [] for line in lines}
    for row in score_days(ctx.connection, by_line.keys(), period.since, period.until) if lines else ():
        by_line[row.trend_line_id].append(row)
    return {line.line_id: _from_counters(line.formula, by_line[line.line_id]) for line in lines}


def sums(ctx: Context, surveys: Iterable[SurveyLine], period: Period, only: Filter = EVERYTHING) -> dict[int, Tally]:
    """The counts of each trend line in all; in one read, or with a filter in one for each line."""
    if only.segments:
        return {line_id: found.tally for line_id, found in days(ctx, surveys, period, only).items()}
    formulas = {survey.line_id: survey.formula for survey in surveys}
    rows = queries.score_sums(ctx.connection, formulas.keys(), period.since, period.until) if formulas else []
    found = {row.trend_line_id: _tally(formulas[row.trend_line_id], [row]) for row in rows}
    return {line_id: found.get(line_id) or _tally(formula, []) for line_id, formula in formulas.items()}


def _from_counters(formula: Definition, rows: list[Any]) -> Days:
    return Days({row.report_day: _counts(formula, row) for row in rows}, _tally(formula, rows))


def _counts(formula: Definition, row: Any) -> ScoreCounts:
    values = row._mapping
    return ScoreCounts(tuple(values[f"n{value}"] for value in formula.scale.values), formula.scale)


def _tally(formula: Definition, rows: Iterable[Any]) -> Tally:
    rows = list(rows)
    left_out = LeftOut(**{name: int(sum(getattr(row, name) for row in rows)) for name, _ in LeftOut()})
    counts = ScoreCounts.merged((_counts(formula, row) for row in rows), formula.scale)
    return Tally(counts, left_out, int(sum(row.comments for row in rows)))


@dataclass(slots=True)
class _Met:
    """What the index told so far of one trend line."""

    by_day: dict[date, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    states: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    without_score: int = 0

    def add(self, row: Any) -> None:
        if row.state != ResponseState.COUNTED:
            self.states[row.state] += row.n
        elif row.score is None:
            self.without_score += row.n
        else:
            self.by_day[row.report_day][row.score] = row.n


def _from_index(ctx: Context, survey: SurveyLine, period: Period, only: Filter) -> Days:
    met, scale = _Met(), survey.formula.scale
    for row in indexed.by_day(ctx.connection, survey.line_id, (period.since, period.until), only.numbers):
        met.add(row)
    unknown = _unknown(ctx, survey, period, only) if met.without_score else 0
    left_out = LeftOut(
        **{state.value: met.states[state] for state in _STATES},
        unknown=unknown,
        unscored=met.without_score - unknown,
    )
    by_day = {
        day: ScoreCounts.from_mapping(fitting(survey.formula, scores, survey.line_id), scale)
        for day, scores in met.by_day.items()
    }
    return Days(by_day, Tally(ScoreCounts.merged(by_day.values(), scale), left_out, None))


def _unknown(ctx: Context, survey: SurveyLine, period: Period, only: Filter) -> int:
    """Whether a counted answer without a score said "I do not know" is not in the index: only those are looked up."""
    return indexed.unknown(ctx.connection, survey.line_id, (period.since, period.until), only.numbers)
