from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.counts import MAX_COUNT, GroupCounts
from cxsurvey.scoring.errors import (
    EmptyCountsError,
    InvalidConfidenceError,
    InvalidCountError,
    InvalidProbabilityError,
)
from cxsurvey.scoring.multiple import Correction, adjusted
from cxsurvey.scoring.nps import difference
from cxsurvey.scoring.ranking import Rank, Ranked, Ranking, Standing, ranking, ranks_of
from cxsurvey.scoring.shrinkage import ShrunkenScore, shrunken_nps
from tests.scoring.strategies import some_groups

SHOPS = {
    "A": GroupCounts(60, 30, 10),
    "B": GroupCounts(40, 35, 25),
    "C": GroupCounts(15, 35, 50),
    "D": GroupCounts(4, 0, 0),
    "E": GroupCounts(41, 33, 26),
}
sizes = st.one_of(st.integers(0, 8), st.integers(0, 60))
many_groups = st.lists(st.one_of(some_groups, st.builds(GroupCounts, sizes, sizes, sizes)), min_size=1, max_size=9).map(
    lambda some: {f"shop {number}": groups for number, groups in enumerate([*some, GroupCounts(1, 1, 1)])}
)


def by_name(found: Ranking) -> dict[str, Ranked]:
    return {one.name: one for one in found.segments}


def test_a_small_segment_with_the_best_score_gets_no_rank_and_stands_last() -> None:
    found = ranking(SHOPS)

    assert [one.name for one in found.segments] == ["A", "B", "E", "C", "D"]
    last = found.segments[-1]
    assert (last.n, last.score.raw, last.rank, last.standing) == (4, 100.0, None, Standing.NOT_TESTED)
    assert (last.rest, last.p_value, last.adjusted_p_value) == (None, None, None)


def test_ranks_are_shared_where_intervals_overlap() -> None:
    ranks = {name: one.rank for name, one in by_name(ranking(SHOPS)).items()}

    assert ranks["A"] == Rank(place=1, tied=False, best=1, worst=1)
    assert ranks["B"] == ranks["E"] == Rank(place=2, tied=True, best=2, worst=3)
    assert ranks["C"] == Rank(place=4, tied=False, best=4, worst=4)


def test_a_chain_of_overlaps_is_one_place_with_bounds_inside() -> None:
    found = by_name(
        ranking({name: GroupCounts(p, 40, 60 - p) for name, p in zip("abcd", (50, 40, 30, 20), strict=True)})
    )
    ranks = [found[name].rank for name in "abcd"]

    assert [(one.place, one.tied) for one in ranks if one] == [(1, True)] * 4
    assert [(one.best, one.worst) for one in ranks if one] == [(1, 2), (1, 3), (2, 4), (3, 4)]


def test_segments_are_tested_against_the_rest_and_never_against_the_total() -> None:
    found = by_name(ranking(SHOPS))["A"]
    change = difference(SHOPS["A"], SHOPS["B"] + SHOPS["C"] + SHOPS["D"] + SHOPS["E"])

    assert found.rest == change
    assert found.p_value == change.p_value


def test_flags_are_those_of_benjamini_and_hochberg_over_the_tested_segments() -> None:
    found = ranking(SHOPS, q=0.1)
    tested = [one for one in found.segments if one.p_value is not None]
    family = adjusted([one.p_value for one in tested if one.p_value is not None], 0.1)

    assert (found.m, found.q, found.correction) == (4, 0.1, Correction.BENJAMINI_HOCHBERG)
    assert [one.name for one in tested] == ["A", "B", "E", "C"]
    assert tuple(one.adjusted_p_value for one in tested) == family.adjusted
    assert [one.standing for one in found.segments] == [
        *[Standing.ABOVE, Standing.NOT_ESTABLISHED, Standing.NOT_ESTABLISHED, Standing.BELOW, Standing.NOT_TESTED]
    ]


def test_a_difference_that_one_test_would_show_is_lost_among_many() -> None:
    average = {f"shop {number:02}": GroupCounts(40, 35, 25) for number in range(30)}
    best = {"best": GroupCounts(52, 30, 18)}

    alone = by_name(ranking({**best, "others": GroupCounts(1200, 1050, 750)}))["best"]
    among = by_name(ranking({**best, **average}))["best"]

    assert alone.p_value == pytest.approx(among.p_value)
    assert alone.standing is Standing.ABOVE
    assert among.standing is Standing.NOT_ESTABLISHED


def test_scores_carry_that_they_are_shrunken() -> None:
    found = ranking(SHOPS, 0.9)

    assert found.shrinkage == shrunken_nps(SHOPS, 0.9)
    assert [one.score for one in found.segments] == sorted(
        found.shrinkage.scores, key=lambda score: [one.name for one in found.segments].index(score.name)
    )


def test_a_segment_whose_rest_is_too_small_is_ranked_and_not_tested() -> None:
    found = ranking({"A": GroupCounts(20, 5, 5), "B": GroupCounts(0, 0, 9)})

    assert found.m == 0
    assert [(one.name, one.standing, one.rank is not None) for one in found.segments] == [
        *[("A", Standing.NOT_TESTED, True), ("B", Standing.NOT_TESTED, False)]
    ]


def test_one_segment_alone_is_first_of_one() -> None:
    assert ranking({"A": GroupCounts(20, 5, 5)}).segments[0].rank == Rank(1, False, 1, 1)


def test_equal_estimates_stand_by_responses_and_then_by_name() -> None:
    even = GroupCounts(50, 20, 30)
    found = ranking(
        {"b": even, "a": even, "c": GroupCounts(60, 0, 40), "z": GroupCounts(1, 1, 1), "y": GroupCounts(0, 0, 0)}
    )

    assert [one.name for one in found.segments] == ["a", "b", "c", "y", "z"]


