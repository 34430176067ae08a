"""Golden values, edges and properties of means and their differences."""

from itertools import pairwise
from math import sqrt
from statistics import fmean, stdev
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.counts import MAX_COUNT, ScoreCounts
from cxsurvey.scoring.errors import (
    EmptyCountsError,
    InvalidConfidenceError,
    InvalidCountError,
    ScaleMismatchError,
    UnknownMethodError,
)
from cxsurvey.scoring.intervals import z_value
from cxsurvey.scoring.means import (
    MeanMethod,
    end_padded_interval,
    mean,
    mean_difference,
    mean_interval,
    padded_moments,
    share_leads,
    standard_deviation,
    t_interval,
    usual_method,
)
from cxsurvey.scoring.scales import Direction, Scale

FIVE = Scale(1, 5)
SLEEP = Scale(-20, 60)
NESTED = (0.8, 0.9, 0.95, 0.99)

counts_of_five = st.builds(
    lambda *some: ScoreCounts(some, FIVE),
    *[st.one_of(st.integers(0, 3), st.integers(0, 2_000), st.sampled_from([0, 10**11])) for _ in range(5)],
)
some_counts = counts_of_five.filter(lambda counts: counts.n > 0)
confidences = st.sampled_from([0.8, 0.95, 0.99, 0.999])
mean_methods = st.sampled_from(list(MeanMethod))

# Hours of sleep gained by two drugs, in tenths (Student 1908).
FIRST_DRUG = ScoreCounts.from_scores([7, -16, -2, -12, -1, 34, 37, 8, 0, 20], SLEEP)
SECOND_DRUG = ScoreCounts.from_scores([19, 8, 11, 1, -1, 44, 55, 16, 46, 34], SLEEP)


def one(*scores: int) -> ScoreCounts:
    return ScoreCounts.from_scores(scores, FIVE)


def mirrored(counts: ScoreCounts) -> ScoreCounts:
    return ScoreCounts(counts.counts[::-1], counts.scale)


@given(st.lists(st.integers(0, 10), min_size=2))
def test_mean_and_deviation_are_those_of_the_single_scores(scores: list[int]) -> None:
    counts = ScoreCounts.from_scores(scores)

    assert mean(counts) == pytest.approx(fmean(scores))
    assert standard_deviation(counts) == pytest.approx(stdev(scores), abs=1e-12)


