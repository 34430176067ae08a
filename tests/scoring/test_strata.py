from itertools import pairwise
from math import hypot, sqrt
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cxsurvey.scoring.counts import GroupCounts
from cxsurvey.scoring.errors import (
    EmptyStratumError,
    InvalidConfidenceError,
    InvalidCountError,
    InvalidStrataError,
    InvalidWeightError,
)
from cxsurvey.scoring.intervals import wilson
from cxsurvey.scoring.nps import difference, nps
from cxsurvey.scoring.results import Movement, Unit
from cxsurvey.scoring.strata import (
    MixChange,
    ShareStratum,
    Stratum,
    mix_standardised_change,
    poststratified_nps,
    poststratified_share,
)
from tests.scoring.strategies import confidences, some_groups

EXAMPLE = {"shop": Stratum(GroupCounts(30, 15, 5), 0.2), "web": Stratum(GroupCounts(10, 20, 20), 0.8)}

SHARES = {"shop": ShareStratum(40, 50, 0.2), "web": ShareStratum(15, 50, 0.8)}

populations = st.one_of(st.floats(0.01, 100), st.integers(1, 10_000))
many_strata = st.lists(st.builds(Stratum, some_groups, populations), min_size=1, max_size=6).map(
    lambda strata: {f"stratum {number}": stratum for number, stratum in enumerate(strata)}
)
many_shares = st.lists(
    st.tuples(st.integers(0, 300), st.integers(0, 300), populations).filter(lambda one: one[0] + one[1] > 0),
    min_size=1,
    max_size=6,
).map(lambda some: {str(number): ShareStratum(k, k + rest, size) for number, (k, rest, size) in enumerate(some)})
two_periods = st.lists(st.tuples(some_groups, some_groups), min_size=1, max_size=5).map(
    lambda pairs: (
        {f"stratum {number}": pair[0] for number, pair in enumerate(pairs)},
        {f"stratum {number}": pair[1] for number, pair in enumerate(pairs)},
    )
)


def figures(change: MixChange) -> tuple[float, float, float]:
    return change.lower, change.estimate, change.upper


def test_parts_of_a_mix_may_differ_by_all_that_numbers_can() -> None:
    large, small = GroupCounts(30, 15, 5), GroupCounts(10, 20, 20)

    result = poststratified_nps({"large": Stratum(large, 1e308), "small": Stratum(small, 1e-308)})

    assert result.estimate == nps(large).estimate


def test_poststratification_of_the_recomputed_example() -> None:
    """Strata 30/15/5 (20 % of customers) and 10/20/20 (80 %), as by the survey package of R."""
    result = poststratified_nps(EXAMPLE)

    assert (result.raw, result.n, result.unit) == (15.0, 100, Unit.POINTS)
    assert result.estimate == pytest.approx(-6.0)
    assert result.standard_error == pytest.approx(8.7, abs=0.05)
    assert result.effective_n == pytest.approx(1 / (0.04 / 50 + 0.64 / 50))
    assert result.design_effect == pytest.approx(100 / result.effective_n)


def test_poststratified_limits_square_and_add_those_of_the_strata() -> None:
    shop, web = nps(EXAMPLE["shop"].groups, 0.9), nps(EXAMPLE["web"].groups, 0.9)
    assert shop.lower is not None
    assert web.lower is not None

    result = poststratified_nps(EXAMPLE, 0.9)

    assert result.estimate - result.lower == pytest.approx(hypot(0.2 * (50 - shop.lower), 0.8 * (-20 - web.lower)))
    assert result.confidence == 0.9


def test_poststratified_share_by_hand() -> None:
    """Cochran's formula: 0.2 of .8 and 0.8 of .3, with the binomial variances .16 and .21 of 50 responses each."""
    result = poststratified_share(SHARES)

    assert (result.raw, result.n, result.unit) == (55.0, 100, Unit.PERCENT)
    assert result.estimate == pytest.approx(0.2 * 80 + 0.8 * 30)
    assert result.standard_error == pytest.approx(100 * sqrt(0.04 * 0.16 / 50 + 0.64 * 0.21 / 50))
    assert result.effective_n == pytest.approx(1 / (0.04 / 50 + 0.64 / 50))
    assert result.design_effect == pytest.approx(100 / result.effective_n)


