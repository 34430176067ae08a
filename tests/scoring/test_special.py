"""Closed forms, symmetries and extremes of the distributions; tests/scoring/oracle compares them with scipy."""

from collections.abc import Callable
from fractions import Fraction
from math import atan, erfc, exp, factorial, inf, nan, pi, sqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.errors import InvalidArgumentError
from cxsurvey.scoring.special import (
    LARGEST,
    beta_cdf,
    beta_quantile,
    chi_square_survival,
    normal_cdf,
    normal_quantile,
    t_cdf,
    t_quantile,
)

shapes = st.one_of(st.sampled_from([0.5, 1.0, 1.5, 99.0, 100.0, 1e6, 1e12]), st.floats(0.5, 1e12))
shares = st.floats(1e-9, 1.0 - 1e-9)
tails = st.one_of(st.sampled_from([1e-300, 1e-16, 0.005, 0.025, 0.5, 0.975]), st.floats(1e-12, 1.0 - 1e-12))
freedoms = st.one_of(st.sampled_from([1.0, 2.0, 17.776, 1e12, LARGEST]), st.floats(1.0, 1e6))


@pytest.mark.parametrize("x", [1e-12, 0.1, 0.5, 0.9, 1.0 - 1e-12])
@pytest.mark.parametrize("n", [1, 3, 1000, 10**12])
def test_beta_with_a_shape_of_one_is_a_power(x: float, n: int) -> None:
    power = x**n

    assert beta_cdf(x, n, 1) == pytest.approx(power, rel=1e-12, abs=1e-300)
    assert beta_cdf(1.0 - x, 1, n, upper=True) == pytest.approx((1.0 - (1.0 - x)) ** n, rel=1e-12, abs=1e-300)


def test_beta_of_two_halves_is_the_arcsine_law() -> None:
    for x in (1e-9, 0.25, 0.5, 0.75):
        assert beta_cdf(x, 0.5, 0.5) == pytest.approx(2 / pi * atan(sqrt(x / (1 - x))), rel=1e-13, abs=0)


@pytest.mark.parametrize("shape", [0.5, 1, 99.999, 100, 12345.5, 1e12, LARGEST])
def test_equal_shapes_have_their_middle_at_one_half(shape: float) -> None:
    assert beta_cdf(0.5, shape, shape) == pytest.approx(0.5, rel=1e-13, abs=0)
    assert beta_quantile(0.5, shape, shape) == pytest.approx(0.5, rel=1e-13, abs=0)


def test_the_integral_and_the_fraction_agree_where_they_meet() -> None:
    below, above = beta_cdf(0.3, 99.999999, 230), beta_cdf(0.3, 100.0, 230)

    assert below == pytest.approx(above, rel=1e-6)
    assert below > above


@given(shares, shapes, shapes)
def test_both_tails_make_one_and_mirror(x: float, a: float, b: float) -> None:
    below, above = beta_cdf(x, a, b), beta_cdf(x, a, b, upper=True)

    assert 0.0 <= below <= 1.0
    assert below + above == pytest.approx(1.0, abs=1e-13)


@given(shares, st.floats(0.0, 0.1), shapes, shapes)
def test_beta_never_falls(x: float, more: float, a: float, b: float) -> None:
    assert beta_cdf(x, a, b) <= beta_cdf(min(1.0, x + more), a, b) * (1 + 1e-11)


@given(tails, shapes, shapes, st.booleans())
def test_beta_quantile_undoes_the_cdf(p: float, a: float, b: float, upper: bool) -> None:
    x = beta_quantile(p, a, b, upper=upper)

    assert 0.0 <= x <= 1.0
    # The nearest doubles around x must have the share between theirs.
    below, above = (beta_cdf(x * factor, a, b, upper=upper) for factor in (1 - 1e-13, 1 + 1e-13))
    if upper:
        below, above = above, below
    assert below * (1 - 1e-9) <= p <= above * (1 + 1e-9) + 1e-300


@given(tails, shapes, shapes)
def test_quantiles_mirror_when_the_shapes_swap(p: float, a: float, b: float) -> None:
    assert beta_quantile(p, a, b, upper=True) == pytest.approx(1.0 - beta_quantile(p, b, a), abs=1e-13)


