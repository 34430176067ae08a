"""What scoring answers with: one shape for every metric, unrounded, in display units."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from cxsurvey.scoring.lowbase import Base, base
from cxsurvey.scoring.methods import AnyMethod
from cxsurvey.scoring.scales import Metric


class Unit(StrEnum):
    """How to read a value: a net score in points from -100 to 100, a share in percent, a mean in scale points."""

    POINTS = "points"
    PERCENT = "percent"
    SCALE_POINTS = "scale-points"


class Flag(StrEnum):
    """What somebody must know who reads a score; none of them hides anything."""

    NO_RESPONSES = "no-responses"
    TOO_FEW = "too-few"
    VERY_LOW_BASE = "very-low-base"
    LOW_BASE = "low-base"
    ALL_EQUAL = "all-equal"
    TRANSLATED = "translated"
    LEAD_WITH_SHARE = "lead-with-share"
    NOT_RECOMMENDED = "not-recommended"


class Movement(StrEnum):
    """The sign of a difference. It says nothing about whether the difference is established."""

    UP = "up"
    DOWN = "down"
    LEVEL = "level"


class Group(NamedTuple):
    """One part of the responses, such as the promoters."""

    name: str
    n: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure that stands beside the headline; in ``unit``, with an interval by ``method``.

    ``lower`` and ``upper`` are None where no interval can be made, such as of one mean.
    """

    estimate: float
    lower: float | None
    upper: float | None
    unit: Unit
    method: AnyMethod


@dataclass(frozen=True, slots=True)
class Result:
    """A score with all that is needed to judge it.

    ``estimate``, ``lower`` and ``upper`` are in ``unit`` and are None when n = 0.
    ``groups`` are the counts that made the score and add up to ``n``, best group first;
    ``dict(result.groups)`` maps name to number. ``scores`` has one count for each score of
    the scale, lowest first, or is None when only the groups were known.
    ``definition`` is the definition's key. ``top_box``, ``bottom_box``, ``net`` and ``mean``
    are the other figures that the same counts give, None where they give none. ``unknown``
    counts "I do not know"; ``base_n`` is what the shares are shares of: n, and with the
    rule ``in-base`` the unknown too.
    """

    metric: Metric
    unit: Unit
    estimate: float | None
    lower: float | None
    upper: float | None
    confidence: float
    method: AnyMethod
    n: int
    groups: tuple[Group, ...]
    scores: tuple[int, ...] | None
    definition: str
    top_box: Figure | None
    bottom_box: Figure | None
    net: Figure | None
    mean: Figure | None
    unknown: int
    base_n: int
    flags: tuple[Flag, ...]

    @property
    def base(self) -> Base:
        """What this score may be used for, by the number of its responses."""
        return base(self.n)


@dataclass(frozen=True, slots=True)
class Difference:
    """``now`` minus ``before``, two independent sets of responses.

    ``estimate``, ``lower`` and ``upper`` are in the unit of the scores and, like the other
    optional fields, None when either side has no response. ``changed`` is true only when the
    interval leaves 0 out; an arrow is drawn for ``changed``, never for ``direction`` alone.
    ``p_value`` comes from another formula (see ``nps.difference``) and can disagree with
    ``changed`` by a hair at the border; ``changed`` decides.
    ``minimum_detectable`` is the change these two numbers of responses would probably show.
    """

    estimate: float | None
    lower: float | None
    upper: float | None
    p_value: float | None
    direction: Movement | None
    changed: bool
    minimum_detectable: float | None
    confidence: float
    now: Result
    before: Result

    @property
    def comparable(self) -> bool:
        """Whether both sides have enough responses to be compared at all."""
        return self.now.base.comparable and self.before.base.comparable