def test_poststratified_share_squares_and_adds_the_limits_of_wilson() -> None:
    shop, web = wilson(40, 50, 0.9), wilson(15, 50, 0.9)

    result = poststratified_share(SHARES, 0.9)

    below = hypot(0.2 * (80 - 100 * shop.lower), 0.8 * (30 - 100 * web.lower))
    above = hypot(0.2 * (100 * shop.upper - 80), 0.8 * (100 * web.upper - 30))
    assert (result.lower, result.upper) == pytest.approx((40 - below, 40 + above))
    assert result.confidence == 0.9


@given(many_shares, confidences)
def test_a_share_is_a_net_score_without_detractors_in_all_but_its_interval(
    strata: dict[str, ShareStratum], confidence: float
) -> None:
    groups = {name: GroupCounts(one.successes, one.n - one.successes, 0) for name, one in strata.items()}
    net = poststratified_nps({name: Stratum(groups[name], one.population) for name, one in strata.items()})

    share = poststratified_share(strata, confidence)

    assert share.estimate == pytest.approx(net.estimate, abs=1e-9)
    assert (share.raw, share.n, share.effective_n) == (net.raw, net.n, net.effective_n)
    assert share.standard_error == pytest.approx(net.standard_error, abs=1e-9)
    assert 0 <= share.lower <= share.estimate <= share.upper <= 100
    assert share.lower < share.upper


@given(st.integers(0, 500), st.integers(0, 500), populations, confidences)
def test_one_stratum_is_the_share_with_the_interval_of_wilson(
    successes: int, failures: int, population: float, confidence: float
) -> None:
    assume(successes + failures)
    n = successes + failures

    result = poststratified_share({"all": ShareStratum(successes, n, population)}, confidence)

    lower, upper = wilson(successes, n, confidence)
    found = (result.estimate, result.lower, result.upper)
    assert found == pytest.approx((100 * successes / n, 100 * lower, 100 * upper))


@pytest.mark.parametrize(("successes", "n"), [(2, 1), (-1, 3), (1.0, 3), (True, 3)])
def test_what_is_no_share_of_a_stratum_is_refused(successes: Any, n: int) -> None:
    with pytest.raises(InvalidCountError):
        ShareStratum(successes, n, 1.0)


@given(some_groups, populations, confidences)
def test_one_stratum_is_the_plain_score(groups: GroupCounts, population: float, confidence: float) -> None:
    plain = nps(groups, confidence)

    result = poststratified_nps({"all": Stratum(groups, population)}, confidence)

    assert (result.estimate, result.lower, result.upper) == pytest.approx((plain.estimate, plain.lower, plain.upper))
    assert result.raw == plain.estimate
    assert result.effective_n == pytest.approx(groups.n)


@given(many_strata, confidences)
def test_poststratified_score_stays_on_the_scale_and_keeps_its_width(
    strata: dict[str, Stratum], confidence: float
) -> None:
    result = poststratified_nps(strata, confidence)

    assert -100 <= result.lower <= result.estimate <= result.upper <= 100
    assert result.lower < result.upper
    assert result.effective_n <= result.n * (1 + 1e-9)


def test_shares_of_the_population_that_sum_to_a_hair_more_than_one_leave_the_scale_alone() -> None:
    populations = (7, 1, 1)
    above, below = GroupCounts(1, 0, 0), GroupCounts(0, 0, 1)

    assert poststratified_nps({str(i): Stratum(above, size) for i, size in enumerate(populations)}).upper == 100
    assert poststratified_nps({str(i): Stratum(below, size) for i, size in enumerate(populations)}).lower == -100
    assert poststratified_share({str(i): ShareStratum(1, 1, size) for i, size in enumerate(populations)}).upper == 100


@given(many_strata, st.randoms(use_true_random=False), st.floats(1e-3, 1e3))
def test_neither_order_nor_the_unit_of_populations_matters(
    strata: dict[str, Stratum], random: Any, factor: float
) -> None:
    result = poststratified_nps(strata)
    scaled = {name: Stratum(one.groups, factor * one.population) for name, one in strata.items()}

    assert poststratified_nps(dict(random.sample(list(strata.items()), len(strata)))) == result
    assert poststratified_nps(scaled).estimate == pytest.approx(result.estimate, abs=1e-9)
    assert poststratified_nps(scaled).lower == pytest.approx(result.lower, abs=1e-9)


