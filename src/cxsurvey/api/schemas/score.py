"""A score, with all that is needed to judge it."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field

from cxsurvey.api.schemas.base import Document, SurveyId
from cxsurvey.core.ids import encode
from cxsurvey.insights.periods import Period
from cxsurvey.insights.reports import ScoreReport
from cxsurvey.scoring import results
from cxsurvey.scoring.results import Difference, Flag, Movement, Unit
from cxsurvey.scoring.scales import Metric


class Group(Document):
    """One part of the counted responses, such as the promoters."""

    name: str
    n: int


class ScoreCount(Document):
    """How many gave one score."""

    score: int
    n: int


class LeftOutCounts(Document):
    """Responses of the period that entered no score, by reason."""

    provisional: int
    flagged: int
    test: int
    void: int
    unknown: int
    """Chose "I do not know" in place of a score."""
    unscored: int
    """Counted responses without a score, such as a comment alone."""


class ScorePeriod(Document):
    """The days that were counted, both included, in the zone of the workspace."""

    since: date
    until: date
    zone: str


class Figure(Document):
    """Another figure that the same responses give."""

    estimate: float
    lower: float | None
    upper: float | None
    unit: Unit
    method: str


class Comparison(Document):
    """The score of another period, and how far the first one lies from it."""

    period: ScorePeriod
    estimate: float | None
    lower: float | None
    upper: float | None
    n: int
    difference: float | None
    """First period less this one, unrounded; null when one of them has no response."""
    difference_lower: float | None
    difference_upper: float | None
    p_value: float | None
    minimum_detectable: float | None
    """The change that these two numbers of responses would show in 8 of 10 cases."""
    direction: Movement | None
    changed: bool
    """True only when the interval of the difference leaves 0 out."""
    comparable: bool
    """False when a side has fewer than 10 responses."""


class Score(Document):
    """The score of a survey, with all that is needed to judge it."""

    survey: SurveyId
    metric: Metric
    unit: Unit
    """`points` from -100 to 100, `percent` from 0 to 100, `scale-points` on the scale of the survey."""
    estimate: float | None
    """Unrounded; null when n is 0."""
    lower: float | None
    upper: float | None
    confidence: float
    method: str
    n: int
    """How many responses were counted."""
    flags: list[Flag]
    """What to know before using the score, such as `low-base`."""
    groups: list[Group]
    scores: list[ScoreCount]
    left_out: LeftOutCounts
    comments: int | None
    """Counted responses with a comment; null where segments are asked for."""
    period: ScorePeriod
    definition: str = Field(examples=["nps-0-10/1"])
    """The formula, with its version."""
    top_box: Figure | None
    """Share of the good scores, in percent."""
    bottom_box: Figure | None
    """Share of the bad scores, in percent."""
    net: Figure | None
    """Good less bad, in points."""
    mean: Figure | None
    """Mean of the scores, in scale points."""
    comparison: Comparison | None
    """With another period, when it was asked for."""

    @classmethod
    def of(cls, report: ScoreReport, against: Period | None = None) -> Self:
        """The document for a report; with the comparison when `against` names the other period."""
        result = report.result
        values = report.survey.formula.scale.values
        return cls(
            survey=encode("srv", report.survey.survey_id),
            metric=result.metric,
            unit=result.unit,
            estimate=result.estimate,
            lower=result.lower,
            upper=result.upper,
            confidence=result.confidence,
            method=result.method.value,
            n=result.n,
            flags=list(result.flags),
            groups=[Group(name=group.name, n=group.n) for group in result.groups],
            scores=[ScoreCount(score=score, n=n) for score, n in zip(values, result.scores or (), strict=True)],
            left_out=LeftOutCounts(**dict(report.left_out)),
            comments=report.comments,
            period=_period(report.period),
            definition=result.definition,
            top_box=_figure(result.top_box),
            bottom_box=_figure(result.bottom_box),
            net=_figure(result.net),
            mean=_figure(result.mean),
            comparison=_comparison(report.change, against) if against is not None else None,
        )


def _period(period: Period) -> ScorePeriod:
    return ScorePeriod(since=period.since, until=period.last_day, zone=period.zone)


def _figure(figure: results.Figure | None) -> Figure | None:
    if figure is None:
        return None
    return Figure(
        estimate=figure.estimate,
        lower=figure.lower,
        upper=figure.upper,
        unit=figure.unit,
        method=figure.method.value,
    )


def _comparison(change: Difference | None, against: Period) -> Comparison | None:
    if change is None:
        return None
    before = change.before
    return Comparison(
        period=_period(against),
        estimate=before.estimate,
        lower=before.lower,
        upper=before.upper,
        n=before.n,
        difference=change.estimate,
        difference_lower=change.lower,
        difference_upper=change.upper,
        p_value=change.p_value,
        minimum_detectable=change.minimum_detectable,
        direction=change.direction,
        changed=change.changed,
        comparable=change.comparable,
    )
