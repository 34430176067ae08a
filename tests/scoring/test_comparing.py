"""Did it change: the same question for every metric."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.catalogue import CATALOGUE, CES_1_0, CSAT_5, STARS_5, box_definition
from cxsurvey.scoring.comparing import compare
from cxsurvey.scoring.counts import GroupCounts, ScoreCounts
from cxsurvey.scoring.errors import InvalidCountError
from cxsurvey.scoring.nps import difference
from cxsurvey.scoring.results import Movement
from cxsurvey.scoring.scales import NPS, Definition, Metric, Scale, Unknown
from cxsurvey.scoring.shares import share_difference

definitions = st.sampled_from(sorted(CATALOGUE.values(), key=lambda each: each.key))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Definition, ScoreCounts, ScoreCounts]:
    definition = draw(definitions)
    some = st.lists(st.sampled_from(list(definition.scale.values)), min_size=1, max_size=40)
    now, before = (ScoreCounts.from_scores(draw(some), definition.scale) for _ in range(2))
    return definition, now, before


def known(value: float | None) -> float:
    assert value is not None
    return value


def test_a_net_score_is_compared_as_ever() -> None:
    now, before = GroupCounts(40, 35, 25), GroupCounts(30, 35, 35)

    assert compare(now, before, NPS) == difference(now, before)


def test_shares_of_a_published_example() -> None:
    # Newcombe 1998: 56 of 70 against 48 of 80
    change = compare(GroupCounts(56, 4, 10), GroupCounts(48, 12, 20), CSAT_5)

    assert known(change.estimate) == pytest.approx(20.0)
    assert known(change.lower) == pytest.approx(5.24, abs=0.005)
    assert known(change.upper) == pytest.approx(33.39, abs=0.005)
    assert (change.direction, change.changed) == (Movement.UP, True)
    assert known(change.p_value) == pytest.approx(0.0080, abs=0.0005)


def test_the_results_on_both_sides_carry_their_headlines_only() -> None:
    now = ScoreCounts.from_mapping({5: 40, 4: 30, 1: 10}, STARS_5.scale)

    change = compare(now, now, STARS_5)

    for side in (change.now, change.before):
        assert side.estimate == pytest.approx(4.125)
        assert (side.top_box, side.bottom_box) == (None, None)


def test_means_are_compared_in_scale_points() -> None:
    now = ScoreCounts.from_mapping({5: 40, 4: 30, 1: 10}, STARS_5.scale)
    before = ScoreCounts.from_mapping({5: 20, 4: 30, 1: 30}, STARS_5.scale)

    change = compare(now, before, STARS_5)

    assert known(change.estimate) == pytest.approx(4.125 - 3.125)
    assert (change.direction, change.changed) == (Movement.UP, True)


def test_the_direction_is_that_of_the_number_also_where_lower_is_better() -> None:
    now = ScoreCounts.from_mapping({5: 40, 1: 10}, CES_1_0.scale)
    before = ScoreCounts.from_mapping({5: 10, 1: 40}, CES_1_0.scale)

    assert compare(now, before, CES_1_0).direction is Movement.UP


def test_those_who_do_not_know_count_in_the_base_of_both_sides() -> None:
    definition = box_definition(Metric.CSAT, Scale(1, 5), unknown=Unknown.IN_BASE)
    side = ScoreCounts.from_mapping({5: 10}, definition.scale)

    change = compare(side, side, definition, unknown=(0, 10))

    assert known(change.estimate) == pytest.approx(50.0)


@pytest.mark.parametrize("definition", [NPS, CSAT_5, STARS_5], ids=lambda each: each.key)
def test_an_empty_side_is_no_change(definition: Definition) -> None:
    none = ScoreCounts.none(definition.scale)
    some = ScoreCounts.from_scores([definition.scale.maximum], definition.scale)

    for now, before in ((none, some), (some, none), (none, none)):
        change = compare(now, before, definition)
        assert (change.estimate, change.lower, change.p_value, change.direction) == (None, None, None, None)
        assert (change.changed, change.comparable) == (False, False)


def test_a_mean_needs_every_score() -> None:
    with pytest.raises(InvalidCountError):
        compare(GroupCounts(1, 1, 1), GroupCounts(1, 1, 1), STARS_5)


@given(pairs())
def test_swapping_the_sides_mirrors_the_difference(case: tuple[Definition, ScoreCounts, ScoreCounts]) -> None:
    definition, now, before = case
    one, other = compare(now, before, definition), compare(before, now, definition)

    assert known(one.estimate) == pytest.approx(-known(other.estimate), abs=1e-9)
    assert known(one.lower) == pytest.approx(-known(other.upper), abs=1e-7)
    assert known(one.p_value) == pytest.approx(known(other.p_value), abs=1e-9)
    assert one.changed is other.changed


@given(pairs())
def test_the_interval_holds_the_difference_and_the_p_value_is_a_share(
    case: tuple[Definition, ScoreCounts, ScoreCounts],
) -> None:
    definition, now, before = case
    change = compare(now, before, definition)

    assert known(change.lower) <= known(change.estimate) + 1e-9
    assert known(change.estimate) <= known(change.upper) + 1e-9
    assert 0.0 <= known(change.p_value) <= 1.0
    assert known(change.minimum_detectable) > 0.0


def test_nobody_is_unknown_unless_it_is_said() -> None:
    change = compare(GroupCounts(56, 4, 10), GroupCounts(48, 12, 20), CSAT_5)

    assert (change.now.unknown, change.before.unknown) == (0, 0)


def test_the_minimum_detectable_change_of_a_share_is_in_percentage_points() -> None:
    change = compare(GroupCounts(56, 4, 10), GroupCounts(48, 12, 20), CSAT_5)

    assert change.minimum_detectable == pytest.approx(100 * share_difference((56, 70), (48, 80)).minimum_detectable)