def test_mean_and_deviation_lose_nothing_with_a_million_million_responses() -> None:
    counts = ScoreCounts((MAX_COUNT // 2, 0, 0, 0, MAX_COUNT // 2), FIVE)

    assert mean(counts) == 3.0
    assert standard_deviation(counts) == pytest.approx(2.0, rel=1e-12, abs=0)
    assert standard_deviation(ScoreCounts((MAX_COUNT - 1, 1, 0, 0, 0), FIVE)) == pytest.approx(1e-6, rel=1e-9, abs=0)


def test_one_response_has_a_mean_but_no_deviation_and_no_t_interval() -> None:
    assert mean(one(4)) == 4.0
    assert standard_deviation(one(4)) is None
    assert mean_interval(one(4), method="t") is None
    assert mean_interval(one(4)) == end_padded_interval(one(4))


def test_ten_ratings_that_sum_to_sixty_have_a_mean_of_six() -> None:
    """ServiceRocket: ten ratings of 1 to 10 with two in the top two boxes."""
    ratings = ScoreCounts.from_scores([3, 4, 4, 5, 5, 6, 7, 7, 9, 10], Scale(1, 10))

    assert mean(ratings) == 6.0


def test_t_interval_matches_the_sleep_data() -> None:
    """Student 1908: the second drug gives 2.33 hours, by R's t.test from 0.898 to 3.762."""
    limits = t_interval(SECOND_DRUG)

    assert limits is not None
    assert mean(SECOND_DRUG) == pytest.approx(23.3)
    assert limits == pytest.approx((8.98, 37.62), abs=0.01)


def test_t_is_empty_and_end_padded_is_not_when_all_are_equal() -> None:
    assert mean_interval(one(*[4] * 100), method="t") == (4.0, 4.0)
    lower, upper = mean_interval(one(*[4] * 100)) or (0.0, 0.0)
    assert lower < 4.0 < upper


def test_end_padded_interval_is_its_formula() -> None:
    padded = [1.0] * 3 + [5.0] * 3 + [4.0] * 4 + [5.0] * 4
    middle = fmean(padded)
    margin = z_value(0.95) * sqrt(fmean((score - middle) ** 2 for score in padded) / 3.5)

    # Four times the weights: 3/4 at each end, one 4 and one 5.
    assert end_padded_interval(one(4, 5)) == pytest.approx((max(1.0, middle - margin), min(5.0, middle + margin)))


def test_the_share_leads_below_thirty_responses() -> None:
    assert [share_leads(n) for n in (0, 1, 29, 30, MAX_COUNT)] == [True, True, True, False, False]
    with pytest.raises(InvalidCountError):
        share_leads(-1)


def test_usual_method_is_t_from_thirty_responses_that_differ() -> None:
    assert usual_method(one(*[4] * 28, 5)) is MeanMethod.END_PADDED
    assert usual_method(one(*[4] * 29, 5)) is MeanMethod.T
    assert usual_method(one(*[4] * 30)) is MeanMethod.END_PADDED
    assert mean_interval(one(*[4] * 29, 5)) == t_interval(one(*[4] * 29, 5))


@given(some_counts, confidences, mean_methods)
def test_limits_stay_on_the_scale_and_hold_the_mean(counts: ScoreCounts, confidence: float, method: MeanMethod) -> None:
    limits = mean_interval(counts, confidence, method)

    assert (limits is None) == (method is MeanMethod.T and counts.n == 1)
    if limits:
        assert 1.0 <= limits.lower <= mean(counts) <= limits.upper <= 5.0


@given(some_counts, confidences, mean_methods)
def test_turning_the_scale_round_mirrors_the_interval(
    counts: ScoreCounts, confidence: float, method: MeanMethod
) -> None:
    limits = mean_interval(counts, confidence, method)
    other = mean_interval(mirrored(counts), confidence, method)

    assert mean(mirrored(counts)) == pytest.approx(6 - mean(counts))
    if limits and other:
        assert other == pytest.approx((6 - limits.upper, 6 - limits.lower), abs=1e-12)


@given(some_counts, mean_methods)
def test_more_confidence_holds_the_smaller_interval(counts: ScoreCounts, method: MeanMethod) -> None:
    limits = [mean_interval(counts, confidence, method) for confidence in NESTED]
    for smaller, larger in pairwise(limits):
        if smaller and larger:
            assert larger.lower <= smaller.lower <= smaller.upper <= larger.upper


@given(st.tuples(*[st.integers(0, 50)] * 5).filter(any), confidences, mean_methods, st.integers(2, 50))
def test_more_responses_of_the_same_mix_narrow_the_interval(
    some: tuple[int, ...], confidence: float, method: MeanMethod, factor: int
) -> None:
    few = mean_interval(ScoreCounts(some, FIVE), confidence, method)
    many = mean_interval(ScoreCounts(tuple(factor * n for n in some), FIVE), confidence, method)

    if few and many:
        assert many.upper - many.lower <= few.upper - few.lower + 1e-12


@pytest.mark.parametrize("method", list(MeanMethod))
@pytest.mark.parametrize("confidence", [5e-324, 1e-9, 1 - 2**-53])
@pytest.mark.parametrize("some", [(1, 1, 0, 0, 0), (0, 0, 0, 0, MAX_COUNT), (1, 0, 0, 0, MAX_COUNT - 1)])
def test_extreme_confidence_and_counts_are_managed(
    method: MeanMethod, confidence: float, some: tuple[int, ...]
) -> None:
    limits = mean_interval(ScoreCounts(some, FIVE), confidence, method)
    change = mean_difference(ScoreCounts(some, FIVE), one(1, 5), confidence)

    assert limits is not None
    assert 1.0 <= limits.lower <= limits.upper <= 5.0
    assert -4.0 <= change.lower <= change.estimate <= change.upper <= 4.0


@pytest.mark.parametrize("name", ["wald", "", None, []])
def test_an_unknown_method_is_refused_and_all_are_named(name: Any) -> None:
    if name is None:
        assert mean_interval(one(4, 5), 0.95, name) == mean_interval(one(4, 5))
        return
    with pytest.raises(UnknownMethodError, match="t, end-padded"):
        mean_interval(one(4, 5), 0.95, name)


def test_each_method_has_its_name() -> None:
    assert [method.label for method in MeanMethod if method.recommended] == ["Student t", "end-padded"]


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95, True, float("nan"), "0.95", None])
def test_a_confidence_outside_zero_and_one_is_refused(confidence: Any) -> None:
    for method in MeanMethod:
        for counts in (one(4), one(4, 5)):
            with pytest.raises(InvalidConfidenceError):
                mean_interval(counts, confidence, method)
    with pytest.raises(InvalidConfidenceError):
        mean_difference(one(4, 5), one(3, 4), confidence)


def test_nothing_has_no_mean() -> None:
    nothing = ScoreCounts.none(FIVE)
    for method in MeanMethod:
        with pytest.raises(EmptyCountsError):
            mean_interval(nothing, 0.95, method)
    for pair in ((nothing, one(4)), (one(4), nothing)):
        with pytest.raises(EmptyCountsError):
            mean_difference(*pair)
    with pytest.raises(EmptyCountsError):
        standard_deviation(nothing)


