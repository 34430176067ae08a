"""The posterior of the net share against closed forms, enumeration and a simulation of its own."""

from math import comb, sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.counts import MAX_COUNT, GroupCounts
from cxsurvey.scoring.dirichlet import net_share_quantile
from cxsurvey.scoring.intervals import dirichlet
from cxsurvey.scoring.special import beta_quantile

shapes = st.one_of(st.floats(0.5, 50.0), st.floats(0.5, 1e6), st.sampled_from([0.5, 1e12 + 0.5]))
tails = st.sampled_from([5.5e-17, 0.0005, 0.025, 0.25, 0.5])


@pytest.mark.parametrize(("promoters", "detractors"), [(0.5, 0.5), (3.5, 40.5), (1e6, 2e6), (5e11, 1e11)])
@pytest.mark.parametrize("p", [0.0005, 0.025, 0.5])
def test_without_passives_it_is_the_beta_distribution(promoters: float, detractors: float, p: float) -> None:
    n = promoters + detractors
    deviation = 2 * sqrt(promoters * detractors / (n * n * (n + 1)))

    found = net_share_quantile(p, promoters, 1e-12, detractors)

    assert found == pytest.approx(2 * beta_quantile(p, promoters, detractors) - 1, abs=1e-8 * deviation)


@pytest.mark.parametrize("passives", [0.5, 1.0, 20.5, 1e6, 1e12])
def test_shapes_of_one_and_a_half_power_have_their_closed_form(passives: float) -> None:
    """With promoters and detractors of shape 1, p - d <= t < 0 has the chance (1 + t)^(a + 1) / 2."""
    for t in (-0.9, -0.1):
        chance = (1 + t) ** (passives + 1) / 2
        if chance > 1e-300:
            assert net_share_quantile(chance, 1.0, passives, 1.0) == pytest.approx(t, rel=1e-12, abs=0)


@given(tails, shapes, shapes, shapes)
def test_quantiles_are_on_the_scale_and_grow_with_the_chance(p: float, a: float, b: float, c: float) -> None:
    found = net_share_quantile(p, a, b, c)

    assert -1.0 <= found < 1.0
    assert found <= net_share_quantile(0.5, a, b, c) + 1e-15


@pytest.mark.parametrize(
    "shapes",
    # Each once broke an earlier path of integration: far and near shapes on both sides.
    [
        (190.0, 1.5, 0.5),
        (1e6, 0.5, 0.5),
        (16.5, 1e6, 1.0),
        (10.53, 1e6, 0.5),
        (5.0, 65.0, 0.5),
        (1.5, 1e12, 0.5),
        (572.5, 0.5, 0.5),
    ],
)
@pytest.mark.parametrize("p", [5.5e-17, 0.0005, 0.25])
def test_shapes_of_very_different_size_are_managed(shapes: tuple[float, float, float], p: float) -> None:
    a, b, c = shapes
    found, mirrored = net_share_quantile(p, a, b, c), net_share_quantile(p, c, b, a)

    assert -1.0 <= found < 1.0
    assert -1.0 <= mirrored < -found


@pytest.mark.parametrize(
    ("shapes", "share"),
    # The chances below these shares are 0.0005 to thirteen digits, by quadrature with 25 digits.
    [
        ((20.5, 0.5, 1.5), 0.296371672521951),
        ((242.5, 3.5, 0.5), 0.931190324737342),
        ((0.5, 0.5, 10.5), -0.999932640335254),
    ],
)
def test_few_responses_beside_many_lose_no_digits(shapes: tuple[float, float, float], share: float) -> None:
    assert net_share_quantile(0.0005, *shapes) == pytest.approx(share, rel=1e-11, abs=0)


@pytest.mark.parametrize(
    ("shapes", "share"),
    # By the same integral with nodes four times as dense.
    [((50.5, 29.5, 0.5), 0.2237237353705194), ((85.5, 0.5, 6.5), 0.3463686900327466)],
)
def test_far_out_no_digits_are_lost_either(shapes: tuple[float, float, float], share: float) -> None:
    assert net_share_quantile(1e-9, *shapes) == pytest.approx(share, rel=1e-13, abs=0)


