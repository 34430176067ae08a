"""What is kept of an anonymous answer, and for how long its customer may change it. Pure.

The promise: nothing that is stored joins an answer to a person, or to a moment within its day. The answer has a
random id, the day in place of the time, no facts of how it was answered, no language and no history.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from cxsurvey.surveys.asked import Asked

DAYS_TO_CHANGE = 2
"""An answer may be changed on its day and the day after; what follows would need the time it was given."""

KEPT_OUT: Mapping[str, Any] = {"locale": None, "facts": {}, "claims": {}, "may_be_contacted": False, "attributes": {}}
"""What other answers have and an anonymous one has not."""

zone = lru_cache(maxsize=64)(ZoneInfo)


def day_as_instant(day: date) -> datetime:
    """What stands for the time of an anonymous answer: midnight UTC of its report day's date."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def last_day_to_change(report_day: date) -> date:
    """The last day on which an anonymous answer may be changed."""
    return report_day + timedelta(days=DAYS_TO_CHANGE - 1)


def may_change(answered_at: datetime, report_day: date, survey: Asked, now: datetime, hours: int) -> bool:
    """Whether the answer of a shared link may still be changed: for so many hours, or if anonymous to a day's end."""
    if not survey.anonymous:
        return now < answered_at + timedelta(hours=hours)
    return now.astimezone(zone(survey.workspace.report_zone)).date() <= last_day_to_change(report_day)
