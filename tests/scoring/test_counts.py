from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.counts import MAX_COUNT, GroupCounts, ScoreCounts
from cxsurvey.scoring.errors import (
    InvalidCountError,
    InvalidDefinitionError,
    InvalidScoreError,
    ScaleMismatchError,
    ScoringError,
)
from cxsurvey.scoring.scales import Definition, Direction, Headline, Metric, Scale
from tests.scoring.strategies import scores

NOT_COUNTS = [-1, 1.0, 0.5, True, "3", None, MAX_COUNT + 1]
SEVEN = Scale(1, 7)


@given(st.lists(scores), st.randoms(use_true_random=False))
def test_counting_does_not_depend_on_order(some: list[int], randoms: Any) -> None:
    shuffled = list(some)
    randoms.shuffle(shuffled)

    assert ScoreCounts.from_scores(shuffled) == ScoreCounts.from_scores(some)


@given(st.lists(scores), st.lists(scores))
def test_merging_equals_counting_the_union(some: list[int], more: list[int]) -> None:
    merged = ScoreCounts.from_scores(some) + ScoreCounts.from_scores(more)

    assert merged == ScoreCounts.from_scores(some + more)
    assert merged.groups() == ScoreCounts.from_scores(some).groups() + ScoreCounts.from_scores(more).groups()
    assert merged.n == len(some) + len(more)


def test_groups_are_the_sums_of_their_scores() -> None:
    counts = ScoreCounts((1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024))

    assert counts.groups() == GroupCounts(promoters=1536, passives=384, detractors=127)


def test_groups_of_a_scale_that_starts_at_one_are_the_sums_of_their_scores() -> None:
    five = Definition("probe", 1, Metric.NPS, Scale(1, 5), frozenset({5}), frozenset({4}), frozenset({1, 2, 3}))

    assert ScoreCounts((1, 2, 4, 8, 16), Scale(1, 5)).groups(five) == GroupCounts(16, 8, 7)


def test_counts_of_a_scale_that_starts_at_one_are_placed_right() -> None:
    counts = ScoreCounts.from_scores([1, 7, 7], SEVEN)

    assert counts.counts == (1, 0, 0, 0, 0, 0, 2)
    assert counts == ScoreCounts.from_mapping({1: 1, 7: 2}, SEVEN)


def test_counts_from_a_list_are_frozen_as_a_tuple() -> None:
    counts = ScoreCounts([0] * 10 + [1])  # type: ignore[arg-type]

    assert counts.counts == (0,) * 10 + (1,)
    assert hash(counts) == hash(ScoreCounts.from_scores([10]))


@pytest.mark.parametrize("length", [0, 10, 12])
def test_score_counts_refuse_another_number_of_counts(length: int) -> None:
    with pytest.raises(InvalidCountError, match="needs 11 counts"):
        ScoreCounts((0,) * length)


@pytest.mark.parametrize("bad", NOT_COUNTS)
def test_score_counts_refuse_what_is_no_count_and_name_the_score(bad: Any) -> None:
    with pytest.raises(InvalidCountError, match=r"score 3 .* whole number from 0 to"):
        ScoreCounts((0, 0, 0, bad, 0, 0, 0, 0, 0, 0, 0))


@pytest.mark.parametrize("place", ["promoters", "passives", "detractors"])
@pytest.mark.parametrize("bad", NOT_COUNTS)
def test_group_counts_refuse_what_is_no_count_and_name_the_group(place: str, bad: Any) -> None:
    with pytest.raises(InvalidCountError, match=f"count of {place} must be a whole number"):
        GroupCounts(**{"promoters": 1, "passives": 1, "detractors": 1, place: bad})


def test_the_largest_count_is_accepted_and_its_excess_refused_in_the_sum() -> None:
    full = GroupCounts(MAX_COUNT, 0, 0)

    assert full.n == MAX_COUNT
    with pytest.raises(InvalidCountError, match="count of responses"):
        full + GroupCounts(0, 0, 1)
    with pytest.raises(InvalidCountError, match="count of responses"):
        ScoreCounts((MAX_COUNT, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1))


def test_counts_may_hold_up_to_a_million_million_responses() -> None:
    assert MAX_COUNT == 10**12


@pytest.mark.parametrize("bad", [11, -1, 9.0, True, "9", None])
def test_counting_refuses_what_is_not_on_the_scale(bad: Any) -> None:
    with pytest.raises(InvalidScoreError):
        ScoreCounts.from_scores([10, bad])
    with pytest.raises(InvalidScoreError):
        ScoreCounts.from_mapping({bad: 1})


@pytest.mark.parametrize("other", [SEVEN, Scale(0, 10, Direction.LOWER_IS_BETTER)])
def test_different_scales_are_never_merged(other: Scale) -> None:
    with pytest.raises(ScaleMismatchError):
        ScoreCounts.none() + ScoreCounts.none(other)


def test_merging_nothing_gives_no_response() -> None:
    assert ScoreCounts.merged([]) == ScoreCounts.none()
    assert ScoreCounts.merged([], SEVEN) == ScoreCounts.none(SEVEN)


def test_groups_refuse_a_definition_of_another_scale() -> None:
    with pytest.raises(ScaleMismatchError, match="1 to 7"):
        ScoreCounts.none(SEVEN).groups()


def test_groups_refuse_a_definition_without_bands() -> None:
    csat = Definition("probe", 1, Metric.CSAT, SEVEN, top_box=frozenset({6, 7}), headline=Headline.TOP_BOX)

    with pytest.raises(InvalidDefinitionError):
        ScoreCounts.none(SEVEN).groups(csat)


@pytest.mark.parametrize("counts", [ScoreCounts.none(), GroupCounts(0, 0, 0)])
def test_counts_are_added_only_to_their_own_kind(counts: Any) -> None:
    with pytest.raises(TypeError):
        counts + 1


def test_every_refusal_is_a_scoring_error_and_a_value_error() -> None:
    for refusal in ScoringError.__subclasses__():
        assert issubclass(refusal, ValueError)
    assert len(ScoringError.__subclasses__()) >= 9
