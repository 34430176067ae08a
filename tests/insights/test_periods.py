from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.core.errors import Invalid
from cxsurvey.insights.periods import MOST_DAYS, Period, PeriodKey, against, parse

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ISTANBUL = "Europe/Istanbul"
BERLIN = "Europe/Berlin"


def test_no_parameters_mean_the_last_90_days_with_today() -> None:
    period = parse({}, NOON, ISTANBUL)

    assert period == Period(PeriodKey.DAYS_90, date(2026, 8, 24), date(2026, 11, 22), ISTANBUL)
    assert period.days == 90
    assert period.last_day == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("name", "since"),
    [("30d", date(2026, 10, 23)), ("12m", date(2025, 11, 22)), ("18m", date(2025, 5, 22))],
)
def test_named_periods_end_with_today(name: str, since: date) -> None:
    period = parse({"period": name}, NOON, ISTANBUL)

    assert (period.since, period.until) == (since, date(2026, 11, 22))


def test_months_back_from_a_long_month_stop_at_the_end_of_a_short_one() -> None:
    # until is 31 August, and 18 months before there is no 31 February
    period = parse({"period": "18m"}, datetime(2026, 8, 30, 12, 0, tzinfo=UTC), "UTC")

    assert period.since == date(2025, 2, 28)


def test_today_is_the_day_of_the_zone() -> None:
    late = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)

    assert parse({}, late, ISTANBUL).last_day == date(2026, 11, 22)
    assert parse({}, late, "America/New_York").last_day == date(2026, 11, 21)


def test_own_dates_include_the_last_one_and_are_kept_half_open() -> None:
    period = parse({"period": "custom", "since": "2026-01-01", "until": "2026-03-31"}, NOON, ISTANBUL)

    assert (period.since, period.until, period.last_day) == (date(2026, 1, 1), date(2026, 4, 1), date(2026, 3, 31))


def test_own_dates_without_an_end_go_to_today_and_need_no_period() -> None:
    assert parse({"since": "2026-11-01"}, NOON, ISTANBUL).last_day == date(2026, 11, 21)


def test_the_period_before_has_the_same_length_and_touches() -> None:
    period = parse({"since": "2026-03-01", "until": "2026-03-31"}, NOON, ISTANBUL)

    assert period.before is not None
    assert period.before.until == period.since
    assert period.before.days == period.days == 31


@pytest.mark.parametrize(
    ("name", "since", "until"),
    [
        ("30d", date(2026, 9, 23), date(2026, 10, 23)),
        ("12m", date(2024, 11, 22), date(2025, 11, 22)),
        ("18m", date(2023, 11, 22), date(2025, 5, 22)),
    ],
)
def test_the_period_before_a_named_one_is_as_long_as_its_name_says(name: str, since: date, until: date) -> None:
    before = parse({"period": name}, NOON, ISTANBUL).before

    assert before == Period(PeriodKey.CUSTOM, since, until, ISTANBUL)


def test_all_time_has_no_period_before() -> None:
    assert parse({"period": "all"}, NOON, ISTANBUL).before is None


@pytest.mark.parametrize(
    ("parameters", "field", "rule"),
    [
        ({"period": "7d"}, "period", "not_a_period"),
        ({"period": "custom"}, "since", "missing"),
        ({"until": "2026-03-31"}, "since", "missing"),
        ({"since": "2026-02-30"}, "since", "not_a_date"),
        ({"since": "1.2.2026"}, "since", "not_a_date"),
        ({"since": "20260201"}, "since", "not_a_date"),
        ({"since": "٢٠٢٦-٠١-٠١"}, "since", "not_a_date"),
        ({"since": "1969-12-31"}, "since", "out_of_range"),
        ({"since": "2026-01-01", "until": "2300-01-01"}, "until", "out_of_range"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "until", "before_since"),
        ({"since": "2010-01-01", "until": "2026-01-01"}, "until", "too_long"),
        ({"period": "90d", "since": "2026-03-02"}, "since", "only_custom"),
        ({"period": "all", "until": "2026-03-02"}, "until", "only_custom"),
    ],
)
def test_a_bad_value_is_refused_by_field_and_rule(parameters: dict[str, str], field: str, rule: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse(parameters, NOON, ISTANBUL)

    assert [(problem.field, problem.rule) for problem in refused.value.problems] == [(field, rule)]


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)],  # Berlin puts the clock on, back, and leaves it
)
def test_a_day_lasts_as_long_as_the_clocks_say(day: str, hours: int) -> None:
    first, after = parse({"since": day, "until": day}, NOON, BERLIN).instants

    assert after - first == timedelta(hours=hours)
    assert first.tzinfo is UTC


@given(st.dates(date(1971, 1, 1), date(2190, 1, 1)), st.integers(0, MOST_DAYS - 1))
def test_every_period_reads_back_from_its_own_parameters(since: date, more: int) -> None:
    made = Period(PeriodKey.CUSTOM, since, since + timedelta(days=more + 1), BERLIN)

    assert parse(made.query, NOON, BERLIN) == made


def test_an_end_that_was_left_out_is_named_where_today_lies_inside_the_period() -> None:
    period = parse({"period": "90d"}, NOON, ISTANBUL)

    with pytest.raises(Invalid) as refused:
        against({"since2": "2026-01-01"}, period, NOON)

    (problem,) = refused.value.problems
    assert (problem.field, problem.rule) == ("until2", "missing")
    assert "to today" in problem.message


def test_days_to_compare_with_may_end_today_where_that_is_outside_the_period() -> None:
    period = parse({"since": "2026-01-01", "until": "2026-03-31"}, NOON, ISTANBUL)

    other = against({"since2": "2026-11-01"}, period, NOON)

    assert other is not None
    assert other.last_day == date(2026, 11, 21)


def test_named_days_that_are_shared_overlap() -> None:
    period = parse({"since": "2026-01-01", "until": "2026-03-31"}, NOON, ISTANBUL)

    with pytest.raises(Invalid) as refused:
        against({"since2": "2026-03-01", "until2": "2026-04-30"}, period, NOON)

    assert [(one.field, one.rule) for one in refused.value.problems] == [("since2", "overlap")]
