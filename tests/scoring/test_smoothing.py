from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.counts import MAX_COUNT, GroupCounts, ScoreCounts
from cxsurvey.scoring.errors import (
    EmptyCountsError,
    InvalidConfidenceError,
    InvalidCountError,
    InvalidSmoothingError,
    OverlappingWindowsError,
)
from cxsurvey.scoring.intervals import score_interval, wilson
from cxsurvey.scoring.nps import difference, nps
from cxsurvey.scoring.smoothing import Smoothed, compare_apart, rolling, smoothed_net, smoothed_share
from cxsurvey.scoring.trend import Grain, Period, Window, trend
from tests.scoring.strategies import confidences, extreme_confidences, extreme_groups, some_groups

MONDAY = date(2026, 3, 2)
FOUR_WEEKS = trend(
    {
        MONDAY: ScoreCounts.from_scores([10, 9, 9]),
        MONDAY + timedelta(7): ScoreCounts.from_scores([3]),
        MONDAY + timedelta(21): ScoreCounts.from_scores([8, 2]),
    },
    Grain.WEEK,
)

weeks = st.lists(st.lists(st.integers(0, 10), max_size=4), min_size=1, max_size=10).map(
    lambda scores: trend(
        {MONDAY + timedelta(7 * week): ScoreCounts.from_scores(some) for week, some in enumerate(scores)}, Grain.WEEK
    )
)
series = st.lists(st.one_of(st.none(), some_groups), min_size=1, max_size=8)
weights = st.floats(0.01, 1.0)


def known(point: Smoothed) -> tuple[float, float, float, float]:
    assert point.lower is not None
    assert point.estimate is not None
    assert point.upper is not None
    assert point.effective_n is not None
    return point.lower, point.estimate, point.upper, point.effective_n


def test_a_window_is_scored_from_pooled_counts_and_labelled() -> None:
    first, second, third = rolling(FOUR_WEEKS, 2)

    assert first.counts == ScoreCounts.from_scores([10, 9, 9, 3])
    assert first.result == nps(ScoreCounts.from_scores([10, 9, 9, 3]))
    assert (first.start, first.end, first.span) == (MONDAY, MONDAY + timedelta(14), 2)
    assert (second.counts, third.counts) == (ScoreCounts.from_scores([3]), ScoreCounts.from_scores([8, 2]))
    assert all(window.overlapping and window.complete for window in (first, second, third))


def test_windows_a_whole_length_apart_do_not_overlap_and_end_with_the_last_period() -> None:
    windows = rolling(FOUR_WEEKS[1:], 2, step=2)

    assert [(window.start, window.end) for window in windows] == [(MONDAY + timedelta(14), MONDAY + timedelta(28))]
    assert not windows[0].overlapping
    assert not any(window.overlapping for window in rolling(FOUR_WEEKS, 1))
    assert [window.overlapping for window in rolling(FOUR_WEEKS, 3, step=2)] == [True]


def test_a_window_of_gaps_is_a_gap() -> None:
    gap = rolling(FOUR_WEEKS, 1)[2]

    assert (gap.counts, gap.result) == (None, None)


def test_a_window_with_a_cut_period_is_incomplete() -> None:
    days = {MONDAY + timedelta(day): ScoreCounts.from_scores([9]) for day in range(21)}
    periods = trend(days, Grain.WEEK, Window(MONDAY + timedelta(2), MONDAY + timedelta(21)))

    assert [window.complete for window in rolling(periods, 2)] == [False, True]


def test_too_few_periods_give_no_window() -> None:
    assert rolling(FOUR_WEEKS, 5) == ()
    assert rolling((), 1) == ()


def test_windows_are_scored_as_asked() -> None:
    score = partial(nps, confidence=0.8)

    assert rolling(FOUR_WEEKS, 4, score=score)[0].result == score(ScoreCounts.from_scores([10, 9, 9, 3, 8, 2]))


@given(weeks, st.integers(1, 4))
def test_windows_side_by_side_hold_every_response_of_their_periods_once(periods: tuple[Period, ...], span: int) -> None:
    windows = rolling(periods, span, step=span)
    covered = periods[len(periods) % span :]

    assert all(before.end == after.start for before, after in pairwise(windows))
    assert sum(window.counts.n for window in windows if window.counts) == sum(
        period.counts.n for period in covered if period.counts
    )


