"""Golden values, edges and properties of shares and their differences."""

from fractions import Fraction
from itertools import pairwise
from math import comb, sqrt
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cxsurvey.scoring.counts import MAX_COUNT
from cxsurvey.scoring.errors import (
    EmptyCountsError,
    InvalidConfidenceError,
    InvalidCountError,
    UnknownMethodError,
)
from cxsurvey.scoring.intervals import Limits, z_value
from cxsurvey.scoring.shares import (
    ShareMethod,
    ShareTest,
    agresti_coull,
    clopper_pearson,
    jeffreys,
    share_difference,
    share_interval,
)

EXTREMES = [0, 1, 2, 10**6, 10**12 - 1, 10**12]
NESTED = (0.5, 0.8, 0.9, 0.95, 0.99)

share_methods = st.sampled_from(list(ShareMethod))
confidences = st.sampled_from([0.5, 0.8, 0.95, 0.99, 0.999])
parts = st.one_of(st.integers(0, 12), st.integers(0, 3_000), st.sampled_from(EXTREMES)).flatmap(
    lambda successes: st.tuples(
        st.just(successes),
        st.one_of(st.integers(0, 12), st.integers(0, 3_000), st.sampled_from(EXTREMES)).map(
            lambda failures: min(MAX_COUNT, successes + failures)
        ),
    )
)
some_parts = parts.filter(lambda part: part[1] > 0)


@pytest.mark.parametrize(
    ("successes", "n", "method", "expected"),
    [
        # Newcombe 1998, Statistics in Medicine 17, 857-872, table I: methods 3 and 5.
        (81, 263, "wilson", (0.2553, 0.3662)),
        (15, 148, "wilson", (0.0624, 0.1605)),
        (0, 20, "wilson", (0.0, 0.1611)),
        (1, 29, "wilson", (0.0061, 0.1718)),
        (81, 263, "clopper-pearson", (0.2527, 0.3676)),
        (15, 148, "clopper-pearson", (0.0578, 0.1617)),
        (0, 20, "clopper-pearson", (0.0, 0.1684)),
        (1, 29, "clopper-pearson", (0.0009, 0.1776)),
        # Sauro and Lewis 2005, 4 of 5 users; they print .9796 for .97968.
        (4, 5, "agresti-coull", (0.3596, 0.9797)),
        (0, 1, "wilson", (0.0, 0.7935)),
        (1, 1, "wilson", (0.2065, 1.0)),
    ],
)
def test_share_intervals_match_published_figures(
    successes: int, n: int, method: str, expected: tuple[float, float]
) -> None:
    assert share_interval(successes, n, 0.95, method) == pytest.approx(expected, abs=5e-5)


def test_it_is_wilsons_interval_at_95_percent_unless_another_is_named() -> None:
    """Newcombe 1998, table I, method 3."""
    assert share_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)


def test_agresti_coull_adds_the_published_number_of_responses() -> None:
    """Sauro and Lewis: 4 of 5 becomes a share of .6696 of 8.8416."""
    lower, upper = agresti_coull(4, 5)

    assert (lower + upper) / 2 == pytest.approx(0.6696, abs=1e-4)
    assert 5 + z_value(0.95) ** 2 == pytest.approx(8.8416, abs=2e-4)


@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
@pytest.mark.parametrize("n", [1, 3, 20, 10_000, 10**12])
def test_intervals_have_their_closed_form_at_the_edges(n: int, confidence: float) -> None:
    square, tail = z_value(confidence) ** 2, (1 - confidence) / 2

    assert share_interval(0, n, confidence) == pytest.approx((0.0, square / (n + square)), rel=1e-9, abs=0)
    exact = clopper_pearson(0, n, confidence)
    assert exact.lower == 0.0
    # log(1 - u) = log(t) / n, without forming 1 - t^(1/n).
    assert (1.0 - exact.upper) ** n == pytest.approx(tail, rel=1e-3 if n > 10**6 else 1e-9)
    assert clopper_pearson(n, n, confidence).upper == 1.0


def exact_coverage(method: ShareMethod, n: int) -> list[float]:
    """The coverage for every share of .02 ... .98, enumerated: no simulation."""
    intervals = [share_interval(k, n, 0.95, method) for k in range(n + 1)]
    truths = [step / 100 for step in range(2, 99)]
    return [
        sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k, (lower, upper) in enumerate(intervals) if lower <= p <= upper)
        for p in truths
    ]


