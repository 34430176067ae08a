import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring import shrinkage
from cxsurvey.scoring.counts import GroupCounts, ScoreCounts
from cxsurvey.scoring.errors import EmptyCountsError, InvalidConfidenceError, InvalidCountError
from cxsurvey.scoring.intervals import response_variance, z_value
from cxsurvey.scoring.pulling import normal_fit
from cxsurvey.scoring.results import Unit
from cxsurvey.scoring.scales import Scale
from cxsurvey.scoring.shrinkage import ShrinkageMethod, ShrunkenScore, shrunken_means, shrunken_nps, shrunken_shares
from cxsurvey.scoring.special import beta_cdf
from tests.scoring.strategies import confidences, group_sizes, some_groups

FIVE = Scale(1, 5)

# Hits in the first 45 at-bats of 1970, Efron and Morris (1975), table 1.
BATTERS = (18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7)
# Their figure for the first batter is .400 -> .294, with the factor .212.
SHOPS = {
    "A": GroupCounts(9, 1, 0),
    "B": GroupCounts(40, 35, 25),
    "C": GroupCounts(30, 35, 35),
    "D": GroupCounts(45, 40, 15),
    "E": GroupCounts(20, 40, 40),
}


def named(items: list[Any]) -> dict[str, Any]:
    return {f"segment {number}": item for number, item in enumerate(items)}


many_groups = st.lists(some_groups, min_size=1, max_size=12).map(named)
shares = st.tuples(group_sizes, group_sizes).map(lambda pair: (pair[0], pair[0] + pair[1]))
many_shares = st.lists(shares, min_size=1, max_size=8).filter(lambda some: any(n for _, n in some)).map(named)


def known(score: ShrunkenScore) -> tuple[float, float, float, float]:
    assert score.raw is not None
    assert score.estimate is not None
    assert score.lower is not None
    assert score.upper is not None
    return score.raw, score.estimate, score.lower, score.upper


def test_the_eighteen_batters_are_shrunken_as_published() -> None:
    mean = sum(BATTERS) / 45 / 18

    fit = normal_fit([hits / 45 for hits in BATTERS], [mean * (1 - mean) / 45] * 18)

    assert fit.mean == pytest.approx(0.2654, abs=5e-5)
    assert fit.weights == pytest.approx([0.212] * 18, abs=5e-4)
    assert fit.mean + fit.weights[0] * (0.400 - fit.mean) == pytest.approx(0.294, abs=5e-4)


def test_the_batters_as_shares_come_within_a_hair_of_the_published_figures() -> None:
    result = shrunken_shares({str(number): (hits, 45) for number, hits in enumerate(BATTERS)})

    assert result.scores[0].weight == pytest.approx(0.212, abs=0.002)
    assert result.scores[0].estimate == pytest.approx(29.4, abs=0.05)


def test_shrunken_nps_follows_its_formulas() -> None:
    """Worked once more from the docstring, step by step, without the module's helpers."""
    k, n = 5, [groups.n for groups in SHOPS.values()]
    t = [(groups.promoters - groups.detractors) / groups.n for groups in SHOPS.values()]
    squares = sum(groups.n * response_variance(groups) for groups in SHOPS.values())
    v = [(squares + 1.5) / (sum(n) - k + 3) / size for size in n]
    a = [1 / x for x in v]
    center = sum(x * y for x, y in zip(a, t, strict=True)) / sum(a)
    q = sum(x * (y - center) ** 2 for x, y in zip(a, t, strict=True))
    between = (q - (k - 1)) / (sum(a) - sum(x * x for x in a) / sum(a))
    mean = sum(y / (between + x) for x, y in zip(v, t, strict=True)) / sum(1 / (between + x) for x in v)
    weights = [1 - (k - 3) / (k - 1) * x / (between + x) for x in v]

    result = shrunken_nps(SHOPS)

    assert result.spread == pytest.approx(100 * between**0.5)
    assert result.mean == pytest.approx(100 * mean)
    assert [score.weight for score in result.scores] == pytest.approx(weights)
    assert [score.estimate for score in result.scores] == pytest.approx(
        [100 * (mean + b * (y - mean)) for b, y in zip(weights, t, strict=True)]
    )


