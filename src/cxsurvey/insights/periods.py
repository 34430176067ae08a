"""Which days a number is about: half-open ranges of dates in the zone of the workspace.

One reading of `?period=…&since=…&until=…` for pages, downloads and REST. People write and read the last day
included; everything inside is half-open.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from cxsurvey.core.errors import FieldProblem, Invalid

EARLIEST: Final = date(1970, 1, 1)
LATEST: Final = date(2199, 12, 31)
MOST_DAYS: Final = 3660
"""The longest period of one's own: ten years."""
PLAIN_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class PeriodKey(StrEnum):
    """The periods that have a name."""

    DAYS_30 = "30d"
    DAYS_90 = "90d"
    MONTHS_12 = "12m"
    MONTHS_18 = "18m"
    ALL = "all"
    CUSTOM = "custom"


DEFAULT: Final = PeriodKey.DAYS_90
LABELS: Final[Mapping[PeriodKey, str]] = {
    PeriodKey.DAYS_30: "30 days",
    PeriodKey.DAYS_90: "90 days",
    PeriodKey.MONTHS_12: "12 months",
    PeriodKey.MONTHS_18: "18 months",
    PeriodKey.ALL: "All time",
    PeriodKey.CUSTOM: "Own dates",
}
_DAYS: Final[Mapping[PeriodKey, int]] = {PeriodKey.DAYS_30: 30, PeriodKey.DAYS_90: 90}
_MONTHS: Final[Mapping[PeriodKey, int]] = {PeriodKey.MONTHS_12: 12, PeriodKey.MONTHS_18: 18}


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `since` up to, but not with, `until`, as dates in `zone`."""

    key: PeriodKey
    since: date
    until: date
    zone: str

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days

    @property
    def first_day(self) -> date | None:
        """The first day that belongs to it, as people are shown its start; None where everything is looked at."""
        return None if self.key is PeriodKey.ALL else self.since

    @property
    def last_day(self) -> date:
        """The last day that belongs to it: what people are shown as its end."""
        return self.until - timedelta(days=1)

    @property
    def label(self) -> str:
        """Its name, such as `90 days`."""
        return LABELS[self.key]

    @property
    def before(self) -> Period | None:
        """As many days, or months where it is made of months, right before; None where everything is looked at."""
        if self.key is PeriodKey.ALL:
            return None
        months = _MONTHS.get(self.key)
        first = _months_back(self.since, months) if months else self.since - timedelta(days=self.days)
        return Period(PeriodKey.CUSTOM, first, self.since, self.zone)

    @property
    def before_words(self) -> str:
        """What the period before is called after `than` or `with`, such as `the 90 days before`."""
        months = _MONTHS.get(self.key)
        return f"the {months} months before" if months else f"the {self.days} days before"

    @property
    def query(self) -> dict[str, str]:
        """The parameters that `parse` reads this period from."""
        if self.key is not PeriodKey.CUSTOM:
            return {"period": self.key.value}
        return {
            "period": self.key.value,
            "since": self.since.isoformat(),
            "until": self.last_day.isoformat(),
        }

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """Its first instant and the first one after it, aware UTC."""
        return _midnight(self.since, self.zone), _midnight(self.until, self.zone)


def parse(values: Mapping[str, str], now: datetime, zone: str) -> Period:
    """The period that `period`, `since` and `until` name; the last 90 days when none of them is there.

    Dates without `period` mean `custom`; `until` is the last day included and may be left out for today. Raises
    `Invalid` naming each field and the rule it broke: `not_a_period`, `not_a_date`, `missing`, `out_of_range`,
    `before_since`, `too_long`, `only_custom`.
    """
    since, until = values.get("since", ""), values.get("until", "")
    key = _key(values.get("period", ""), has_dates=bool(since or until))
    today = now.astimezone(ZoneInfo(zone)).date()
    if key is PeriodKey.CUSTOM:
        return _custom(since, until, today, zone)
    for name, value in (("since", since), ("until", until)):
        if value:
            raise _invalid(name, "only_custom", "is only allowed with period=custom")
    return named(key, today, zone)


def against(values: Mapping[str, str], period: Period, now: datetime) -> Period | None:
    """The period that `period` shall be compared with; None when no comparison is asked for.

    `compare` is `previous`, or `since2` and `until2` name days of one's own. Raises `Invalid` naming the field and
    the rule: as `parse` does, `nothing_before` for all of time, and `overlap` where a response would be on both sides,
    which no test of a difference can bear; `until2` is `missing` where only its being left out, for today, is why.
    """
    since, until = values.get("since2", ""), values.get("until2", "")
    if not since and not until:
        if not values.get("compare"):
            return None
        if period.before is None:
            raise _invalid("compare", "nothing_before", "must be left out when all of time is asked for")
        return period.before
    if values.get("compare"):
        raise _invalid("compare", "only_one", "must be left out when since2 is given")
    if not since:
        raise _invalid("since2", "missing", "is required with until2")
    today = now.astimezone(ZoneInfo(period.zone)).date()
    try:
        other = _custom(since, until, today, period.zone)
    except Invalid as refusal:
        problems = [FieldProblem(f"{one.field}2", one.rule, one.message) for one in refusal.problems]
        raise Invalid(problems=problems) from None
    if other.since < period.until and period.since < other.until:
        if not until:
            message = "is required here: without it the days go on to today, into the period they are compared with"
            raise _invalid("until2", "missing", message)
        raise _invalid("since2", "overlap", "must name days that are not part of the period it is compared with")
    return other


def named(key: PeriodKey, today: date, zone: str) -> Period:
    """The period of this name that ends with `today`."""
    until = today + timedelta(days=1)
    if key is PeriodKey.ALL:
        return Period(key, EARLIEST, until, zone)
    if key in _DAYS:
        return Period(key, until - timedelta(days=_DAYS[key]), until, zone)
    return Period(key, _months_back(until, _MONTHS[key]), until, zone)


def _key(text: str, *, has_dates: bool) -> PeriodKey:
    if not text:
        return PeriodKey.CUSTOM if has_dates else DEFAULT
    try:
        return PeriodKey(text)
    except ValueError:
        allowed = ", ".join(PeriodKey)
        raise _invalid("period", "not_a_period", f"must be one of {allowed}") from None


def _custom(since: str, until: str, today: date, zone: str) -> Period:
    if not since:
        raise _invalid("since", "missing", "is required with period=custom")
    first = _date("since", since)
    last = _date("until", until) if until else today
    if last < first:
        raise _invalid("until", "before_since", "must not lie before the first day")
    if (last - first).days >= MOST_DAYS:
        raise _invalid("until", "too_long", f"must lie at most {MOST_DAYS} days after the first day")
    return Period(PeriodKey.CUSTOM, first, last + timedelta(days=1), zone)


def _date(name: str, text: str) -> date:
    if not PLAIN_DATE.fullmatch(text):
        raise _invalid(name, "not_a_date", "must be a date such as 2026-03-31")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _invalid(name, "not_a_date", "must be a date that exists") from None
    if not EARLIEST <= day <= LATEST:
        raise _invalid(name, "out_of_range", f"must lie between {EARLIEST} and {LATEST}")
    return day


def _months_back(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _invalid(name: str, rule: str, message: str) -> Invalid:
    return Invalid(problems=[FieldProblem(name, rule, message)])
