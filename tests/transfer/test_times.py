from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cxsurvey.transfer.times import Oddity, parse_time

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("text", "instant", "oddity"),
    [
        ("2026-07-01 12:00", datetime(2026, 7, 1, 11, tzinfo=UTC), None),
        ("2026-01-01T12:00:00", datetime(2026, 1, 1, 12, tzinfo=UTC), None),
        ("2026-07-01T12:00:00+02:00", datetime(2026, 7, 1, 10, tzinfo=UTC), None),
        ("2026-07-01T12:00:00Z", datetime(2026, 7, 1, 12, tzinfo=UTC), None),
        ("2026-07-01", datetime(2026, 6, 30, 23, tzinfo=UTC), None),
        # clocks went back at 02:00: half past one came twice, first in summer time
        ("2026-10-25 01:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), Oddity.AMBIGUOUS),
        # clocks went forward at 01:00: half past one is an hour after half past midnight
        ("2026-03-29 01:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC), Oddity.NONEXISTENT),
        ("2026-10-25T01:30:00+00:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC), None),
    ],
)
def test_a_time_without_an_offset_is_read_on_the_wall_of_the_zone(
    text: str, instant: datetime, oddity: Oddity | None
) -> None:
    assert parse_time(text, LONDON) == (instant, oddity)


@pytest.mark.parametrize("text", ["01/07/2026", "yesterday", "2026-13-01", "2026-07-01 25:00", "9"])
def test_anything_else_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_time(text, LONDON)
