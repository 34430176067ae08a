"""How a scale looks to customers, and the fixed order in which the formulas are offered. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from cxsurvey.scoring import catalogue
from cxsurvey.scoring.scales import NPS, Definition, Metric


class Look(StrEnum):
    """What a customer chooses from."""

    NUMBERS = "numbers"
    SMILEYS = "smileys"
    THUMBS = "thumbs"
    STARS = "stars"

    @property
    def is_pictured(self) -> bool:
        """Whether its points are pictures, so that each needs a name in words."""
        return self is not Look.NUMBERS


OFFERED: Mapping[str, Definition] = {
    formula.key: formula
    for formula in (
        NPS,
        catalogue.ENPS,
        catalogue.CSAT_5,
        catalogue.SMILEYS_5,
        catalogue.SMILEYS_3,
        catalogue.THUMBS,
        catalogue.STARS_5,
        catalogue.CSAT_3,
        catalogue.CSAT_7,
        catalogue.CSAT_10,
        catalogue.CES_7,
        catalogue.CES_5,
        catalogue.CES_1_0,
    )
}
"""The formulas a survey may be made with, by key, in the order in which they are offered."""

USUAL: Mapping[Metric, str] = {
    Metric.NPS: NPS.key,
    Metric.CSAT: catalogue.CSAT_5.key,
    Metric.CES: catalogue.CES_7.key,
}
"""The key of the formula that each metric has when nobody says otherwise."""

_PICTURED: Mapping[str, Look] = {
    catalogue.SMILEYS_5.key: Look.SMILEYS,
    catalogue.SMILEYS_3.key: Look.SMILEYS,
    catalogue.THUMBS.key: Look.THUMBS,
    catalogue.STARS_5.key: Look.STARS,
}


def look_of(formula: str) -> Look:
    """The look that belongs to a formula, by its key: faces are another question than numbers."""
    return _PICTURED.get(formula, Look.NUMBERS)


FIVE_FACES = ("unhappiest", "unhappy", "neutral", "happy", "happiest")
THREE_FACES = ("unhappy", "neutral", "happy")
THUMBS = ("thumb-down", "thumb-up")


def pictures_of(formula: Definition) -> tuple[str, ...]:
    """The picture of each point from the lowest score up, as the templates know it; none for numbers."""
    points = len(formula.scale.values)
    match look_of(formula.key):
        case Look.SMILEYS:
            return FIVE_FACES if points == len(FIVE_FACES) else THREE_FACES
        case Look.THUMBS:
            return THUMBS
        case Look.STARS:
            return ("star",) * points
        case Look.NUMBERS:
            return ()
