"""When somebody answered, as files write it: with an offset, or as the clock on the wall showed it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

_PARTS: Final = re.compile(
    r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|(?<!-)\d{2})"
    r"(?:(?:\s*,\s*|\s+|T)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*([ap])\.?m\.?)?)?",
    re.ASCII | re.IGNORECASE,
)
"""A date whose year comes last, perhaps with a time of the day: 12.03.2026, 3/12/26 2:05 PM.

Between hyphens a year of two digits comes first as often as last, so none is read there.
"""
_ISO_DAY: Final = re.compile(r"\d{4}-(\d{2})-(\d{2})(?![0-9])", re.ASCII)
NO_SUCH_DAY: Final = "no calendar has this day"
SHORTEST: Final = 6
LONGEST: Final = 40
"""Characters of a date, and of a date and time with an offset."""
MANY: Final = 20
"""Cells that can be read both ways, from which on a few others may be slips of the pen."""
TOO_FEW: Final = 0.05
"""Share of those that the others must reach to say what comes first: of all days, three in five are above the 12th."""


class DateOrder(StrEnum):
    """What comes first in the dates of a file. ISO 8601 is read whatever the order."""

    ISO = "iso"
    """The year: 2026-03-12, and nothing else is a date."""
    DAY_FIRST = "day-first"
    """12.03.2026 and 12/03/2026 are the 12th of March."""
    MONTH_FIRST = "month-first"
    """03/12/2026 is the 12th of March."""


class Oddity(StrEnum):
    """What daylight saving does to a time on the wall."""

    AMBIGUOUS = "ambiguous"
    """The hour came twice; the first one is taken."""
    NONEXISTENT = "nonexistent"
    """The hour was skipped; the time moves on by as much as the clocks did."""


class NoSuchDayError(ValueError):
    """A date in the right form whose day is in no calendar, such as 2026-02-31."""


class Form(StrEnum):
    """What a single cell that is a date says of what comes first in it."""

    ISO = "iso"
    DAY_FIRST = "day_first"
    """Only the day can: the first part is above 12."""
    MONTH_FIRST = "month_first"
    """Only the month can: the second part is above 12."""
    EITHER = "either"
    DAY_OR_YEAR = "day_or_year"
    """Not the month: the first part is above 12, and 25/06/01 may end with its year or begin with it."""


@dataclass(frozen=True, slots=True)
class Dates:
    """How many cells of a column are dates of each form."""

    iso: int = 0
    day_first: int = 0
    month_first: int = 0
    either: int = 0

    @property
    def order(self) -> DateOrder | None:
        """What comes first in all of them; None where too few say so, or one cell says this and another that."""
        if not self.deciding:
            return None if self.either else DateOrder.ISO
        if self.is_contradictory or (self.either >= MANY and self.deciding < TOO_FEW * self.either):
            return None
        return DateOrder.DAY_FIRST if self.day_first else DateOrder.MONTH_FIRST

    @property
    def deciding(self) -> int:
        """How many leave no doubt whether the day or the month comes first in them."""
        return self.day_first + self.month_first

    @property
    def is_contradictory(self) -> bool:
        """Whether one cell can only begin with the day and another only with the month."""
        return bool(self.day_first and self.month_first)


def date_order_of(name: str, dates: Dates, said: DateOrder | None) -> tuple[DateOrder | None, str | None]:
    """What comes first in the dates of the column of this name, or why that is in doubt; what was `said` holds."""
    if (order := said or dates.order) is not None:
        return order, None
    if dates.is_contradictory:
        why = "some dates can only begin with the day and others only with the month"
    elif dates.deciding:
        few = f"only {dates.deciding} of its {dates.deciding + dates.either} dates"
        why = f"{few} {'say' if dates.deciding > 1 else 'says'} whether the day or the month comes first"
    else:
        why = "nothing in its dates says whether they begin with the day or with the month"
    return None, f"“{name}”: {why}. Say which: day-first or month-first."


def form_of(text: str) -> Form | None:
    """The form of a date, with or without a time; None for what is none."""
    if not SHORTEST <= len(text) <= LONGEST or not text[0].isdigit():
        return None
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return Form.ISO if _is_iso(text) else None
    first, second = int(parts[1]), int(parts[3])
    if not 0 < min(first, second) <= 12 or max(first, second) > 31:
        return None
    if max(first, second) <= 12:
        return Form.EITHER
    if first <= 12:
        return Form.MONTH_FIRST
    is_year_perhaps = len(parts[4]) == 2 and 1 <= int(parts[4]) <= 31  # 25/06/01
    return Form.DAY_OR_YEAR if is_year_perhaps else Form.DAY_FIRST


def dates_of(forms: Counter[Form]) -> Dates:
    """The dates of a column by how often each form comes.

    One that begins with the day or the year contradicts those that begin with the month, and decides nothing by itself.
    """
    certain, unclear = forms[Form.DAY_FIRST], forms[Form.DAY_OR_YEAR]
    is_against = forms[Form.MONTH_FIRST] > 0
    return Dates(
        iso=forms[Form.ISO],
        day_first=certain + (unclear if is_against else 0),
        month_first=forms[Form.MONTH_FIRST],
        either=forms[Form.EITHER] + (0 if is_against else unclear),
    )


def is_plainly_date(text: str) -> bool:
    """Whether a text is a date by itself: with a year of four digits set off from the month, as no version has one.

    5.13.10 may be a version and 20260312-01 a receipt; that they are dates takes somebody or a name to say.
    """
    parts = _PARTS.fullmatch(text)
    is_whole = len(parts[4]) == 4 if parts is not None else _ISO_DAY.match(text) is not None
    return is_whole and form_of(text) is not None


def parse_time(text: str, zone: ZoneInfo, order: DateOrder = DateOrder.ISO) -> tuple[datetime, Oddity | None]:
    """The instant, in UTC, that a date or time means: ISO 8601, or in `order`; without an offset it is read in `zone`.

    Raises `NoSuchDayError` for a day that no calendar has, and ValueError for any other text.
    """
    found = _read(text.strip(), order)
    if found.tzinfo is not None:
        return found.astimezone(UTC), None
    first = found.replace(tzinfo=zone, fold=0)
    before, after = first.utcoffset(), first.replace(fold=1).utcoffset()
    oddity = None
    if before is not None and after is not None and before != after:
        oddity = Oddity.AMBIGUOUS if before > after else Oddity.NONEXISTENT
    return first.astimezone(UTC), oddity


def _is_iso(text: str) -> bool:
    if len(text) < 8 or not text[:4].isdigit():
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _read(text: str, order: DateOrder) -> datetime:
    parts = _PARTS.fullmatch(text) if order is not DateOrder.ISO else None
    if parts is not None:
        return _from_parts(parts, order)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        day = _ISO_DAY.match(text)
        if day is not None and _is_no_day(int(text[:4]), int(day[1]), int(day[2])):
            raise NoSuchDayError(NO_SUCH_DAY) from None
        raise


def _from_parts(parts: re.Match[str], order: DateOrder) -> datetime:
    day, month = (int(parts[1]), int(parts[3])) if order is DateOrder.DAY_FIRST else (int(parts[3]), int(parts[1]))
    year = int(parts[4]) + (2000 if len(parts[4]) == 2 else 0)
    if _is_no_day(year, month, day):
        raise NoSuchDayError(NO_SUCH_DAY)
    hour, minute, second = (int(parts[place] or 0) for place in (5, 6, 7))
    if half := parts[8]:
        if not 1 <= hour <= 12:
            raise ValueError("the hours of half a day are 1 to 12")
        hour = hour % 12 + (12 if half in "pP" else 0)
    return datetime.combine(date(year, month, day), time(hour, minute, second))


def _is_no_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return True
    return False
