import pickle
from dataclasses import FrozenInstanceError, asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.counts import GroupCounts, ScoreCounts
from cxsurvey.scoring.errors import InvalidConfidenceError, ScaleMismatchError, UnknownMethodError
from cxsurvey.scoring.intervals import Method
from cxsurvey.scoring.lowbase import BaseLevel
from cxsurvey.scoring.nps import nps
from cxsurvey.scoring.results import Unit
from cxsurvey.scoring.rounding import display
from cxsurvey.scoring.scales import NPS, Metric, Scale
from tests.scoring.strategies import scores, some_groups


def estimate_of(counts: ScoreCounts | GroupCounts) -> float:
    estimate = nps(counts).estimate
    assert estimate is not None
    return estimate


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ((50, 25, 25), 25),
        ((3, 1, 1), 40),
        ((12, 3, 5), 35),
        ((501, 317, 71), 100 * 430 / 889),
        ((25, 55, 20), 5),
    ],
)
def test_nps_matches_published_examples(groups: tuple[int, int, int], expected: float) -> None:
    assert estimate_of(GroupCounts(*groups)) == expected


def test_nps_of_a_published_list_of_scores() -> None:
    result = nps(ScoreCounts.from_scores([10, 10, 9, 9, 9, 8, 7, 4, 2, 1]))

    assert result.estimate == 20
    assert result.n == 10
    assert dict(result.groups) == {"promoters": 5, "passives": 2, "detractors": 3}
    assert result.scores == (0, 1, 1, 0, 1, 0, 0, 1, 1, 3, 2)


@pytest.mark.parametrize(
    ("groups", "shown"),
    [((5, 4, 4), "8"), ((2, 5, 1), "13"), ((1, 5, 2), "-13"), ((1, 0, 1), "0"), ((3, 993, 4), "0")],
)
def test_nps_is_rounded_once_and_at_the_end(groups: tuple[int, int, int], shown: str) -> None:
    assert display(estimate_of(GroupCounts(*groups))) == shown


def test_nps_result_carries_how_it_was_made() -> None:
    result = nps(GroupCounts(12, 3, 5), confidence=0.9, method="adjusted-wald")

    assert (result.metric, result.unit) == (Metric.NPS, Unit.POINTS)
    assert (result.confidence, result.method) == (0.9, Method.ADJUSTED_WALD)
    assert result.definition == NPS.key
    assert result.scores is None
    assert result.base.level is BaseLevel.LOW_BASE


@pytest.mark.parametrize("counts", [ScoreCounts.none(), GroupCounts(0, 0, 0)])
def test_nps_of_nothing_is_undefined_and_not_zero(counts: ScoreCounts | GroupCounts) -> None:
    result = nps(counts)

    assert (result.estimate, result.lower, result.upper, result.n) == (None, None, None, 0)
    assert result.base.level is BaseLevel.NONE


def test_nps_of_one_promoter_shows_how_little_it_means() -> None:
    result = nps(ScoreCounts.from_scores([10]))

    assert result.estimate == 100
    assert result.lower == pytest.approx(-58.7, abs=0.05)
    assert result.upper == 100


@given(st.lists(scores, min_size=1))
def test_nps_is_the_same_from_scores_and_from_groups(some: list[int]) -> None:
    counts = ScoreCounts.from_scores(some)
    by_score, by_group = nps(counts), nps(counts.groups())

    assert asdict(by_score) | {"scores": None, "mean": None} == asdict(by_group) | {"flags": by_score.flags}


@given(st.lists(scores, min_size=1), st.lists(scores, min_size=1))
def test_nps_of_a_merger_lies_between_its_parts(some: list[int], more: list[int]) -> None:
    parts = ScoreCounts.from_scores(some), ScoreCounts.from_scores(more)
    first, second = estimate_of(parts[0]), estimate_of(parts[1])

    pooled = estimate_of(parts[0] + parts[1])

    assert min(first, second) - 1e-9 <= pooled <= max(first, second) + 1e-9


@given(some_groups)
def test_nps_stays_in_range_and_inside_its_interval(groups: GroupCounts) -> None:
    result = nps(groups)

    assert result.lower is not None
    assert result.estimate is not None
    assert result.upper is not None
    assert -100 <= result.lower <= result.estimate <= result.upper <= 100


@given(some_groups)
def test_nps_changes_its_sign_when_promoters_and_detractors_swap(groups: GroupCounts) -> None:
    mirrored = nps(GroupCounts(groups.detractors, groups.passives, groups.promoters))

    result = nps(groups)

    assert mirrored.estimate == -estimate_of(groups)
    assert (mirrored.lower, mirrored.upper) == (-(result.upper or 0.0), -(result.lower or 0.0))


def test_nps_checks_confidence_and_method_even_without_responses() -> None:
    bad_confidence: Any = 95
    with pytest.raises(InvalidConfidenceError):
        nps(ScoreCounts.none(), confidence=bad_confidence)
    with pytest.raises(UnknownMethodError):
        nps(ScoreCounts.none(), method="magic")


def test_nps_refuses_counts_of_another_scale() -> None:
    with pytest.raises(ScaleMismatchError):
        nps(ScoreCounts.none(Scale(1, 5)))


def test_a_result_is_frozen_hashable_and_can_be_copied() -> None:
    result = nps(GroupCounts(12, 3, 5))

    with pytest.raises(FrozenInstanceError):
        result.n = 3  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(result)) == result
    assert hash(result) == hash(nps(GroupCounts(12, 3, 5)))
