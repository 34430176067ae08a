from itertools import pairwise
from math import sqrt
from sys import float_info
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.counts import MAX_COUNT, GroupCounts
from cxsurvey.scoring.errors import (
    EmptyCountsError,
    InvalidConfidenceError,
    InvalidCountError,
    InvalidWeightError,
)
from cxsurvey.scoring.intervals import score_interval, wilson, z_value
from cxsurvey.scoring.nps import nps
from cxsurvey.scoring.results import Unit
from cxsurvey.scoring.weights import (
    WeightedGroups,
    WeightedShare,
    design_effect,
    effective_n,
    finite_population_factor,
    nonresponse_bounds,
    weighted_nps,
    weighted_share,
)
from tests.scoring.strategies import confidences, group_sizes, some_groups

KISH = [1, 1, 1, 2, 2, 0.5, 0.5, 4]

weights = st.one_of(st.floats(0.05, 20), st.sampled_from([1, 2, 0.5]))
cells = st.lists(st.builds(WeightedGroups, some_groups, weights), min_size=1, max_size=6)
shares = st.lists(
    st.builds(lambda good, bad, w: WeightedShare(good, good + bad + 1, w), group_sizes, group_sizes, weights),
    min_size=1,
    max_size=6,
)


def test_effective_number_of_the_recomputed_example() -> None:
    assert effective_n(KISH) == pytest.approx(144 / 27.5)
    assert effective_n(KISH) == pytest.approx(5.24, abs=0.005)
    assert design_effect(KISH) == pytest.approx(8 * 27.5 / 144)


@given(st.lists(weights, min_size=1, max_size=30), st.floats(1e-3, 1e3))
def test_effective_number_lies_between_one_and_n_and_knows_no_unit(some: list[float], factor: float) -> None:
    assert 1 - 1e-12 <= effective_n(some) <= len(some) + 1e-9
    assert effective_n([factor * weight for weight in some]) == pytest.approx(effective_n(some))
    assert effective_n(some[::-1]) == effective_n(some)


@pytest.mark.parametrize("weight", [5e-324, 1e-9, 1, 3.7, 10**300, float_info.max])
def test_equal_weights_cost_nothing(weight: float) -> None:
    assert effective_n([weight] * 7) == 7
    assert design_effect([weight] * 7) == 1


def test_one_weight_that_drowns_the_others_is_one_response() -> None:
    assert effective_n([1e308, 5e-324, 1.0]) == 1


def test_two_responses_have_a_standard_error() -> None:
    """A success of weight 3 and a failure of 1: sqrt(2 (9/16 x 1/16 + 1/16 x 9/16)) = 3/8."""
    assert weighted_share([WeightedShare(1, 1, 3), WeightedShare(0, 1, 1)]).standard_error == pytest.approx(37.5)


def test_weighted_nps_follows_its_formulas_response_by_response() -> None:
    codes, n = [1, 0, -1, 1, 0, -1, -1, 1], len(KISH)
    single = {1: GroupCounts(1, 0, 0), 0: GroupCounts(0, 1, 0), -1: GroupCounts(0, 0, 1)}
    total = sum(KISH)
    net = sum(w * x for w, x in zip(KISH, codes, strict=True)) / total
    error = sqrt(n / (n - 1) * sum((w * (x - net) / total) ** 2 for w, x in zip(KISH, codes, strict=True)))

    result = weighted_nps(WeightedGroups(single[x], w) for w, x in zip(KISH, codes, strict=True))

    assert result.estimate == pytest.approx(100 * net)
    assert result.standard_error == pytest.approx(100 * error)
    assert (result.raw, result.n, result.unit) == (0.0, 8, Unit.POINTS)
    assert result.effective_n == pytest.approx(144 / 27.5)
    assert result.design_effect == pytest.approx(design_effect(KISH))


def test_weighted_interval_stands_at_the_effective_number() -> None:
    """Weights 3 and 1 of 10 responses each make 16 of them, here 60 % promoters and 40 % detractors."""
    result = weighted_nps([WeightedGroups(GroupCounts(6, 0, 4), 3.0), WeightedGroups(GroupCounts(6, 0, 4), 1.0)])
    closest = [score_interval(GroupCounts(3 * n, 0, 2 * n)) for n in (3, 4)]

    assert result.effective_n == pytest.approx(40**2 / 100)
    assert 100 * closest[0].lower < result.lower < 100 * closest[1].lower
    assert 100 * closest[1].upper < result.upper < 100 * closest[0].upper


