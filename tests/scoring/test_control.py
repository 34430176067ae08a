from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.control import ControlChart, Signal, SignalKind, net_chart, share_chart
from cxsurvey.scoring.counts import MAX_COUNT, GroupCounts
from cxsurvey.scoring.errors import EmptyCountsError, InvalidCountError
from cxsurvey.scoring.results import Movement
from tests.scoring.strategies import extreme_groups, some_groups

USUAL = GroupCounts(50, 35, 15)
series = st.lists(st.one_of(st.none(), some_groups), min_size=1, max_size=14).filter(any)


def outside(chart: ControlChart) -> list[tuple[int, Movement]]:
    return [(signal.first, signal.direction) for signal in chart.signals if signal.kind is SignalKind.OUTSIDE]


def runs(chart: ControlChart) -> list[tuple[int, int, Movement]]:
    return [(some.first, some.last, some.direction) for some in chart.signals if some.kind is SignalKind.RUN]


def alternating(length: int) -> list[tuple[int, int]]:
    return [(50 + (-1) ** index, 100) for index in range(length)]


def test_limits_are_the_textbook_p_chart() -> None:
    """Centre .15 and n = 100: .15 +- 3 sqrt(.15 x .85 / 100) = .043 to .257 (Montgomery's form)."""
    chart = share_chart([(12, 100), (15, 100), (18, 100), (15, 100)])

    assert chart.centre == 15
    assert (chart.points[0].lower, chart.points[0].upper) == pytest.approx((4.2879, 25.7121), abs=5e-5)
    assert not chart.corrected


def test_limits_of_the_net_score_use_the_variance_of_codes() -> None:
    """40 / 40 / 20 has v = 0.56; n = 400 gives +- 300 sqrt(0.56 / 400) = 11.225 points."""
    chart = net_chart([GroupCounts(160, 160, 80)] * 3)

    assert chart.centre == 20
    assert (chart.points[1].lower, chart.points[1].upper) == pytest.approx((8.775, 31.225), abs=5e-4)


def test_limits_narrow_with_the_responses_of_each_period() -> None:
    few, many = share_chart([(8, 16), (128, 256)]).points

    assert few.upper is not None
    assert many.upper is not None
    assert few.upper - 50 == pytest.approx(4 * (many.upper - 50))


def test_limits_are_cut_to_the_scale() -> None:
    assert share_chart([(1, 10), (0, 10)]).points[0].lower == 0
    assert net_chart([GroupCounts(10, 0, 0), GroupCounts(9, 0, 1)]).points[0].upper == 100
    assert net_chart([GroupCounts(0, 0, 10), GroupCounts(1, 0, 9)]).points[0].lower == -100


def test_a_point_outside_is_a_signal_with_its_direction() -> None:
    shares = alternating(24)
    shares[5], shares[17] = (85, 100), (15, 100)

    assert outside(share_chart(shares)) == [(5, Movement.UP), (17, Movement.DOWN)]


def test_eight_on_one_side_are_a_signal_and_seven_are_not() -> None:
    eight = [*alternating(4), *[(52, 100)] * 8, *[(48, 100)] * 5]
    seven = [*alternating(4), *[(52, 100)] * 7, *[(48, 100)] * 5]

    assert runs(share_chart(eight)) == [(4, 11, Movement.UP)]
    assert runs(share_chart(seven)) == []


def test_a_run_is_as_long_as_it_goes_and_named_once() -> None:
    chart = share_chart([(40, 100)] * 10 + [(60, 100)] * 10)

    assert runs(chart) == [(0, 9, Movement.DOWN), (10, 19, Movement.UP)]


def test_a_point_exactly_on_the_centre_ends_a_run() -> None:
    """Thirds have no exact float; sides are told in whole numbers."""
    upper, centre, lower = (101, 300), (100, 300), (99, 300)

    assert runs(share_chart([upper] * 4 + [centre] + [upper] * 4 + [lower] * 4 + [centre] + [lower] * 4)) == []
    assert runs(share_chart([centre] * 9)) == []