@pytest.mark.parametrize(
    ("method", "n", "mean", "worst"),
    [
        ("wilson", 5, 0.955, 0.859),
        ("wilson", 10, 0.956, 0.914),
        ("wilson", 20, 0.953, 0.925),
        ("wilson", 50, 0.951, 0.922),
        ("wilson", 100, 0.950, 0.933),
        ("agresti-coull", 5, 0.967, 0.903),
        ("agresti-coull", 10, 0.964, 0.930),
        ("agresti-coull", 20, 0.962, 0.932),
        ("agresti-coull", 50, 0.956, 0.935),
        ("agresti-coull", 100, 0.954, 0.940),
        ("clopper-pearson", 5, 0.990, 0.976),
        ("clopper-pearson", 10, 0.983, 0.962),
        ("clopper-pearson", 20, 0.976, 0.959),
        ("clopper-pearson", 50, 0.968, 0.953),
        ("clopper-pearson", 100, 0.965, 0.954),
        ("jeffreys", 5, 0.956, 0.900),
        ("jeffreys", 10, 0.952, 0.869),
        ("jeffreys", 20, 0.949, 0.896),
        ("jeffreys", 50, 0.948, 0.885),
        ("jeffreys", 100, 0.949, 0.921),
    ],
)
def test_intervals_cover_the_truth_as_often_as_enumerated(method: str, n: int, mean: float, worst: float) -> None:
    covered = exact_coverage(ShareMethod(method), n)

    assert sum(covered) / len(covered) == pytest.approx(mean, abs=0.0021)
    assert min(covered) == pytest.approx(worst, abs=0.0021)


@given(some_parts, confidences, share_methods)
def test_limits_stay_in_order_and_hold_the_share(part: tuple[int, int], confidence: float, method: ShareMethod) -> None:
    lower, upper = share_interval(*part, confidence, method)

    assert 0.0 <= lower <= upper <= 1.0
    if method is not ShareMethod.JEFFREYS:
        assert lower <= part[0] / part[1] * (1 + 1e-15) + 1e-18
        assert part[0] / part[1] * (1 - 1e-15) <= upper


@pytest.mark.parametrize("n", [1, 7, 10**6])
def test_jeffreys_leaves_out_the_share_at_both_edges_only(n: int) -> None:
    assert jeffreys(0, n).lower > 0.0
    assert jeffreys(n, n).upper < 1.0
    for successes in range(1, min(n, 30)):
        lower, upper = jeffreys(successes, n)
        assert lower < successes / n < upper


@given(some_parts, confidences, share_methods)
def test_swapping_success_and_failure_mirrors_the_interval(
    part: tuple[int, int], confidence: float, method: ShareMethod
) -> None:
    lower, upper = share_interval(*part, confidence, method)

    mirrored = share_interval(part[1] - part[0], part[1], confidence, method)

    assert mirrored == pytest.approx((1 - upper, 1 - lower), abs=1e-13)


@given(some_parts, share_methods)
def test_more_confidence_holds_the_smaller_interval(part: tuple[int, int], method: ShareMethod) -> None:
    for smaller, larger in pairwise(share_interval(*part, confidence, method) for confidence in NESTED):
        assert larger.lower <= smaller.lower <= smaller.upper <= larger.upper


@given(st.integers(0, 300), st.integers(0, 300), confidences, share_methods, st.integers(2, 50))
def test_more_responses_of_the_same_mix_narrow_the_interval(
    successes: int, failures: int, confidence: float, method: ShareMethod, factor: int
) -> None:
    assume(successes + failures)
    few = share_interval(successes, successes + failures, confidence, method)
    many = share_interval(successes * factor, (successes + failures) * factor, confidence, method)

    assert many.upper - many.lower <= few.upper - few.lower


@given(some_parts, confidences)
def test_clopper_pearson_holds_jeffreys_and_agresti_coull_holds_wilson(
    part: tuple[int, int], confidence: float
) -> None:
    for outer, inner in (("clopper-pearson", "jeffreys"), ("agresti-coull", "wilson")):
        wide = share_interval(*part, confidence, method=outer)
        narrow = share_interval(*part, confidence, method=inner)
        assert wide.lower <= narrow.lower + 1e-15
        assert narrow.upper <= wide.upper + 1e-15