def test_a_level_difference_is_not_established_at_any_q() -> None:
    found = ranking({"a": GroupCounts(10, 0, 0), "b": GroupCounts(1000, 0, 0)}, q=0.99)

    assert {one.standing for one in found.segments} == {Standing.NOT_ESTABLISHED}


def test_no_flag_stands_beside_an_interval_that_holds_zero() -> None:
    """17 against 3 and 24 against 16: the two formulas disagree by a hair."""
    found = ranking({"a": GroupCounts(17, 0, 3), "b": GroupCounts(24, 0, 16)})

    for one in found.segments:
        assert one.rest is not None
        assert one.rest.lower is not None
        assert one.rest.upper is not None
        assert one.rest.lower < 0 < one.rest.upper
        assert one.adjusted_p_value is not None
        assert one.adjusted_p_value < found.q
        assert one.standing is Standing.NOT_ESTABLISHED


@given(many_groups)
def test_different_places_have_intervals_apart_and_bounds_hold_the_place(segments: dict[str, GroupCounts]) -> None:
    ranked = [one for one in ranking(segments).segments if one.rank]

    assert {one.name for one in ranked} == {name for name, groups in segments.items() if groups.n >= 10}
    for upper, lower in combinations(ranked, 2):
        assert upper.rank is not None
        assert lower.rank is not None
        assert upper.score.lower is not None
        assert lower.score.upper is not None
        assert upper.rank.place <= lower.rank.place
        if upper.rank.place < lower.rank.place:
            assert lower.score.upper < upper.score.lower
        elif len(ranked) == 2:
            assert lower.score.upper >= upper.score.lower
    for one in ranked:
        assert one.rank is not None
        sharing = [other for other in ranked if other.rank and other.rank.place == one.rank.place]
        assert one.rank.tied == (len(sharing) > 1)
        assert one.rank.place <= one.rank.best <= one.rank.worst < one.rank.place + len(sharing)


@given(many_groups)
def test_bounds_count_who_lies_wholly_above_and_below(segments: dict[str, GroupCounts]) -> None:
    ranked = [one for one in ranking(segments).segments if one.rank]

    for one in ranked:
        assert one.rank is not None
        above = sum(other.score.lower > one.score.upper for other in ranked)  # type: ignore[operator]
        below = sum(other.score.upper < one.score.lower for other in ranked)  # type: ignore[operator]
        assert (one.rank.best, one.rank.worst) == (1 + above, len(ranked) - below)


@given(many_groups, st.randoms(use_true_random=False))
def test_the_order_of_segments_does_not_matter(segments: dict[str, GroupCounts], random: Any) -> None:
    shuffled = dict(random.sample(list(segments.items()), len(segments)))

    assert ranking(shuffled).segments == ranking(segments).segments


@given(many_groups)
def test_swapping_promoters_and_detractors_swaps_above_and_below(segments: dict[str, GroupCounts]) -> None:
    mirrored = {name: GroupCounts(it.detractors, it.passives, it.promoters) for name, it in segments.items()}
    swapped = {Standing.ABOVE: Standing.BELOW, Standing.BELOW: Standing.ABOVE}

    there = by_name(ranking(mirrored))
    for one in ranking(segments).segments:
        assert there[one.name].standing is swapped.get(one.standing, one.standing)


@given(many_groups)
def test_nobody_under_ten_responses_is_ranked_or_flagged(segments: dict[str, GroupCounts]) -> None:
    for one in ranking(segments).segments:
        if one.n < 10:
            assert one.rank is None
            assert one.standing is Standing.NOT_TESTED


def test_what_cannot_be_ranked_is_refused() -> None:
    with pytest.raises(EmptyCountsError):
        ranking({"A": GroupCounts(0, 0, 0)})
    with pytest.raises(InvalidCountError):
        ranking({name: GroupCounts(MAX_COUNT, 0, 0) for name in "abc"})
    with pytest.raises(InvalidConfidenceError):
        ranking(SHOPS, 95)
    with pytest.raises(InvalidProbabilityError):
        ranking(SHOPS, q=5)


def test_where_lower_is_better_scores_rank_as_their_mirror_images() -> None:
    limits = {"a": (40, 35, 45), "b": (50, 43, 58), "c": (70, 65, 75), "d": (62, 44, 72), "e": (20, 18, 22)}
    scores = [ShrunkenScore(name, 100, middle, middle, low, high, 1.0) for name, (middle, low, high) in limits.items()]
    mirrored = [
        ShrunkenScore(name, 100, 100 - middle, 100 - middle, 100 - high, 100 - low, 1.0)
        for name, (middle, low, high) in limits.items()
    ]

    found = ranks_of(scores, lower_is_better=True)

    assert list(found) == ["e", "a", "b", "d", "c"]
    assert list(found.items()) == list(ranks_of(mirrored).items())


def test_of_equal_scores_the_one_from_more_responses_stands_first() -> None:
    few, many = (ShrunkenScore(name, n, 40.0, 40.0, 30.0, 50.0, 1.0) for name, n in (("a", 50), ("b", 100)))

    assert list(ranks_of([few, many])) == ["b", "a"]


def test_intervals_that_touch_share_a_place() -> None:
    upper, lower = (ShrunkenScore(name, 100, m, m, m - 5.0, m + 5.0, 1.0) for name, m in (("a", 55.0), ("b", 45.0)))

    assert [(rank.place, rank.tied) for rank in ranks_of([upper, lower]).values()] == [(1, True), (1, True)]