def test_gaps_and_low_base_give_no_signal_and_break_no_run() -> None:
    steady = [(60, 100)] * 4 + [None, (0, 9)] + [(60, 100)] * 4 + [(40, 100)] * 8
    chart = share_chart(steady)

    assert [point.charted for point in chart.points[3:7]] == [True, False, False, True]
    assert (chart.points[4].estimate, chart.points[4].lower, chart.points[4].upper) == (None, None, None)
    assert chart.points[5].estimate == 0
    assert (0, 9, Movement.UP) in runs(chart)
    assert 5 not in [index for index, _ in outside(chart)]
    assert runs(share_chart([(9, 9)] * 9 + [(1, 9)] * 9)) == []


def test_a_low_base_far_outside_is_no_signal() -> None:
    assert outside(share_chart([(10, 100)] * 20 + [(9, 9)])) == []
    assert outside(share_chart([(10, 100)] * 20 + [(10, 10)])) == [(20, Movement.UP)]


def test_a_gap_has_no_responses() -> None:
    assert net_chart([USUAL, None]).points[1].n == 0


def test_a_run_may_lie_a_hair_off_the_centre() -> None:
    """5 of 11 against 44 of 97 in all: .45455 against .45361."""
    assert runs(share_chart([(5, 11)] * 8 + [(4, 9)])) == [(0, 7, Movement.UP)]
    assert runs(share_chart([(6, 11)] * 8 + [(5, 9)])) == [(0, 7, Movement.DOWN)]


def test_low_base_counts_in_the_centre() -> None:
    assert share_chart([(10, 20), (5, 5)]).centre == 60


def test_laney_widens_the_limits_when_periods_scatter_more_than_chance() -> None:
    """Ten standard errors above and below in turn: mean range 20, sigma-z 20 / 1.128."""
    shares = [(5_500 if index % 2 else 4_500, 10_000) for index in range(20)]

    corrected, plain = share_chart(shares), share_chart(shares, correct=False)

    assert corrected.dispersion == pytest.approx(20 / 1.128, rel=1e-3)
    assert corrected.corrected
    assert outside(corrected) == []
    assert not plain.corrected
    assert len(outside(plain)) == 20
    assert plain.dispersion == corrected.dispersion
    assert corrected.points[0].upper is not None
    assert plain.points[0].upper is not None
    assert corrected.points[0].upper - 50 == pytest.approx((plain.points[0].upper - 50) * corrected.dispersion)


def test_laney_widens_the_limits_also_when_periods_scatter_a_little_more_than_chance() -> None:
    """0.84 standard errors above and below in turn: mean range 1.68, sigma-z 1.68 / 1.128 = 1.489."""
    chart = share_chart([(5_042 if index % 2 else 4_958, 10_000) for index in range(20)])

    assert chart.dispersion == pytest.approx(1.489, abs=5e-4)
    assert chart.corrected
    assert chart.points[0].upper == pytest.approx(50 + 1.5 * 1.489, abs=1e-3)


def test_limits_are_never_narrower_than_chance() -> None:
    calm = share_chart([(50, 100), (50, 100), (51, 100), (49, 100)])

    assert calm.dispersion < 1
    assert not calm.corrected
    assert calm.points[0].upper == pytest.approx(65)


def test_dispersion_of_mere_chance_is_about_one_and_false_alarms_are_rare() -> None:
    random = Random(20_260_302)
    shares = [(sum(random.random() < 0.3 for _ in range(200)), 200) for _ in range(400)]
    chart = share_chart(shares)

    assert chart.dispersion == pytest.approx(1, abs=0.1)
    assert len(outside(chart)) <= 4


def test_all_alike_or_a_single_period_is_no_signal() -> None:
    for everyone in (GroupCounts(20, 0, 0), GroupCounts(0, 20, 0), GroupCounts(0, 0, 20)):
        chart = net_chart([everyone] * 12)
        assert (chart.signals, chart.dispersion, chart.corrected) == ((), 1.0, False)
    assert net_chart([USUAL] * 12).signals == ()
    assert net_chart([USUAL]).signals == ()


