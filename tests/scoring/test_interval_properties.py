"""What must hold for every count, and the exact coverage of the score interval."""

from itertools import pairwise
from math import comb, log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.counts import GroupCounts
from cxsurvey.scoring.intervals import Method, interval, score_interval, wald, wilson, z_value
from tests.scoring.strategies import confidences, methods, some_groups

NESTED = (0.8, 0.9, 0.95, 0.99)


def net_share(groups: GroupCounts) -> float:
    return (groups.promoters - groups.detractors) / groups.n


def times(groups: GroupCounts, factor: int) -> GroupCounts:
    return GroupCounts(groups.promoters * factor, groups.passives * factor, groups.detractors * factor)


@given(some_groups, confidences, methods)
def test_limits_stay_in_order_and_on_the_scale(groups: GroupCounts, confidence: float, method: Method) -> None:
    lower, upper = interval(groups, confidence, method)

    assert -1.0 <= lower <= upper <= 1.0


@given(some_groups, confidences)
def test_score_interval_contains_the_estimate_and_is_never_empty(groups: GroupCounts, confidence: float) -> None:
    lower, upper = score_interval(groups, confidence)

    assert lower <= net_share(groups) <= upper
    assert lower < upper


@given(some_groups, confidences, methods)
def test_swapping_promoters_and_detractors_mirrors_the_interval(
    groups: GroupCounts, confidence: float, method: Method
) -> None:
    mirrored = GroupCounts(groups.detractors, groups.passives, groups.promoters)

    lower, upper = interval(groups, confidence, method)

    assert interval(mirrored, confidence, method) == pytest.approx((-upper, -lower), abs=1e-12)


@given(some_groups, methods)
def test_more_confidence_gives_an_interval_that_holds_the_smaller(groups: GroupCounts, method: Method) -> None:
    for smaller, larger in pairwise(interval(groups, confidence, method) for confidence in NESTED):
        assert larger.lower <= smaller.lower <= smaller.upper <= larger.upper


@given(some_groups, confidences, methods, st.integers(2, 50))
def test_more_responses_of_the_same_mix_narrow_the_interval(
    groups: GroupCounts, confidence: float, method: Method, factor: int
) -> None:
    few, many = interval(groups, confidence, method), interval(times(groups, factor), confidence, method)

    assert many.upper - many.lower <= few.upper - few.lower + 1e-12


@given(some_groups, confidences)
def test_wald_is_the_textbook_formula(groups: GroupCounts, confidence: float) -> None:
    p, d, theta = groups.promoters / groups.n, groups.detractors / groups.n, net_share(groups)
    margin = z_value(confidence) * sqrt(max(0.0, p + d - theta**2) / groups.n)

    assert wald(groups, confidence) == pytest.approx((max(-1.0, theta - margin), min(1.0, theta + margin)), abs=1e-7)


def most_likely_detractor_share(groups: GroupCounts, net: float) -> float:
    """By golden section over the log-likelihood, knowing nothing of the closed form."""

    def log_likelihood(share: float) -> float:
        parts = (
            (groups.promoters, share + net),
            (groups.passives, 1 - 2 * share - net),
            (groups.detractors, share),
        )
        return sum(count * log(max(part, 1e-300)) for count, part in parts if count)

    low, high = max(0.0, -net), (1 - net) / 2
    for _ in range(120):
        left, right = high - (high - low) * 0.618033988749895, low + (high - low) * 0.618033988749895
        low, high = (low, right) if log_likelihood(left) >= log_likelihood(right) else (left, high)
    return (low + high) / 2


@given(
    st.builds(GroupCounts, st.integers(1, 300), st.integers(1, 300), st.integers(1, 300)),
    st.sampled_from([0.8, 0.95, 0.99]),
)
def test_score_limits_are_where_the_score_test_just_rejects(groups: GroupCounts, confidence: float) -> None:
    for limit in score_interval(groups, confidence):
        share = most_likely_detractor_share(groups, limit)
        error = sqrt((2 * share + limit - limit**2) / groups.n)
        assert abs(net_share(groups) - limit) / error == pytest.approx(z_value(confidence), rel=1e-5)


@pytest.mark.parametrize(("n", "worst"), [(5, 0.922), (10, 0.940), (20, 0.944)])
def test_score_interval_covers_the_truth_as_often_as_enumerated(n: int, worst: float) -> None:
    """Every possible outcome for 171 truths of the whole triangle: exact, not simulated."""
    steps = range(1, 19)
    truths = [(p / 20, d / 20) for p in steps for d in steps if p + d <= 19]
    covered = dict.fromkeys(truths, 0.0)
    for promoters in range(n + 1):
        for detractors in range(n + 1 - promoters):
            passives = n - promoters - detractors
            lower, upper = score_interval(GroupCounts(promoters, passives, detractors))
            ways = comb(n, promoters) * comb(n - promoters, detractors)
            for p, d in truths:
                if lower <= p - d <= upper:
                    covered[p, d] += ways * p**promoters * d**detractors * (1 - p - d) ** passives

    assert len(truths) == 171
    assert min(covered.values()) == pytest.approx(worst, abs=0.0006)


@given(st.integers(0, 3_000), st.integers(0, 3_000), confidences)
def test_wilson_contains_the_share_and_mirrors(successes: int, failures: int, confidence: float) -> None:
    n = successes + failures + 1
    lower, upper = wilson(successes, n, confidence)

    assert 0.0 <= lower <= successes / n <= upper <= 1.0
    assert wilson(n - successes, n, confidence) == pytest.approx((1 - upper, 1 - lower), abs=1e-12)