@pytest.mark.parametrize(
    ("shapes", "share"),
    # One response: the posteriors whose integrand falls slowest. By the same integral with evenly spaced nodes, four
    # times as dense.
    [
        ((1.5, 0.5, 0.5), -0.5864062856760062),
        ((0.5, 1.5, 0.5), -0.7073285652457805),
        ((0.5, 0.5, 1.5), -0.976324342556668),
    ],
)
def test_one_response_loses_no_digits(shapes: tuple[float, float, float], share: float) -> None:
    assert net_share_quantile(0.025, *shapes) == pytest.approx(share, rel=1e-14, abs=0)


@pytest.mark.parametrize(
    ("p", "shapes", "share"),
    # In these a path that bends the wrong way or too far, or crosses the axis far from the saddle, loses digits.
    # By quadrature over the share of detractors, given which the share of promoters has a beta distribution.
    [
        (0.025, (1.5, 0.5, 29727.5), -0.9999862417789077),
        (0.4, (31.5, 1.5, 53.5), -0.28230708605106225),
        (0.5, (2.5, 1010216586.5, 1.5), 8.851840218962522e-10),
        (1e-300, (1e6, 3e5, 2e5), 0.511353628450442),
    ],
)
def test_the_path_loses_no_digits(p: float, shapes: tuple[float, float, float], share: float) -> None:
    promoters, passives, detractors = shapes
    n = sum(shapes)
    deviation = sqrt((passives * (promoters + detractors) + 4 * promoters * detractors) / (n * n * (n + 1)))

    assert net_share_quantile(p, *shapes) == pytest.approx(share, rel=0, abs=2e-11 * deviation)


@given(shapes, shapes)
def test_the_middle_of_a_symmetric_posterior_is_zero(ends: float, middle: float) -> None:
    deviation = sqrt(2 * ends / ((2 * ends + middle) * (2 * ends + middle + 1)))

    assert net_share_quantile(0.5, ends, middle, ends) == pytest.approx(0.0, abs=1e-8 * deviation)


@pytest.mark.parametrize("groups", [(12, 3, 5), (1, 0, 0), (0, 4, 0)])
def test_limits_cut_the_tails_of_drawn_posteriors(groups: tuple[int, int, int]) -> None:
    draw = Random(20260301).gammavariate
    lower, upper = dirichlet(GroupCounts(*groups), 0.9)

    below = above = 0
    for _ in range(20_000):
        promoters, passives, detractors = (draw(n + 0.5, 1.0) for n in groups)
        net = (promoters - detractors) / (promoters + passives + detractors)
        below += net < lower
        above += net > upper

    # Four standard errors of 5 % in 20,000 draws.
    assert below / 20_000 == pytest.approx(0.05, abs=0.0062)
    assert above / 20_000 == pytest.approx(0.05, abs=0.0062)


@pytest.mark.parametrize("n", [1, 20, 10**6, MAX_COUNT])
def test_limits_leave_out_the_estimate_only_where_all_agree(n: int) -> None:
    assert dirichlet(GroupCounts(n, 0, 0)).upper < 1.0
    assert dirichlet(GroupCounts(0, 0, n)).lower > -1.0
    lower, upper = dirichlet(GroupCounts(0, n, 0))
    assert lower == pytest.approx(-upper, rel=1e-9, abs=0)
    assert upper > 0.0


def test_posterior_covers_the_truth_as_often_as_enumerated() -> None:
    """Worst of 116 realistic truths with 10 responses, every outcome; 4,000 draws gave .926."""
    n = 10
    truths = [
        (p, round(1 - p - s, 2), s)
        for p in (0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85)
        for s in (0.12, 0.2, 0.3, 0.4, 0.5)
        if 0.03 <= round(1 - p - s, 2) <= 0.48
    ]
    covered = dict.fromkeys(truths, 0.0)
    for promoters in range(n + 1):
        for detractors in range(n + 1 - promoters):
            passives = n - promoters - detractors
            lower, upper = dirichlet(GroupCounts(promoters, passives, detractors))
            ways = comb(n, promoters) * comb(n - promoters, detractors)
            for p, d, s in truths:
                if lower <= p - d <= upper:
                    covered[p, d, s] += ways * p**promoters * d**detractors * s**passives

    assert min(covered.values()) == pytest.approx(0.926, abs=0.01)
    assert sum(covered.values()) / len(covered) == pytest.approx(0.947, abs=0.005)


def test_shapes_near_zero_end_at_the_end_of_the_scale() -> None:
    # Newton's method alone would run off the scale here
    assert net_share_quantile(0.001, 0.0036427665712564523, 0.006176582800225367, 84.51165345737762) == -1.0