def test_a_result_says_that_it_is_shrunken_and_keeps_what_was_counted() -> None:
    result = shrunken_nps(SHOPS, 0.9)

    assert (result.method, result.unit, result.confidence) == (ShrinkageMethod.NORMAL, Unit.POINTS, 0.9)
    assert "shrunken" in result.label
    assert [(score.name, score.n, score.raw) for score in result.scores] == [
        *[("A", 10, 90.0), ("B", 100, 15.0), ("C", 100, -5.0), ("D", 100, 30.0), ("E", 100, -20.0)]
    ]
    of_shares = shrunken_shares({"A": (1, 2)})
    assert (of_shares.method, of_shares.unit) == (ShrinkageMethod.BETA_BINOMIAL, Unit.PERCENT)
    assert "shrunken" in of_shares.label


def test_the_mean_and_the_spread_of_shares_are_in_percent() -> None:
    result = shrunken_shares({"A": (90, 100), "B": (60, 100), "C": (70, 100), "D": (45, 100)})

    assert result.mean == pytest.approx(100 * 265.5 / 401, rel=1e-14, abs=0)
    # By hand: 100 times the four squared distances over u (1 - u), less 3, over 400 - 100 - 3.
    u = 265.5 / 401
    squares = sum(100 * (share - u) ** 2 for share in (0.9, 0.6, 0.7, 0.45))
    correlation = (squares / (u * (1 - u)) - 3) / 297
    assert result.spread == pytest.approx(100 * (correlation * u * (1 - u)) ** 0.5, rel=1e-12, abs=0)


def test_few_responses_are_pulled_further_than_many() -> None:
    few, many = shrunken_nps({**SHOPS, "F": GroupCounts(90, 10, 0)}).scores[0::5]

    assert few.raw == many.raw
    assert few.weight < many.weight
    assert few.estimate is not None
    assert many.estimate is not None
    assert few.estimate < many.estimate


def test_segments_that_do_not_differ_have_no_spread_and_are_pulled_most() -> None:
    of_groups = shrunken_nps(named([GroupCounts(50, 30, 20)] * 9))
    of_shares = shrunken_shares(named([(30, 40)] * 9))

    assert of_groups.spread == of_shares.spread == 0.0
    # (k - 3) / (k - 1) of the way, and never the whole of it.
    assert [score.weight for score in of_groups.scores] == pytest.approx([0.25] * 9)
    assert [score.weight for score in of_shares.scores] == pytest.approx([0.25] * 9)


@pytest.mark.parametrize("k", [1, 2, 3])
def test_three_segments_are_too_few_to_shrink(k: int) -> None:
    raws = [known(score)[:2] for score in shrunken_nps(dict(list(SHOPS.items())[:k])).scores]
    of_shares = [known(score)[1] for score in shrunken_shares(named([(9, 10), (5, 10), (2, 10)][:k])).scores]

    assert all(raw == pytest.approx(estimate) for raw, estimate in raws)
    # Jeffreys' prior adds half a response to either side.
    assert of_shares == pytest.approx([100 * 9.5 / 11, 50, 100 * 2.5 / 11][:k])


def test_unanimous_segments_claim_no_certainty() -> None:
    for segments in ([GroupCounts(5, 0, 0)] * 6, [GroupCounts(5, 0, 0), GroupCounts(0, 0, 5)] * 3):
        for score in shrunken_nps(named(segments)).scores:
            _, _, lower, upper = known(score)
            assert upper - lower > 10
    for some in ([(5, 5)] * 6, [(0, 5)] * 6, [(0, 5), (5, 5)] * 3, [(10**6, 10**6)] + [(1, 1)] * 5):
        for share in shrunken_shares(named(some)).scores:
            _, _, lower, upper = known(share)
            assert upper > lower
            if share.n <= 5:
                assert upper - lower > 2


def test_single_responses_can_be_shrunken() -> None:
    for score in shrunken_nps(named([GroupCounts(1, 0, 0), GroupCounts(0, 0, 1), GroupCounts(0, 1, 0)] * 3)).scores:
        _, estimate, lower, upper = known(score)
        assert -100 <= lower <= estimate <= upper <= 100


def test_a_segment_without_a_response_is_carried_along_and_changes_nothing() -> None:
    with_empty = shrunken_nps({"none": GroupCounts(0, 0, 0), **SHOPS})
    nothing = ShrunkenScore("none", 0, None, None, None, None, 0.0)

    assert with_empty.scores == (nothing, *shrunken_nps(SHOPS).scores)
    assert shrunken_shares({"A": (3, 4), "none": (0, 0)}).scores[1] == nothing


