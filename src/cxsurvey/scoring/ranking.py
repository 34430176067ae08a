"""A ranking of segments that claims no more than their responses can carry.

Raw scores are never ranked: with few responses chance decides who leads. The order here comes
from shrunken scores, segments whose intervals overlap share a rank, segments under 10 responses
have none, and "different from average" is said only after adjusting for the number of tests.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import NamedTuple

from cxsurvey.scoring.counts import GroupCounts
from cxsurvey.scoring.lowbase import base
from cxsurvey.scoring.multiple import DEFAULT_Q, Correction, adjusted
from cxsurvey.scoring.nps import difference
from cxsurvey.scoring.results import Difference, Movement
from cxsurvey.scoring.shrinkage import Shrinkage, ShrunkenScore, shrunken_nps


class _Interval(NamedTuple):
    name: str
    n: int
    estimate: float
    lower: float
    upper: float


class Standing(StrEnum):
    """Where a segment stands against the rest of the responses."""

    ABOVE = "above"
    BELOW = "below"
    NOT_ESTABLISHED = "not-established"
    NOT_TESTED = "not-tested"


@dataclass(frozen=True, slots=True)
class Rank:
    """A place that can be defended, from 1.

    ``place`` is shared by all whose intervals overlap, directly or through others, so two
    different places never have overlapping intervals. ``best`` and ``worst`` bound it more
    closely: as many segments lie wholly above, and wholly below.
    """

    place: int
    tied: bool
    best: int
    worst: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """One segment of a ranking.

    ``rank`` is None under 10 responses. ``rest`` is the raw score of the segment minus that
    of all other responses; it and both p-values are None where ``standing`` is
    ``NOT_TESTED``.
    """

    name: str
    n: int
    score: ShrunkenScore
    rank: Rank | None
    standing: Standing
    rest: Difference | None
    p_value: float | None
    adjusted_p_value: float | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Segments in a fixed order: ranked ones from the best estimate down, then the others by name.

    Beside the flags belongs that ``m`` segments were tested and that ``q`` of the flags are
    expected to be false; beside the scores belongs ``shrinkage.label``.
    """

    segments: tuple[Ranked, ...]
    m: int
    q: float
    correction: Correction
    shrinkage: Shrinkage


def ranking(segments: Mapping[str, GroupCounts], confidence: float = 0.95, q: float = DEFAULT_Q) -> Ranking:
    """Segments by NPS in points, shrunken, tied where intervals overlap, flagged where they differ.

    The segments share out the responses: none lies in two of them. Scores and intervals are
    those of ``shrinkage.shrunken_nps`` over all segments. Each segment with 10 responses and
    a rest with 10 is tested against the rest, never against the total that contains it
    (adjusted Wald, see ``nps.difference``); the m p-values are adjusted by Benjamini and
    Hochberg (1995), and an adjusted p-value of at most q makes the segment ``ABOVE`` or
    ``BELOW``, unless the interval of the difference holds 0: the two come from different
    formulas. Equal estimates stand in the order of more responses, then of their names.

    One segment: it has rank 1 and nothing to be tested against, m = 0. The test and the tie
    answer different questions; segments of one rank may well stand on different sides.

    Raises ``EmptyCountsError`` when no segment has a response, ``InvalidCountError`` when all
    together have more than ``counts.MAX_COUNT``, ``InvalidConfidenceError``,
    ``InvalidProbabilityError``.

    >>> shops = {"A": (60, 30, 10), "B": (40, 35, 25), "C": (15, 35, 50), "D": (4, 0, 0), "E": (41, 33, 26)}
    >>> found = ranking({shop: GroupCounts(*groups) for shop, groups in shops.items()})
    >>> for one in found.segments:
    ...     print(one.name, one.n, one.rank and one.rank.place, one.standing.value)
    A 100 1 above
    B 100 2 not-established
    E 100 2 not-established
    C 100 4 below
    D 4 None not-tested
    >>> found.m, found.q
    (4, 0.05)
    """
    shrinkage = shrunken_nps(segments, confidence)
    scores = {score.name: score for score in shrinkage.scores}
    rests = _differences_from_the_rest(segments, confidence)
    family = adjusted([change.p_value for change in rests.values() if change.p_value is not None], q)
    established = {name for name, flagged in zip(rests, family.flagged, strict=True) if flagged}
    corrected = dict(zip(rests, family.adjusted, strict=True))
    ranks = ranks_of(shrinkage.scores)
    names = [*ranks, *sorted(name for name in segments if name not in ranks)]
    return Ranking(
        segments=tuple(
            Ranked(
                name=name,
                n=scores[name].n,
                score=scores[name],
                rank=ranks.get(name),
                standing=_standing(rests.get(name), name in established),
                rest=rests.get(name),
                p_value=rests[name].p_value if name in rests else None,
                adjusted_p_value=corrected.get(name),
            )
            for name in names
        ),
        m=family.m,
        q=q,
        correction=family.correction,
        shrinkage=shrinkage,
    )


