"""The same people asked twice, and a segment against the rest: comparisons that `compare` must not make.

People who answer twice are not two independent samples: who was happy is likelier to be happy
again. Here each person's own step counts. And a segment is part of its total, so it is compared
with what remains when it is taken away.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Final

from cxsurvey.scoring.counts import GroupCounts, ScoreCounts, checked_count
from cxsurvey.scoring.errors import EmptyCountsError, InvalidCountError, NotAPartError
from cxsurvey.scoring.intervals import z_value
from cxsurvey.scoring.nps import WIDEST_CHANGE, direction_of
from cxsurvey.scoring.results import Movement
from cxsurvey.scoring.scales import NPS, Band, Definition
from cxsurvey.scoring.significance import detectable, leaves_out_zero, two_sided

# Half a person at each of the five steps from -2 to +2, so that the spread is never 0.
_PADDING: Final = 0.5
_STEPS: Final = (-2, -1, 0, 1, 2)
_CODES: Final = {Band.PROMOTER: 1, Band.PASSIVE: 0, Band.DETRACTOR: -1}


@dataclass(frozen=True, slots=True)
class Steps:
    """How many people moved how far on the coding detractor -1, passive 0, promoter +1.

    ``down_two`` went from promoter to detractor, ``up_two`` the other way; ``same`` stayed in
    their band. Adding two merges them.

    Raises ``InvalidCountError`` unless each, and their sum, is a whole number from 0 to 10^12.

    >>> Steps(1, 4, 80, 10, 5).n
    100
    """

    down_two: int
    down_one: int
    same: int
    up_one: int
    up_two: int

    def __post_init__(self) -> None:
        for name in self.__slots__:
            checked_count(getattr(self, name), name)
        checked_count(self.n, "people")

    @property
    def counts(self) -> tuple[int, int, int, int, int]:
        """The five counts, from the largest fall to the largest rise."""
        return self.down_two, self.down_one, self.same, self.up_one, self.up_two

    @property
    def n(self) -> int:
        """How many people answered both times."""
        return sum(self.counts)

    def __add__(self, other: "Steps") -> "Steps":
        if not isinstance(other, Steps):
            return NotImplemented
        return Steps(*(one + two for one, two in zip(self.counts, other.counts, strict=True)))


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """The NPS of the same people, second time less first, in points from -200 to 200.

    All but ``n`` and ``changed`` are None without anybody. ``changed`` is true only when the
    interval leaves 0 out.
    """

    n: int
    estimate: float | None
    lower: float | None
    upper: float | None
    p_value: float | None
    minimum_detectable: float | None
    direction: Movement | None
    changed: bool
    confidence: float


def steps(pairs: Iterable[tuple[int, int]], definition: Definition = NPS) -> Steps:
    """Each person's step from the first score to the second.

    Raises ``InvalidScoreError`` for a score off the scale and ``InvalidDefinitionError`` for a
    definition without bands.

    >>> steps([(3, 9), (9, 10), (7, 6)])
    Steps(down_two=0, down_one=1, same=1, up_one=0, up_two=1)
    """
    found = dict.fromkeys(_STEPS, 0)
    for first, second in pairs:
        found[_CODES[definition.band(second)] - _CODES[definition.band(first)]] += 1
    return Steps(*(found[step] for step in _STEPS))


def steps_of_table(table: Iterable[Iterable[int]]) -> Steps:
    """The steps in a table of three rows (the first time) by three columns (the second).

    Rows and columns stand in the order promoters, passives, detractors.

    Raises ``InvalidCountError`` unless it has three rows of three counts.

    >>> steps_of_table([[50, 5, 1], [10, 20, 4], [5, 3, 2]])
    Steps(down_two=1, down_one=9, same=72, up_one=13, up_two=5)
    """
    rows = [tuple(row) for row in table]
    if [len(row) for row in rows] != [3, 3, 3]:
        raise InvalidCountError("A table of the same people has three rows of three counts.")
    found = dict.fromkeys(_STEPS, 0)
    for first, row in enumerate(rows):
        for second, n in enumerate(row):
            found[first - second] += checked_count(n, f"row {first + 1}, column {second + 1}")
    return Steps(*(found[step] for step in _STEPS))


def paired_difference(found: Steps, confidence: float = 0.95) -> PairedDifference:
    """The change of the same people: the mean of their steps times 100, with an adjusted Wald interval.

    Half a person is added at each of the five steps, as Agresti and Min (2005) add half to the
    cells of a matched table: with m = n + 5/2 the mean M and the variance V of the padded steps
    give 100 (M +- z sqrt(V / m)), cut to -200 and 200 and widened, if need be, to hold the
    estimate. p-value: two-sided normal, from the same mean and error. Minimum detectable: (z of
    the confidence + z of 80 % power) times that error.

    Nobody: all is None. Everybody stayed: the estimate is 0 and the interval keeps a width.

    Raises ``InvalidConfidenceError``.

    >>> change = paired_difference(Steps(1, 9, 72, 13, 5))
    >>> f"{change.estimate:.1f} {change.lower:.1f} {change.upper:.1f}", change.changed
    ('12.0 -1.8 25.2', False)
    """
    z = z_value(confidence)
    if found.n == 0:
        return PairedDifference(0, None, None, None, None, None, None, changed=False, confidence=confidence)
    size = found.n + len(_STEPS) * _PADDING
    padded = [(step, n + _PADDING) for step, n in zip(_STEPS, found.counts, strict=True)]
    middle = sum(step * n for step, n in padded) / size
    error = sqrt(sum(n * (step - middle) ** 2 for step, n in padded)) / size
    estimate = 100.0 * sum(step * n for step, n in zip(_STEPS, found.counts, strict=True)) / found.n
    lower = max(-WIDEST_CHANGE, min(estimate, 100.0 * (middle - z * error)))
    upper = min(WIDEST_CHANGE, max(estimate, 100.0 * (middle + z * error)))
    return PairedDifference(
        n=found.n,
        estimate=estimate,
        lower=lower,
        upper=upper,
        p_value=two_sided(middle, error),
        minimum_detectable=detectable(100.0 * error, confidence, WIDEST_CHANGE),
        direction=direction_of(estimate),
        changed=leaves_out_zero(lower, upper),
        confidence=confidence,
    )


def rest_of(total: ScoreCounts, segment: ScoreCounts) -> ScoreCounts:
    """What remains of a total when a segment is taken away: the other side of a fair comparison.

    Raises ``NotAPartError`` when the segment has another scale, or more responses of some score
    than the total, and ``EmptyCountsError`` when nothing remains.

    >>> everybody = ScoreCounts.from_scores([10, 9, 7, 3])
    >>> rest_of(everybody, ScoreCounts.from_scores([9, 3])).n
    2
    """
    if total.scale != segment.scale:
        raise NotAPartError(f"A segment on {segment.scale} is no part of a total on {total.scale}.")
    rest = tuple(all_ - own for all_, own in zip(total.counts, segment.counts, strict=True))
    if min(rest) < 0:
        raise NotAPartError("A segment has at most as many responses of each score as its total.")
    if not any(rest):
        raise EmptyCountsError("A segment that is the whole has no rest to be compared with.")
    return ScoreCounts(rest, total.scale)


def rest_of_groups(total: GroupCounts, segment: GroupCounts) -> GroupCounts:
    """``rest_of`` for counts of groups. Raises the same.

    >>> rest_of_groups(GroupCounts(50, 30, 20), GroupCounts(10, 10, 10))
    GroupCounts(promoters=40, passives=20, detractors=10)
    """
    parts = [getattr(total, name) - getattr(segment, name) for name in ("promoters", "passives", "detractors")]
    if min(parts) < 0:
        raise NotAPartError("A segment has at most as many responses of each group as its total.")
    if not any(parts):
        raise EmptyCountsError("A segment that is the whole has no rest to be compared with.")
    return GroupCounts(*parts)
