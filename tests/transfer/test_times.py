from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cxsurvey.transfer.times import DateOrder, NoSuchDayError, Oddity, dates_of, form_of, parse_time

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


@pytest.mark.parametrize(
    ("text", "order", "instant"),
    [
        ("12.03.2026", DateOrder.DAY_FIRST, datetime(2026, 3, 12, tzinfo=UTC)),
        ("12/03/2026 14:05", DateOrder.DAY_FIRST, datetime(2026, 3, 12, 14, 5, tzinfo=UTC)),
        ("12.3.26", DateOrder.DAY_FIRST, datetime(2026, 3, 12, tzinfo=UTC)),
        ("5-3-2026, 9:05:07", DateOrder.DAY_FIRST, datetime(2026, 3, 5, 9, 5, 7, tzinfo=UTC)),
        ("03/12/2026", DateOrder.MONTH_FIRST, datetime(2026, 3, 12, tzinfo=UTC)),
        ("3/12/2026 2:05 PM", DateOrder.MONTH_FIRST, datetime(2026, 3, 12, 14, 5, tzinfo=UTC)),
        ("3/12/2026 12:05 a.m.", DateOrder.MONTH_FIRST, datetime(2026, 3, 12, 0, 5, tzinfo=UTC)),
        ("3/12/2026 12:05pm", DateOrder.MONTH_FIRST, datetime(2026, 3, 12, 12, 5, tzinfo=UTC)),
        ("2026-03-12 14:05", DateOrder.DAY_FIRST, datetime(2026, 3, 12, 14, 5, tzinfo=UTC)),
        ("2026-03-12", DateOrder.MONTH_FIRST, datetime(2026, 3, 12, tzinfo=UTC)),
    ],
)
def test_the_order_of_the_file_says_which_part_of_a_date_is_the_day(
    text: str, order: DateOrder, instant: datetime
) -> None:
    assert parse_time(text, ZoneInfo("UTC"), order) == (instant, None)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2026-02-31", DateOrder.ISO),
        ("2026-02-31 10:00", DateOrder.DAY_FIRST),
        ("31.02.2026", DateOrder.DAY_FIRST),
        ("12/25/2026", DateOrder.DAY_FIRST),
        ("25/12/2026", DateOrder.MONTH_FIRST),
        ("0.1.2026", DateOrder.DAY_FIRST),
    ],
)
def test_a_day_that_no_calendar_has_is_told_from_what_is_no_date(text: str, order: DateOrder) -> None:
    with pytest.raises(NoSuchDayError):
        parse_time(text, LONDON, order)


@pytest.mark.parametrize(
    "text", ["12.03/2026", "12.03.026", "12.03.2026 25:00", "12/03/2026 13:00 pm", "12.03.", "26-03-12"]
)
def test_what_is_almost_a_date_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        parse_time(text, LONDON, DateOrder.DAY_FIRST)
    assert not isinstance(refused.value, NoSuchDayError)


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["2026-03-12", "2026-03-12T10:00:00Z"], DateOrder.ISO),
        (["12.03.2026", "13.03.2026"], DateOrder.DAY_FIRST),
        (["03/12/2026 14:05", "03/13/2026 9:00 am"], DateOrder.MONTH_FIRST),
        (["12.03.2026", "11.03.2026"], None),
        (["13.03.2026", "03.13.2026"], None),
        (["2026-03-12", "13.03.2026"], DateOrder.DAY_FIRST),
        (["03/12/2025"] * 1500 + ["13/3/2025"], None),
        (["03/12/2025"] * 21 + ["3/13/2025"], None),
        (["03/12/2025"] * 20 + ["3/13/2025"], DateOrder.MONTH_FIRST),
        (["12.03.2026"] * 40 + ["13.03.2026"] * 2, DateOrder.DAY_FIRST),
        (["2026-03-12"] * 1500 + ["13.03.2026"], DateOrder.DAY_FIRST),
        # the 25th of June 2001, or the 1st of June 2025
        (["25/06/01"], None),
        (["25.06.26 14:05", "12.05.31"], None),
        (["25/06/01", "05/06/2001"], None),
        (["25/06/01", "25/06/2001"], DateOrder.DAY_FIRST),
        (["25/06/01", "25/06/32"], DateOrder.DAY_FIRST),
        (["25.06.00"], DateOrder.DAY_FIRST),
        (["06/25/01"], DateOrder.MONTH_FIRST),
        (["13/12/26", "12/13/26", "05/06/26"], None),
    ],
)
def test_dates_say_what_comes_first_only_where_there_is_no_doubt(texts: list[str], order: DateOrder | None) -> None:
    forms = Counter(form for form in map(form_of, texts) if form is not None)
    assert forms.total() == len(texts)
    assert dates_of(forms).order == order


@pytest.mark.parametrize(
    "text", ["9", "yesterday", "1.2.3", "32.13.2026", "0/0/2026", "20.5", "192.168.10.1", "26-03-12", "5-3-26"]
)
def test_what_is_no_date_has_no_form(text: str) -> None:
    assert form_of(text) is None


@pytest.mark.parametrize("text", ["01/07/2026", "yesterday", "2026-13-01", "2026-07-01 25:00", "9"])
def test_anything_else_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_time(text, LONDON)
