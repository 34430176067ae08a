"""Golden values: AAPOR's worked example, PeakPoll's rates, Winningtemp's averaged rate corrected."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.counts import MAX_COUNT
from cxsurvey.scoring.errors import ContradictoryCountsError, InvalidConfidenceError, InvalidCountError
from cxsurvey.scoring.intervals import wilson
from cxsurvey.scoring.rates import (
    Dispositions,
    InvitationCounts,
    Rate,
    aapor_cooperation_rate_1,
    aapor_cooperation_rate_3,
    aapor_refusal_rate,
    aapor_response_rate_1,
    aapor_response_rate_2,
    completion_rate,
    delivery_rate,
    opt_out_rate,
    pooled,
    rate,
    response_rate,
    response_rate_of_sent,
)
from tests.scoring.strategies import confidences

AAPOR = Dispositions(complete=650, partial=50, refusal=150, no_contact=100, other=30, unknown=20)
RATES = [response_rate, response_rate_of_sent, completion_rate, delivery_rate, opt_out_rate]
AAPOR_RATES = [
    aapor_response_rate_1,
    aapor_response_rate_2,
    aapor_cooperation_rate_1,
    aapor_cooperation_rate_3,
    aapor_refusal_rate,
]


def known(some: Rate) -> tuple[float, float, float]:
    assert some.lower is not None
    assert some.estimate is not None
    assert some.upper is not None
    return some.lower, some.estimate, some.upper


@st.composite
def invitation_counts(draw: st.DrawFn) -> InvitationCounts:
    completed, unfinished, silent, hard, soft = (draw(st.integers(0, 2_000)) for _ in range(5))
    started = completed + unfinished
    return InvitationCounts(
        sent=started + silent + hard + soft,
        hard_bounces=hard,
        soft_bounces=soft,
        started=started,
        completed=completed,
        opted_out=draw(st.integers(0, started + silent)),
    )


@pytest.mark.parametrize(("formula", "percent"), list(zip(AAPOR_RATES, [65.0, 70.0, 73.9, 76.5, 15.0], strict=True)))
def test_aapor_rates_match_the_worked_example(formula: Any, percent: float) -> None:
    assert formula(AAPOR).estimate == pytest.approx(percent, abs=0.05)


def test_each_rate_has_its_own_denominator() -> None:
    counts = InvitationCounts(sent=1_000, hard_bounces=60, soft_bounces=40, started=300, completed=180, opted_out=9)

    assert [formula(counts).estimate for formula in RATES] == [20.0, 18.0, 60.0, 90.0, 1.0]
    assert [formula(counts).whole for formula in RATES] == [900, 1_000, 300, 1_000, 900]


def test_rates_match_published_examples() -> None:
    peak = InvitationCounts(sent=1_000, started=250, completed=150)

    assert completion_rate(peak).estimate == 60
    assert response_rate_of_sent(peak).estimate == 15


def test_rates_are_pooled_and_not_averaged() -> None:
    teams = [InvitationCounts(20, completed=20), InvitationCounts(30, completed=21)]

    assert response_rate(pooled(teams)).estimate == 82
    assert response_rate(pooled([])).estimate is None
    assert pooled(teams[:1]) == teams[0]


def test_a_link_has_no_response_rate_but_a_completion_rate() -> None:
    link = InvitationCounts(sent=None, started=40, completed=30)

    assert link.delivered is None
    assert completion_rate(link).estimate == 75
    for formula in (response_rate, response_rate_of_sent, delivery_rate, opt_out_rate):
        assert (formula(link).estimate, formula(link).lower, formula(link).whole) == (None, None, None)
    assert response_rate(link).part == 30


def test_without_invitations_delivered_or_started_there_is_no_rate() -> None:
    bounced = InvitationCounts(sent=5, hard_bounces=5, started=0)

    assert response_rate(bounced).estimate is None
    assert completion_rate(bounced).estimate is None
    assert response_rate_of_sent(bounced).estimate == 0
    assert delivery_rate(bounced).estimate == 0
    assert completion_rate(InvitationCounts(sent=5, completed=3)).estimate is None
    assert aapor_response_rate_1(Dispositions(0)).estimate is None


def test_a_rate_carries_the_wilson_interval_in_percent() -> None:
    answered = rate(81, 263, 0.9)

    assert (answered.lower, answered.upper) == tuple(100 * limit for limit in wilson(81, 263, 0.9))
    assert (answered.part, answered.whole, answered.confidence) == (81, 263, 0.9)


@given(invitation_counts(), invitation_counts())
def test_pooling_equals_counting_the_union_in_any_order(left: InvitationCounts, right: InvitationCounts) -> None:
    both = left + right

    assert both == right + left == pooled([right, left])
    assert both.completed == left.completed + right.completed
    assert (both.delivered or 0) == (left.delivered or 0) + (right.delivered or 0)


@given(invitation_counts(), invitation_counts(), confidences)
def test_a_pooled_rate_lies_between_its_parts_and_inside_its_interval(
    left: InvitationCounts, right: InvitationCounts, confidence: float
) -> None:
    for formula in RATES:
        first, second, both = (formula(counts, confidence) for counts in (left, right, left + right))
        if both.estimate is None:
            continue
        lower, estimate, upper = known(both)
        assert 0 <= lower <= estimate + 1e-9
        assert estimate - 1e-9 <= upper <= 100
        if first.estimate is not None and second.estimate is not None:
            low, high = sorted((first.estimate, second.estimate))
            assert low - 1e-9 <= estimate <= high + 1e-9


@pytest.mark.parametrize(
    "fields",
    [
        {"sent": 10, "started": 3, "completed": 4},
        {"sent": 10, "started": 11},
        {"sent": 10, "completed": 11},
        {"sent": 10, "hard_bounces": 2, "started": 9},
        {"sent": 10, "soft_bounces": 2, "completed": 9},
        {"sent": 10, "hard_bounces": 6, "soft_bounces": 5},
        {"sent": 10, "hard_bounces": 2, "opted_out": 9},
        {"sent": None, "hard_bounces": 1},
        {"sent": None, "opted_out": 1},
    ],
)
def test_counts_that_contradict_each_other_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ContradictoryCountsError):
        InvitationCounts(**fields)


@pytest.mark.parametrize("field", ["sent", "hard_bounces", "soft_bounces", "started", "completed", "opted_out"])
@pytest.mark.parametrize("bad", [-1, 1.0, True, "3", MAX_COUNT + 1, float("nan")])
def test_invitation_counts_refuse_what_is_no_count(field: str, bad: Any) -> None:
    with pytest.raises(InvalidCountError):
        InvitationCounts(**{"sent": 100, field: bad})


@pytest.mark.parametrize("bad", [-1, 1.0, True, None, MAX_COUNT + 1])
def test_dispositions_refuse_what_is_no_count_and_name_it(bad: Any) -> None:
    with pytest.raises(InvalidCountError, match="no contact"):
        Dispositions(1, no_contact=bad)
    with pytest.raises(InvalidCountError, match="dispositions"):
        Dispositions(MAX_COUNT, 1)


def test_what_has_a_denominator_is_not_pooled_with_what_has_none() -> None:
    with pytest.raises(ContradictoryCountsError, match="sent"):
        pooled([InvitationCounts(5), InvitationCounts(None)])
    with pytest.raises(ContradictoryCountsError, match="started"):
        pooled([InvitationCounts(5), InvitationCounts(5, started=2)])
    assert pooled([InvitationCounts(None, started=2), InvitationCounts(None, started=3)]).started == 5


@pytest.mark.parametrize("part", [-1, 1.5, True])
@pytest.mark.parametrize("whole", [None, 10])
def test_a_part_that_is_no_count_is_refused_with_and_without_a_whole(part: Any, whole: int | None) -> None:
    with pytest.raises(InvalidCountError):
        rate(part, whole)


def test_a_part_larger_than_its_whole_is_refused() -> None:
    for part, whole in ((3, 2), (1, 0)):
        with pytest.raises(ContradictoryCountsError, match=f"{part} counted of {whole}"):
            rate(part, whole)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95, True, None])
def test_rates_refuse_a_wrong_confidence_also_without_a_denominator(confidence: Any) -> None:
    for whole in (10, 0, None):
        with pytest.raises(InvalidConfidenceError):
            rate(0, whole, confidence)


def test_rates_manage_the_largest_counts() -> None:
    lower, estimate, upper = known(rate(MAX_COUNT - 1, MAX_COUNT))

    assert lower < estimate < upper < 100
    assert rate(MAX_COUNT, MAX_COUNT).upper == 100


def test_dispositions_pool_by_adding() -> None:
    assert AAPOR + Dispositions(1, 2, 3, 4, 5, 6) == Dispositions(651, 52, 153, 104, 35, 26)
    assert (AAPOR + AAPOR).n == 2_000


@pytest.mark.parametrize("counts", [InvitationCounts(5), Dispositions(1)])
def test_outcomes_are_added_only_to_their_own_kind(counts: Any) -> None:
    with pytest.raises(TypeError):
        counts + 1