@pytest.mark.parametrize("method", list(ShareMethod))
@pytest.mark.parametrize("confidence", [5e-324, 1e-9, 1 - 2**-53])
@pytest.mark.parametrize("part", [(0, 1), (1, 1), (0, MAX_COUNT), (1, MAX_COUNT), (MAX_COUNT // 2, MAX_COUNT)])
def test_extreme_confidence_and_counts_are_managed(
    method: ShareMethod, confidence: float, part: tuple[int, int]
) -> None:
    lower, upper = share_interval(*part, confidence, method)

    assert 0.0 <= lower <= upper <= 1.0


@pytest.mark.parametrize("pair", [(-1, 5), (6, 5), (1.0, 5), (True, 5), (0, -1), (1, 2.5), (1, float("nan"))])
@pytest.mark.parametrize("method", list(ShareMethod))
def test_what_is_no_part_of_a_whole_is_refused(method: ShareMethod, pair: Any) -> None:
    with pytest.raises(InvalidCountError):
        share_interval(pair[0], pair[1], 0.95, method)
    with pytest.raises(InvalidCountError):
        share_difference(pair, (1, 2))


@pytest.mark.parametrize("method", list(ShareMethod))
def test_nothing_has_no_interval(method: ShareMethod) -> None:
    with pytest.raises(EmptyCountsError):
        share_interval(0, 0, 0.95, method)
    with pytest.raises(EmptyCountsError):
        share_difference((1, 2), (0, 0))


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95, True, float("nan"), "0.95", None])
@pytest.mark.parametrize("method", list(ShareMethod))
def test_a_confidence_outside_zero_and_one_is_refused(method: ShareMethod, confidence: Any) -> None:
    with pytest.raises(InvalidConfidenceError):
        share_interval(1, 2, confidence, method)


@pytest.mark.parametrize("name", ["wald", "", None, []])
def test_an_unknown_method_is_refused_and_all_are_named(name: Any) -> None:
    with pytest.raises(UnknownMethodError, match="wilson, agresti-coull, clopper-pearson, jeffreys"):
        share_interval(1, 2, 0.95, name)


def test_a_method_is_chosen_by_name_or_by_member_and_gives_its_own_interval() -> None:
    assert all(share_interval(3, 9, 0.9, method) == share_interval(3, 9, 0.9, method.value) for method in ShareMethod)
    assert len({share_interval(3, 9, 0.9, method) for method in ShareMethod}) == len(ShareMethod)
    assert [method.label for method in ShareMethod if method.recommended] == [
        "Wilson",
        "Agresti-Coull",
        "Clopper-Pearson",
        "Jeffreys",
    ]


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        # Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10.
        ((56, 70), (48, 80), (0.2, 0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.6, 0.1705, 0.8090)),
        ((5, 56), (0, 29), (0.0893, -0.0381, 0.1926)),
        ((0, 10), (0, 20), (0.0, -0.1611, 0.2775)),
        ((10, 10), (0, 20), (1.0, 0.6791, 1.0)),
        ((10, 10), (0, 10), (1.0, 0.6075, 1.0)),
    ],
)
def test_difference_matches_newcombes_table(
    now: tuple[int, int], before: tuple[int, int], expected: tuple[float, float, float]
) -> None:
    change = share_difference(now, before)

    assert (change.estimate, change.lower, change.upper) == pytest.approx(expected, abs=5e-5)
    assert change.changed is (change.lower > 0)


def test_fisher_gives_the_chances_of_the_tea_tasting() -> None:
    """Fisher 1935: three of four cups named rightly, and all four."""
    three, four = share_difference((3, 4), (1, 4)), share_difference((4, 4), (0, 4))

    assert three.test is four.test is ShareTest.FISHER
    assert three.p_value == pytest.approx(34 / 70)
    assert four.p_value == pytest.approx(2 / 70)


def test_chi_square_is_used_from_five_expected_in_every_cell() -> None:
    exact, rough = share_difference((9, 20), (0, 20)), share_difference((9, 20), (1, 20))

    assert (exact.test, rough.test) == (ShareTest.FISHER, ShareTest.CHI_SQUARE)
    # Chi-square is 40 (9 * 19 - 1 * 11)^2 / (20 * 20 * 10 * 30) = 8.533.
    assert rough.p_value == pytest.approx(0.00349, abs=5e-6)