@given(many_groups, confidences)
def test_shrunken_scores_lie_between_the_raw_score_and_the_mean(
    segments: dict[str, GroupCounts], confidence: float
) -> None:
    result = shrunken_nps(segments, confidence)

    for score in result.scores:
        raw, estimate, lower, upper = known(score)
        assert min(raw, result.mean) - 1e-9 <= estimate <= max(raw, result.mean) + 1e-9
        assert -100 <= lower <= estimate <= upper <= 100
        assert lower < upper
        assert 0 < score.weight <= 1


@given(many_groups)
def test_swapping_promoters_and_detractors_mirrors_every_segment(segments: dict[str, GroupCounts]) -> None:
    mirrored = {name: GroupCounts(it.detractors, it.passives, it.promoters) for name, it in segments.items()}

    for here, there in zip(shrunken_nps(segments).scores, shrunken_nps(mirrored).scores, strict=True):
        raw, estimate, lower, upper = known(here)
        assert known(there) == pytest.approx((-raw, -estimate, -upper, -lower), abs=1e-7)


@given(many_groups, many_shares, st.integers(0, 2**32))
def test_the_order_of_segments_does_not_matter(
    segments: dict[str, GroupCounts], some: dict[str, tuple[int, int]], seed: int
) -> None:
    def shuffled(items: dict[str, Any]) -> dict[str, Any]:
        return dict(random.Random(seed).sample(list(items.items()), len(items)))

    def by_name(result: shrinkage.Shrinkage) -> list[ShrunkenScore]:
        return sorted(result.scores, key=lambda score: score.name)

    assert by_name(shrunken_nps(shuffled(segments))) == by_name(shrunken_nps(segments))
    assert by_name(shrunken_shares(shuffled(some))) == by_name(shrunken_shares(some))


@given(many_groups, many_shares)
def test_more_confidence_holds_less(segments: dict[str, GroupCounts], some: dict[str, tuple[int, int]]) -> None:
    levels = (0.5, 0.8, 0.95, 0.99)
    for smaller, larger in pairwise(shrunken_nps(segments, level) for level in levels):
        for inner, outer in zip(smaller.scores, larger.scores, strict=True):
            assert known(outer)[2] <= known(inner)[2] <= known(inner)[3] <= known(outer)[3]
    for smaller, larger in pairwise(shrunken_shares(some, level) for level in levels):
        for inner, outer in zip(smaller.scores, larger.scores, strict=True):
            if inner.n:
                assert known(outer)[2] <= known(inner)[2] + 1e-9
                assert known(inner)[3] <= known(outer)[3] + 1e-9


@given(many_shares, st.sampled_from([0.8, 0.95, 0.99]))
def test_shrunken_shares_follow_the_posterior(some: dict[str, tuple[int, int]], confidence: float) -> None:
    result = shrunken_shares(some, confidence)
    assert 0 <= result.spread <= 50
    for score, (successes, n) in zip(result.scores, some.values(), strict=True):
        if n:
            raw, estimate, lower, upper = known(score)
            assert raw == 100 * (successes / n)
            added = n / score.weight - n
            a = estimate / 100 * (n + added) - successes
            assert 0.5 - 1e-6 <= a <= added - 0.5 + 1e-6
            assert beta_cdf(upper / 100, a + successes, added - a + n - successes) == pytest.approx(
                (1 + confidence) / 2
            )
            assert 0 <= lower <= estimate <= upper <= 100
            assert lower < upper


@given(many_shares)
def test_counting_failures_mirrors_every_share(some: dict[str, tuple[int, int]]) -> None:
    mirrored = {name: (n - successes, n) for name, (successes, n) in some.items()}

    for here, there in zip(shrunken_shares(some).scores, shrunken_shares(mirrored).scores, strict=True):
        if here.n:
            raw, estimate, lower, upper = known(here)
            assert known(there) == pytest.approx((100 - raw, 100 - estimate, 100 - upper, 100 - lower), abs=1e-6)


