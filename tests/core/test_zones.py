"""The time zones of this machine."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest

from cxsurvey.core import zones


def test_all_zones_are_known_and_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    zones.known.cache_clear()
    assert zones.known() == available_timezones()

    monkeypatch.setattr(zones, "available_timezones", lambda: pytest.fail("looked again"))
    assert "Europe/Istanbul" in zones.known()
