"""A score, with all that is needed to judge it."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import Field

from cxsurvey.api.schemas.base import Document, SurveyId
from cxsurvey.core.ids import encode
from cxsurvey.insights.reports import ScoreReport
from cxsurvey.scoring.intervals import Method
from cxsurvey.scoring.results import Unit
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
    unscored: int
    """Counted responses without a score, such as a comment alone."""


class ScorePeriod(Document):
    """The days that were counted, both included, in the zone of the workspace."""

    since: date
    until: date
    zone: str


class Score(Document):
    """The score of a survey, with all that is needed to judge it."""

    survey: SurveyId
    metric: Metric
    unit: Unit
    """`points` from -100 to 100, `percent` from 0 to 100."""
    estimate: float | None
    """Unrounded; null when n is 0."""
    lower: float | None
    upper: float | None
    confidence: float
    method: Method
    n: int
    """How many responses were counted."""
    groups: list[Group]
    scores: list[ScoreCount]
    left_out: LeftOutCounts
    comments: int
    """Counted responses with a comment."""
    period: ScorePeriod
    definition: str = Field(examples=["nps-0-10/1"])
    """The formula, with its version."""

    @classmethod
    def of(cls, report: ScoreReport) -> Self:
        """The document for a report."""
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
            method=result.method,
            n=result.n,
            groups=[Group(name=group.name, n=group.n) for group in result.groups],
            scores=[ScoreCount(score=score, n=n) for score, n in zip(values, result.scores or (), strict=True)],
            left_out=LeftOutCounts(**dict(report.left_out)),
            comments=report.comments,
            period=ScorePeriod(since=report.period.since, until=report.period.last_day, zone=report.period.zone),
            definition=result.definition,
        )