def test_the_largest_counts_are_no_trouble() -> None:
    huge = 10**12
    of_groups = shrunken_nps(named([GroupCounts(huge, 0, 0), GroupCounts(0, 1, 0), GroupCounts(0, 0, 7)] * 2))
    of_shares = shrunken_shares(named([(0, huge), (0, 1), (huge, huge), (7, 9), (huge - 1, huge)]))

    assert known(of_groups.scores[0])[1] == pytest.approx(100)
    assert known(of_shares.scores[0])[1] == pytest.approx(0, abs=1e-9)
    assert known(shrunken_shares(named([(0, huge)] * 3)).scores[0])[2:] == pytest.approx((0, 0), abs=1e-9)


def test_repeated_sampling_covers_the_truth() -> None:
    """Twenty segments of 20 to 60 responses, true scores 10 points apart: nine of ten intervals hold."""
    draw = random.Random(7)
    held = total = 0
    for _ in range(60):
        truths = [0.25 + draw.gauss(0, 0.1) for _ in range(20)]
        segments = {}
        for number, truth in enumerate(truths):
            answers = draw.choices((1, 0, -1), ((0.7 + truth) / 2, 0.3, (0.7 - truth) / 2), k=draw.randint(20, 60))
            segments[str(number)] = GroupCounts(answers.count(1), answers.count(0), answers.count(-1))
        for score, truth in zip(shrunken_nps(segments).scores, truths, strict=True):
            held += known(score)[2] <= 100 * truth <= known(score)[3]
            total += 1

    assert 0.92 <= held / total <= 0.99


def test_nothing_at_all_is_refused() -> None:
    for none in ({}, {"A": GroupCounts(0, 0, 0)}):
        with pytest.raises(EmptyCountsError, match="at least one segment"):
            shrunken_nps(none)
    with pytest.raises(EmptyCountsError, match="at least one segment"):
        shrunken_shares({"A": (0, 0)})


@pytest.mark.parametrize("share", [(2, 1), (-1, 3), (1.0, 3), (True, 3), (1, None)])
def test_what_is_no_share_is_refused(share: Any) -> None:
    with pytest.raises(InvalidCountError):
        shrunken_shares({"A": share})


def test_a_wrong_confidence_is_refused() -> None:
    with pytest.raises(InvalidConfidenceError):
        shrunken_nps(SHOPS, 95)
    with pytest.raises(InvalidConfidenceError):
        shrunken_shares({"A": (1, 2)}, 1.0)


def test_shrunken_means_follow_the_fit_of_their_pooled_variance() -> None:
    """Squares within: 0 + 8 + 1 + 3; padded: (12 + 1.5 x 2^2) / (14 - 4 + 1.5)."""
    scores = {"A": [5, 5, 5, 5], "B": [1, 5], "C": [3, 3, 4, 4], "D": [1, 1, 1, 3]}
    within = 18 / 11.5
    fit = normal_fit([5.0, 3.0, 3.5, 1.5], [within / n for n in (4, 2, 4, 4)])

    result = shrunken_means({name: ScoreCounts.from_scores(some, FIVE) for name, some in scores.items()})

    assert result.unit is Unit.SCALE_POINTS
    assert (result.mean, result.spread) == pytest.approx((fit.mean, fit.between**0.5))
    for score, weight, variance in zip(result.scores, fit.weights, fit.variances, strict=True):
        raw = sum(scores[score.name]) / len(scores[score.name])
        estimate = fit.mean + weight * (raw - fit.mean)
        margin = z_value(0.95) * variance**0.5
        assert score.raw == raw
        assert score.weight == pytest.approx(weight)
        assert known(score)[1:] == pytest.approx((estimate, max(1.0, estimate - margin), min(5.0, estimate + margin)))
    assert any(score.lower == 1.0 for score in result.scores)
    assert any(score.upper == 5.0 for score in result.scores)


def test_rounding_carries_no_shrunken_mean_beyond_the_scale() -> None:
    unanimous = [285, 63, 3, 48, 22, 34]

    result = shrunken_means(named([ScoreCounts((0, 0, 0, 0, n), FIVE) for n in unanimous]))

    assert {score.estimate for score in result.scores} == {5.0}


def test_means_of_nothing_are_refused() -> None:
    for none in ({}, {"A": ScoreCounts.none(FIVE)}):
        with pytest.raises(EmptyCountsError, match="at least one segment"):
            shrunken_means(none)
