"""Golden values and exact edges of the interval methods."""

from typing import Any

import pytest

from cxsurvey.scoring.counts import GroupCounts
from cxsurvey.scoring.errors import (
    EmptyCountsError,
    InvalidConfidenceError,
    InvalidCountError,
    UnknownMethodError,
)
from cxsurvey.scoring.intervals import (
    Limits,
    Method,
    adjusted_moments,
    interval,
    response_variance,
    score_interval,
    score_limits,
    wald,
    wilson,
    wilson_limits,
    z_value,
)


def points(limits: Limits, decimals: int = 1) -> tuple[float, float]:
    return round(100 * limits.lower, decimals), round(100 * limits.upper, decimals)


@pytest.mark.parametrize(
    ("groups", "method", "expected"),
    [
        ((12, 3, 5), "wald", (-2.4, 72.4)),
        ((12, 3, 5), "adjusted-wald", (-4.0, 64.9)),
        ((12, 3, 5), "score", (-5.4, 65.1)),
        ((200, 200, 100), "adjusted-wald", (13.3, 26.4)),
        ((200, 200, 100), "score", (13.3, 26.5)),
        ((20, 100, 40), "agresti-min", (-21.6, -3.1)),
        ((20, 100, 40), "score", (-21.8, -3.1)),
        ((250, 675, 75), "wald", (14.1, 20.9)),
        ((10, 0, 0), "wald", (100.0, 100.0)),
        ((10, 0, 0), "adjusted-wald", (47.5, 100.0)),
        ((10, 0, 0), "agresti-min", (56.7, 100.0)),
        ((10, 0, 0), "score", (44.5, 100.0)),
        ((1, 0, 0), "score", (-58.7, 100.0)),
        ((10, 0, 0), "dirichlet", (53.0, 99.7)),
    ],
)
def test_interval_matches_published_and_recomputed_figures(
    groups: tuple[int, int, int], method: str, expected: tuple[float, float]
) -> None:
    assert points(interval(GroupCounts(*groups), 0.95, method)) == expected


@pytest.mark.parametrize(
    ("groups", "half_width"),
    [
        ((10, 7, 3), 31),
        ((50, 35, 15), 14),
        ((100, 70, 30), 10),
        ((200, 140, 60), 7),
        ((500, 350, 150), 4.5),
        ((1000, 700, 300), 3.2),
        ((80, 15, 5), 11),
        ((320, 60, 20), 5),
    ],
)
def test_score_interval_has_the_published_half_width(groups: tuple[int, int, int], half_width: float) -> None:
    lower, upper = score_interval(GroupCounts(*groups))

    assert 50 * (upper - lower) == pytest.approx(half_width, abs=0.5 if half_width >= 5 else 0.05)


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.95, 0.999])
@pytest.mark.parametrize("n", [1, 2, 5, 10, 100, 10_000, 10**9])
def test_score_interval_has_its_closed_form_when_all_agree(n: int, confidence: float) -> None:
    square = z_value(confidence) ** 2
    one_sided = (n - square) / (n + square)
    margin = square / (n + square)

    assert score_interval(GroupCounts(n, 0, 0), confidence) == pytest.approx((one_sided, 1.0), abs=1e-12)
    assert score_interval(GroupCounts(0, 0, n), confidence) == pytest.approx((-1.0, -one_sided), abs=1e-12)
    assert score_interval(GroupCounts(0, n, 0), confidence) == pytest.approx((-margin, margin), abs=1e-12)


def test_score_interval_ends_exactly_on_the_scale_when_all_agree() -> None:
    assert score_interval(GroupCounts(7, 0, 0)).upper == 1.0
    assert score_interval(GroupCounts(0, 0, 7)).lower == -1.0


def test_wald_margins_match_published_worked_examples() -> None:
    thirds = wald(GroupCounts(162, 108, 54))
    survey = wald(GroupCounts(200, 200, 100))

    assert 50 * (thirds.upper - thirds.lower) / z_value(0.95) == pytest.approx(4.14, abs=0.005)
    assert 50 * (survey.upper - survey.lower) == pytest.approx(6.6, abs=0.05)


def test_adjusted_moments_add_three_quarters_at_each_end() -> None:
    moments = adjusted_moments(GroupCounts(0, 0, 1))

    assert moments.mean == pytest.approx((0.75 - 1.75) / 4)
    assert moments.standard_error == pytest.approx(((2.5 / 4 - 0.0625) / 4) ** 0.5)


@pytest.mark.parametrize(
    ("successes", "n", "expected"),
    [
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
        (0, 1, (0.0, 0.7935)),
        (1, 1, (0.2065, 1.0)),
    ],
)
def test_wilson_matches_published_figures(successes: int, n: int, expected: tuple[float, float]) -> None:
    assert wilson(successes, n) == pytest.approx(expected, abs=5e-5)


def test_wilson_reaches_zero_and_one_exactly() -> None:
    assert wilson(0, 7).lower == 0.0
    assert wilson(7, 7).upper == 1.0