@pytest.mark.parametrize("bad", [0, -1, 1.0, True, None, "2"])
def test_windows_refuse_a_length_or_step_that_is_no_whole_number(bad: Any) -> None:
    with pytest.raises(InvalidSmoothingError, match="length of a window"):
        rolling(FOUR_WEEKS, bad)
    with pytest.raises(InvalidSmoothingError, match="step between windows"):
        rolling(FOUR_WEEKS, 2, bad)


def test_windows_refuse_periods_that_do_not_join() -> None:
    for periods in (FOUR_WEEKS[::2], FOUR_WEEKS[::-1], (FOUR_WEEKS[0], FOUR_WEEKS[0])):
        with pytest.raises(InvalidSmoothingError, match="starts where the one before ends"):
            rolling(periods, 2)


def test_windows_apart_are_compared_and_overlapping_ones_refused() -> None:
    first, second, third = rolling(FOUR_WEEKS, 2)

    assert compare_apart(third, first) == difference(
        ScoreCounts.from_scores([8, 2]), ScoreCounts.from_scores([10, 9, 9, 3])
    )
    for now, before in ((second, first), (first, second), (first, first), (rolling(FOUR_WEEKS, 4)[0], first)):
        with pytest.raises(OverlappingWindowsError, match="shares days"):
            compare_apart(now, before)


def test_neighbours_are_compared_in_either_order() -> None:
    first, second = FOUR_WEEKS[:2]

    assert compare_apart(first, second).estimate == -(compare_apart(second, first).estimate or 0)


def test_periods_are_compared_as_asked() -> None:
    comparison = partial(difference, confidence=0.8)

    assert compare_apart(FOUR_WEEKS[1], FOUR_WEEKS[0], comparison).confidence == 0.8


def test_a_gap_is_not_compared() -> None:
    for now, before in ((FOUR_WEEKS[2], FOUR_WEEKS[0]), (FOUR_WEEKS[0], FOUR_WEEKS[2])):
        with pytest.raises(EmptyCountsError):
            compare_apart(now, before)


def test_smoothing_follows_its_recursion() -> None:
    """By hand: C2 = (2, 4, 4) + (6, 3, 1) / 2 = (5, 5.5, 4.5); n = 15^2 / (10 + 10/4)."""
    _, second = smoothed_net([GroupCounts(6, 3, 1), GroupCounts(2, 4, 4)], 0.5)
    _, estimate, _, effective = known(second)

    assert (estimate, effective) == pytest.approx((100 * 0.5 / 15, 18))


@given(series, weights, confidences)
def test_the_smoothed_score_is_that_of_weighted_responses(
    periods: list[GroupCounts | None], weight: float, confidence: float
) -> None:
    points = smoothed_net(periods, weight, confidence)
    for index, point in enumerate(points):
        if point.n == 0:
            continue
        aged = [((1 - weight) ** (index - age), some) for age, some in enumerate(periods[: index + 1]) if some]
        total = sum(share * some.n for share, some in aged)
        net = sum(share * (some.promoters - some.detractors) for share, some in aged)
        lower, estimate, upper, effective = known(point)

        assert estimate == pytest.approx(100 * net / total, abs=1e-9)
        assert effective == pytest.approx(total**2 / sum(share**2 * some.n for share, some in aged))
        assert -100 <= lower <= estimate + 1e-9
        assert estimate - 1e-9 <= upper <= 100


@given(series, confidences)
def test_full_weight_on_the_new_period_is_no_smoothing(periods: list[GroupCounts | None], confidence: float) -> None:
    for some, point in zip(periods, smoothed_net(periods, 1, confidence), strict=True):
        if some is None:
            assert point == Smoothed(None, None, None, None, 0, 1.0, confidence)
            continue
        lower, estimate, upper, effective = known(point)
        assert (lower, upper) == pytest.approx([100 * limit for limit in score_interval(some, confidence)], abs=1e-9)
        assert (estimate, effective) == pytest.approx((nps(some).estimate, some.n))


@given(series, weights)
def test_swapping_promoters_and_detractors_mirrors_the_line(periods: list[GroupCounts | None], weight: float) -> None:
    mirrored = [some and GroupCounts(some.detractors, some.passives, some.promoters) for some in periods]

    for there, back in zip(smoothed_net(periods, weight), smoothed_net(mirrored, weight), strict=True):
        if there.n:
            lower, estimate, upper, effective = known(there)
            assert known(back) == pytest.approx((-upper, -estimate, -lower, effective), abs=1e-9)


