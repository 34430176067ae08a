"""The made-up company: what it sells, where, who works there, and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cxsurvey.scoring import catalogue, scales

NAME = "Northwind Home"
ZONE = "Europe/Istanbul"
DAYS = 548
"""Eighteen months, the last day being today."""
LANGUAGES = ("en", "de", "tr", "ar")

COUNTRIES: Mapping[str, float] = {
    "United Kingdom": 45, "Germany": 20, "Türkiye": 13, "Ireland": 10, "United Arab Emirates": 7, "Austria": 5,
}  # fmt: skip
SPOKEN: Mapping[str, Mapping[str, float]] = {
    "United Kingdom": {"en": 1},
    "Ireland": {"en": 1},
    "Germany": {"de": 0.72, "en": 0.2, "tr": 0.08},
    "Austria": {"de": 0.85, "en": 0.15},
    "Türkiye": {"tr": 0.75, "en": 0.25},
    "United Arab Emirates": {"ar": 0.6, "en": 0.4},
}
LANGUAGE_NAMES = {"en": "English", "de": "German", "tr": "Turkish", "ar": "Arabic"}

AGENTS: Mapping[str, tuple[str, float, float]] = {
    "Mira": ("Home", 20, 14),
    "Jonas": ("Home", 18, 4),
    "Selin": ("Home", 16, 8),
    "Omar": ("Home", 9, -4),
    "Tess": ("Large items", 14, 2),
    "Kofi": ("Large items", 12, 10),
    "Ronja": ("Large items", 8, -28),
    "Emre": ("Large items", 3, 6),
}
"""Agent to team, share of the calls, and points above or below the others."""

FIRST_NAMES: Mapping[str, tuple[str, ...]] = {
    "en": ("Ada", "Ben", "Carla", "Finn", "Iris", "Noel", "Otto", "Pia", "Rose", "Tilda", "Vera"),
    "de": ("Anke", "Bernd", "Greta", "Ivo", "Lena", "Mats", "Uta"),
    "tr": ("Deniz", "Elif", "Jale", "Kaan", "Umut", "Zeynep"),
    "ar": ("Hana", "Karim", "Nour", "Rania", "Sami", "Yara"),
}
"""First names of customers by the language they write in."""
CUSTOMERS = 3200

MANAGER, VIEWER = "Selin A.", "Jonas W."
"""Colleagues of the owner: one looks after the surveys, one reads."""


@dataclass(frozen=True, slots=True)
class Place:
    """A touchpoint: its survey, its share of the answers there, how content customers are and how deep the dip went.

    Both are on the scale of an NPS, whatever is asked.
    """

    survey: str
    touchpoint: str
    share: float
    usual: float
    dip: float


RELATIONSHIP, DELIVERY, SUPPORT, PILOT = "Relationship", "After delivery", "After support", "Showroom pilot"
FORMULAS: Mapping[str, scales.Definition] = {
    RELATIONSHIP: scales.NPS,
    DELIVERY: catalogue.CSAT_5,
    SUPPORT: catalogue.CES_7,
    PILOT: catalogue.SMILEYS_5,
}
"""What each survey asks: whether customers would recommend, were satisfied, had it easy, and looked happy."""
SURVEYS: Mapping[str, float] = {RELATIONSHIP: 0.3, DELIVERY: 0.45, SUPPORT: 0.25}
PLACES = (
    Place(RELATIONSHIP, "Purchase", 0.45, 50, -4),
    Place(RELATIONSHIP, "Product", 0.37, 44, -3),
    Place(RELATIONSHIP, "Returns", 0.18, 18, -16),
    Place(DELIVERY, "Delivery", 0.78, 44, -62),
    Place(DELIVERY, "Assembly", 0.22, 37, -18),
    Place(SUPPORT, "Support", 1, 32, -26),
    Place(PILOT, "Showroom", 1, 55, 0),
)
PILOT_DAYS, PILOT_ANSWERS = 35, 17

# The carrier was changed eight months ago; it went wrong for four months and was put right after that.
CHANGED, WORST, MENDING, MENDED = 300, 318, 405, 448
BETTER_THAN_BEFORE = 7.0
SLOW_RISE = 5.0
WORSE_IN_GERMANY = -14.0


def dip(day: int) -> float:
    """How much of the trouble with the carrier is felt on a day: 0 none, 1 all of it."""
    if day <= CHANGED or day >= MENDED:
        return 0.0
    if day < WORST:
        return (day - CHANGED) / (WORST - CHANGED)
    return 1.0 if day < MENDING else (MENDED - day) / (MENDED - MENDING)


def mood(place: Place, country: str, agent: str | None, day: int) -> float:
    """How content customers of a touchpoint are on a day, from -100 to 100, as an NPS would say it."""
    level = place.usual + SLOW_RISE * day / DAYS + place.dip * dip(day)
    if day >= MENDED and place.dip < -10:
        level += BETTER_THAN_BEFORE
    if country == "Germany" and place.touchpoint == "Delivery":
        level += WORSE_IN_GERMANY * dip(day)
    if agent is not None:
        level += AGENTS[agent][2]
    return max(-85.0, min(85.0, level))


WEEKDAYS = (1.18, 1.16, 1.1, 1.06, 1.0, 0.84, 0.66)
HOURS = {
    6: 1, 7: 3, 8: 5, 9: 6, 10: 7, 11: 7, 12: 8, 13: 7, 14: 5, 15: 5, 16: 6, 17: 7, 18: 9, 19: 10, 20: 10, 21: 8,
    22: 4, 23: 1,
}  # fmt: skip


def answers_on(day: int, weekday: int, month: int) -> float:
    """How many answers a day brings on average: a growing company, a quiet weekend, busy weeks before winter."""
    season = 1.22 if month in (11, 12) else 1.0
    return (7.4 + 6.4 * day / DAYS) * WEEKDAYS[weekday] * season
