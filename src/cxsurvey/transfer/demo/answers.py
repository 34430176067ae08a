"""The made-up answers of one day, from chance and the story of the company. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cxsurvey.scoring.scales import Band
from cxsurvey.transfer.demo import company
from cxsurvey.transfer.demo.chance import Chance
from cxsurvey.transfer.demo.comments import comment
from cxsurvey.transfer.demo.company import Place

_FIVE_POINTS: dict[Band, dict[int, float]] = {
    Band.PROMOTER: {4: 44, 5: 56},
    Band.PASSIVE: {3: 1},
    Band.DETRACTOR: {2: 57, 1: 43},
}
WITHIN: dict[str, dict[Band, dict[int, float]]] = {
    company.RELATIONSHIP: {
        Band.PROMOTER: {9: 38, 10: 62},
        Band.PASSIVE: {7: 38, 8: 62},
        Band.DETRACTOR: {6: 28, 5: 23, 4: 12, 3: 13, 2: 9, 1: 5, 0: 10},
    },
    company.DELIVERY: _FIVE_POINTS,
    company.SUPPORT: {
        Band.PROMOTER: {5: 21, 6: 37, 7: 42},
        Band.PASSIVE: {4: 1},
        Band.DETRACTOR: {3: 44, 2: 31, 1: 25},
    },
    company.PILOT: _FIVE_POINTS,
}
"""By survey and band, how often each score is given."""
DO_NOT_KNOW = 0.03
REASONS = {"time": 5, "condition": 3, "people": 2, "price": 1}


class Door(StrEnum):
    """Where an answer comes in."""

    FORM = "link"
    PERSONAL = "invitation"
    SHOP = "shop"
    DESK = "help-desk"


DOORS: dict[str, dict[Door, float]] = {
    company.RELATIONSHIP: {Door.FORM: 0.8, Door.SHOP: 0.2},
    company.DELIVERY: {Door.FORM: 0.42, Door.SHOP: 0.54, Door.PERSONAL: 0.04},
    company.SUPPORT: {Door.FORM: 0.35, Door.DESK: 0.65},
    company.PILOT: {Door.FORM: 1},
}


@dataclass(frozen=True, slots=True)
class MadeUp:
    """One answer of a customer who does not exist. `number` tells it apart from all others."""

    number: str
    place: Place
    door: Door
    answered_at: datetime
    score: int | None
    """None for who chose "I do not know"."""
    band: Band
    """Of a customer without a score, the one whose words these are."""
    comment: str | None
    reason: str | None
    language: str
    segments: dict[str, str]
    customer: int
    seconds: float
    """How long the form was open."""
    trapped: bool
    test: bool
    mistake: bool
    """Whether a manager takes it out later."""


def of_day(day: int, date_: date) -> list[MadeUp]:
    """The answers of a day in the order they were given; `day` counts from 0."""
    chance = Chance("day", day)
    number = chance.around(company.answers_on(day, date_.weekday(), date_.month))
    made = [_answer(f"{day}-{index}", day, date_, _survey(chance)) for index in range(number)]
    made += [_answer(f"pilot-{day}-{index}", day, date_, company.PILOT) for index in range(_pilot(day))]
    return sorted(made, key=lambda answer: answer.answered_at)


def _survey(chance: Chance) -> str:
    return chance.weighted(company.SURVEYS)


def _pilot(day: int) -> int:
    """The showroom asks one customer every other day, and only lately."""
    since = day - (company.DAYS - company.PILOT_DAYS)
    return int(since >= 0 and since % 2 == 0 and since // 2 < company.PILOT_ANSWERS)


def _answer(number: str, day: int, date_: date, survey: str) -> MadeUp:
    chance = Chance("answer", number)
    places = {place: place.share for place in company.PLACES if place.survey == survey}
    place = chance.weighted(places)
    customer = chance.below(company.CUSTOMERS)
    country, language = _home(customer)
    agent = chance.weighted({name: share for name, (_, share, _) in company.AGENTS.items()})
    door = chance.weighted(DOORS[survey])
    is_support = survey == company.SUPPORT
    group = _band(chance, company.mood(place, country, agent if is_support else None, day), survey)
    segments = {"touchpoint": place.touchpoint, "country": country, "language": company.LANGUAGE_NAMES[language]}
    segments["channel"] = chance.weighted(_channels(survey))
    if is_support:
        segments |= {"agent": agent, "team": company.AGENTS[agent][0]}
    asked_why = survey == company.DELIVERY and group is not Band.PROMOTER and chance.happens(0.6)
    return MadeUp(
        number=number,
        place=place,
        door=door,
        answered_at=_time(chance, date_),
        score=None if is_support and chance.happens(DO_NOT_KNOW) else chance.weighted(WITHIN[survey][group]),
        band=group,
        comment=comment(chance, place.touchpoint, group, language, company.dip(day)),
        reason=chance.weighted(REASONS) if asked_why else None,
        language=language,
        segments=segments,
        customer=customer,
        seconds=round(6 + 70 * chance.number() ** 3, 1),
        trapped=door is Door.FORM and chance.happens(0.017),
        test=door in {Door.SHOP, Door.DESK} and chance.happens(0.008),
        mistake=chance.happens(0.0022),
    )


def _home(customer: int) -> tuple[str, str]:
    """Country and language of a customer, the same for all that one answers."""
    chance = Chance("customer", customer)
    country = chance.weighted(company.COUNTRIES)
    return country, chance.weighted(company.SPOKEN[country])


def _channels(survey: str) -> dict[str, float]:
    return {"Phone": 5, "Chat": 3, "E-mail": 2} if survey == company.SUPPORT else {"E-mail": 6, "Web": 3, "App": 2}


def _band(chance: Chance, mood: float, survey: str) -> Band:
    if survey == company.RELATIONSHIP:
        passives = 0.3 - 0.12 * abs(mood) / 100
        promoters = (1 - passives + mood / 100) / 2
    else:  # few choose the middle of a short scale, and most are content
        promoters = min(0.92, max(0.05, 0.62 + mood / 250))
        passives = 0.55 * (1 - promoters)
    weights = {Band.PROMOTER: promoters, Band.PASSIVE: passives, Band.DETRACTOR: 1 - passives - promoters}
    return chance.weighted(weights)


def _time(chance: Chance, date_: date) -> datetime:
    start = datetime(date_.year, date_.month, date_.day, tzinfo=ZoneInfo(company.ZONE)).astimezone(UTC)
    return start + timedelta(hours=chance.weighted(company.HOURS), seconds=chance.below(3600))


def weeks(today: date) -> Iterator[list[MadeUp]]:
    """All answers, week by week, the last day being `today`."""
    first = today - timedelta(days=company.DAYS - 1)
    for start in range(0, company.DAYS, 7):
        days = range(start, min(start + 7, company.DAYS))
        yield [answer for day in days for answer in of_day(day, first + timedelta(days=day))]