def ranks_of(scores: Iterable[ShrunkenScore], *, lower_is_better: bool = False) -> dict[str, Rank]:
    """The rank of each score from 10 responses on, by name and best first; shares and means rank as net scores do.

    >>> from cxsurvey.scoring.shrinkage import shrunken_shares
    >>> found = shrunken_shares({"A": (90, 100), "B": (55, 100), "C": (60, 100), "D": (3, 3)})
    >>> [(name, rank.place, rank.tied) for name, rank in ranks_of(found.scores).items()]
    [('A', 1, False), ('C', 2, True), ('B', 2, True)]
    """
    known = [
        _Interval(score.name, score.n, score.estimate, score.lower, score.upper)
        for score in scores
        if score.estimate is not None and score.lower is not None and score.upper is not None
    ]
    if lower_is_better:
        known = [one._replace(estimate=-one.estimate, lower=-one.upper, upper=-one.lower) for one in known]
    return _ranks(_sorted(known))


def _differences_from_the_rest(segments: Mapping[str, GroupCounts], confidence: float) -> dict[str, Difference]:
    promoters = sum(groups.promoters for groups in segments.values())
    passives = sum(groups.passives for groups in segments.values())
    detractors = sum(groups.detractors for groups in segments.values())
    changes = {}
    for name, groups in segments.items():
        rest = GroupCounts(promoters - groups.promoters, passives - groups.passives, detractors - groups.detractors)
        if base(groups.n).comparable and base(rest.n).comparable:
            changes[name] = difference(groups, rest, confidence)
    return changes


def _standing(change: Difference | None, established: bool) -> Standing:
    if change is None:
        return Standing.NOT_TESTED
    if not (established and change.changed):
        return Standing.NOT_ESTABLISHED
    return Standing.ABOVE if change.direction is Movement.UP else Standing.BELOW


def _sorted(intervals: Iterable[_Interval]) -> list[_Interval]:
    """Those that may be sorted, best estimate first."""
    sortable = [one for one in intervals if base(one.n).sortable]
    return sorted(sortable, key=lambda one: (-one.estimate, -one.n, one.name))


def _ranks(intervals: Sequence[_Interval]) -> dict[str, Rank]:
    """The ranks by name, in the order given."""
    places = _places(intervals)
    sharing = list(places.values())
    lowers, uppers = sorted(one.lower for one in intervals), sorted(one.upper for one in intervals)
    return {
        one.name: Rank(
            place=places[one.name],
            tied=sharing.count(places[one.name]) > 1,
            best=1 + len(lowers) - bisect_right(lowers, one.upper),
            worst=len(uppers) - bisect_left(uppers, one.lower),
        )
        for one in intervals
    }


def _places(intervals: Sequence[_Interval]) -> dict[str, int]:
    places: dict[str, int] = {}
    place, reached = 1, -inf
    for position, one in enumerate(sorted(intervals, key=lambda one: one.upper, reverse=True), 1):
        # Everything so far lies wholly above, so a new group begins.
        if one.upper < reached:
            place = position
        reached = one.lower if position == place else min(reached, one.lower)
        places[one.name] = place
    return places