@pytest.mark.parametrize(("x", "expected"), [(-inf, 0.0), (-1.0, 0.0), (0.0, 0.0), (1.0, 1.0), (2, 1.0), (inf, 1.0)])
def test_beta_beyond_its_ends_is_certain(x: float, expected: float) -> None:
    assert beta_cdf(x, 2.0, 3.0) == expected
    assert beta_cdf(x, 2.0, 3.0, upper=True) == 1.0 - expected


@pytest.mark.parametrize("x", [5e-324, 1e-300, 0.5, 1.0 - 2**-53])
@pytest.mark.parametrize("a", [1e-3, 1.0, 1e3, LARGEST])
@pytest.mark.parametrize("b", [1e-3, 1.0, 1e3, LARGEST])
def test_no_argument_in_the_domain_overflows(x: float, a: float, b: float) -> None:
    for upper in (False, True):
        assert 0.0 <= beta_cdf(x, a, b, upper=upper) <= 1.0
        assert 0.0 <= beta_quantile(x, a, b, upper=upper) <= 1.0


@given(tails, freedoms)
def test_t_quantile_undoes_the_cdf(p: float, df: float) -> None:
    assert t_cdf(t_quantile(p, df), df) == pytest.approx(p, rel=1e-9, abs=1e-300)


@given(st.floats(-1e6, 1e6), freedoms)
def test_t_mirrors(t: float, df: float) -> None:
    assert t_cdf(-t, df) == t_cdf(t, df, upper=True)
    assert t_cdf(t, df) + t_cdf(-t, df) == pytest.approx(1.0, abs=1e-14)


def test_t_has_its_closed_forms() -> None:
    for t in (-300.0, -1.0, 0.01, 2.0):
        assert t_cdf(t, 1) == pytest.approx(0.5 + atan(t) / pi, rel=1e-11, abs=0)
        assert t_cdf(t, 2) == pytest.approx(0.5 + t / (2 * sqrt(2 + t * t)), rel=1e-9, abs=0)
    assert t_quantile(0.975, LARGEST) == pytest.approx(normal_quantile(0.975), rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("p", "df", "t"), [(0.975, 1, 12.706), (0.975, 9, 2.262), (0.95, 30, 1.697), (0.995, 4, 4.604)]
)
def test_t_quantile_matches_the_printed_table(p: float, df: float, t: float) -> None:
    """Student's table as every textbook prints it."""
    assert t_quantile(p, df) == pytest.approx(t, abs=0.0005)


def test_t_manages_what_is_infinite_or_nearly_so() -> None:
    assert (t_cdf(-inf, 3.0), t_cdf(0.0, 3.0), t_cdf(inf, 3.0), t_cdf(inf, 3.0, upper=True)) == (0.0, 0.5, 1.0, 0.0)
    assert t_quantile(0.5, 3.0) == 0.0
    assert -inf < t_quantile(5e-324, 1.0) < -1e300
    # With one degree of freedom it is -cot(pi p), and this is nearly the largest float.
    assert t_quantile(6.4e-309, 1.0) == pytest.approx(-1 / pi / 6.4e-309, rel=1e-12, abs=0)
    assert t_cdf(1e308, 1.0, upper=True) == pytest.approx(1 / pi / 1e308, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("x", "df", "share"),
    # Fisher's table of chi-square.
    [(3.841, 1, 0.05), (6.635, 1, 0.01), (5.991, 2, 0.05), (18.307, 10, 0.05), (3.940, 10, 0.95), (43.773, 30, 0.05)],
)
def test_chi_square_matches_the_printed_table(x: float, df: float, share: float) -> None:
    assert chi_square_survival(x, df) == pytest.approx(share, abs=2e-5)


@given(st.floats(0.0, 1e3))
def test_chi_square_has_its_closed_forms(x: float) -> None:
    assert chi_square_survival(x, 1) == pytest.approx(erfc(sqrt(x / 2)), rel=1e-11, abs=0)
    assert chi_square_survival(x, 2) == pytest.approx(exp(-x / 2), rel=1e-11, abs=0)


