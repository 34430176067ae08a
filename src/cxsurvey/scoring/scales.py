"""What a score means: its scale, its bands, and the versioned definition that joins them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cxsurvey.scoring.errors import InvalidDefinitionError, InvalidScoreError


class Direction(StrEnum):
    """Which end of a scale is the good one. Never inferred from data."""

    HIGHER_IS_BETTER = "higher-is-better"
    LOWER_IS_BETTER = "lower-is-better"


class Metric(StrEnum):
    """What is measured."""

    NPS = "nps"
    CSAT = "csat"
    CES = "ces"


class Headline(StrEnum):
    """What a definition makes of the counts first; the other figures stand beside it.

    ``NET`` is the share of promoters less that of detractors, in points; ``TOP_BOX`` the share
    of the top box, in percent; ``MEAN`` the mean, in scale points.
    """

    NET = "net"
    TOP_BOX = "top-box"
    MEAN = "mean"


class Unknown(StrEnum):
    """What becomes of "I do not know": left out, or part of the base of a share (the NHS rule)."""

    LEFT_OUT = "left-out"
    IN_BASE = "in-base"


class Band(StrEnum):
    """The group a single score belongs to."""

    DETRACTOR = "detractor"
    PASSIVE = "passive"
    PROMOTER = "promoter"


@dataclass(frozen=True, slots=True)
class Scale:
    """The whole numbers a customer can choose from, both ends included.

    Raises ``InvalidDefinitionError`` unless ``minimum`` and ``maximum`` are whole numbers
    and ``minimum < maximum``.

    >>> 10 in Scale(0, 10), 11 in Scale(0, 10), True in Scale(0, 10)
    (True, False, False)
    """

    minimum: int
    maximum: int
    direction: Direction = Direction.HIGHER_IS_BETTER

    def __post_init__(self) -> None:
        if type(self.minimum) is not int or type(self.maximum) is not int:
            raise InvalidDefinitionError("The ends of a scale are whole numbers.")
        if self.minimum >= self.maximum:
            raise InvalidDefinitionError(
                f"A scale runs from a smaller to a larger number, not from {self.minimum} to {self.maximum}."
            )

    @property
    def values(self) -> range:
        """Every score of the scale, in ascending order."""
        return range(self.minimum, self.maximum + 1)

    def __contains__(self, score: object) -> bool:
        # bool is a subclass of int, and True must not pass for a 1.
        return type(score) is int and self.minimum <= score <= self.maximum

    def __str__(self) -> str:
        return f"{self.minimum} to {self.maximum}"

    def check(self, score: object) -> int:
        """Return ``score`` if it is a whole number on the scale.

        Raises ``InvalidScoreError`` for fractions (also 9.0), booleans, text and numbers
        outside the scale; 11 is not clamped to 10.

        >>> Scale(0, 10).check(9)
        9
        """
        if type(score) is int and self.minimum <= score <= self.maximum:
            return score
        raise InvalidScoreError(f"A score is a whole number from {self}, not {score!r}.")


@dataclass(frozen=True, slots=True)
class Definition:
    """How a metric reads one scale. Stored responses name it by ``key``, so it never changes.

    Either the three bands share out the whole scale, or ``top_box`` names the scores that
    count as good, or both; without a ``top_box`` the promoters are it, and without a
    ``bottom_box`` the detractors. ``headline`` says which figure leads. Another scale, other
    bands, another headline or another rule for ``unknown`` is another definition, and their
    scores never share a trend line. ``translated`` marks a score read from a scale that it
    was not made for; it is never compared with the original.

    Raises ``InvalidDefinitionError`` when the sets do not fit the scale, the boxes overlap,
    or the headline lacks what it needs.
    """

    id: str
    version: int
    metric: Metric
    scale: Scale
    promoters: frozenset[int] = frozenset()
    passives: frozenset[int] = frozenset()
    detractors: frozenset[int] = frozenset()
    top_box: frozenset[int] = frozenset()
    bottom_box: frozenset[int] = frozenset()
    headline: Headline = Headline.NET
    unknown: Unknown = Unknown.LEFT_OUT
    translated: bool = False

    def __post_init__(self) -> None:
        banded = [*self.promoters, *self.passives, *self.detractors]
        if banded and sorted(banded) != list(self.scale.values):
            raise InvalidDefinitionError(
                f"The bands of {self.key} must hold every score from {self.scale} exactly once."
            )
        if not all(score in self.scale for score in self.top_box | self.bottom_box):
            raise InvalidDefinitionError(f"The boxes of {self.key} must lie on the scale from {self.scale}.")
        if not banded and not self.top_box:
            raise InvalidDefinitionError(f"{self.key} needs bands or a top box.")
        if self.top & self.bottom:
            raise InvalidDefinitionError(f"The top box and the bottom box of {self.key} must not share a score.")
        if self.headline is Headline.NET and not banded:
            raise InvalidDefinitionError(f"{self.key} needs bands to be headed by a net score.")
        if self.unknown is Unknown.IN_BASE and self.headline is not Headline.TOP_BOX:
            raise InvalidDefinitionError(f"Only a share can have the unknown in its base, not {self.key}.")

    @property
    def top(self) -> frozenset[int]:
        """The scores that count as good.

        >>> sorted(NPS.top)
        [9, 10]
        """
        return self.top_box or self.promoters

    @property
    def bottom(self) -> frozenset[int]:
        """The scores that count as bad; none where neither a bottom box nor bands are given."""
        return self.bottom_box or self.detractors

    @property
    def group_names(self) -> tuple[str, str, str]:
        """What the three bands are called for this metric, best first.

        >>> NPS.group_names
        ('promoters', 'passives', 'detractors')
        """
        return _GROUP_NAMES[self.metric]

    def group_of(self, score: int) -> str:
        """What one answer with this score is called for this metric.

        >>> NPS.group_of(10), NPS.group_of(0)
        ('promoter', 'detractor')
        """
        return self.group_name(self.band(score))

    def group_name(self, band: Band) -> str:
        """What one answer of a band is called for this metric.

        >>> NPS.group_name(Band.PASSIVE)
        'passive'
        """
        return self.group_names[(Band.PROMOTER, Band.PASSIVE, Band.DETRACTOR).index(band)].removesuffix("s")

    @property
    def key(self) -> str:
        """The name to store beside a score: id and version.

        >>> NPS.key
        'nps-0-10/1'
        """
        return f"{self.id}/{self.version}"

    @property
    def has_bands(self) -> bool:
        """Whether scores fall into promoters, passives and detractors."""
        return bool(self.promoters or self.passives or self.detractors)

    def band(self, score: object) -> Band:
        """The band of one score.

        Raises ``InvalidScoreError`` when the score is not on the scale and
        ``InvalidDefinitionError`` when the definition has no bands.

        >>> NPS.band(7).value
        'passive'
        """
        checked = self.scale.check(score)
        if not self.has_bands:
            raise InvalidDefinitionError(f"{self.key} has a top box, not bands.")
        if checked in self.promoters:
            return Band.PROMOTER
        return Band.PASSIVE if checked in self.passives else Band.DETRACTOR


_GROUP_NAMES: Final = {
    Metric.NPS: ("promoters", "passives", "detractors"),
    Metric.CSAT: ("satisfied", "neutral", "dissatisfied"),
    Metric.CES: ("easy", "neutral", "difficult"),
}

NPS = Definition(
    id="nps-0-10",
    version=1,
    metric=Metric.NPS,
    scale=Scale(0, 10),
    promoters=frozenset({9, 10}),
    passives=frozenset({7, 8}),
    detractors=frozenset(range(7)),
)
"""Reichheld 2003: "how likely ... recommend" from 0 to 10; 9-10, 7-8 and 0-6."""


def band(score: object) -> Band:
    """The NPS band of a score from 0 to 10: detractor 0-6, passive 7-8, promoter 9-10.

    Raises ``InvalidScoreError`` for anything but a whole number from 0 to 10.

    >>> [band(score).value for score in (0, 6, 7, 8, 9, 10)]
    ['detractor', 'detractor', 'passive', 'passive', 'promoter', 'promoter']
    """
    return NPS.band(score)