@given(some_groups, weights, confidences)
def test_equal_weights_give_the_unweighted_score(groups: GroupCounts, weight: float, confidence: float) -> None:
    halves = GroupCounts(groups.promoters, 0, 0), GroupCounts(0, groups.passives, groups.detractors)
    plain = nps(groups, confidence)

    result = weighted_nps([WeightedGroups(half, weight) for half in halves], confidence)

    assert result.estimate == pytest.approx(plain.estimate, abs=1e-12)
    assert result.raw == pytest.approx(plain.estimate, abs=1e-12)
    assert (result.lower, result.upper) == (plain.lower, plain.upper)
    assert (result.effective_n, result.design_effect, result.n) == (groups.n, 1, groups.n)


@given(group_sizes, group_sizes, weights, confidences)
def test_equal_weights_give_the_unweighted_share(
    successes: int, failures: int, weight: float, confidence: float
) -> None:
    n = successes + failures + 1
    expected = wilson(successes, n, confidence)

    result = weighted_share([WeightedShare(successes, n, weight)], confidence)

    assert result.estimate == pytest.approx(100 * successes / n, abs=1e-12)
    assert (result.lower, result.upper) == pytest.approx((100 * expected.lower, 100 * expected.upper), abs=1e-10)


@given(cells, confidences)
def test_weighted_nps_stays_on_the_scale_and_inside_its_interval(some: list[WeightedGroups], confidence: float) -> None:
    result = weighted_nps(some, confidence)

    assert -100 <= result.lower <= result.estimate <= result.upper <= 100
    assert result.lower < result.upper
    assert 1 - 1e-9 <= result.effective_n <= result.n + 1e-6
    assert result.design_effect >= 1 - 1e-9


@given(shares, confidences)
def test_weighted_share_stays_on_the_scale_and_inside_its_interval(
    some: list[WeightedShare], confidence: float
) -> None:
    result = weighted_share(some, confidence)

    assert result.unit is Unit.PERCENT
    assert 0 <= result.lower <= result.estimate + 1e-9
    assert result.estimate - 1e-9 <= result.upper <= 100
    assert result.lower < result.upper


@given(cells)
def test_swapping_promoters_and_detractors_mirrors(some: list[WeightedGroups]) -> None:
    mirrored = [
        WeightedGroups(GroupCounts(cell.groups.detractors, cell.groups.passives, cell.groups.promoters), cell.weight)
        for cell in some
    ]
    here, there = weighted_nps(some), weighted_nps(mirrored)

    assert (there.estimate, there.lower, there.upper) == pytest.approx(
        (-here.estimate, -here.upper, -here.lower), abs=1e-9
    )
    assert there.standard_error == pytest.approx(here.standard_error)


@given(cells, st.randoms(use_true_random=False))
def test_neither_order_nor_splitting_a_cell_matters(some: list[WeightedGroups], random: Any) -> None:
    apart = [
        WeightedGroups(part, cell.weight)
        for cell in some
        for part in (
            GroupCounts(cell.groups.promoters, 0, 0),
            GroupCounts(0, cell.groups.passives, 0),
            GroupCounts(0, 0, cell.groups.detractors),
        )
    ]
    whole, parts = weighted_nps(some), weighted_nps(random.sample(apart, len(apart)))

    assert weighted_nps(random.sample(some, len(some))) == whole
    assert (parts.estimate, parts.lower, parts.upper, parts.effective_n) == pytest.approx(
        (whole.estimate, whole.lower, whole.upper, whole.effective_n), abs=1e-9
    )
    assert parts.standard_error == pytest.approx(whole.standard_error, abs=1e-9)


@given(cells)
def test_more_confidence_holds_less(some: list[WeightedGroups]) -> None:
    for smaller, larger in pairwise(weighted_nps(some, level) for level in (0.8, 0.9, 0.95, 0.99)):
        assert larger.lower <= smaller.lower <= smaller.upper <= larger.upper


def test_unanimous_responses_keep_the_width_of_their_effective_number() -> None:
    result = weighted_nps([WeightedGroups(GroupCounts(1, 0, 0), weight) for weight in KISH])
    n, square = 144 / 27.5, z_value(0.95) ** 2

    assert (result.estimate, result.upper, result.standard_error) == (100, 100, 0)
    assert result.lower == pytest.approx(100 * (n - square) / (n + square))


def test_a_single_response_has_an_interval_and_no_standard_error() -> None:
    result = weighted_nps([WeightedGroups(GroupCounts(1, 0, 0), 3.0), WeightedGroups(GroupCounts(0, 0, 0), 9.0)])

    assert result.standard_error is None
    assert result.lower == pytest.approx(-58.7, abs=0.05)
    assert weighted_share([WeightedShare(0, 1, 2.0)]).standard_error is None


