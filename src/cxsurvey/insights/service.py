"""Use cases of the read side. Every number is computed now, from exact day counts, by `scoring`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, Invalid, NotFound
from cxsurvey.insights import queries
from cxsurvey.insights.periods import Period, PeriodKey
from cxsurvey.insights.reports import (
    Card,
    LeftOut,
    Mark,
    Overview,
    ScoreReport,
    SurveyLine,
    SurveyReport,
    Tally,
    Trend,
)
from cxsurvey.responses.queries import score_days
from cxsurvey.scoring import score as scoring
from cxsurvey.scoring.comparing import compare
from cxsurvey.scoring.counts import ScoreCounts
from cxsurvey.scoring.methods import METHODS
from cxsurvey.scoring.results import Difference, Result
from cxsurvey.scoring.scales import Definition
from cxsurvey.scoring.trend import Grain, Window, trend
from cxsurvey.surveys.definition import FORMULAS

MOST_CARDS: Final = 24
"""Surveys that the overview shows; the list of surveys has them all."""
LONGEST_IN_WEEKS: Final = 186
"""Days up to which a trend goes by weeks when nobody chose."""


@dataclass(frozen=True, slots=True)
class _Days:
    """Day counts of one trend line in one period."""

    by_day: Mapping[date, ScoreCounts]
    tally: Tally


def score(
    ctx: Context,
    survey_id: UUID,
    period: Period,
    confidence: float = 0.95,
    method: str | None = None,
    against: Period | None = None,
) -> ScoreReport:
    """The score of one survey in a period, with its interval at `confidence` and the change since `against`.

    `method` None takes the default of the survey's metric; `against` None compares with the period before. Raises
    `NotFound` for a survey of another workspace or one that was never published, and `Invalid` for a method that its
    metric does not have.
    """
    require(ctx, Grant.SCORES_READ)
    survey = survey_line(ctx, survey_id)
    own = METHODS[survey.formula.headline]
    if method is not None and method not in own:
        message = f"must be one of {', '.join(own)} for the metric of this survey"
        raise Invalid(problems=[FieldProblem("method", "unknown_method", message)])
    now, other = _sums(ctx, [survey], period)[survey.line_id], against or period.before
    before = _sums(ctx, [survey], other) if other is not None else None
    return _report(survey, period, now, before, confidence, method)


def overview(ctx: Context, period: Period) -> Overview:
    """Every published survey with its score, change and trend, in a number of reads that never grows."""
    require(ctx, Grant.SCORES_READ)
    rows = queries.surveys(ctx.connection, ctx.workspace)
    published = _published(rows)
    shown = _answered_first(ctx, published, period)[:MOST_CARDS]
    days, before = _days(ctx, shown, period), _before(ctx, shown, period)
    answered = _ever_answered(ctx, shown, days)
    cards = tuple(
        Card(
            report=_report(survey, period, days[survey.line_id].tally, before),
            trend=_trend(ctx, survey, period, days[survey.line_id].by_day, grain_for(period)),
            ever_answered=survey.line_id in answered,
        )
        for survey in shown
    )
    return Overview(period, cards, len(rows) - len(published), len(published) - len(shown))


def _answered_first(ctx: Context, surveys: Iterable[SurveyLine], period: Period) -> list[SurveyLine]:
    """What is left out where there is no room for every survey shall be what nobody answered."""
    sums = _sums(ctx, surveys, period)
    return sorted(surveys, key=lambda survey: sums[survey.line_id].counts.n == 0)


def survey_report(ctx: Context, survey_id: UUID, period: Period, grain: Grain | None = None) -> SurveyReport:
    """All numbers of one survey's page; `grain` None lets the length of the period decide.

    Raises `NotFound` as `score` does.
    """
    require(ctx, Grant.SCORES_READ)
    survey = survey_line(ctx, survey_id)
    days = _days(ctx, [survey], period)
    own = days[survey.line_id]
    versions = queries.versions(ctx.connection, survey.survey_id)
    return SurveyReport(
        score=_report(survey, period, own.tally, _before(ctx, [survey], period)),
        trend=_trend(ctx, survey, period, own.by_day, grain or grain_for(period)),
        marks=(*_marks(survey, period, versions), *_zone_marks(ctx, period)),
        earlier_scales=len({row.trend_line_id for row in versions} - {survey.line_id}),
        ever_answered=bool(_ever_answered(ctx, [survey], days)),
    )


def grain_for(period: Period) -> Grain:
    """Weeks for half a year and less, months for more: enough points to see a course, enough answers in each."""
    return Grain.WEEK if period.days <= LONGEST_IN_WEEKS else Grain.MONTH


def survey_line(ctx: Context, survey_id: UUID) -> SurveyLine:
    """A survey with its trend line; raises `NotFound` for a foreign one or one that was never published."""
    row = queries.survey(ctx.connection, ctx.workspace, survey_id)
    if row is None or row.trend_line_id is None:
        raise NotFound
    return _line(row)


def survey_lines(ctx: Context) -> list[SurveyLine]:
    """Every published survey of the workspace, open ones first, then by name."""
    require(ctx, Grant.SURVEYS_READ)
    return _published(queries.surveys(ctx.connection, ctx.workspace))


def _published(rows: Iterable[Any]) -> list[SurveyLine]:
    return [_line(row) for row in rows if row.trend_line_id is not None]


def _line(row: Any) -> SurveyLine:
    return SurveyLine(
        survey_id=row.id,
        name=row.name,
        code=row.code,
        state=row.state,
        anonymous=row.anonymous,
        version_id=row.version_id,
        line_id=row.trend_line_id,
        formula=FORMULAS[row.formula],
    )


def _sums(ctx: Context, surveys: Iterable[SurveyLine], period: Period) -> dict[int, Tally]:
    formulas = {survey.line_id: survey.formula for survey in surveys}
    rows = queries.score_sums(ctx.connection, formulas.keys(), period.since, period.until) if formulas else []
    found = {row.trend_line_id: _tally(formulas[row.trend_line_id], [row]) for row in rows}
    return {line_id: found.get(line_id) or _tally(formula, []) for line_id, formula in formulas.items()}


def _before(ctx: Context, surveys: Iterable[SurveyLine], period: Period) -> dict[int, Tally] | None:
    return _sums(ctx, surveys, period.before) if period.before is not None else None


def _days(ctx: Context, surveys: Iterable[SurveyLine], period: Period) -> dict[int, _Days]:
    formulas = {survey.line_id: survey.formula for survey in surveys}
    rows = score_days(ctx.connection, formulas.keys(), period.since, period.until) if formulas else []
    by_line: dict[int, list[Any]] = {line_id: [] for line_id in formulas}
    for row in rows:
        by_line[row.trend_line_id].append(row)
    return {
        line_id: _Days({row.report_day: _counts(formulas[line_id], row) for row in own}, _tally(formulas[line_id], own))
        for line_id, own in by_line.items()
    }


def _counts(formula: Definition, row: Any) -> ScoreCounts:
    values = row._mapping
    return ScoreCounts(tuple(values[f"n{value}"] for value in formula.scale.values), formula.scale)


def _tally(formula: Definition, rows: Iterable[Any]) -> Tally:
    rows = list(rows)
    left_out = LeftOut(**{name: int(sum(getattr(row, name) for row in rows)) for name, _ in LeftOut()})
    counts = ScoreCounts.merged((_counts(formula, row) for row in rows), formula.scale)
    return Tally(counts, left_out, int(sum(row.comments for row in rows)))


def _ever_answered(ctx: Context, surveys: Iterable[SurveyLine], days: Mapping[int, _Days]) -> set[int]:
    lines = {survey.line_id for survey in surveys}
    silent = {line_id for line_id in lines if not days[line_id].by_day}
    found = queries.lines_with_answers(ctx.connection, silent) if silent else set()
    return (lines - silent) | found


def _report(
    survey: SurveyLine,
    period: Period,
    now: Tally,
    before: Mapping[int, Tally] | None,
    confidence: float = 0.95,
    method: str | None = None,
) -> ScoreReport:
    then = before[survey.line_id] if before is not None else None
    formula = survey.formula
    return ScoreReport(
        survey=survey,
        period=period,
        result=_result(now, formula, confidence, method),
        before=_result(then, formula, confidence, method) if then is not None else None,
        change=_change(now, then, formula, confidence) if then is not None else None,
        left_out=now.left_out,
        comments=now.comments,
    )


def _result(tally: Tally, formula: Definition, confidence: float, method: str | None) -> Result:
    return scoring.score(tally.counts, formula, confidence, method, tally.left_out.unknown)


def _change(now: Tally, then: Tally, formula: Definition, confidence: float) -> Difference:
    unknown = (now.left_out.unknown, then.left_out.unknown)
    return compare(now.counts, then.counts, formula, confidence, unknown=unknown)


def _trend(ctx: Context, survey: SurveyLine, period: Period, by_day: Mapping[date, ScoreCounts], grain: Grain) -> Trend:
    """For all time, from the first answer to the end of the last stretch with one; else the days of the period."""
    days = {day: counts for day, counts in by_day.items() if counts.n}
    if not days:
        return Trend(grain, ())
    window = None if period.key is PeriodKey.ALL else Window(period.since, period.until)
    found = trend(days, grain, window, partial(scoring.score, definition=survey.formula, beside=False))
    first = min(days) if window is None else window.start
    today = ctx.now.astimezone(ZoneInfo(period.zone)).date()
    return Trend(
        grain,
        tuple(
            replace(
                each,
                start=max(each.start, first),
                complete=each.complete and each.start >= first and each.end <= today,
            )
            for each in found
        ),
    )


def _marks(survey: SurveyLine, period: Period, versions: Iterable[Any]) -> tuple[Mark, ...]:
    zone, marks, line_before = ZoneInfo(period.zone), [], None
    for row in versions:
        day = row.published_at.astimezone(zone).date()
        if line_before is not None and row.trend_line_id == survey.line_id and period.since <= day < period.until:
            new_scale = row.trend_line_id != line_before
            marks.append(Mark(day, "New scale" if new_scale else f"Version {row.number}"))
        line_before = row.trend_line_id
    return tuple(marks)


def _zone_marks(ctx: Context, period: Period) -> tuple[Mark, ...]:
    """From when on days are those of another zone: the days before stay as they were counted."""
    found = queries.zone_changes(ctx.connection, ctx.workspace)
    days = [
        (datetime.fromisoformat(one["at"]).astimezone(ZoneInfo(one["after"])).date(), one["after"]) for one in found
    ]
    return tuple(Mark(day, f"Days in {zone}") for day, zone in days if period.since <= day < period.until)
