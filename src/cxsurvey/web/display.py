"""Numbers, dates and times as people read them: the filters of the templates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from markupsafe import Markup

from cxsurvey.scoring.rounding import display

MINUS = "\u2212"
NARROW_SPACE = "\u202f"  # narrow and unbreakable
NOTHING = "\u2013"


class Moment(Protocol):
    """What a page knows about time: its own instant and the zone it reports in."""

    @property
    def now(self) -> datetime: ...

    @property
    def zone(self) -> str: ...


def score(value: float | None, decimals: int = 0, *, sign: bool = False) -> str:
    """A score in display units, rounded half away from zero, with a real minus; an en dash for None.

    `sign=True` writes a plus before positive numbers, for differences.
    """
    if value is None:
        return NOTHING
    text = display(value, decimals).replace("-", MINUS)
    return f"+{text}" if sign and any(digit in text for digit in "123456789") and value > 0 else text


def number(value: int) -> str:
    """A whole number with its thousands apart."""
    text = f"{abs(value):,}".replace(",", NARROW_SPACE)
    return f"{MINUS}{text}" if value < 0 else text


def percent(value: float | None, decimals: int = 0) -> str:
    """A share in display units (0 to 100) with its sign; an en dash for None."""
    return NOTHING if value is None else f"{score(value, decimals)}{NARROW_SPACE}%"


def day(value: date | datetime, moment: Moment | None = None) -> str:
    """A date such as `24 Aug 2026`; an instant is read in the zone of the page, which then must be given."""
    if isinstance(value, datetime):
        if moment is None:
            raise ValueError("the day of an instant depends on the zone: write |day(page.frame)")
        value = value.astimezone(ZoneInfo(moment.zone)).date()
    return f"{value.day} {value:%b %Y}"


def exact(value: datetime, moment: Moment) -> str:
    """An instant such as `24 Aug 2026, 14:03 Europe/Berlin`."""
    local = value.astimezone(ZoneInfo(moment.zone))
    return f"{day(local, moment)}, {local:%H:%M} {moment.zone}"


def minute(value: datetime, moment: Moment) -> Markup:
    """A `time` element such as `24 Aug 2026, 14:03`, for lists that name their zone once."""
    local = value.astimezone(ZoneInfo(moment.zone))
    return Markup('<time datetime="{}">{}</time>').format(
        value.isoformat(timespec="seconds"), f"{day(local, moment)}, {local:%H:%M}"
    )


def ago(value: datetime, moment: Moment) -> Markup:
    """A `time` element: how long ago, with the exact instant as its title; the day itself after a month."""
    elapsed = _elapsed((moment.now - value).total_seconds())
    text = elapsed if elapsed is not None else day(value, moment)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        value.isoformat(timespec="seconds"), exact(value, moment), text
    )


def _elapsed(seconds: float) -> str | None:
    steps = ((3600, 60, "minute"), (86_400, 3600, "hour"), (30 * 86_400, 86_400, "day"))
    if seconds < 60:
        return "just now"
    for below, unit, word in steps:
        if seconds < below:
            count = int(seconds // unit)
            return f"{count} {word}{'' if count == 1 else 's'} ago"
    return None
