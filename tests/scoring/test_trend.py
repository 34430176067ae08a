from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.counts import ScoreCounts
from cxsurvey.scoring.errors import InvalidPeriodError, ScaleMismatchError
from cxsurvey.scoring.nps import nps
from cxsurvey.scoring.scales import Scale
from cxsurvey.scoring.trend import Grain, Window, trend
from tests.scoring.strategies import scores

MONDAY = date(2026, 3, 2)

day_counts = st.dictionaries(
    st.dates(date(2023, 11, 1), date(2024, 4, 30)),
    st.lists(scores, max_size=4).map(ScoreCounts.from_scores),
    max_size=12,
)


def answered(*some: int) -> ScoreCounts:
    return ScoreCounts.from_scores(some)


def test_weeks_run_from_monday_to_monday() -> None:
    days = {MONDAY: answered(10), MONDAY + timedelta(6): answered(0), MONDAY + timedelta(7): answered(9)}

    first, second = trend(days, Grain.WEEK)

    assert (first.start, first.end) == (MONDAY, MONDAY + timedelta(7))
    assert first.counts == answered(10, 0)
    assert (second.start, second.end) == (first.end, MONDAY + timedelta(14))
    assert second.counts == answered(9)


def test_months_run_from_first_to_first_over_new_year_and_leap_day() -> None:
    days = {date(2023, 12, 31): answered(10), date(2024, 2, 29): answered(3)}

    december, january, february = trend(days, Grain.MONTH)

    assert (december.start, december.end) == (date(2023, 12, 1), date(2024, 1, 1))
    assert (january.start, january.end, january.result) == (date(2024, 1, 1), date(2024, 2, 1), None)
    assert (february.start, february.end) == (date(2024, 2, 1), date(2024, 3, 1))


def test_a_period_is_scored_from_pooled_counts_not_from_the_mean_of_days() -> None:
    days = {MONDAY: answered(10), MONDAY + timedelta(1): answered(0, 0, 0)}

    (week,) = trend(days, Grain.WEEK)

    assert week.result == nps(answered(10, 0, 0, 0))
    assert week.result is not None
    assert week.result.estimate == -50


def test_a_period_without_responses_is_a_gap() -> None:
    days = {
        MONDAY: answered(10),
        MONDAY + timedelta(8): ScoreCounts.none(),
        MONDAY + timedelta(14): answered(9),
    }

    gap = trend(days, Grain.WEEK)[1]

    assert (gap.counts, gap.result) == (None, None)
    assert gap.complete


def test_a_window_cuts_periods_and_says_so() -> None:
    days = {MONDAY + timedelta(i): answered(10) for i in range(-3, 15)}

    cut, whole, rest = trend(days, Grain.WEEK, Window(MONDAY + timedelta(2), MONDAY + timedelta(15)))

    assert (cut.start, cut.end, cut.complete) == (MONDAY + timedelta(2), MONDAY + timedelta(7), False)
    assert (whole.start, whole.end, whole.complete) == (MONDAY + timedelta(7), MONDAY + timedelta(14), True)
    assert (rest.start, rest.end, rest.complete) == (MONDAY + timedelta(14), MONDAY + timedelta(15), False)
    assert [period.counts and period.counts.n for period in (cut, whole, rest)] == [5, 7, 1]


def test_the_day_on_which_a_window_ends_is_no_part_of_it() -> None:
    days = {MONDAY: answered(10), MONDAY + timedelta(2): answered(0)}

    (cut,) = trend(days, Grain.WEEK, Window(MONDAY, MONDAY + timedelta(2)))

    assert cut.counts == answered(10)


def test_a_window_may_end_on_the_last_day_of_november_9999() -> None:
    assert Window(date(9999, 11, 1), date(9999, 11, 30)).end == date(9999, 11, 30)


def test_a_window_without_responses_is_all_gaps() -> None:
    periods = trend({}, Grain.MONTH, Window(date(2026, 1, 1), date(2026, 4, 1)))

    assert [period.start.month for period in periods] == [1, 2, 3]
    assert all(period.result is None and period.complete for period in periods)


def test_nothing_at_all_has_no_period() -> None:
    assert trend({}, Grain.WEEK) == ()


def test_each_period_is_scored_as_asked() -> None:
    score = partial(nps, confidence=0.8, method="wald")

    (week,) = trend({MONDAY: answered(10, 9, 3)}, Grain.WEEK, score=score)

    assert week.result == nps(answered(10, 9, 3), 0.8, "wald")


@given(day_counts, st.sampled_from(Grain))
def test_periods_join_without_overlap_and_keep_every_response(days: dict[date, ScoreCounts], grain: Grain) -> None:
    periods = trend(days, grain)

    assert all(left.end == right.start for left, right in pairwise(periods))
    assert ScoreCounts.merged(period.counts for period in periods if period.counts) == ScoreCounts.merged(days.values())


@given(day_counts, st.sampled_from(Grain))
def test_periods_do_not_depend_on_the_order_of_days(days: dict[date, ScoreCounts], grain: Grain) -> None:
    assert trend(dict(reversed(days.items())), grain) == trend(days, grain)


@pytest.mark.parametrize("day", [datetime(2026, 3, 2, tzinfo=UTC), "2026-03-02", None, date(9999, 1, 1)])
def test_trend_refuses_what_is_no_day_of_a_calendar(day: Any) -> None:
    with pytest.raises(InvalidPeriodError):
        trend({day: answered(9)}, Grain.WEEK)


@pytest.mark.parametrize("grain", Grain)
@pytest.mark.parametrize("day", [date.min, date(9998, 12, 31)])
def test_trend_manages_the_first_and_the_last_day(day: date, grain: Grain) -> None:
    (period,) = trend({day: answered(9)}, grain)

    assert period.start <= day < period.end


@pytest.mark.parametrize(
    "ends",
    [
        (MONDAY, MONDAY),
        (MONDAY, MONDAY - timedelta(1)),
        (datetime(2026, 3, 2, tzinfo=UTC), MONDAY),
        (MONDAY, "2026-03-09"),
        (MONDAY, date(9999, 12, 1)),
    ],
)
def test_window_refuses_ends_that_enclose_nothing(ends: Any) -> None:
    with pytest.raises(InvalidPeriodError):
        Window(*ends)


def test_trend_refuses_to_pool_different_scales() -> None:
    days = {
        MONDAY: answered(9),
        MONDAY + timedelta(1): ScoreCounts.none(Scale(1, 5)) + ScoreCounts.from_scores([5], Scale(1, 5)),
    }

    with pytest.raises(ScaleMismatchError):
        trend(days, Grain.WEEK)