@pytest.mark.parametrize("pair", [(-1, 5), (6, 5), (1.0, 5), (True, 5), (0, -1), (1, 2.5)])
def test_wilson_refuses_what_is_no_part_of_a_whole(pair: Any) -> None:
    with pytest.raises(InvalidCountError):
        wilson(*pair)


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99])
def test_wilson_starts_at_exactly_zero_for_nobody_of_any_number(confidence: float) -> None:
    assert {wilson(0, n, confidence).lower for n in range(1, 200)} == {0.0}
    assert {wilson(n, n, confidence).upper for n in range(1, 200)} == {1.0}


@pytest.mark.parametrize("failures", [0.6, 7.0])
@pytest.mark.parametrize("exponent", range(9, 20))
def test_wilson_keeps_its_digits_for_hardly_anybody(exponent: int, failures: float) -> None:
    z, successes = 1.959964, 10.0**-exponent
    share = successes / (successes + failures)

    lower, _ = wilson_limits(successes, failures, z)

    # of a tiny share the lower limit is share^2 / (z^2 / n), to the first order
    assert lower == pytest.approx(share * share * (successes + failures) / z**2, rel=1e-3)


@pytest.mark.parametrize(
    ("successes", "failures", "z"), [(31.0, 1.3909383087874334e-09, 1.96), (9.0, 1.680524679907293e-09, 0.67)]
)
def test_a_wilson_limit_of_next_to_no_failures_is_not_rounded_beyond_one(
    successes: float, failures: float, z: float
) -> None:
    assert wilson_limits(successes, failures, z).upper <= 1.0


def test_limits_of_counts_that_are_not_whole_lie_between_those_of_their_neighbours() -> None:
    z = z_value(0.95)
    few, between, many = (score_limits(n * 0.6, n * 0.15, n * 0.25, z) for n in (20.0, 20.5, 21.0))
    assert few.lower < between.lower < many.lower < many.upper < between.upper < few.upper
    few, between, many = (wilson_limits(n * 0.3, n * 0.7, z) for n in (20.0, 20.5, 21.0))
    assert few.lower < between.lower < many.lower < many.upper < between.upper < few.upper


def test_limits_of_counts_that_are_not_whole_keep_the_closed_forms() -> None:
    z = z_value(0.95)
    n, square = 5.24, z * z

    assert score_limits(n, 0.0, 0.0, z) == pytest.approx(((n - square) / (n + square), 1.0), abs=1e-12)
    assert score_limits(0.0, n, 0.0, z) == pytest.approx((-square / (n + square), square / (n + square)), abs=1e-12)
    assert wilson_limits(0.0, n, z) == pytest.approx((0.0, square / (n + square)), abs=1e-12)


@pytest.mark.parametrize(
    ("groups", "variance"), [((162, 108, 54), 5 / 9), ((7, 0, 0), 0.0), ((0, 3, 0), 0.0), ((5, 0, 5), 1.0)]
)
def test_variance_of_one_response(groups: tuple[int, int, int], variance: float) -> None:
    assert response_variance(GroupCounts(*groups)) == pytest.approx(variance, abs=1e-15)


def test_an_interval_of_nothing_is_refused() -> None:
    with pytest.raises(EmptyCountsError):
        wilson(0, 0)
    with pytest.raises(EmptyCountsError):
        response_variance(GroupCounts(0, 0, 0))
    for method in Method:
        with pytest.raises(EmptyCountsError):
            interval(GroupCounts(0, 0, 0), method=method)


@pytest.mark.parametrize("confidence", [0.0, 1.0, -0.5, 95.0, 95, 1, True, float("nan"), "0.95", None])
@pytest.mark.parametrize("method", list(Method))
def test_interval_refuses_a_confidence_outside_zero_and_one(method: Method, confidence: Any) -> None:
    with pytest.raises(InvalidConfidenceError, match="strictly between 0 and 1"):
        interval(GroupCounts(1, 1, 1), confidence, method)


@pytest.mark.parametrize("confidence", [5e-324, 1e-9, 1 - 2**-53])
def test_interval_manages_the_most_extreme_confidence(confidence: float) -> None:
    lower, upper = interval(GroupCounts(3, 4, 2), confidence)

    assert -1.0 <= lower <= 1 / 9 <= upper <= 1.0


@pytest.mark.parametrize("name", ["bootstrap", "", "Score", None, 1, []])
def test_interval_refuses_an_unknown_method_and_names_all(name: Any) -> None:
    with pytest.raises(UnknownMethodError, match="score, adjusted-wald, agresti-min, dirichlet, wald"):
        interval(GroupCounts(1, 1, 1), method=name)


def test_the_interval_is_the_score_interval_at_95_percent_unless_asked_otherwise() -> None:
    groups = GroupCounts(12, 3, 5)

    assert interval(groups) == interval(groups, 0.95, Method.SCORE) == score_interval(groups)


def test_only_plain_wald_is_labelled_as_not_recommended() -> None:
    assert [method for method in Method if not method.recommended] == [Method.WALD]
    assert [method for method in Method if "not recommended" in method.label] == [Method.WALD]


def test_a_method_is_chosen_by_name_or_by_member() -> None:
    groups = GroupCounts(4, 3, 2)

    assert all(interval(groups, 0.9, method) == interval(groups, 0.9, method.value) for method in Method)
    assert len({interval(groups, 0.9, method) for method in Method}) == len(Method)
