"""The numbers of a survey as a table for spreadsheets: the whole period, the one before, and every step of the trend.

Nothing is rounded, and every row says what is needed to judge its score. The cells are made safe where the file is
written, by `export.as_csv`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core import audit
from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode
from cxsurvey.insights.filters import EVERYTHING, Filter
from cxsurvey.insights.periods import Period
from cxsurvey.insights.reports import LeftOut, ScoreReport, SurveyLine, SurveyReport
from cxsurvey.insights.service import grain_for, refuse_anonymous, survey_line, survey_report
from cxsurvey.scoring.counts import ScoreCounts
from cxsurvey.scoring.results import Difference, Figure, Result
from cxsurvey.scoring.scales import Definition
from cxsurvey.scoring.score import score
from cxsurvey.scoring.trend import Grain
from cxsurvey.transfer.export import Cell, days_of, filename, first_cell
from cxsurvey.transfer.scored import SCORED, cells_of

_STRETCH: Final = ("row", "survey", "since", "until", "zone", "complete")
_FIGURES: Final = ("mean", "top_box", "bottom_box", "net")
_LIMITS: Final = ("", "_lower", "_upper", "_method")
_LEFT_OUT: Final = tuple(f"left_out_{name}" for name, _ in LeftOut())
_CHANGE: Final = (
    "difference",
    "difference_lower",
    "difference_upper",
    "p_value",
    "changed",
    "comparable",
    "minimum_detectable",
)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be downloaded."""

    survey: SurveyLine
    period: Period
    grain: Grain
    only: Filter = EVERYTHING

    @property
    def filename(self) -> str:
        """A plain name for the file."""
        return filename("scores", self.survey, self.period)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The days of one row, the last one included; `since` is None where all time is asked for."""

    row: str
    since: date | None
    last_day: date
    complete: bool


def order(
    ctx: Context, survey_id: UUID, period: Period, grain: Grain | None = None, only: Filter = EVERYTHING
) -> Order:
    """Settles what a download will hold and records in the audit log that it was asked for.

    `grain` None lets the length of the period decide. Raises `NotFound` for a survey of another workspace or one that
    was never published, and `Invalid` for segments of an anonymous one.
    """
    require(ctx, Grant.EXPORT)
    require(ctx, Grant.SCORES_READ)
    survey = survey_line(ctx, survey_id, only.scale)
    refuse_anonymous(survey, only)
    made = Order(survey, period, grain or grain_for(period), only)
    audit.record(
        ctx,
        "scores.exported",
        encode("srv", survey_id),
        name=made.survey.name,
        **days_of(period),
        step=made.grain.value,
        filter=sorted(only.query),
    )
    return made


def rows(ctx: Context, made: Order) -> list[list[Cell]]:
    """The heading, the whole period, the one before, and every week or month, oldest first."""
    require(ctx, Grant.EXPORT)
    found = survey_report(ctx, made.survey.survey_id, made.period, made.grain, made.only)
    report, today = found.score, ctx.now.astimezone(ZoneInfo(made.period.zone)).date()
    whole = _stretch("period", report.period, today)
    lines = [_row(report, whole, report.result, left_out=report.left_out)]
    if report.period.before is not None and report.before is not None:
        lines.append(_row(report, _stretch("before", report.period.before, today), report.before, report.change))
    told = urlencode(made.only.query)
    return [heading(report.survey.formula), *([*line, told] for line in lines + _steps(found))]


def heading(formula: Definition) -> list[Cell]:
    """The names of the columns; those of groups and single scores are the survey's own."""
    return [
        *_STRETCH,
        SCORED[0],
        *formula.group_names,
        *(f"score_{value}" for value in formula.scale.values),
        *SCORED[1:],
        *(f"{figure}{limit}" for figure in _FIGURES for limit in _LIMITS),
        *_LEFT_OUT,
        *_CHANGE,
        "filter",
    ]


def _stretch(row: str, period: Period, today: date) -> _Stretch:
    return _Stretch(row, period.first_day, period.last_day, complete=period.until <= today)


def _steps(found: SurveyReport) -> list[list[Cell]]:
    """The trend; scored anew, because a trend that is drawn leaves out the figures beside the headline."""
    formula = found.score.survey.formula
    nobody = ScoreCounts.none(formula.scale)
    return [
        _row(
            found.score,
            _Stretch(found.trend.grain.value, step.start, step.end - timedelta(days=1), step.complete),
            score(step.counts or nobody, formula),
        )
        for step in found.trend.periods
    ]


def _row(
    report: ScoreReport,
    stretch: _Stretch,
    result: Result,
    change: Difference | None = None,
    left_out: LeftOut | None = None,
) -> list[Cell]:
    """The cells of one row; those of the change and of what was left out are empty where they are not given."""
    n, *scored = cells_of(result)
    return [
        stretch.row,
        report.survey.name,
        first_cell(stretch.since),
        stretch.last_day.isoformat(),
        report.period.zone,
        stretch.complete,
        n,
        *(group.n for group in result.groups),
        *(result.scores or ()),
        *scored,
        *_figure(result.mean),
        *_figure(result.top_box),
        *_figure(result.bottom_box),
        *_figure(result.net),
        *_left_out(left_out),
        *_change(change),
    ]


def _figure(figure: Figure | None) -> list[Cell]:
    if figure is None:
        return [None] * len(_LIMITS)
    return [figure.estimate, figure.lower, figure.upper, figure.method.value]


def _left_out(left_out: LeftOut | None) -> list[Cell]:
    if left_out is None:
        return [None] * len(_LEFT_OUT)
    return [count for _, count in left_out]


def _change(change: Difference | None) -> list[Cell]:
    if change is None:
        return [None] * len(_CHANGE)
    return [
        change.estimate,
        change.lower,
        change.upper,
        change.p_value,
        change.changed,
        change.comparable,
        change.minimum_detectable,
    ]
