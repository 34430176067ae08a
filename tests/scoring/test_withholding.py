from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.counts import MAX_COUNT
from cxsurvey.scoring.errors import InvalidCountError, InvalidMinimumError, InvalidWindowsError
from cxsurvey.scoring.withholding import (
    SMALLEST_MINIMUM,
    cumulative_windows_shown,
    nested_windows_shown,
    withholding,
)

minimums = st.integers(SMALLEST_MINIMUM, 12)
sizes = st.one_of(st.integers(0, 14), st.integers(0, 200))
breakdowns = st.lists(sizes, max_size=9).map(lambda some: {f"group {number}": n for number, n in enumerate(some)})


@pytest.mark.parametrize(
    ("groups", "withheld", "total_shown"),
    [
        ({}, "", True),
        ({"a": 0}, "", True),
        ({"a": 5, "b": 9}, "", True),
        # One below the minimum takes the next smallest along.
        ({"a": 4, "b": 9, "c": 30}, "ab", True),
        # Two that are below it protect one another once they hold the minimum together.
        ({"a": 4, "b": 1, "c": 30}, "ab", True),
        ({"a": 1, "b": 1, "c": 30, "d": 8}, "abd", True),
        ({"a": 1, "b": 1, "c": 1, "d": 1, "e": 8}, "abcde", True),
        # Nobody hides behind an empty group, and it gives nobody away.
        ({"a": 4, "b": 0, "c": 9}, "ac", True),
        ({"a": 4, "b": 0}, "a", False),
        ({"a": 4}, "a", False),
        ({"a": 2, "b": 2}, "ab", False),
        ({"a": 2, "b": 3}, "ab", True),
        ({"a": 3, "b": 9}, "ab", True),
    ],
)
def test_small_groups_are_withheld_with_what_would_reveal_them(
    groups: dict[str, int], withheld: str, total_shown: bool
) -> None:
    decision = withholding(groups)

    assert decision.withheld == tuple(withheld)
    assert decision.shown == tuple(name for name in groups if name not in withheld)
    assert decision.total_shown is total_shown
    assert decision.minimum == 5


def test_of_equally_large_groups_the_first_by_name_is_taken_whatever_the_order() -> None:
    assert withholding({"c": 9, "b": 9, "a": 2}).withheld == ("b", "a")
    assert withholding({"a": 2, "b": 9, "c": 9}).withheld == ("a", "b")


def test_a_workspace_can_ask_for_more() -> None:
    groups = {"a": 7, "b": 9, "c": 30}

    assert withholding(groups).withheld == ()
    assert withholding(groups, 10).withheld == ("a", "b")


@given(breakdowns, minimums)
def test_no_shown_figure_and_no_subtraction_from_the_total_gives_a_group_below_the_minimum(
    groups: dict[str, int], minimum: int
) -> None:
    """Everything an onlooker can add and subtract: the total less any of the shown groups."""
    decision = withholding(groups, minimum)
    total = sum(groups.values())

    assert all(groups[name] == 0 or groups[name] >= minimum for name in decision.shown)
    if not decision.total_shown:
        assert 0 < total < minimum
        return
    shown = [groups[name] for name in decision.shown]
    for taken in range(len(shown) + 1):
        for some in combinations(shown, taken):
            assert total - sum(some) == 0 or total - sum(some) >= minimum


@given(breakdowns, minimums)
def test_what_is_withheld_is_never_one_group_alone_while_the_total_is_shown(
    groups: dict[str, int], minimum: int
) -> None:
    decision = withholding(groups, minimum)

    if decision.withheld and decision.total_shown:
        assert len(decision.withheld) >= 2
        assert all(groups[name] > 0 for name in decision.withheld)


@given(breakdowns, minimums)
def test_nothing_is_withheld_without_need(groups: dict[str, int], minimum: int) -> None:
    decision = withholding(groups, minimum)
    below = [n for n in groups.values() if 0 < n < minimum]

    if not below:
        assert decision.withheld == ()
        return
    # Without the largest of the others that went along, the rule would not yet be met.
    extra = sorted(groups[name] for name in decision.withheld if groups[name] >= minimum)
    if extra:
        assert len(decision.withheld) == 2 or sum(below) + sum(extra[:-1]) < minimum


@given(breakdowns, minimums)
def test_every_group_is_either_shown_or_withheld(groups: dict[str, int], minimum: int) -> None:
    decision = withholding(groups, minimum)

    assert sorted(decision.shown + decision.withheld) == sorted(groups)


@given(breakdowns, minimums, st.randoms(use_true_random=False))
def test_the_order_of_groups_does_not_matter(groups: dict[str, int], minimum: int, random: Any) -> None:
    shuffled = dict(random.sample(list(groups.items()), len(groups)))

    assert set(withholding(shuffled, minimum).withheld) == set(withholding(groups, minimum).withheld)


@pytest.mark.parametrize(
    ("inner", "outer", "shown"),
    [(30, 30, True), (30, 31, False), (30, 34, False), (30, 35, True), (0, 4, False), (0, 5, True), (0, 0, True)],
)
def test_nested_windows_differ_by_nothing_or_by_the_minimum(inner: int, outer: int, shown: bool) -> None:
    assert nested_windows_shown(inner, outer) is shown


def test_a_higher_minimum_holds_for_windows_too() -> None:
    assert not nested_windows_shown(30, 39, 10)
    assert cumulative_windows_shown([9, 12, 21, 22], 10) == (False, True, False, True)


@given(st.lists(sizes, max_size=9).map(sorted), minimums)
def test_no_two_cumulative_windows_that_are_shown_reveal_a_few_by_subtraction(some: list[int], minimum: int) -> None:
    shown = [size for size, good in zip(some, cumulative_windows_shown(some, minimum), strict=True) if good]

    assert all(size == 0 or size >= minimum for size in shown)
    for inner, outer in combinations(shown, 2):
        assert nested_windows_shown(inner, outer, minimum)


@given(st.lists(sizes, min_size=1, max_size=9).map(sorted), minimums)
def test_a_later_window_never_takes_back_what_was_shown(some: list[int], minimum: int) -> None:
    decisions = [cumulative_windows_shown(some[:length], minimum) for length in range(len(some) + 1)]

    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(decisions))


@pytest.mark.parametrize("minimum", [4, 0, -5, 5.0, True, None])
def test_the_minimum_goes_upward_only(minimum: Any) -> None:
    for decide in (
        lambda: withholding({}, minimum),
        lambda: nested_windows_shown(1, 1, minimum),
        lambda: cumulative_windows_shown([], minimum),
    ):
        with pytest.raises(InvalidMinimumError, match="at least 5"):
            decide()


@pytest.mark.parametrize("n", [-1, 1.0, True, None, MAX_COUNT + 1])
def test_what_is_no_count_is_refused(n: Any) -> None:
    for decide in (
        lambda: withholding({"a": n}),
        lambda: nested_windows_shown(n, 5),
        lambda: nested_windows_shown(0, n),
        lambda: cumulative_windows_shown([n]),
    ):
        with pytest.raises(InvalidCountError):
            decide()


def test_windows_that_do_not_hold_one_another_are_refused() -> None:
    with pytest.raises(InvalidWindowsError, match="at most the 5"):
        nested_windows_shown(6, 5)
    with pytest.raises(InvalidWindowsError, match="holds the 9"):
        cumulative_windows_shown([4, 9, 8])