@pytest.mark.parametrize("shape", [10, 11, 12, 16, 40])
def test_chi_square_of_even_degrees_of_freedom_is_a_sum_of_powers(shape: int) -> None:
    """Q(a, a) = exp(-a) (1 + a + a^2 / 2 + ... + a^(a-1) / (a-1)!) for whole a, where Stirling's series begins."""
    exact = exp(-shape) * float(sum(Fraction(shape**k, factorial(k)) for k in range(shape)))

    assert chi_square_survival(2.0 * shape, 2.0 * shape) == pytest.approx(exact, rel=6e-15, abs=0)


def test_chi_square_far_above_the_mean_loses_no_digits_to_one_minus_the_rest() -> None:
    """The same sum of powers, where it is about 10^-15."""
    shape, half = 100, 190
    exact = exp(-half) * float(sum(Fraction(half**k, factorial(k)) for k in range(shape)))

    assert chi_square_survival(2.0 * half, 2.0 * shape) == pytest.approx(exact, rel=1e-12, abs=0)


def test_chi_square_is_certain_at_its_ends() -> None:
    assert [chi_square_survival(x, 5.0) for x in (-1.0, 0.0, 5e-324, inf)] == [1.0, 1.0, 1.0, 0.0]
    assert chi_square_survival(1e6, 1e6) == pytest.approx(0.4998, abs=0.0001)
    assert chi_square_survival(1e300, 1e6) == 0.0


def test_normal_keeps_both_tails() -> None:
    assert normal_cdf(-inf) == 0.0
    assert normal_cdf(inf) == 1.0
    assert normal_cdf(-38.0) == normal_cdf(38.0, upper=True) > 0.0
    assert normal_cdf(normal_quantile(1e-300)) == pytest.approx(1e-300, rel=1e-9, abs=0)


@pytest.mark.parametrize("bad", [nan, True, "1", None])
def test_what_is_no_number_is_refused(bad: Any) -> None:
    calls: tuple[Callable[[], float], ...] = (
        lambda: normal_cdf(bad),
        lambda: beta_cdf(bad, 1.0, 1.0),
        lambda: beta_cdf(0.5, bad, 1.0),
        lambda: beta_quantile(0.5, 1.0, bad),
        lambda: t_cdf(bad, 3.0),
        lambda: t_quantile(0.5, bad),
        lambda: chi_square_survival(bad, 1.0),
    )
    for call in calls:
        with pytest.raises(InvalidArgumentError, match="is a number from"):
            call()


@pytest.mark.parametrize("bad", [0.0, 1.0, -0.1, 1.1, nan, 1, True, "0.5", None])
def test_what_is_no_probability_is_refused(bad: Any) -> None:
    calls: tuple[Callable[[], float], ...] = (
        lambda: normal_quantile(bad),
        lambda: beta_quantile(bad, 1.0, 1.0),
        lambda: t_quantile(bad, 3.0),
    )
    for call in calls:
        with pytest.raises(InvalidArgumentError, match="strictly between 0 and 1"):
            call()


def test_shapes_and_degrees_of_freedom_reach_to_ten_to_the_fifteenth() -> None:
    assert beta_cdf(0.5, 1e15, 1e15) == pytest.approx(0.5, rel=1e-13, abs=0)
    assert t_cdf(0.0, 1e15) == 0.5


@pytest.mark.parametrize("bad", [0.0, -1.0, inf, 1e15 + 1.0])
def test_shapes_and_degrees_of_freedom_have_their_bounds(bad: float) -> None:
    with pytest.raises(InvalidArgumentError, match="shape"):
        beta_cdf(0.5, bad, 1.0)
    with pytest.raises(InvalidArgumentError, match="degrees of freedom"):
        t_cdf(0.5, bad)
    with pytest.raises(InvalidArgumentError, match="degrees of freedom"):
        chi_square_survival(0.5, bad)


def test_chi_square_takes_a_million_degrees_of_freedom_and_no_more() -> None:
    assert chi_square_survival(0.5, 1e6) == 1.0
    with pytest.raises(InvalidArgumentError, match="degrees of freedom"):
        chi_square_survival(0.5, 1e6 + 1e-3)
