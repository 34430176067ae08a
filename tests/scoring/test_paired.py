"""The same people asked twice, and a segment against the rest."""

from math import erfc, sqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.counts import MAX_COUNT, GroupCounts, ScoreCounts
from cxsurvey.scoring.errors import (
    EmptyCountsError,
    InvalidConfidenceError,
    InvalidCountError,
    InvalidScoreError,
    NotAPartError,
)
from cxsurvey.scoring.nps import difference, nps
from cxsurvey.scoring.paired import Steps, paired_difference, rest_of, rest_of_groups, steps, steps_of_table
from cxsurvey.scoring.results import Movement
from cxsurvey.scoring.scales import Scale

some_steps = st.tuples(*[st.integers(0, 60)] * 5).map(lambda five: Steps(*five))
score_pairs = st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), min_size=1, max_size=60)


def known(value: float | None) -> float:
    assert value is not None
    return value


@given(score_pairs)
def test_the_paired_change_is_the_difference_of_the_two_scores(pairs: list[tuple[int, int]]) -> None:
    first = nps(ScoreCounts.from_scores([one for one, _ in pairs]))
    second = nps(ScoreCounts.from_scores([two for _, two in pairs]))

    change = paired_difference(steps(pairs))

    assert known(change.estimate) == pytest.approx(known(second.estimate) - known(first.estimate), abs=1e-9)
    assert change.n == len(pairs)


def test_people_who_mostly_stay_show_a_change_that_two_samples_would_not() -> None:
    pairs = [(9, 9)] * 50 + [(7, 7)] * 30 + [(3, 3)] * 10 + [(7, 9)] * 10
    counts = [ScoreCounts.from_scores(side) for side in zip(*pairs, strict=True)]

    assert paired_difference(steps(pairs)).changed
    assert not difference(counts[1], counts[0]).changed


def test_the_test_and_its_power_rest_on_the_padded_steps() -> None:
    """By hand: half a person more at each of the five steps, 102.5 in all."""
    change = paired_difference(Steps(1, 9, 72, 13, 5))

    middle = (-2 * 1.5 - 9.5 + 13.5 + 2 * 5.5) / 102.5
    square = (4 * 1.5 + 9.5 + 13.5 + 4 * 5.5) / 102.5 - middle**2
    error = sqrt(square / 102.5)
    assert change.p_value == pytest.approx(erfc(middle / error / sqrt(2)), rel=1e-12, abs=0)
    assert change.minimum_detectable == pytest.approx(100 * (1.959963985 + 0.841621234) * error, rel=1e-9, abs=0)


def test_a_change_is_established_as_soon_as_its_interval_leaves_zero_out() -> None:
    rise, fall = paired_difference(Steps(10, 30, 100, 39, 19)), paired_difference(Steps(19, 39, 100, 30, 10))

    assert 0.0 < known(rise.lower) < 1.0
    assert rise.changed
    assert -1.0 < known(fall.upper) < 0.0
    assert fall.changed


def test_nobody_moved_is_a_change_of_zero_with_a_width() -> None:
    change = paired_difference(Steps(0, 0, 40, 0, 0))

    assert (change.estimate, change.direction, change.changed) == (0.0, Movement.LEVEL, False)
    assert known(change.lower) < 0.0 < known(change.upper)
    assert known(change.p_value) == 1.0


def test_everybody_rose_ends_at_the_end_and_is_not_certain() -> None:
    change = paired_difference(Steps(0, 0, 0, 0, 10))

    assert (change.estimate, change.upper, change.direction) == (200.0, 200.0, Movement.UP)
    assert known(change.lower) < 200.0
    assert change.changed


def test_nobody_at_all_is_no_change() -> None:
    change = paired_difference(Steps(0, 0, 0, 0, 0))

    assert (change.n, change.estimate, change.lower, change.p_value, change.changed) == (0, None, None, None, False)


def test_a_table_says_the_same_as_the_pairs() -> None:
    pairs = [(9, 9)] * 5 + [(10, 8)] * 2 + [(9, 1)] + [(7, 9)] * 3 + [(8, 7)] * 4 + [(0, 10)] * 2 + [(6, 7)]

    assert steps_of_table([[5, 2, 1], [3, 4, 0], [2, 1, 0]]) == steps(pairs)


