"""Golden values: MeasuringU's sample sizes for NPS, R's power.prop.test and power.t.test."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.counts import MAX_COUNT, GroupCounts, ScoreCounts
from cxsurvey.scoring.errors import (
    EmptyCountsError,
    InvalidAssumptionError,
    InvalidConfidenceError,
    InvalidCountError,
    OutOfReachError,
)
from cxsurvey.scoring.intervals import score_interval, z_value
from cxsurvey.scoring.planning import (
    detectable_change,
    invitations_needed,
    margin_for_responses,
    responses_for_margin,
    responses_to_see_change,
)
from cxsurvey.scoring.scales import Scale
from cxsurvey.scoring.spread import (
    Mix,
    Spread,
    mean_spread,
    nps_spread,
    share_spread,
    spread_of_groups,
    spread_of_scores,
    spread_of_share,
    widest_mean_spread,
)
from tests.scoring.strategies import confidences

NO_NUMBERS = [True, "5", None, float("nan"), float("inf"), 0, 0.0]

spreads = st.one_of(
    st.sampled_from(Mix).map(lambda mix: mix.spread),
    st.floats(0.01, 1.0).map(nps_spread),
    st.floats(0.01, 0.99).map(share_spread),
    st.floats(0.05, 5.0).map(mean_spread),
)


@pytest.mark.parametrize(
    ("variance", "margin", "responses"),
    [(0.56, 5, 861), (0.56, 2, 5_379), (1.0, 5, 1_537), (0.67, 10, 258)],
)
def test_responses_for_an_nps_margin_match_the_published_sizes(variance: float, margin: float, responses: int) -> None:
    assert responses_for_margin(nps_spread(variance), margin).responses == responses


def test_responses_per_group_match_the_published_sizes() -> None:
    assert responses_to_see_change(nps_spread(0.6), 10).responses == 942
    assert responses_to_see_change(share_spread(0.8), 5).responses == 906
    assert responses_to_see_change(mean_spread(1.5), 0.5).responses == 143


@pytest.mark.parametrize(
    ("deviation", "change", "power", "exact"),
    # R: power.t.test(delta, sd, power); exact to the hundredth, where Guenther's term is.
    [(1.5, 0.5, 0.8, 142.2466), (1.0, 0.5, 0.8, 63.76576), (1.0, 1.0, 0.9, 22.02110), (2.0, 0.4, 0.9, 526.3332)],
)
def test_responses_for_a_change_of_a_mean_are_close_to_the_exact_t_test(
    deviation: float, change: float, power: float, exact: float
) -> None:
    assert responses_to_see_change(mean_spread(deviation), change, power=power).exact == pytest.approx(exact, abs=0.06)


def test_responses_for_a_share_margin_match_the_textbook_worst_case() -> None:
    """The 385 and 1,068 answers of every opinion poll (Cochran 1977)."""
    assert responses_for_margin(share_spread(0.5), 5).responses == 385
    assert responses_for_margin(share_spread(0.5), 3).responses == 1_068


def test_a_mean_may_be_planned_to_a_million_scale_points() -> None:
    assert responses_for_margin(mean_spread(1.5), 1e6).responses == 1
    with pytest.raises(InvalidAssumptionError, match=r"above 0 and at most 1e\+06"):
        responses_for_margin(mean_spread(1.5), 1e6 + 0.001)


def test_a_plan_may_need_as_many_as_can_be_counted() -> None:
    one = responses_for_margin(mean_spread(1.5), 1e6)

    assert invitations_needed(one, 1 / MAX_COUNT).invitations == pytest.approx(MAX_COUNT, rel=1e-11, abs=0)
    with pytest.raises(OutOfReachError):
        invitations_needed(one, 0.999 / MAX_COUNT)


def test_the_sign_of_a_change_counts_for_a_share_only() -> None:
    up, down = (responses_to_see_change(share_spread(0.8), change).responses for change in (5, -5))

    assert (up, down) == (906, 1_094)
    for spread in (nps_spread(0.6), mean_spread(1.5)):
        assert responses_to_see_change(spread, 2).exact == responses_to_see_change(spread, -2).exact


def test_a_share_may_change_to_the_very_end_but_not_beyond() -> None:
    # ((1.960 sqrt(2 x .25 x .75) + 0.842 sqrt(.25)) / .5)^2 = 10.51, and from the middle down as up
    assert responses_to_see_change(share_spread(0.5), 50).responses == 11
    assert responses_to_see_change(share_spread(0.5), -50).responses == 11
    with pytest.raises(InvalidAssumptionError, match=r"0\.9 cannot change to 1\.1"):
        responses_to_see_change(share_spread(0.9), 20)


def test_a_share_that_would_leave_the_scale_is_refused_before_it_is_planned() -> None:
    for change in (-60, 60):
        with pytest.raises(InvalidAssumptionError, match="cannot change"):
            responses_to_see_change(share_spread(0.5), change)


def test_a_change_over_the_whole_scale_can_be_planned() -> None:
    assert responses_to_see_change(nps_spread(1.0), 200).responses == 4  # 2 (1.96 + 0.84)^2 / 2^2 = 3.92
    with pytest.raises(InvalidAssumptionError):
        responses_to_see_change(nps_spread(1.0), 200.5)


def test_each_spread_knows_the_length_of_its_scale() -> None:
    assert spread_of_share(80, 100).widest == share_spread(0.8).widest == 100
    assert spread_of_scores(ScoreCounts((1, 2, 3, 2, 1), Scale(1, 5))).widest == 4
    assert spread_of_groups(GroupCounts(1, 1, 1)).widest == nps_spread(1.0).widest == 200


def test_a_deviation_is_at_most_a_million() -> None:
    assert mean_spread(1e6).deviation == 1e6
    with pytest.raises(InvalidAssumptionError):
        mean_spread(1e6 + 0.5)


def test_minimum_detectable_change_matches_the_recomputed_example() -> None:
    now, before = nps_spread(0.6275), nps_spread(0.6475)

    significant = detectable_change(100, 100, now, before, power=None)
    powered = detectable_change(100, 100, now, before)

    assert significant.change == pytest.approx(22.1, abs=0.05)
    assert powered.change / significant.change == pytest.approx((1.96 + 0.8416) / 1.96, abs=1e-4)
    assert (powered.now, powered.before, powered.n_now, powered.power) == (now, before, 100, 0.8)


@pytest.mark.parametrize("assumed", [Mix.MIDDLING, mean_spread(1.5)])
def test_what_a_plan_asks_for_detects_the_planned_change(assumed: Any) -> None:
    plan = responses_to_see_change(assumed, 0.7)

    detectable = detectable_change(plan.responses, plan.responses, assumed).change

    assert detectable == pytest.approx(0.7, rel=0.02)


def test_a_plan_carries_all_that_it_assumes() -> None:
    margin = responses_for_margin(Mix.GOOD, 4, 0.9)
    change = responses_to_see_change(Mix.GOOD, -4, 0.9, 0.7)

    assert (margin.spread, margin.confidence, margin.power, margin.target) == (Mix.GOOD.spread, 0.9, None, 4)
    assert (change.confidence, change.power, change.target) == (0.9, 0.7, -4)
    assert (margin.groups, margin.total) == (1, margin.responses)
    assert (change.groups, change.total) == (2, 2 * change.responses)


def test_invitations_are_rounded_up_once_from_the_exact_plan() -> None:
    plan = responses_for_margin(Mix.MIDDLING, 5)
    both = invitations_needed(responses_to_see_change(nps_spread(0.6), 10), 0.25)

    assert invitations_needed(plan, 0.2).invitations == 4_303
    assert invitations_needed(plan, 1).invitations == plan.responses
    assert both.total == 2 * both.invitations == 2 * 3_768


def test_a_whole_number_of_responses_stays_whole() -> None:
    """z^2 v / e^2 chosen to be 400: rounding noise must not make it 401."""
    for wanted in (1, 7, 400, 10**6):
        margin = margin_for_responses(Mix.MIDDLING, wanted).margin
        assert responses_for_margin(Mix.MIDDLING, margin).responses == wanted


@given(spreads, st.integers(100, 10**9), confidences)
def test_margin_and_responses_are_inverse(spread: Spread, n: int, confidence: float) -> None:
    margin = margin_for_responses(spread, n, confidence).margin

    assert responses_for_margin(spread, margin, confidence).responses == n


@given(spreads, st.floats(0.01, 10.0), confidences)
def test_a_smaller_target_or_more_confidence_needs_no_fewer_responses(
    spread: Spread, target: float, confidence: float
) -> None:
    target = min(target, spread.widest / 2)
    plan = responses_for_margin(spread, target, confidence)

    assert responses_for_margin(spread, target / 2, confidence).exact == pytest.approx(4 * plan.exact)
    assert responses_for_margin(spread, target, 0.9999).exact > plan.exact


@given(st.floats(0.01, 0.49), st.floats(0.1, 50.0), st.floats(0.5, 0.999))
def test_a_share_and_its_mirror_need_the_same(share: float, change: float, power: float) -> None:
    forth = responses_to_see_change(share_spread(share), change, power=power)
    back = responses_to_see_change(share_spread(1 - share), -change, power=power)

    assert back.exact == pytest.approx(forth.exact, rel=1e-6)
    assert responses_to_see_change(share_spread(share), change, power=power / 2 + 0.5).exact > forth.exact


@pytest.mark.parametrize("n", [100, 400, 2_000])
def test_the_planned_margin_is_what_the_score_interval_will_show(n: int) -> None:
    counts = GroupCounts(n // 2, n * 35 // 100, n * 15 // 100)
    lower, upper = score_interval(counts)

    assert margin_for_responses(Mix.GOOD, n).margin == pytest.approx(50 * (upper - lower), rel=0.03)


def test_margins_and_changes_are_at_most_the_whole_scale() -> None:
    assert margin_for_responses(Mix.WORST_CASE, 1, 0.999999).margin == 200
    assert margin_for_responses(share_spread(), 1, 0.999999).margin == 100
    assert detectable_change(1, 1, widest_mean_spread(Scale(1, 5))).change == 4


@pytest.mark.parametrize("plan", [responses_for_margin, responses_to_see_change])
@pytest.mark.parametrize("target", [*NO_NUMBERS, 200.1, 10**400])
def test_plans_refuse_a_target_that_is_no_distance_on_the_scale(plan: Any, target: Any) -> None:
    with pytest.raises(InvalidAssumptionError, match="above 0 and at most 200"):
        plan(Mix.GOOD, target)


def test_a_margin_has_no_sign() -> None:
    with pytest.raises(InvalidAssumptionError):
        responses_for_margin(Mix.GOOD, -5)


@pytest.mark.parametrize("power", [0.49, 1.0, 80, True, None, "0.8", float("nan")])
def test_plans_refuse_a_power_below_a_coin_or_certain(power: Any) -> None:
    with pytest.raises(InvalidAssumptionError, match=r"0\.5 to below 1"):
        responses_to_see_change(Mix.GOOD, 5, power=power)


@pytest.mark.parametrize("rate", [*NO_NUMBERS, -0.1, 1.01, 20])
def test_invitations_refuse_a_rate_that_is_no_share(rate: Any) -> None:
    with pytest.raises(InvalidAssumptionError, match="share above 0 and at most 1"):
        invitations_needed(responses_for_margin(Mix.GOOD, 5), rate)


def test_plans_beyond_every_survey_are_refused() -> None:
    for spread in (Mix.GOOD, share_spread(0.8), mean_spread(1.0)):
        for tiny in (5e-324, 1e-200, 1e-9):
            with pytest.raises(OutOfReachError, match="larger target"):
                responses_for_margin(spread, tiny)
            with pytest.raises(OutOfReachError):
                responses_to_see_change(spread, tiny)
    with pytest.raises(OutOfReachError):
        invitations_needed(responses_for_margin(Mix.GOOD, 5), 5e-324)


def test_a_plan_never_asks_for_less_than_one_response() -> None:
    plan = responses_for_margin(mean_spread(1e-300), 100)

    assert (plan.exact, plan.responses) == (0, 1)
    assert invitations_needed(plan, 0.1).invitations == 10


@pytest.mark.parametrize("confidence", [5e-324, 1 - 2**-53])
def test_plans_manage_the_most_extreme_confidence(confidence: float) -> None:
    assert responses_for_margin(Mix.GOOD, 5, confidence).responses >= 1
    assert responses_to_see_change(share_spread(0.9), 5, confidence, 1 - 2**-53).responses >= 1
    assert margin_for_responses(Mix.GOOD, MAX_COUNT, confidence).margin >= 0


def test_plans_refuse_wrong_counts_and_confidence() -> None:
    with pytest.raises(InvalidConfidenceError):
        responses_for_margin(Mix.GOOD, 5, 95)
    with pytest.raises(EmptyCountsError):
        margin_for_responses(Mix.GOOD, 0)
    with pytest.raises(EmptyCountsError):
        detectable_change(5, 0, Mix.GOOD)
    with pytest.raises(InvalidCountError):
        detectable_change(2.5, 5, Mix.GOOD)  # type: ignore[arg-type]
    with pytest.raises(InvalidAssumptionError, match="one subject"):
        detectable_change(5, 5, Mix.GOOD, share_spread())


@pytest.mark.parametrize(
    ("mix", "variance"),
    [
        (Mix.WORST_CASE, 1.0),
        (Mix.MIXED, 0.6475),
        (Mix.MIDDLING, 0.56),
        (Mix.GOOD, 0.5275),
        (Mix.EXCELLENT, 0.2875),
    ],
)
def test_a_mix_has_the_variance_of_its_shares(mix: Mix, variance: float) -> None:
    assert sum(mix.value) == 100
    assert mix.spread.variance == pytest.approx(variance)
    assert mix.spread.source == mix.label


def test_own_spread_is_close_to_the_plain_variance_for_many_responses() -> None:
    groups = spread_of_groups(GroupCounts(40_000, 40_000, 20_000))
    share = spread_of_share(80_000, 100_000)
    scores = spread_of_scores(ScoreCounts((10_000, 20_000, 40_000, 20_000, 10_000), Scale(1, 5)))

    assert groups.variance == pytest.approx(0.56, rel=1e-4)
    assert (share.share, share.variance) == pytest.approx((0.8, 0.16), rel=1e-4)
    assert scores.variance == pytest.approx(1.2, rel=1e-4)
    assert (groups.n, share.n, scores.n) == (100_000, 100_000, 100_000)


@pytest.mark.parametrize("n", [1, 5, 100, MAX_COUNT])
def test_own_spread_is_never_nothing_although_all_agree(n: int) -> None:
    everyone = ScoreCounts.from_mapping({10: n})

    for spread in (
        spread_of_groups(everyone),
        spread_of_share(n, n),
        spread_of_share(0, n),
        spread_of_scores(everyone),
    ):
        assert spread.variance > 0
        assert responses_for_margin(spread, 2).responses >= 1


def test_own_spread_of_a_share_adds_two_successes_and_two_failures() -> None:
    spread = spread_of_share(8, 10)

    assert spread.share == pytest.approx(10 / 14, rel=1e-15, abs=0)
    assert spread.variance == pytest.approx(10 / 14 * 4 / 14, rel=1e-15, abs=0)


@given(st.lists(st.integers(0, 500), min_size=5, max_size=5).filter(any))
def test_own_spread_of_scores_matches_its_definition_and_stays_on_the_scale(counts: list[int]) -> None:
    padded = [counts[0] + 0.75, *counts[1:4], counts[4] + 0.75]
    n = sum(padded)
    mean = sum((step + 1) * count for step, count in enumerate(padded)) / n
    variance = sum(count * (step + 1 - mean) ** 2 for step, count in enumerate(padded)) / n

    spread = spread_of_scores(ScoreCounts(tuple(counts), Scale(1, 5)))

    assert spread.variance == pytest.approx(variance)
    assert spread.deviation <= widest_mean_spread(Scale(1, 5)).deviation + 1e-12


@given(st.integers(0, 2_000), st.integers(0, 2_000), st.integers(0, 2_000))
def test_own_spread_of_groups_does_not_change_when_promoters_and_detractors_swap(p: int, s: int, d: int) -> None:
    groups = GroupCounts(p, s, d) + GroupCounts(0, 1, 0)
    mirrored = GroupCounts(d, s + 1, p)

    assert spread_of_groups(mirrored).variance == pytest.approx(spread_of_groups(groups).variance)
    assert 0 < spread_of_groups(groups).variance <= 1


def test_an_own_spread_of_nothing_is_refused() -> None:
    with pytest.raises(EmptyCountsError):
        spread_of_groups(GroupCounts(0, 0, 0))
    with pytest.raises(EmptyCountsError):
        spread_of_share(0, 0)
    with pytest.raises(EmptyCountsError):
        spread_of_scores(ScoreCounts.none())
    with pytest.raises(InvalidCountError):
        spread_of_share(3, 2)


@pytest.mark.parametrize("bad", [*NO_NUMBERS, -0.2, 10**400])
def test_assumptions_refuse_what_is_no_spread(bad: Any) -> None:
    for assume in (nps_spread, mean_spread, share_spread):
        with pytest.raises(InvalidAssumptionError):
            assume(bad)


def test_assumptions_refuse_what_lies_beyond_the_scale() -> None:
    with pytest.raises(InvalidAssumptionError, match="at most 1,"):
        nps_spread(1.01)
    with pytest.raises(InvalidAssumptionError, match="strictly between 0 and 1"):
        share_spread(1.0)


def test_deviations_are_in_display_units() -> None:
    assert nps_spread(0.25).deviation == 50
    assert share_spread(0.5).deviation == 50
    assert mean_spread(1.5).deviation == 1.5
    assert z_value(0.95) * nps_spread(1.0).deviation / 10 == pytest.approx(
        margin_for_responses(nps_spread(), 100).margin
    )
