"""A score split by a segment, with all that is needed to judge the differences."""

from __future__ import annotations

from typing import Self

from cxsurvey.api.schemas.base import Document, SurveyId
from cxsurvey.api.schemas.score import ScorePeriod
from cxsurvey.core.ids import encode
from cxsurvey.insights.segments import SegmentReport, SegmentRow
from cxsurvey.scoring.ranking import Rank
from cxsurvey.scoring.results import Difference, Flag, Result, Unit
from cxsurvey.scoring.scales import Metric


class Estimate(Document):
    """A score with its interval, unrounded; null without a response."""

    estimate: float | None
    lower: float | None
    upper: float | None
    n: int
    method: str
    flags: list[Flag]


class Distance(Document):
    """How far one score lies from another, unrounded; null when one of them has no response."""

    difference: float | None
    lower: float | None
    upper: float | None
    p_value: float | None
    changed: bool
    """True only when the interval leaves 0 out."""
    comparable: bool
    """False when a side has fewer than 10 responses."""
    other_n: int
    """Responses on the other side."""


class SegmentRank(Document):
    """A place by shrunken score, from 1; shared by all whose intervals overlap."""

    place: int
    tied: bool
    best: int
    worst: int


class Shrunken(Document):
    """The score pulled toward the mean of all segments, the more the fewer its responses."""

    estimate: float | None
    lower: float | None
    upper: float | None


class SegmentScore(Document):
    """One segment."""

    value: str | None
    """Null where responses have none, and in the row of the others."""
    others: int
    """How many further segments this row holds together; 0 for one segment."""
    withheld: bool
    """True where the responses of an anonymous survey are too few to be told of; the rest is null then."""
    score: Estimate | None
    rest: Distance | None
    """From all other responses; null below 10 responses on either side."""
    stands_out: bool
    """True when the difference from the rest holds after adjusting for the number of tests."""
    adjusted_p_value: float | None
    change: Distance | None
    """From the same segment in the period before."""
    moved: bool
    """True when the change holds after adjusting for the number of changes tested."""
    change_adjusted_p_value: float | None
    shrunken: Shrunken | None
    rank: SegmentRank | None
    """Null below 10 responses."""


class Segments(Document):
    """The score of a survey, split by a segment."""

    survey: SurveyId
    by: str
    metric: Metric
    unit: Unit | None
    definition: str
    period: ScorePeriod
    total: Estimate | None
    """All responses of the rows together; null where even they are withheld."""
    tests: int
    """How many segments were held against the rest."""
    change_tests: int
    """How many segments were held against themselves in the period before."""
    q: float
    """The share of false flags that is expected among the flags."""
    spread: float | None
    """How far the true scores lie apart, as a standard deviation, as far as it can be told from chance."""
    minimum: int | None
    """Segments below this number of responses are withheld: in an anonymous survey."""
    segments: list[SegmentScore]

    @classmethod
    def of(cls, report: SegmentReport) -> Self:
        """The document for a report."""
        period = report.period
        return cls(
            survey=encode("srv", report.survey.survey_id),
            by=report.key,
            metric=report.survey.formula.metric,
            unit=report.total.unit if report.total is not None else None,
            definition=report.survey.formula.key,
            period=ScorePeriod(since=period.since, until=period.last_day, zone=period.zone),
            total=_estimate(report.total),
            tests=report.tests,
            change_tests=report.change_tests,
            q=report.q,
            spread=report.spread,
            minimum=report.minimum,
            segments=[_row(row) for row in report.rows],
        )


def _row(row: SegmentRow) -> SegmentScore:
    shrunken = row.shrunken
    return SegmentScore(
        value=row.text,
        others=row.others,
        withheld=row.withheld,
        score=_estimate(row.result),
        rest=_distance(row.rest),
        stands_out=row.stands_out,
        adjusted_p_value=row.adjusted_p_value,
        change=_distance(row.change),
        moved=row.moved,
        change_adjusted_p_value=row.change_adjusted_p_value,
        shrunken=Shrunken(estimate=shrunken.estimate, lower=shrunken.lower, upper=shrunken.upper) if shrunken else None,
        rank=_rank(row.rank),
    )


def _estimate(result: Result | None) -> Estimate | None:
    if result is None:
        return None
    return Estimate(
        estimate=result.estimate,
        lower=result.lower,
        upper=result.upper,
        n=result.n,
        method=result.method.value,
        flags=list(result.flags),
    )


def _distance(found: Difference | None) -> Distance | None:
    if found is None:
        return None
    return Distance(
        difference=found.estimate,
        lower=found.lower,
        upper=found.upper,
        p_value=found.p_value,
        changed=found.changed,
        comparable=found.comparable,
        other_n=found.before.n,
    )


def _rank(rank: Rank | None) -> SegmentRank | None:
    if rank is None:
        return None
    return SegmentRank(place=rank.place, tied=rank.tied, best=rank.best, worst=rank.worst)