@pytest.mark.parametrize("extreme", [5e-324, 1.7e308])
def test_extreme_weights_and_counts_are_no_trouble(extreme: float) -> None:
    some = [WeightedGroups(GroupCounts(MAX_COUNT, 0, 0), extreme), WeightedGroups(GroupCounts(0, 0, 1), 1.0)]

    result = weighted_nps(some)

    assert -100 <= result.lower <= result.estimate <= result.upper <= 100


def test_nothing_to_weigh_is_refused() -> None:
    for none in ([], [WeightedGroups(GroupCounts(0, 0, 0), 1.0)]):
        with pytest.raises(EmptyCountsError):
            weighted_nps(none)
    with pytest.raises(EmptyCountsError):
        weighted_share([WeightedShare(0, 0, 1.0)])
    with pytest.raises(EmptyCountsError):
        effective_n([])


@pytest.mark.parametrize("weight", [0, -1.0, float("nan"), float("inf"), 10**400, True, "1", None])
def test_what_is_no_weight_is_refused(weight: Any) -> None:
    for make in (
        lambda: WeightedGroups(GroupCounts(1, 0, 0), weight),
        lambda: WeightedShare(1, 1, weight),
        lambda: effective_n([1.0, weight]),
        lambda: design_effect([weight]),
    ):
        with pytest.raises(InvalidWeightError, match="finite number above 0"):
            make()


@pytest.mark.parametrize("pair", [(2, 1), (-1, 2), (1.0, 2), (True, 2), (1, None)])
def test_what_is_no_share_is_refused(pair: Any) -> None:
    with pytest.raises(InvalidCountError):
        WeightedShare(pair[0], pair[1], 1.0)


def test_a_wrong_confidence_is_refused() -> None:
    with pytest.raises(InvalidConfidenceError):
        weighted_nps([WeightedGroups(GroupCounts(1, 0, 0), 1.0)], 95)
    with pytest.raises(InvalidConfidenceError):
        weighted_share([WeightedShare(1, 1, 1.0)], 0.0)


def test_bounds_of_the_recomputed_example() -> None:
    """40/35/25 of 400 delivered."""
    assert nonresponse_bounds(GroupCounts(40, 35, 25), 400) == (-71.25, 78.75)


@given(some_groups, st.integers(0, 10_000))
def test_bounds_hold_the_score_and_every_answer_the_silent_could_give(groups: GroupCounts, silent: int) -> None:
    lower, upper = nonresponse_bounds(groups, groups.n + silent)
    score = nps(groups).estimate
    assert score is not None

    assert -100 <= lower <= score + 1e-9
    assert score - 1e-9 <= upper <= 100
    assert lower == nps(groups + GroupCounts(0, 0, silent)).estimate
    assert upper == nps(groups + GroupCounts(silent, 0, 0)).estimate


def test_bounds_close_when_all_respond_and_say_nothing_when_none_does() -> None:
    assert nonresponse_bounds(GroupCounts(3, 0, 1), 4) == (50, 50)
    assert nonresponse_bounds(GroupCounts(0, 0, 0), 4) == (-100, 100)


@pytest.mark.parametrize("invited", [99, -1, 100.0, True, None])
def test_bounds_refuse_fewer_invited_than_responded(invited: Any) -> None:
    with pytest.raises(InvalidCountError):
        nonresponse_bounds(GroupCounts(40, 35, 25), invited)


def test_bounds_refuse_an_invitation_of_nobody() -> None:
    with pytest.raises(EmptyCountsError):
        nonresponse_bounds(GroupCounts(0, 0, 0), 0)


def test_finite_population_factor_of_the_recomputed_example() -> None:
    """40/35/25 of N = 250: the standard error falls from 7.92 to 6.15 points."""
    error = 100 * sqrt((0.65 - 0.15**2) / 100)

    assert error == pytest.approx(7.92, abs=0.005)
    assert error * finite_population_factor(100, 250) == pytest.approx(6.15, abs=0.005)


@given(st.integers(1, 1000), st.integers(0, 1000))
def test_finite_population_factor_falls_from_one_to_zero(n: int, rest: int) -> None:
    assert 0 <= finite_population_factor(n, n + rest) <= 1
    assert finite_population_factor(n, n) == 0
    assert finite_population_factor(n, n + rest) <= finite_population_factor(n, n + rest + 1)
    assert finite_population_factor(1, rest + 2) == 1


@pytest.mark.parametrize(("n", "population"), [(3, 2), (-1, 2), (1.0, 2), (True, 2), (1, 2.0), (1, None)])
def test_finite_population_factor_refuses_what_is_no_sample(n: Any, population: Any) -> None:
    with pytest.raises(InvalidCountError):
        finite_population_factor(n, population)


def test_finite_population_factor_refuses_a_sample_of_nobody() -> None:
    with pytest.raises(EmptyCountsError):
        finite_population_factor(0, 0)