@given(st.lists(some_groups, min_size=1, max_size=6))
def test_populations_like_the_responses_leave_the_score_alone(some: list[GroupCounts]) -> None:
    result = poststratified_nps({str(number): Stratum(groups, groups.n) for number, groups in enumerate(some)})

    assert result.estimate == pytest.approx(result.raw, abs=1e-9)
    assert result.effective_n == pytest.approx(result.n)


@given(many_strata)
def test_swapping_promoters_and_detractors_mirrors(strata: dict[str, Stratum]) -> None:
    mirrored = {
        name: Stratum(GroupCounts(one.groups.detractors, one.groups.passives, one.groups.promoters), one.population)
        for name, one in strata.items()
    }
    here, there = poststratified_nps(strata), poststratified_nps(mirrored)

    assert (there.lower, there.estimate, there.upper) == pytest.approx(
        (-here.upper, -here.estimate, -here.lower), abs=1e-9
    )


@given(many_strata)
def test_more_confidence_holds_less(strata: dict[str, Stratum]) -> None:
    for smaller, larger in pairwise(poststratified_nps(strata, level) for level in (0.8, 0.9, 0.95, 0.99)):
        assert larger.lower <= smaller.lower <= smaller.upper <= larger.upper


def test_unanimous_strata_have_no_standard_error_and_still_an_interval() -> None:
    result = poststratified_nps({"a": Stratum(GroupCounts(5, 0, 0), 1), "b": Stratum(GroupCounts(7, 0, 0), 2)})

    assert (result.estimate, result.upper, result.standard_error) == (100, 100, 0)
    assert result.lower < 70


def test_every_stratum_improves_while_the_raw_score_falls() -> None:
    """Simpson's paradox: the channel with the lower scores grew from a tenth to nine tenths."""
    before = {"shop": GroupCounts(540, 270, 90), "web": GroupCounts(20, 40, 40)}
    now = {"shop": GroupCounts(65, 27, 8), "web": GroupCounts(270, 360, 270)}

    change = mix_standardised_change(now, before)

    assert change.raw.estimate == pytest.approx(5.7 - 43.0)
    assert change.raw.changed
    assert change.raw.direction is Movement.DOWN
    assert change.estimate == pytest.approx(0.5 * (57 - 50) + 0.5 * (0 + 20))
    assert change.changed
    assert change.lower > 0
    assert change.mix_effect == pytest.approx(5.7 - 43.0 - 13.5)
    assert change.mix == (("shop", 0.5), ("web", 0.5))


def test_a_named_mix_decides() -> None:
    before = {"shop": GroupCounts(50, 30, 20), "web": GroupCounts(20, 40, 40)}
    now = {"shop": GroupCounts(60, 30, 10), "web": GroupCounts(20, 40, 40)}

    change = mix_standardised_change(now, before, {"web": 3.0, "shop": 1.0}, 0.9)

    assert change.estimate == pytest.approx(0.25 * 20)
    assert change.mix == (("shop", 0.25), ("web", 0.75))
    assert change.confidence == 0.9


@pytest.mark.parametrize(("detractors", "changed"), [(228, True), (231, False)])
def test_a_change_is_established_as_soon_as_its_interval_leaves_zero_out(detractors: int, changed: bool) -> None:
    more, less = {"all": GroupCounts(281, 117, detractors)}, {"all": GroupCounts(163, 226, 171)}
    rise, fall = mix_standardised_change(more, less), mix_standardised_change(less, more)

    assert 0.0 < abs(rise.lower) < 1.0
    assert (rise.lower > 0.0) is changed
    assert (rise.changed, fall.changed) == (changed, changed)


def test_a_change_that_is_not_established_says_so() -> None:
    change = mix_standardised_change({"a": GroupCounts(5, 3, 2)}, {"a": GroupCounts(4, 3, 3)})

    assert change.estimate == pytest.approx(20)
    assert not change.changed