@given(some_groups, weights)
def test_a_narrower_band_comes_with_more_confidence_given_up(groups: GroupCounts, weight: float) -> None:
    bands = [known(smoothed_net([groups, groups], weight, level)[1]) for level in (0.8, 0.9, 0.95, 0.99)]

    for (inner_low, _, inner_high, _), (outer_low, _, outer_high, _) in pairwise(bands):
        assert outer_low <= inner_low <= inner_high <= outer_high


def test_effective_n_settles_at_the_textbook_value() -> None:
    """n (2 - w) / w for equal periods: 7 periods' worth at a weight of a quarter."""
    *_, last = smoothed_net([GroupCounts(40, 40, 20)] * 60, 0.25)

    assert last.effective_n == pytest.approx(700)
    assert last.estimate == pytest.approx(20)


def test_a_gap_stays_a_gap_while_the_past_fades() -> None:
    share = smoothed_share([(8, 10), None, (0, 0), (5, 10)], 0.5)

    assert [point.estimate for point in share[1:3]] == [None, None]
    assert share[3].estimate == pytest.approx(100 * (5 + 1) / (10 + 1.25))


def test_a_very_long_gap_leaves_only_the_new_period() -> None:
    *_, last = smoothed_net([GroupCounts(5, 0, 0), *[None] * 5_000, GroupCounts(0, 3, 1)], 0.9)

    assert (last.estimate, last.effective_n) == (-25, 4)


def test_a_smoothed_share_has_the_wilson_band() -> None:
    (first,) = smoothed_share([(81, 263)])

    assert known(first)[:3] == pytest.approx(
        [100 * limit for limit in (wilson(81, 263)[0], 81 / 263, wilson(81, 263)[1])]
    )


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 500)), min_size=1, max_size=6), weights)
def test_a_smoothed_share_stays_between_0_and_100(parts: list[tuple[int, int]], weight: float) -> None:
    for point in smoothed_share([(successes, successes + failures) for successes, failures in parts], weight):
        lower, estimate, upper, effective = known(point)
        assert 0 <= lower <= estimate + 1e-9
        assert estimate - 1e-9 <= upper <= 100
        assert effective <= sum(successes + failures for successes, failures in parts) * (1 + 1e-9)


def test_smoothing_nothing_gives_nothing() -> None:
    assert smoothed_net([]) == ()
    assert smoothed_share([]) == ()


def test_smoothing_manages_the_largest_counts() -> None:
    huge = GroupCounts(MAX_COUNT // 2, 0, MAX_COUNT // 2)
    lower, estimate, upper, _ = known(smoothed_net([GroupCounts(1, 0, 0), huge, huge])[-1])

    assert lower < estimate < upper
    assert upper - lower < 1e-3


@given(st.lists(extreme_groups, max_size=6), st.sampled_from([5e-324, 0.25, 1.0]), extreme_confidences)
def test_bands_of_few_beside_very_many_hold_the_estimate(
    periods: list[GroupCounts], weight: float, confidence: float
) -> None:
    net = smoothed_net(periods, weight, confidence)
    share = smoothed_share([(groups.promoters, groups.n) for groups in periods], weight, confidence)

    for point in (*net, *share):
        if point.n:
            lower, estimate, upper, _ = known(point)
            assert lower - 1e-9 <= estimate <= upper + 1e-9


@pytest.mark.parametrize("weight", [0, 0.0, -0.1, 1.01, True, None, "0.2", float("nan"), 10**400])
def test_smoothing_refuses_a_weight_outside_0_and_1(weight: Any) -> None:
    with pytest.raises(InvalidSmoothingError, match="above 0 and at most 1"):
        smoothed_net([], weight)


def test_smoothing_refuses_wrong_confidence_and_counts() -> None:
    with pytest.raises(InvalidConfidenceError):
        smoothed_net([], confidence=95)
    for bad in ((3, 2), (-1, 2), (1, 2.0), (True, 2)):
        with pytest.raises(InvalidCountError):
            smoothed_share([bad])  # type: ignore[list-item]
