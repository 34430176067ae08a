from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.counts import MAX_COUNT, GroupCounts
from cxsurvey.scoring.errors import EmptyCountsError, InvalidConfidenceError, InvalidCountError
from cxsurvey.scoring.funnel import FunnelPoint, nps_funnel, share_funnel
from cxsurvey.scoring.intervals import wald
from cxsurvey.scoring.results import Unit
from tests.scoring.strategies import confidences, group_sizes, some_groups

bases = st.lists(st.one_of(st.integers(1, 40), st.integers(1, MAX_COUNT)), min_size=1, max_size=8)


def test_limits_stand_at_z_standard_errors_around_the_overall_score() -> None:
    """1/2, 1/3 and 1/6 have v = 5/9, and SE 4.14 points for n = 324 (whuber, Cross Validated 18603)."""
    funnel = nps_funnel(GroupCounts(3000, 2000, 1000), [324])

    assert (funnel.unit, funnel.n, funnel.confidence) == (Unit.POINTS, 6000, 0.95)
    assert funnel.center == pytest.approx(100 / 3)
    assert funnel.points[0].upper - funnel.center == pytest.approx(1.959964 * 4.14, abs=0.005)


def test_limits_of_shares_are_the_textbook_ones() -> None:
    funnel = share_funnel(90, 100, [36, 900], 0.998)

    assert (funnel.unit, funnel.center, funnel.n) == (Unit.PERCENT, 90.0, 100)
    assert funnel.points[1].lower == pytest.approx(90 - 3.090232)
    assert funnel.points[0].lower == pytest.approx(90 - 5 * 3.090232)
    assert funnel.points[0].upper == 100.0


def test_points_rise_by_base_and_are_drawn_once() -> None:
    assert [point.n for point in nps_funnel(GroupCounts(5, 3, 2), [30, 7, 30, 12]).points] == [7, 12, 30]
    assert nps_funnel(GroupCounts(5, 3, 2), []).points == ()


def test_responses_that_all_agree_leave_no_room() -> None:
    assert nps_funnel(GroupCounts(5, 0, 0), [1]).points == (FunnelPoint(1, 100.0, 100.0),)
    assert share_funnel(0, 5, [1]).points == (FunnelPoint(1, 0.0, 0.0),)


@given(some_groups, bases, confidences)
def test_the_funnel_closes_around_the_score_and_stays_on_the_scale(
    overall: GroupCounts, sizes: list[int], confidence: float
) -> None:
    funnel = nps_funnel(overall, sizes, confidence)

    for point in funnel.points:
        assert -100 <= point.lower <= funnel.center <= point.upper <= 100
    for wide, narrow in pairwise(funnel.points):
        assert wide.lower <= narrow.lower <= narrow.upper <= wide.upper


@given(group_sizes, group_sizes, bases, confidences)
def test_the_funnel_of_shares_mirrors_and_stays_on_the_scale(
    successes: int, failures: int, sizes: list[int], confidence: float
) -> None:
    n = successes + failures + 1
    here, there = share_funnel(successes, n, sizes, confidence), share_funnel(n - successes, n, sizes, confidence)

    for point, mirrored in zip(here.points, there.points, strict=True):
        assert 0 <= point.lower <= here.center <= point.upper <= 100
        assert (mirrored.lower, mirrored.upper) == pytest.approx((100 - point.upper, 100 - point.lower), abs=1e-9)


@given(some_groups, confidences)
def test_at_the_overall_base_the_limits_are_the_wald_interval(overall: GroupCounts, confidence: float) -> None:
    point = nps_funnel(overall, [overall.n], confidence).points[0]
    expected = wald(overall, confidence)

    assert (point.lower, point.upper) == pytest.approx((100 * expected.lower, 100 * expected.upper), abs=1e-9)


def test_nothing_overall_and_an_empty_segment_are_refused() -> None:
    with pytest.raises(EmptyCountsError):
        nps_funnel(GroupCounts(0, 0, 0), [5])
    with pytest.raises(EmptyCountsError, match="overall"):
        share_funnel(0, 0, [5])
    with pytest.raises(EmptyCountsError, match="segment"):
        nps_funnel(GroupCounts(1, 1, 1), [5, 0])


@pytest.mark.parametrize("base", [-1, 2.0, True, None, MAX_COUNT + 1])
def test_a_base_that_is_no_count_is_refused(base: Any) -> None:
    with pytest.raises(InvalidCountError):
        nps_funnel(GroupCounts(1, 1, 1), [base])


@pytest.mark.parametrize("pair", [(6, 5), (-1, 5), (1.0, 5), (True, 5), (1, None)])
def test_what_is_no_share_is_refused(pair: Any) -> None:
    with pytest.raises(InvalidCountError):
        share_funnel(pair[0], pair[1], [5])


def test_a_wrong_confidence_is_refused() -> None:
    with pytest.raises(InvalidConfidenceError):
        nps_funnel(GroupCounts(1, 1, 1), [5], 95)
