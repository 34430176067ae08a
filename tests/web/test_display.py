from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from cxsurvey.web import display


@dataclass(frozen=True)
class Noon:
    now: datetime = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    zone: str = "Europe/Istanbul"


@pytest.mark.parametrize(
    ("value", "decimals", "sign", "text"),
    [
        (48.4, 0, False, "48"),
        (-48.5, 0, False, "−49"),
        (-0.4, 0, False, "0"),
        (-0.4, 0, True, "0"),
        (0.4, 0, True, "0"),
        (9.0, 0, True, "+9"),
        (-9.0, 1, True, "−9.0"),
        (None, 0, False, "–"),
    ],
)
def test_score(value: float | None, decimals: int, sign: bool, text: str) -> None:
    assert display.score(value, decimals, sign=sign) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (889, "889"), (1412, "1\u202f412"), (12345, "12\u202f345"), (-1234567, "−1\u202f234\u202f567")],
)
def test_number(value: int, text: str) -> None:
    assert display.number(value) == text


def test_percent_has_a_narrow_space() -> None:
    assert display.percent(24.66, 1) == "24.7\u202f%"
    assert display.percent(None) == "–"


def test_day_of_an_instant_is_the_day_in_the_zone_of_the_page() -> None:
    late = datetime(2026, 8, 24, 22, 30, tzinfo=UTC)

    assert display.day(late, Noon()) == "25 Aug 2026"
    assert display.day(date(2026, 8, 4)) == "4 Aug 2026"
    with pytest.raises(ValueError, match="zone"):
        display.day(late)


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=47), "1 day ago"),
        (timedelta(days=29), "29 days ago"),
        (timedelta(days=30), "22 Oct 2026"),
    ],
)
def test_ago_tells_the_exact_time_on_the_side(before: timedelta, text: str) -> None:
    shown = display.ago(Noon().now - before, Noon())

    assert f">{text}</time>" in shown
    assert "Europe/Istanbul" in shown
