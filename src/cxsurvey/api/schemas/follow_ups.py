"""How the follow-ups of a survey were answered."""

from __future__ import annotations

from datetime import date
from typing import Self

from cxsurvey.api.schemas.base import Document, SurveyId
from cxsurvey.api.schemas.score import ScorePeriod
from cxsurvey.core.ids import encode
from cxsurvey.insights.follow_ups import FollowUpReport, FollowUpsReport, Part
from cxsurvey.insights.follow_ups import Share as Chosen
from cxsurvey.scoring.lowbase import BaseLevel
from cxsurvey.scoring.scales import Band
from cxsurvey.surveys.follow_ups import FollowUpKind


class FollowUpShare(Document):
    """One answer that may be chosen."""

    answer: str
    """The id of the option, or the number on the scale."""
    label: str
    n: int
    """How many chose it."""
    share: float | None
    """In percent of those who answered, unrounded; null where nobody did. Of several choices they may exceed 100."""
    lower: float | None
    upper: float | None


class FollowUpPart(Document):
    """A follow-up as one group of customers answered it."""

    band: Band | None
    """Null for all of them together."""
    withheld: bool
    """True where the responses of an anonymous survey are too few to be told of; numbers are null then."""
    asked: int | None
    """Responses of the groups that their version of the survey asks this."""
    n: int | None
    """Responses that answered it: what the shares are shares of."""
    base: str | None
    """How far the shares carry: `none`, `counts-only` (n from 1), `grey` (from 5), `low-base` (from 10), `normal`."""
    shares: list[FollowUpShare]
    """Empty for texts."""


class FollowUpAnswers(Document):
    """One follow-up, in its newest wording."""

    id: str
    question: str
    kind: FollowUpKind
    total: FollowUpPart
    groups: list[FollowUpPart]
    """Each group of customers that is asked it; empty where `band` chose one."""


class FollowUps(Document):
    """How the follow-ups of a survey were answered by the counted responses of a period."""

    survey: SurveyId
    period: ScorePeriod
    looked_at: int
    """Responses that were read, the newest; no more than 20,000."""
    total: int
    """Responses there are."""
    back_to: date | None
    """The report day of the oldest that was read."""
    method: str
    """Of the intervals, which are at 95 percent."""
    minimum: int | None
    """Groups below this number of responses are withheld: in an anonymous survey."""
    follow_ups: list[FollowUpAnswers]

    @classmethod
    def of(cls, report: FollowUpsReport) -> Self:
        """The document for a report."""
        period = report.period
        return cls(
            survey=encode("srv", report.survey.survey_id),
            period=ScorePeriod(since=period.since, until=period.last_day, zone=period.zone),
            looked_at=report.looked_at,
            total=report.total,
            back_to=report.back_to,
            method="wilson",
            minimum=report.minimum,
            follow_ups=[_answers(each) for each in report.follow_ups],
        )


def _answers(found: FollowUpReport) -> FollowUpAnswers:
    return FollowUpAnswers(
        id=found.id,
        question=found.question,
        kind=found.kind,
        total=_part(found.total),
        groups=[_part(part) for part in found.groups],
    )


def _part(part: Part) -> FollowUpPart:
    return FollowUpPart(
        band=part.band,
        withheld=part.withheld,
        asked=part.asked,
        n=part.n,
        base=None if part.withheld else _level(part.base.level),
        shares=[_share(share) for share in part.shares],
    )


def _level(level: BaseLevel) -> str:
    return level.name.lower().replace("_", "-")


def _share(share: Chosen) -> FollowUpShare:
    figure = share.figure
    return FollowUpShare(
        answer=share.answer,
        label=share.label,
        n=share.n,
        share=figure.estimate if figure is not None else None,
        lower=figure.lower if figure is not None else None,
        upper=figure.upper if figure is not None else None,
    )