@given(some_groups, some_groups, confidences)
def test_one_stratum_is_the_plain_difference(now: GroupCounts, before: GroupCounts, confidence: float) -> None:
    plain = difference(now, before, confidence)

    change = mix_standardised_change({"all": now}, {"all": before}, confidence=confidence)

    assert change.raw == plain
    assert figures(change) == pytest.approx((plain.lower, plain.estimate, plain.upper), abs=1e-9)
    assert change.mix_effect == pytest.approx(0, abs=1e-9)


@given(two_periods)
def test_the_change_mirrors_when_the_periods_swap(
    periods: tuple[dict[str, GroupCounts], dict[str, GroupCounts]],
) -> None:
    forth, back = mix_standardised_change(*periods), mix_standardised_change(*periods[::-1])

    assert figures(back) == pytest.approx((-forth.upper, -forth.estimate, -forth.lower), abs=1e-9)
    assert back.mix == forth.mix
    assert forth.lower <= forth.estimate <= forth.upper
    assert forth.lower >= -200 - 1e-9
    assert forth.upper <= 200 + 1e-9


@given(two_periods, st.randoms(use_true_random=False))
def test_the_change_does_not_depend_on_the_order_of_strata(
    periods: tuple[dict[str, GroupCounts], dict[str, GroupCounts]], random: Any
) -> None:
    now, before = (dict(random.sample(list(groups.items()), len(groups))) for groups in periods)

    assert figures(mix_standardised_change(now, before)) == figures(mix_standardised_change(*periods))


def test_an_empty_stratum_is_refused_by_name() -> None:
    empty, full = GroupCounts(0, 0, 0), GroupCounts(1, 1, 1)

    with pytest.raises(EmptyStratumError, match="'web' has no response; merge it"):
        poststratified_nps({"shop": Stratum(full, 1), "web": Stratum(empty, 1)})
    with pytest.raises(EmptyStratumError, match="'web'"):
        poststratified_share({"shop": ShareStratum(1, 2, 1), "web": ShareStratum(0, 0, 1)})
    with pytest.raises(EmptyStratumError, match="'web'"):
        mix_standardised_change({"web": empty}, {"web": full})
    with pytest.raises(EmptyStratumError, match="'web'"):
        mix_standardised_change({"web": full}, {"web": empty})


def test_strata_that_do_not_fit_are_refused() -> None:
    full = GroupCounts(1, 1, 1)

    with pytest.raises(InvalidStrataError, match="at least one"):
        poststratified_nps({})
    with pytest.raises(InvalidStrataError, match="at least one"):
        poststratified_share({})
    with pytest.raises(InvalidStrataError, match="at least one"):
        mix_standardised_change({}, {})
    with pytest.raises(InvalidStrataError, match=r"earlier period .* differs in 'b'"):
        mix_standardised_change({"a": full}, {"a": full, "b": full})
    with pytest.raises(InvalidStrataError, match=r"differs in 'b', 'c', 'd', 'e', 'f'\."):
        mix_standardised_change({"a": full}, dict.fromkeys("abcdefg", full))
    with pytest.raises(InvalidStrataError, match=r"mix .* differs in 'a', 'c'"):
        mix_standardised_change({"a": full}, {"a": full}, {"c": 1.0})


@pytest.mark.parametrize("weight", [0, -1.0, float("nan"), float("inf"), 10**400, True, "1", None])
def test_what_is_no_weight_is_refused(weight: Any) -> None:
    with pytest.raises(InvalidWeightError):
        Stratum(GroupCounts(1, 1, 1), weight)
    with pytest.raises(InvalidWeightError):
        ShareStratum(1, 2, weight)
    with pytest.raises(InvalidWeightError):
        mix_standardised_change({"a": GroupCounts(1, 1, 1)}, {"a": GroupCounts(1, 1, 1)}, {"a": weight})


def test_a_wrong_confidence_is_refused() -> None:
    with pytest.raises(InvalidConfidenceError):
        poststratified_nps(EXAMPLE, 95)
    with pytest.raises(InvalidConfidenceError):
        poststratified_share(SHARES, 95)
    with pytest.raises(InvalidConfidenceError):
        mix_standardised_change({"a": GroupCounts(1, 1, 1)}, {"a": GroupCounts(1, 1, 1)}, confidence=1.0)
