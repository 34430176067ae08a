import pytest
from hypothesis import given

from cxsurvey.scoring.counts import GroupCounts, ScoreCounts
from cxsurvey.scoring.errors import InvalidConfidenceError
from cxsurvey.scoring.nps import difference, nps
from cxsurvey.scoring.results import Difference, Movement
from tests.scoring.strategies import some_groups


def limits(change: Difference) -> tuple[float, float, float]:
    assert change.lower is not None
    assert change.estimate is not None
    assert change.upper is not None
    return change.lower, change.estimate, change.upper


def test_difference_matches_the_recomputed_example() -> None:
    change = difference(GroupCounts(40, 35, 25), GroupCounts(30, 35, 35))

    assert limits(change) == pytest.approx((-2.3, 20.0, 41.6), abs=0.05)
    assert change.p_value == pytest.approx(0.080, abs=0.0005)
    assert change.direction is Movement.UP
    assert not change.changed


def test_a_drop_of_twenty_points_with_a_hundred_responses_each_is_not_established() -> None:
    change = difference(GroupCounts(30, 35, 35), GroupCounts(40, 35, 25))

    assert limits(change) == pytest.approx((-41.6, -20.0, 2.3), abs=0.05)
    assert change.direction is Movement.DOWN
    assert not change.changed


@pytest.mark.parametrize(
    ("now", "before", "direction"),
    [((400, 350, 250), (300, 350, 350), Movement.UP), ((300, 350, 350), (400, 350, 250), Movement.DOWN)],
)
def test_the_same_shares_with_ten_times_the_responses_have_changed(
    now: tuple[int, int, int], before: tuple[int, int, int], direction: Movement
) -> None:
    change = difference(GroupCounts(*now), GroupCounts(*before))

    assert change.changed
    assert change.direction is direction
    assert change.p_value is not None
    assert change.p_value < 1e-6


def test_a_change_is_established_as_soon_as_its_interval_leaves_zero_out() -> None:
    more, less = GroupCounts(281, 117, 228), GroupCounts(163, 226, 171)
    rise, fall = difference(more, less), difference(less, more)

    assert rise.lower is not None
    assert 0.0 < rise.lower < 1.0
    assert rise.changed
    assert fall.upper is not None
    assert -1.0 < fall.upper < 0.0
    assert fall.changed


def test_a_difference_of_less_than_a_point_has_a_direction_too() -> None:
    assert difference(GroupCounts(201, 100, 99), GroupCounts(200, 100, 100)).direction is Movement.UP
    assert difference(GroupCounts(200, 100, 100), GroupCounts(201, 100, 99)).direction is Movement.DOWN


def test_equal_scores_are_level_whatever_their_counts() -> None:
    change = difference(GroupCounts(2, 1, 0), GroupCounts(20, 10, 0))

    assert change.estimate == 0
    assert change.direction is Movement.LEVEL
    assert not change.changed


@pytest.mark.parametrize(
    ("now", "before"),
    [(ScoreCounts.none(), ScoreCounts.from_scores([9])), (GroupCounts(1, 0, 0), GroupCounts(0, 0, 0))],
)
def test_difference_with_an_empty_side_is_undefined(
    now: ScoreCounts | GroupCounts, before: ScoreCounts | GroupCounts
) -> None:
    change = difference(now, before)

    undefined = (change.estimate, change.lower, change.upper, change.p_value, change.direction)
    assert undefined == (None, None, None, None, None)
    assert change.minimum_detectable is None
    assert not change.changed
    assert not change.comparable


def test_minimum_detectable_change_agrees_with_the_planning_formula() -> None:
    """942 responses a side find 10 points at a variance of 0.6 with 80 % power."""
    side = GroupCounts(330, 377, 235)
    variance = (330 + 235) / 942 - (95 / 942) ** 2

    detectable = difference(side, side).minimum_detectable

    assert detectable == pytest.approx(10 * (variance / 0.6) ** 0.5, abs=0.05)


def test_minimum_detectable_change_is_at_most_the_whole_scale() -> None:
    tiny = GroupCounts(1, 0, 1)

    assert difference(tiny, tiny, confidence=0.999999).minimum_detectable == 200


@given(some_groups, some_groups)
def test_difference_mirrors_when_the_sides_swap(now: GroupCounts, before: GroupCounts) -> None:
    forth, back = difference(now, before), difference(before, now)
    lower, estimate, upper = limits(forth)

    assert limits(back) == pytest.approx((-upper, -estimate, -lower), abs=1e-9)
    assert back.p_value == pytest.approx(forth.p_value)
    assert back.changed == forth.changed
    assert back.minimum_detectable == pytest.approx(forth.minimum_detectable)


@given(some_groups, some_groups)
def test_difference_stays_in_range_and_has_changed_only_without_zero(now: GroupCounts, before: GroupCounts) -> None:
    change = difference(now, before)
    lower, estimate, upper = limits(change)

    assert -200 - 1e-9 <= lower <= estimate <= upper <= 200 + 1e-9
    assert change.changed == (not lower <= 0 <= upper)
    assert change.p_value is not None
    assert 0 <= change.p_value <= 1


def test_difference_carries_both_scores_and_their_level() -> None:
    now, before = ScoreCounts.from_scores([9, 3, 8]), ScoreCounts.from_scores([10])

    change = difference(now, before, confidence=0.8)

    for carried, counts in ((change.now, now), (change.before, before)):
        whole = nps(counts, 0.8)
        assert (carried.estimate, carried.lower, carried.upper) == (whole.estimate, whole.lower, whole.upper)
        assert (carried.n, carried.groups, carried.flags) == (whole.n, whole.groups, whole.flags)
    assert change.confidence == 0.8


@pytest.mark.parametrize(("n_now", "n_before", "comparable"), [(10, 10, True), (9, 10, False), (10, 9, False)])
def test_scores_are_comparable_from_ten_responses_on_both_sides(n_now: int, n_before: int, comparable: bool) -> None:
    assert difference(GroupCounts(n_now, 0, 0), GroupCounts(0, n_before, 0)).comparable is comparable


def test_the_two_scores_of_a_difference_carry_their_headlines_only() -> None:
    change = difference(GroupCounts(40, 35, 25), GroupCounts(30, 35, 35))

    for side in (change.now, change.before):
        assert (side.top_box, side.bottom_box, side.mean) == (None, None, None)


def test_difference_refuses_a_wrong_confidence() -> None:
    with pytest.raises(InvalidConfidenceError):
        difference(GroupCounts(1, 1, 1), GroupCounts(1, 1, 1), confidence=1.0)