@given(some_steps)
def test_the_interval_holds_the_estimate_and_mirrors(found: Steps) -> None:
    change, back = paired_difference(found), paired_difference(Steps(*reversed(found.counts)))
    if found.n == 0:
        return
    assert -200.0 <= known(change.lower) <= known(change.estimate) <= known(change.upper) <= 200.0
    assert known(change.lower) == pytest.approx(-known(back.upper), abs=1e-9)
    assert 0.0 <= known(change.p_value) <= 1.0
    assert 0.0 < known(change.minimum_detectable) <= 200.0


@given(some_steps, some_steps)
def test_steps_of_two_groups_add_up(one: Steps, two: Steps) -> None:
    assert (one + two).n == one.n + two.n
    assert paired_difference(one + two) == paired_difference(two + one)


def test_a_higher_confidence_is_wider_and_more_people_are_narrower() -> None:
    def width(found: Steps, confidence: float = 0.95) -> float:
        change = paired_difference(found, confidence)
        return known(change.upper) - known(change.lower)

    few, many = Steps(2, 4, 20, 6, 3), Steps(20, 40, 200, 60, 30)
    assert width(few, 0.8) < width(few, 0.95) < width(few, 0.99)
    assert width(many) < width(few)


@pytest.mark.parametrize("bad", [-1, 1.0, True, None, float("nan"), MAX_COUNT + 1])
def test_steps_are_counts(bad: Any) -> None:
    with pytest.raises(InvalidCountError, match="up_one"):
        Steps(0, 0, 0, bad, 0)
    with pytest.raises(InvalidCountError, match="people"):
        Steps(MAX_COUNT, 1, 0, 0, 0)


@pytest.mark.parametrize(
    "table", [[], [[1, 2, 3]] * 2, [[1, 2]] * 3, [[1, 2, 3]] * 4, [[1, 2, -3]] * 3, [[1.0, 2, 3]] * 3]
)
def test_a_table_has_three_rows_of_three_counts(table: Any) -> None:
    with pytest.raises(InvalidCountError):
        steps_of_table(table)


def test_what_is_no_count_in_a_table_is_found_by_its_place() -> None:
    with pytest.raises(InvalidCountError, match="row 2, column 3"):
        steps_of_table([[1, 2, 3], [4, 5, -6], [7, 8, 9]])


def test_steps_are_added_to_steps_only() -> None:
    with pytest.raises(TypeError):
        Steps(0, 0, 1, 0, 0) + 1  # type: ignore[operator]


def test_a_score_off_the_scale_is_refused() -> None:
    with pytest.raises(InvalidScoreError):
        steps([(9, 11)])


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95, float("nan")])
def test_a_confidence_lies_between_0_and_1(confidence: Any) -> None:
    with pytest.raises(InvalidConfidenceError):
        paired_difference(Steps(0, 0, 0, 0, 0), confidence)


@given(st.lists(st.integers(0, 10), min_size=1), st.lists(st.integers(0, 10), min_size=1))
def test_the_rest_and_the_segment_make_the_total_again(segment: list[int], others: list[int]) -> None:
    own, rest = ScoreCounts.from_scores(segment), ScoreCounts.from_scores(others)

    assert rest_of(own + rest, own) == rest
    assert rest_of_groups((own + rest).groups(), own.groups()) == rest.groups()


def test_what_is_no_part_has_no_rest() -> None:
    total = ScoreCounts.from_scores([10, 9, 3])

    with pytest.raises(NotAPartError, match="each score"):
        rest_of(total, ScoreCounts.from_scores([10, 10]))
    with pytest.raises(NotAPartError, match="no part of a total"):
        rest_of(total, ScoreCounts.from_scores([1], Scale(1, 5)))
    with pytest.raises(NotAPartError, match="each group"):
        rest_of_groups(GroupCounts(1, 1, 1), GroupCounts(2, 0, 0))


def test_the_whole_has_no_rest() -> None:
    total = ScoreCounts.from_scores([10, 9, 3])

    with pytest.raises(EmptyCountsError):
        rest_of(total, total)
    with pytest.raises(EmptyCountsError):
        rest_of_groups(GroupCounts(1, 1, 1), GroupCounts(1, 1, 1))
