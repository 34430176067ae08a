"""What the read side hands out: plain values, unrounded, each number with what is needed to judge it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

from cxsurvey.insights.misfits import band_of
from cxsurvey.insights.periods import Period
from cxsurvey.scoring import trend
from cxsurvey.scoring.counts import ScoreCounts
from cxsurvey.scoring.results import Difference, Result
from cxsurvey.scoring.scales import Band, Definition


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Answers of a period that enter no score, by reason. Adding two merges them."""

    provisional: int = 0
    flagged: int = 0
    test: int = 0
    void: int = 0
    unknown: int = 0
    """Chose "I do not know" in place of a score."""
    unscored: int = 0

    @property
    def total(self) -> int:
        """How many there are in all."""
        return sum(count for _, count in self)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return ((field.name, getattr(self, field.name)) for field in fields(self))

    def __add__(self, other: LeftOut) -> LeftOut:
        return LeftOut(**{name: count + getattr(other, name) for name, count in self})


@dataclass(frozen=True, slots=True)
class Tally:
    """Exact counts of some days: what is counted, what is left out, how many counted answers have a comment.

    `comments` is None where only some answers are looked at: no index tells it then.
    """

    counts: ScoreCounts
    left_out: LeftOut
    comments: int | None


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """A survey and the trend line its answers belong to now; `formula` says how its scores are read."""

    survey_id: UUID
    name: str
    code: str
    state: str
    anonymous: bool
    version_id: UUID
    version_number: int
    line_id: int
    formula: Definition


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """One score with its doubt, what it was before, and what was left out.

    `before` and `change` are None when there is no period before. `change` always uses the score interval.
    """

    survey: SurveyLine
    period: Period
    result: Result
    before: Result | None
    change: Difference | None
    left_out: LeftOut
    comments: int | None


@dataclass(frozen=True, slots=True)
class Trend:
    """A score over weeks or months; a period without an answer is a gap."""

    grain: trend.Grain
    periods: tuple[trend.Period, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One survey on the overview. `ever_answered` tells a quiet period from a survey nobody has answered."""

    report: ScoreReport
    trend: Trend
    ever_answered: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """Every published survey of a workspace; `drafts` counts those that were never asked, `more` those not shown."""

    period: Period
    cards: tuple[Card, ...]
    drafts: int
    more: int

    @property
    def ever_answered(self) -> bool:
        """Whether any of the surveys has an answer at all."""
        return any(card.ever_answered for card in self.cards)

    @property
    def left_out(self) -> LeftOut:
        """What was left out of all scores together."""
        return sum((card.report.left_out for card in self.cards), LeftOut())


@dataclass(frozen=True, slots=True)
class Mark:
    """A day on which something about the survey changed."""

    day: date
    text: str


@dataclass(frozen=True, slots=True)
class SurveyReport:
    """Everything one survey's page shows of its numbers."""

    score: ScoreReport
    trend: Trend
    marks: tuple[Mark, ...]
    ever_answered: bool


@dataclass(frozen=True, slots=True)
class Comment:
    """What a customer wrote, with where it belongs. In anonymous surveys only the day is known."""

    response_id: UUID
    survey_id: UUID
    survey_name: str
    score: int | None
    formula: Definition
    text: str
    answered_at: datetime
    report_day: date
    anonymous: bool
    person_name: str | None
    has_follow_ups: bool
    attribution: tuple[str, ...]

    @property
    def band(self) -> Band | None:
        """The group of the score; None without one on the scale."""
        return band_of(self.formula, self.score, self.response_id)


@dataclass(frozen=True, slots=True)
class Comments:
    """Newest comments; `next` is the cursor of those after them, None at the end.

    Where a filter found too few among all that one page may look at, `searched_back_to` is the day it came to.
    """

    items: tuple[Comment, ...]
    next: str | None
    search: str = ""
    searched_back_to: date | None = None
