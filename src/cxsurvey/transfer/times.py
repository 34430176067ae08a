"""When somebody answered, as files write it: with an offset, or as the clock on the wall showed it."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class Oddity(StrEnum):
    """What daylight saving does to a time on the wall."""

    AMBIGUOUS = "ambiguous"
    """The hour came twice; the first one is taken."""
    NONEXISTENT = "nonexistent"
    """The hour was skipped; the time moves on by as much as the clocks did."""


def parse_time(text: str, zone: ZoneInfo) -> tuple[datetime, Oddity | None]:
    """The instant, in UTC, that an ISO 8601 date or time means; one without an offset is read in `zone`.

    Raises ValueError for any other text.
    """
    found = datetime.fromisoformat(text.strip())
    if found.tzinfo is not None:
        return found.astimezone(UTC), None
    first = found.replace(tzinfo=zone, fold=0)
    before, after = first.utcoffset(), first.replace(fold=1).utcoffset()
    oddity = None
    if before is not None and after is not None and before != after:
        oddity = Oddity.AMBIGUOUS if before > after else Oddity.NONEXISTENT
    return first.astimezone(UTC), oddity
