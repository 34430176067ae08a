from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.errors import InvalidProbabilityError, UnknownMethodError
from cxsurvey.scoring.multiple import Correction, adjusted

# The fifteen ordered p-values of the worked example in Benjamini and Hochberg (1995), section 4.1.
EXAMPLE_1995 = (
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
    *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.000),
)
# Computed beside this code by the definitions, and equal to R's p.adjust.
ADJUSTED_1995 = {
    "benjamini-hochberg": (
        *(0.0015, 0.003, 0.0095, 0.035625, 0.0603, 0.06385714, 0.06385714, 0.0645),
        *(0.0765, 0.486, 0.58118182, 0.714875, 0.75323077, 0.81321429, 1.0),
    ),
    "holm": (
        *(0.0015, 0.0056, 0.0247, 0.114, 0.2211, 0.278, 0.278, 0.278),
        *(0.3213, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0),
    ),
}

probabilities = st.one_of(st.floats(0, 1), st.sampled_from([0, 1, 0.0, 5e-324, 0.05, 0.5, 1.0]))
families = st.lists(probabilities, max_size=30)
corrections = st.sampled_from(list(Correction))


@pytest.mark.parametrize("correction", ADJUSTED_1995)
def test_adjusted_p_values_of_the_1995_example(correction: str) -> None:
    found = adjusted(EXAMPLE_1995, 0.05, correction)

    assert found.adjusted == pytest.approx(ADJUSTED_1995[correction], abs=5e-9)
    assert (found.m, found.q, found.correction) == (15, 0.05, correction)
    assert found.p_values == EXAMPLE_1995


@pytest.mark.parametrize(("correction", "flags"), [("benjamini-hochberg", 4), ("holm", 3), ("benjamini-yekutieli", 3)])
def test_flags_of_the_1995_example(correction: str, flags: int) -> None:
    assert adjusted(EXAMPLE_1995, 0.05, correction).flagged == (True,) * flags + (False,) * (15 - flags)


def test_yekutieli_multiplies_by_the_harmonic_sum() -> None:
    harmonic = sum(1 / k for k in range(1, 16))
    hochberg = adjusted(EXAMPLE_1995).adjusted

    assert adjusted(EXAMPLE_1995, correction="benjamini-yekutieli").adjusted == pytest.approx(
        [min(1.0, harmonic * p) for p in hochberg]
    )


def test_a_family_of_one_stays_as_it_is_and_of_none_is_empty() -> None:
    for correction in Correction:
        assert adjusted([0.05], 0.05, correction).adjusted == (0.05,)
        assert adjusted([0.05], 0.05, correction).flagged == (True,)
        assert adjusted([], 0.05, correction).flagged == ()
        assert adjusted([], 0.05, correction).m == 0


@given(families, corrections)
def test_none_becomes_smaller_none_leaves_the_scale_and_order_is_kept(
    family: list[float], correction: Correction
) -> None:
    found = adjusted(family, 0.05, correction)

    assert all(p <= value <= 1 for p, value in zip(family, found.adjusted, strict=True))
    pairs = sorted(zip(family, found.adjusted, strict=True))
    assert all(first[1] <= second[1] for first, second in pairwise(pairs))


@given(families, corrections, st.randoms(use_true_random=False))
def test_the_order_of_tests_does_not_matter_and_ties_stay_ties(
    family: list[float], correction: Correction, random: Any
) -> None:
    shuffled = random.sample(range(len(family)), len(family))
    found = adjusted(family, 0.05, correction).adjusted

    assert adjusted([family[i] for i in shuffled], 0.05, correction).adjusted == tuple(found[i] for i in shuffled)
    for p in set(family):
        assert len({value for other, value in zip(family, found, strict=True) if other == p}) == 1


@given(families, st.sampled_from([0.01, 0.05, 0.1, 0.2]))
def test_hochberg_flags_are_those_of_the_step_up_rule(family: list[float], q: float) -> None:
    """Straight from the definition: the largest k with p(k) <= k q / m flags the k smallest."""
    m, ordered = len(family), sorted(family)
    # Where the border is met to the last digit, the two ways to round may differ.
    if any(abs(p - k * q / m) < 1e-15 for k, p in enumerate(ordered, 1)):
        return
    largest = max((k for k, p in enumerate(ordered, 1) if p <= k * q / m), default=0)

    assert sorted(p for p, flag in zip(family, adjusted(family, q).flagged, strict=True) if flag) == ordered[:largest]


@given(families)
def test_stricter_corrections_give_larger_p_values(family: list[float]) -> None:
    hochberg, yekutieli, holm = (adjusted(family, 0.05, correction).adjusted for correction in Correction)

    assert all(low <= high + 1e-15 for low, high in zip(hochberg, yekutieli, strict=True))
    assert all(low <= high + 1e-15 for low, high in zip(hochberg, holm, strict=True))


@pytest.mark.parametrize("p", [-0.01, 1.01, float("nan"), float("inf"), True, "0.05", None, 10**400])
def test_what_is_no_p_value_is_refused(p: Any) -> None:
    with pytest.raises(InvalidProbabilityError, match="from 0 to 1"):
        adjusted([0.5, p])


@pytest.mark.parametrize("q", [0.0, 1.0, 5, 0, float("nan"), True, "0.05", None])
def test_what_is_no_q_is_refused(q: Any) -> None:
    with pytest.raises(InvalidProbabilityError, match="strictly between 0 and 1"):
        adjusted([0.5], q)


@pytest.mark.parametrize("name", ["bonferroni", "", None, []])
def test_an_unknown_correction_is_refused_and_all_are_named(name: Any) -> None:
    with pytest.raises(UnknownMethodError, match="benjamini-hochberg, benjamini-yekutieli, holm"):
        adjusted([0.5], correction=name)
