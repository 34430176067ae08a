"""Use cases of the read side. Every number is computed now, from exact day counts, by `scoring`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from cxsurvey.accounts import service as accounts
from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, Invalid, NotFound
from cxsurvey.insights import queries
from cxsurvey.insights.filters import EVERYTHING, Filter
from cxsurvey.insights.periods import Period, PeriodKey
from cxsurvey.insights.reports import (
    Card,
    Mark,
    Overview,
    ScoreReport,
    SurveyLine,
    SurveyReport,
    Tally,
    Trend,
)
from cxsurvey.insights.scales import on_scale
from cxsurvey.insights.tallies import Days, days, sums
from cxsurvey.scoring import score as scoring
from cxsurvey.scoring.comparing import compare
from cxsurvey.scoring.counts import ScoreCounts
from cxsurvey.scoring.methods import METHODS
from cxsurvey.scoring.results import Difference, Result
from cxsurvey.scoring.scales import Definition, Metric
from cxsurvey.scoring.trend import Grain, Window, trend
from cxsurvey.scoring.withholding import SMALLEST_MINIMUM
from cxsurvey.surveys.definition import FORMULAS

_METRICS: Final = tuple(Metric)
MOST_CARDS: Final = 24
"""Surveys that the overview shows; the list of surveys has them all."""
LONGEST_IN_WEEKS: Final = 186
"""Days up to which a trend goes by weeks when nobody chose."""


def score(
    ctx: Context,
    survey_id: UUID,
    period: Period,
    confidence: float = 0.95,
    method: str | None = None,
    against: Period | None = None,
    only: Filter = EVERYTHING,
) -> ScoreReport:
    """The score of one survey in a period, with its interval at `confidence` and the change since `against`.

    `method` None takes the default of the survey's metric; `against` None compares with the period before; `only`
    narrows both periods to some segments or turns to an earlier scale. Raises what `survey_line` raises, and `Invalid`
    for a method that its metric does not have, or for segments of an anonymous survey.
    """
    require(ctx, Grant.SCORES_READ)
    survey = survey_line(ctx, survey_id, only.scale)
    refuse_anonymous(survey, only)
    own = METHODS[survey.formula.headline]
    if method is not None and method not in own:
        message = f"must be one of {', '.join(own)} for the metric of this survey"
        raise Invalid(problems=[FieldProblem("method", "unknown_method", message)])
    now, other = sums(ctx, [survey], period, only)[survey.line_id], against or period.before
    before = sums(ctx, [survey], other, only) if other is not None else None
    return _report(survey, period, now, before, confidence, method)


def overview(ctx: Context, period: Period) -> Overview:
    """Every published survey with its score, change and trend, in a number of reads that never grows.

    Where there is no room for all, those stand last, and are left out, that nobody answered.
    """
    require(ctx, Grant.SCORES_READ)
    rows = queries.surveys(ctx.connection, ctx.workspace)
    published = _published(rows)
    shown = _with_room(ctx, published, period)
    found, before = days(ctx, shown, period), _before(ctx, shown, period)
    shown.sort(key=lambda survey: _place(survey, found[survey.line_id]))
    answered = _ever_answered(ctx, shown, found)
    cards = tuple(
        Card(
            report=_report(survey, period, found[survey.line_id].tally, before),
            trend=_trend(ctx, survey, period, found[survey.line_id].by_day, grain_for(period)),
            ever_answered=survey.line_id in answered,
        )
        for survey in shown
    )
    return Overview(period, cards, len(rows) - len(published), len(published) - len(shown))


def _with_room(ctx: Context, surveys: list[SurveyLine], period: Period) -> list[SurveyLine]:
    """The surveys to show; only where there are more than the page holds it takes a read to know who was answered."""
    if len(surveys) <= MOST_CARDS:
        return surveys
    found = sums(ctx, surveys, period)
    return sorted(surveys, key=lambda survey: found[survey.line_id].counts.n == 0)[:MOST_CARDS]


def _place(survey: SurveyLine, found: Days) -> tuple[bool, int]:
    """Answered surveys first, those of one metric together; within them as they were."""
    return found.tally.counts.n == 0, _METRICS.index(survey.formula.metric)


def survey_report(
    ctx: Context, survey_id: UUID, period: Period, grain: Grain | None = None, only: Filter = EVERYTHING
) -> SurveyReport:
    """All numbers of one survey's page; `grain` None lets the length of the period decide.

    Raises `NotFound` and `Invalid` as `score` does.
    """
    require(ctx, Grant.SCORES_READ)
    survey = survey_line(ctx, survey_id, only.scale)
    refuse_anonymous(survey, only)
    found = days(ctx, [survey], period, only)
    own = found[survey.line_id]
    versions = queries.versions(ctx.connection, survey.survey_id)
    return SurveyReport(
        score=_report(survey, period, own.tally, _before(ctx, [survey], period, only)),
        trend=_trend(ctx, survey, period, own.by_day, grain or grain_for(period)),
        marks=(*_marks(survey, period, versions), *_zone_marks(ctx, period)),
        ever_answered=bool(_ever_answered(ctx, [survey], found)),
    )


def grain_for(period: Period) -> Grain:
    """Weeks for half a year and less, months for more: enough points to see a course, enough answers in each."""
    return Grain.WEEK if period.days <= LONGEST_IN_WEEKS else Grain.MONTH


def survey_line(ctx: Context, survey_id: UUID, scale: str = "") -> SurveyLine:
    """A survey with the trend line of its scale: that of this number, or for "" the one it is asked on now.

    Raises `NotFound` for a foreign survey or one that was never published, `Invalid` for a scale it never had.
    """
    row = queries.survey(ctx.connection, ctx.workspace, survey_id)
    if row is None or row.trend_line_id is None:
        raise NotFound
    return on_scale(ctx, _line(row), scale)


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
        version_number=row.version_number,
        line_id=row.trend_line_id,
        formula=FORMULAS[row.formula],
    )


def refuse_anonymous(survey: SurveyLine, only: Filter) -> None:
    """Refuses the segments of an anonymous survey: two of them together could tell of one person."""
    if survey.anonymous and only.segments:
        raise refusal_of_segments(only)


def refusal_of_segments(only: Filter) -> Invalid:
    """What is said where segments are asked for and an anonymous survey permits none."""
    message = "must be left out for an anonymous survey"
    return Invalid(problems=[FieldProblem(segment.key, "anonymous", message) for segment in only.segments])


def smallest_group(ctx: Context) -> int:
    """The number of answers below which an anonymous survey tells nothing of a group; five at least."""
    return max(accounts.workspace(ctx).minimum_group, SMALLEST_MINIMUM)


def _before(
    ctx: Context, surveys: Iterable[SurveyLine], period: Period, only: Filter = EVERYTHING
) -> dict[int, Tally] | None:
    return sums(ctx, surveys, period.before, only) if period.before is not None else None


def _ever_answered(ctx: Context, surveys: Iterable[SurveyLine], found: Mapping[int, Days]) -> set[int]:
    lines = {survey.line_id for survey in surveys}
    silent = {line_id for line_id in lines if not found[line_id].by_day}
    before = queries.lines_with_answers(ctx.connection, silent) if silent else set()
    return (lines - silent) | before


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
