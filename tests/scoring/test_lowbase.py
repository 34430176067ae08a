from typing import Any

import pytest

from cxsurvey.scoring.errors import InvalidCountError
from cxsurvey.scoring.lowbase import BaseLevel, base


@pytest.mark.parametrize(
    ("n", "level"),
    [
        (0, BaseLevel.NONE),
        (1, BaseLevel.COUNTS_ONLY),
        (4, BaseLevel.COUNTS_ONLY),
        (5, BaseLevel.GREY),
        (9, BaseLevel.GREY),
        (10, BaseLevel.LOW_BASE),
        (29, BaseLevel.LOW_BASE),
        (30, BaseLevel.NORMAL),
        (10**9, BaseLevel.NORMAL),
    ],
)
def test_base_level_changes_at_the_published_limits(n: int, level: BaseLevel) -> None:
    assert base(n).level is level
    assert base(n).n == n


@pytest.mark.parametrize(("n", "allowed"), [(0, False), (9, False), (10, True), (30, True)])
def test_a_score_is_sorted_and_compared_from_ten_responses(n: int, allowed: bool) -> None:
    assert base(n).sortable is allowed
    assert base(n).comparable is allowed


@pytest.mark.parametrize(("n", "greyed"), [(0, False), (1, True), (9, True), (10, False)])
def test_a_score_is_greyed_below_ten_responses(n: int, greyed: bool) -> None:
    assert base(n).greyed is greyed


def test_levels_are_ordered_by_trust() -> None:
    assert sorted(BaseLevel) == [base(n).level for n in (0, 1, 5, 10, 30)]


@pytest.mark.parametrize("n", [-1, 2.0, True, None])
def test_base_refuses_what_is_no_count(n: Any) -> None:
    with pytest.raises(InvalidCountError):
        base(n)
