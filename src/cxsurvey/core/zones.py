"""The time zones that this machine knows."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """The names of all of them. A process looks once, for that opens some 600 files."""
    return frozenset(available_timezones())