def test_fisher_is_used_when_one_side_alone_is_small() -> None:
    # Of its four responses two are expected to be successes.
    assert share_difference((4, 4), (500, 1_000)).test is ShareTest.FISHER
    assert share_difference((500, 1_000), (4, 4)).test is ShareTest.FISHER


def whole_number_fisher(k: int, drawn: int, successes: int, n: int) -> Fraction:
    tables = range(max(0, drawn + successes - n), min(drawn, successes) + 1)
    ways = [comb(successes, i) * comb(n - successes, drawn - i) for i in tables]
    seen = comb(successes, k) * comb(n - successes, drawn - k)
    return Fraction(sum(way for way in ways if way <= seen), sum(ways))


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 4), st.integers(0, 4))
def test_fisher_equals_counting_tables(first: int, second: int, few: int, fewer: int) -> None:
    now, before = (few, few + first), (fewer, fewer + second)
    assume(now[1] and before[1])
    change = share_difference(now, before)
    assume(change.test is ShareTest.FISHER)

    exact = whole_number_fisher(few, now[1], few + fewer, now[1] + before[1])

    assert change.p_value == pytest.approx(float(exact), rel=1e-12, abs=0)


@pytest.mark.parametrize("n", [10**6, MAX_COUNT])
def test_fisher_keeps_its_precision_in_a_sea_of_responses(n: int) -> None:
    """With as many responses on both sides each success falls on either side by the toss of a coin."""
    assert share_difference((4, n), (0, n)).p_value == pytest.approx(2 / 2**4, rel=1e-5)
    assert share_difference((n, n), (n - 4, n)).p_value == pytest.approx(2 / 2**4, rel=1e-5)


def test_fisher_of_the_next_to_impossible_is_zero_and_quick() -> None:
    assert share_difference((10**6, 10**6), (0, MAX_COUNT)).p_value == 0.0


@given(some_parts, some_parts, confidences)
def test_difference_mirrors_when_the_sides_swap(
    now: tuple[int, int], before: tuple[int, int], confidence: float
) -> None:
    forth, back = share_difference(now, before, confidence), share_difference(before, now, confidence)

    assert Limits(back.lower, back.upper) == pytest.approx((-forth.upper, -forth.lower), abs=1e-15)
    assert back.estimate == -forth.estimate
    assert back.p_value == pytest.approx(forth.p_value, rel=1e-9, abs=1e-300)
    assert (back.changed, back.test) == (forth.changed, forth.test)
    assert back.minimum_detectable == pytest.approx(forth.minimum_detectable)


@given(some_parts, some_parts, confidences)
def test_difference_stays_in_range_and_holds_the_estimate(
    now: tuple[int, int], before: tuple[int, int], confidence: float
) -> None:
    change = share_difference(now, before, confidence)

    assert -1.0 <= change.lower <= change.estimate <= change.upper <= 1.0
    assert change.changed == (not change.lower <= 0 <= change.upper)
    assert 0.0 <= change.p_value <= 1.0
    assert 0.0 < change.minimum_detectable <= 1.0


@given(some_parts)
def test_equal_shares_have_not_changed(part: tuple[int, int]) -> None:
    change = share_difference(part, part)

    assert change.estimate == 0.0
    assert change.p_value == pytest.approx(1.0)
    assert not change.changed


def test_minimum_detectable_adds_one_success_and_one_failure_to_each_side() -> None:
    """Agresti and Caffo's errors of 3 of 8 and of 1 of 5, by hand: q (1 - q) over m of 4 of 10 and of 2 of 7."""
    error = sqrt(0.4 * 0.6 / 10 + 2 / 7 * 5 / 7 / 7)

    assert share_difference((3, 8), (1, 5)).minimum_detectable == pytest.approx(
        min(1.0, 2.801585219 * error), rel=1e-9, abs=0
    )


def test_minimum_detectable_agrees_with_the_planning_formula() -> None:
    """906 responses a side find .80 against .85 with 80 % power (R, power.prop.test)."""
    change = share_difference((round(0.80 * 906), 906), (round(0.85 * 906), 906))

    assert change.minimum_detectable == pytest.approx(0.05, abs=0.0005)
