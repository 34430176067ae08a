"""Exact counts: how many customers gave each score, or fell into each band.

Counts are facts and know only their scale; what they mean is the definition's business.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import add
from typing import Final, Self

from cxsurvey.scoring.errors import InvalidCountError, InvalidDefinitionError, ScaleMismatchError
from cxsurvey.scoring.scales import NPS, Definition, Scale

MAX_COUNT: Final = 10**12
"""The most responses counts may hold in all: above any survey, and exact in a float."""


def checked_count(value: object, name: str) -> int:
    """Return ``value`` if it is a whole number from 0 to ``MAX_COUNT``.

    Raises ``InvalidCountError``, naming the count by ``name``, for negative numbers,
    fractions (also 3.0), booleans and text.

    >>> checked_count(3, "promoters")
    3
    """
    if type(value) is int and 0 <= value <= MAX_COUNT:
        return value
    raise InvalidCountError(f"The count of {name} must be a whole number from 0 to {MAX_COUNT}, not {value!r}.")


def checked_part(successes: object, n: object) -> tuple[int, int]:
    """Return both if they are counts and the successes are at most the ``n`` responses.

    Raises ``InvalidCountError``.

    >>> checked_part(3, 4)
    (3, 4)
    """
    part, whole = checked_count(successes, "successes"), checked_count(n, "responses")
    if part > whole:
        raise InvalidCountError(f"Successes are at most the {whole} responses, not {part}.")
    return part, whole


@dataclass(frozen=True, slots=True)
class GroupCounts:
    """Promoters, passives and detractors. Adding two merges them.

    Raises ``InvalidCountError`` unless each, and their sum, is a whole number from 0 to
    ``MAX_COUNT``.

    >>> GroupCounts(2, 1, 0) + GroupCounts(1, 0, 3)
    GroupCounts(promoters=3, passives=1, detractors=3)
    """

    promoters: int
    passives: int
    detractors: int

    def __post_init__(self) -> None:
        checked_count(self.promoters, "promoters")
        checked_count(self.passives, "passives")
        checked_count(self.detractors, "detractors")
        checked_count(self.n, "responses")

    @property
    def n(self) -> int:
        """How many responses there are in all; passives belong to it."""
        return self.promoters + self.passives + self.detractors

    def __add__(self, other: Self) -> "GroupCounts":
        if not isinstance(other, GroupCounts):
            return NotImplemented
        return GroupCounts(
            self.promoters + other.promoters,
            self.passives + other.passives,
            self.detractors + other.detractors,
        )


@dataclass(frozen=True, slots=True)
class ScoreCounts:
    """One count for every score of a scale, lowest score first: n0 ... n10 for NPS.

    Adding two merges them, which equals counting the union.

    Raises ``InvalidCountError`` unless there is exactly one whole number from 0 to
    ``MAX_COUNT`` for each score, and so is their sum; ``ScaleMismatchError`` when merging
    different scales.

    >>> counts = ScoreCounts((0, 0, 0, 0, 0, 0, 1, 0, 2, 3, 4))
    >>> counts.n, (counts + counts).n
    (10, 20)
    """

    counts: tuple[int, ...]
    scale: Scale = NPS.scale

    def __post_init__(self) -> None:
        counts = tuple(self.counts)
        if len(counts) != len(self.scale.values):
            raise InvalidCountError(
                f"A scale from {self.scale} needs {len(self.scale.values)} counts, not {len(counts)}."
            )
        for score, count in zip(self.scale.values, counts, strict=True):
            checked_count(count, f"score {score}")
        checked_count(sum(counts), "responses")
        object.__setattr__(self, "counts", counts)

    @classmethod
    def none(cls, scale: Scale = NPS.scale) -> Self:
        """No response yet.

        >>> ScoreCounts.none().n
        0
        """
        return cls((0,) * len(scale.values), scale)

    @classmethod
    def from_scores(cls, scores: Iterable[int], scale: Scale = NPS.scale) -> Self:
        """Count single scores, in any order. No score at all gives counts of zero.

        Raises ``InvalidScoreError`` at the first score that is not on the scale.

        >>> ScoreCounts.from_scores([10, 9, 9, 3]).counts
        (0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 1)
        """
        counts = [0] * len(scale.values)
        for score in scores:
            counts[scale.check(score) - scale.minimum] += 1
        return cls(tuple(counts), scale)

    @classmethod
    def from_mapping(cls, counts: Mapping[int, int], scale: Scale = NPS.scale) -> Self:
        """Counts by score; a score that is not named counts 0.

        Raises ``InvalidScoreError`` for a key that is not on the scale and
        ``InvalidCountError`` for a value that is not a count.

        >>> ScoreCounts.from_mapping({9: 12, 7: 3}).counts
        (0, 0, 0, 0, 0, 0, 0, 3, 0, 12, 0)
        """
        for score in counts:
            scale.check(score)
        return cls(tuple(counts.get(score, 0) for score in scale.values), scale)

    @classmethod
    def merged(cls, parts: Iterable["ScoreCounts"], scale: Scale = NPS.scale) -> Self:
        """All parts pooled. No part at all gives counts of zero.

        Raises ``ScaleMismatchError`` at the first part with another scale.

        >>> ScoreCounts.merged([ScoreCounts.from_scores([9]), ScoreCounts.from_scores([3, 9])]).n
        3
        """
        totals = [0] * len(scale.values)
        for part in parts:
            if part.scale != scale:
                raise ScaleMismatchError(
                    f"Counts from {part.scale} ({part.scale.direction}) cannot be merged with"
                    f" counts from {scale} ({scale.direction})."
                )
            totals = list(map(add, totals, part.counts))
        return cls(tuple(totals), scale)

    @property
    def n(self) -> int:
        """How many responses there are in all."""
        return sum(self.counts)

    def __add__(self, other: Self) -> "ScoreCounts":
        if not isinstance(other, ScoreCounts):
            return NotImplemented
        return ScoreCounts.merged((self, other), self.scale)

    def groups(self, definition: Definition = NPS) -> GroupCounts:
        """The counts by band.

        Raises ``ScaleMismatchError`` when the definition reads another scale and
        ``InvalidDefinitionError`` when it has no bands.

        >>> ScoreCounts.from_scores([10, 9, 8, 6]).groups()
        GroupCounts(promoters=2, passives=1, detractors=1)
        """
        if definition.scale != self.scale:
            raise ScaleMismatchError(
                f"{definition.key} reads scores from {definition.scale}, these counts are from {self.scale}."
            )
        if not definition.has_bands:
            raise InvalidDefinitionError(f"{definition.key} has a top box, not bands.")
        return GroupCounts(
            promoters=self._sum(definition.promoters),
            passives=self._sum(definition.passives),
            detractors=self._sum(definition.detractors),
        )

    def _sum(self, scores: frozenset[int]) -> int:
        return sum(self.counts[score - self.scale.minimum] for score in scores)