def test_difference_matches_the_sleep_data() -> None:
    """Student 1908 by R's t.test: -1.58, df 17.776, -3.365 to 0.205, p .0794."""
    change = mean_difference(FIRST_DRUG, SECOND_DRUG)

    assert (change.estimate, change.lower, change.upper) == pytest.approx((-15.8, -33.65, 2.05), abs=0.01)
    assert change.df == pytest.approx(17.776, abs=0.0005)
    assert change.p_value == pytest.approx(0.0794, abs=5e-5)
    assert not change.changed


def test_a_difference_that_leaves_zero_out_has_changed() -> None:
    assert mean_difference(one(*[4, 5] * 20), one(*[3, 4] * 20)).changed
    assert mean_difference(one(*[3, 4] * 20), one(*[4, 5] * 20)).changed


@pytest.mark.parametrize(("now", "before"), [((5,), (1, 2)), ((4, 5), (3,)), ((5, 5, 5), (4, 4)), ((5,), (1,))])
def test_a_difference_without_spread_is_padded_and_never_certain(now: tuple[int, ...], before: tuple[int, ...]) -> None:
    change = mean_difference(one(*now), one(*before))

    assert change.df is None
    assert change.lower < change.estimate < change.upper or change.upper == 4.0
    assert 0.01 < change.p_value < 1.0


def test_padded_limits_are_squared_and_added() -> None:
    now, before = one(4, 4, 4, 4), one(2)
    first, second = end_padded_interval(now), end_padded_interval(before)

    change = mean_difference(now, before)

    assert change.lower == pytest.approx(2 - sqrt((4 - first.lower) ** 2 + (second.upper - 2) ** 2))
    assert change.upper == pytest.approx(2 + sqrt((first.upper - 4) ** 2 + (2 - second.lower) ** 2))


def test_a_mean_beyond_its_own_padded_limit_adds_nothing_on_that_side() -> None:
    """All at one end and hardly any confidence: padding moves the interval inward, past the mean."""
    best, worst = one(5, 5, 5), one(1, 1, 1)
    high, low = end_padded_interval(best, 0.01), end_padded_interval(worst, 0.01)
    assert high.upper < 5.0
    assert low.lower > 1.0

    at_the_top, at_the_bottom = mean_difference(best, best, 0.01), mean_difference(worst, worst, 0.01)

    assert (at_the_top.lower, at_the_top.upper) == pytest.approx((high.lower - 5, 5 - high.lower))
    assert (at_the_bottom.lower, at_the_bottom.upper) == pytest.approx((1 - low.upper, low.upper - 1))


def test_one_side_without_spread_leaves_the_degrees_of_the_other() -> None:
    assert mean_difference(one(4, 5, 5), one(3, 3, 3)).df == pytest.approx(2.0)
    assert mean_difference(one(4, 5), one(3, 3)).df == pytest.approx(1.0)


@given(some_counts, some_counts, confidences)
def test_difference_mirrors_when_the_sides_swap(now: ScoreCounts, before: ScoreCounts, confidence: float) -> None:
    forth, back = mean_difference(now, before, confidence), mean_difference(before, now, confidence)

    assert (back.lower, back.upper) == pytest.approx((-forth.upper, -forth.lower), rel=1e-9, abs=1e-12)
    assert back.estimate == -forth.estimate
    assert back.p_value == pytest.approx(forth.p_value, rel=1e-6, abs=1e-300)
    assert back.minimum_detectable == pytest.approx(forth.minimum_detectable)


@given(some_counts, some_counts, confidences)
def test_difference_stays_in_range_and_holds_the_estimate(
    now: ScoreCounts, before: ScoreCounts, confidence: float
) -> None:
    change = mean_difference(now, before, confidence)

    assert -4.0 <= change.lower <= change.estimate <= change.upper <= 4.0
    assert change.changed == (not change.lower <= 0 <= change.upper)
    assert 0.0 <= change.p_value <= 1.0
    assert 0.0 < change.minimum_detectable <= 4.0


def test_minimum_detectable_agrees_with_the_planning_formula() -> None:
    """143 responses a side find half a point at a deviation of 1.5 with 80 % power."""
    side = ScoreCounts((18, 23, 43, 30, 29), FIVE)
    deviation = standard_deviation(side)

    assert deviation is not None
    detectable = mean_difference(side, side).minimum_detectable
    assert detectable == pytest.approx(0.5 * deviation / 1.5, rel=0.02)
    assert padded_moments(side).standard_error == pytest.approx(deviation / sqrt(143), rel=0.02)


@pytest.mark.parametrize("other", [Scale(1, 7), Scale(1, 5, Direction.LOWER_IS_BETTER)])
def test_means_of_two_scales_are_not_compared(other: Scale) -> None:
    with pytest.raises(ScaleMismatchError, match="cannot be compared"):
        mean_difference(one(4), ScoreCounts.from_scores([4], other))