def test_signals_are_values_in_order_of_their_periods() -> None:
    chart = net_chart([USUAL] * 11 + [GroupCounts(20, 35, 45)])

    assert chart.signals == (
        Signal(SignalKind.RUN, Movement.UP, 0, 10),
        Signal(SignalKind.OUTSIDE, Movement.DOWN, 11, 11),
    )


@given(series)
def test_the_centre_is_the_pooled_score_and_lies_within_all_limits(periods: list[GroupCounts | None]) -> None:
    chart = net_chart(periods)
    known = [some for some in periods if some]

    assert len(chart.points) == len(periods)
    assert chart.centre == pytest.approx(
        100 * sum(some.promoters - some.detractors for some in known) / sum(some.n for some in known)
    )
    for point in chart.points:
        if point.lower is not None and point.upper is not None:
            assert -100 <= point.lower <= chart.centre + 1e-9
            assert chart.centre - 1e-9 <= point.upper <= 100


@given(series)
def test_swapping_promoters_and_detractors_mirrors_chart_and_signals(periods: list[GroupCounts | None]) -> None:
    turned = {Movement.UP: Movement.DOWN, Movement.DOWN: Movement.UP}
    mirrored = [some and GroupCounts(some.detractors, some.passives, some.promoters) for some in periods]

    there, back = net_chart(periods), net_chart(mirrored)

    assert back.centre == -there.centre
    assert back.dispersion == pytest.approx(there.dispersion)
    assert list(back.signals) == [
        Signal(signal.kind, turned[signal.direction], signal.first, signal.last) for signal in there.signals
    ]


@given(series)
def test_a_net_chart_without_passives_is_twice_the_share_chart(periods: list[GroupCounts | None]) -> None:
    """Net share 2s - 1 has twice the deviation of the share s, so signals agree."""
    parts = [(some.promoters + some.passives, some.n) if some else None for some in periods]
    net = net_chart([part and GroupCounts(part[0], 0, part[1] - part[0]) for part in parts])
    share = share_chart(parts)

    assert net.centre == pytest.approx(2 * share.centre - 100)
    assert net.dispersion == pytest.approx(share.dispersion)
    for left, right in zip(net.points, share.points, strict=True):
        if left.lower is not None and right.lower is not None:
            assert left.lower == pytest.approx(2 * right.lower - 100, abs=1e-6)


def test_charts_manage_the_largest_counts() -> None:
    chart = net_chart([GroupCounts(MAX_COUNT, 0, 0), GroupCounts(0, 0, 1), GroupCounts(MAX_COUNT - 10**6, 0, 10**6)])

    assert outside(chart) == []
    assert chart.centre < 100


@given(st.lists(extreme_groups, min_size=1, max_size=12).filter(lambda some: any(groups.n for groups in some)))
def test_charts_of_few_beside_very_many_keep_their_centre_inside(periods: list[GroupCounts]) -> None:
    net = net_chart(periods)
    share = share_chart([(groups.promoters, groups.n) for groups in periods])

    for chart in (net, share):
        for point in chart.points:
            if point.lower is not None and point.upper is not None:
                assert point.lower - 1e-9 <= chart.centre <= point.upper + 1e-9


def test_a_chart_of_nothing_is_refused() -> None:
    for periods in ([], [None], [GroupCounts(0, 0, 0)]):
        with pytest.raises(EmptyCountsError):
            net_chart(periods)
    with pytest.raises(EmptyCountsError):
        share_chart([(0, 0), None])


@pytest.mark.parametrize("bad", [(3, 2), (-1, 2), (1.0, 2), (True, 2), (1, None)])
def test_charts_refuse_what_is_no_part_of_a_whole(bad: Any) -> None:
    with pytest.raises(InvalidCountError):
        share_chart([(1, 2), bad])
