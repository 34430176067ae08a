"""The time zones that forms offer."""

from __future__ import annotations

from functools import lru_cache

from cxsurvey.core.zones import known


def zones(*more: str) -> tuple[str, ...]:
    """The zones to choose from: those named for a place, UTC, and whichever of `more` is one under another name."""
    also = known().intersection(more)
    return tuple(sorted({*_places(), *also}, key=lambda zone: (zone != "UTC", zone)))


@lru_cache(maxsize=1)
def _places() -> tuple[str, ...]:
    return ("UTC", *(zone for zone in known() if _is_place(zone)))


def _is_place(zone: str) -> bool:
    return "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))
