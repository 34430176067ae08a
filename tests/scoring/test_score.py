"""One function for every metric: which figure leads, what stands beside it, and what it is flagged with."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxsurvey.scoring.catalogue import CATALOGUE, CES_1_0, CES_7, CSAT_5, NPS_5, STARS_5, THUMBS, box_definition
from cxsurvey.scoring.counts import MAX_COUNT, GroupCounts, ScoreCounts
from cxsurvey.scoring.errors import (
    InvalidConfidenceError,
    InvalidCountError,
    InvalidDefinitionError,
    ScaleMismatchError,
    UnknownMethodError,
)
from cxsurvey.scoring.methods import METHODS
from cxsurvey.scoring.results import Figure, Flag, Unit
from cxsurvey.scoring.scales import NPS, Definition, Direction, Headline, Metric, Scale, Unknown
from cxsurvey.scoring.score import score

definitions = st.sampled_from(sorted(CATALOGUE.values(), key=lambda each: each.key))


def counted(definition: Definition, **scores: int) -> ScoreCounts:
    return ScoreCounts.from_mapping({int(name[1:]): n for name, n in scores.items()}, definition.scale)


@st.composite
def cases(draw: st.DrawFn, least: int = 0) -> tuple[Definition, ScoreCounts]:
    definition = draw(definitions)
    scores = draw(st.lists(st.sampled_from(list(definition.scale.values)), min_size=least, max_size=60))
    return definition, ScoreCounts.from_scores(scores, definition.scale)


def known(value: float | None) -> float:
    assert value is not None
    return value


def figure(found: Figure | None) -> Figure:
    assert found is not None
    return found


def test_csat_of_a_published_example_is_the_share_of_fours_and_fives() -> None:
    result = score(counted(CSAT_5, s5=8, s4=12, s3=10, s2=6, s1=4), CSAT_5)

    assert (result.metric, result.unit, result.estimate) == (Metric.CSAT, Unit.PERCENT, 50.0)
    assert (result.method.value, result.n) == ("wilson", 40)
    assert dict(result.groups) == {"satisfied": 20, "neutral": 10, "dissatisfied": 10}


def test_thumbs_of_a_published_example() -> None:
    assert score(counted(THUMBS, s1=3, s0=1), THUMBS).estimate == 75.0


def test_stars_of_a_published_example_are_a_mean_with_the_share_beside_it() -> None:
    result = score(counted(STARS_5, s5=30, s4=60, s3=10, s2=10, s1=10), STARS_5)

    assert (result.unit, result.estimate) == (Unit.SCALE_POINTS, 3.75)
    assert figure(result.top_box).estimate == 75.0


def test_one_answer_set_gives_different_figures_that_never_share_a_name() -> None:
    ten = box_definition(Metric.CSAT, Scale(1, 10))
    counts = counted(ten, s10=1, s9=1, s8=1, s7=1, s6=1, s5=2, s4=1, s3=2)

    result = score(counts, ten)

    assert (result.estimate, figure(result.mean).estimate) == (20.0, 6.0)


def test_ces_gives_share_net_and_mean() -> None:
    result = score(counted(CES_7, s7=30, s6=20, s5=10, s4=20, s2=20), CES_7)

    assert (result.estimate, figure(result.net).estimate) == (60.0, 40.0)
    assert figure(result.net).unit is Unit.POINTS
    assert figure(result.mean).estimate == pytest.approx(5.0)


def test_effort_counts_low_scores_as_good_but_keeps_the_number_as_it_is() -> None:
    result = score(counted(CES_1_0, s1=20, s2=10, s5=10), CES_1_0)

    assert (result.estimate, dict(result.groups)["easy"]) == (2.25, 30)


def test_five_points_read_two_ways_are_both_marked_as_translated() -> None:
    counts = ScoreCounts.from_scores([5, 5, 4, 3, 1], NPS_5.scale)
    wide = CATALOGUE["nps-1-5-wide/1"]

    assert (score(counts, NPS_5).estimate, score(counts, wide).estimate) == (0.0, 40.0)
    assert Flag.TRANSLATED in score(counts, NPS_5).flags
    assert Flag.TRANSLATED in score(counts, wide).flags
    assert Flag.TRANSLATED not in score(ScoreCounts.from_scores([9] * 5), NPS).flags


@pytest.mark.parametrize(("rule", "estimate", "base_n"), [(Unknown.LEFT_OUT, 60.0, 10), (Unknown.IN_BASE, 30.0, 20)])
def test_those_who_do_not_know_stand_in_the_base_only_by_that_rule(rule: Unknown, estimate: float, base_n: int) -> None:
    definition = box_definition(Metric.CSAT, Scale(1, 5), unknown=rule)

    result = score(counted(definition, s5=6, s1=4), definition, unknown=10)

    assert (result.estimate, result.base_n, result.n, result.unknown) == (estimate, base_n, 10, 10)


def test_nobody_is_taken_not_to_know_unless_it_is_said() -> None:
    definition = box_definition(Metric.CSAT, Scale(1, 5), unknown=Unknown.IN_BASE)

    result = score(counted(definition, s5=6, s1=4), definition)

    assert (result.estimate, result.base_n, result.unknown) == (60.0, 10, 0)


@pytest.mark.parametrize(
    ("n", "flag"),
    [(0, Flag.NO_RESPONSES), (1, Flag.TOO_FEW), (4, Flag.TOO_FEW), (5, Flag.VERY_LOW_BASE), (10, Flag.LOW_BASE)],
)
def test_a_low_base_is_flagged(n: int, flag: Flag) -> None:
    assert flag in score(counted(CSAT_5, s5=n), CSAT_5).flags


def test_thirty_different_responses_carry_no_flag() -> None:
    assert score(counted(CSAT_5, s5=20, s1=10), CSAT_5).flags == ()


def test_equal_responses_are_flagged_from_two_on() -> None:
    assert Flag.ALL_EQUAL in score(counted(CSAT_5, s5=2), CSAT_5).flags
    assert Flag.ALL_EQUAL not in score(counted(CSAT_5, s5=1), CSAT_5).flags
    assert Flag.ALL_EQUAL in score(GroupCounts(7, 0, 0), NPS).flags
    assert Flag.ALL_EQUAL not in score(counted(CSAT_5, s5=1, s4=1), CSAT_5).flags


def test_a_mean_that_leads_below_thirty_responses_gives_way_to_the_share() -> None:
    few, enough = counted(STARS_5, s5=20, s1=9), counted(STARS_5, s5=20, s1=10)

    assert Flag.LEAD_WITH_SHARE in score(few, STARS_5).flags
    assert Flag.LEAD_WITH_SHARE not in score(enough, STARS_5).flags
    assert Flag.LEAD_WITH_SHARE not in score(few, CSAT_5).flags
    assert Flag.LEAD_WITH_SHARE in score(ScoreCounts.from_scores([5], STARS_5.scale), STARS_5).flags
    assert Flag.LEAD_WITH_SHARE not in score(ScoreCounts.none(STARS_5.scale), STARS_5).flags
    assert (score(few, STARS_5).method.value, score(enough, STARS_5).method.value) == ("end-padded", "t")


def test_wald_is_flagged() -> None:
    assert Flag.NOT_RECOMMENDED in score(GroupCounts(50, 30, 20), NPS, method="wald").flags
    assert Flag.NOT_RECOMMENDED not in score(GroupCounts(50, 30, 20), NPS).flags


@pytest.mark.parametrize("definition", CATALOGUE.values(), ids=CATALOGUE)
def test_no_response_has_no_score_and_no_figure(definition: Definition) -> None:
    result = score(ScoreCounts.none(definition.scale), definition, unknown=3)

    assert (result.estimate, result.lower, result.upper, result.n) == (None, None, None, 0)
    assert (result.top_box, result.bottom_box, result.net, result.mean) == (None, None, None, None)


@pytest.mark.parametrize("headline", Headline)
def test_each_headline_takes_its_own_methods_and_no_other(headline: Headline) -> None:
    definition = {Headline.NET: NPS, Headline.TOP_BOX: CSAT_5, Headline.MEAN: STARS_5}[headline]
    counts = ScoreCounts.from_scores([*definition.scale.values] * 5, definition.scale)

    for method in METHODS[headline]:
        assert score(counts, definition, method=method.value).method is method
    for other in Headline:
        if other is not headline:
            with pytest.raises(UnknownMethodError, match=f"of a {headline.value} score must be one of"):
                score(counts, definition, method=METHODS[other][0].value)


def test_a_chosen_method_is_for_the_headline_alone() -> None:
    result = score(counted(CSAT_5, s5=6, s1=4), CSAT_5, method="jeffreys")

    assert figure(result.top_box).method.value == "jeffreys"
    assert figure(result.bottom_box).method.value == "wilson"
    assert figure(result.net).method.value == "score"


def test_groups_alone_give_everything_but_the_mean() -> None:
    result = score(GroupCounts(6, 2, 2), CSAT_5)

    assert (result.estimate, result.mean, result.scores) == (60.0, None, None)
    with pytest.raises(InvalidCountError, match="needs the count of every score"):
        score(GroupCounts(6, 2, 2), STARS_5)


@pytest.mark.parametrize("unknown", [-1, 1.0, True, None, float("nan"), MAX_COUNT + 1])
def test_the_unknown_are_a_count(unknown: Any) -> None:
    with pytest.raises(InvalidCountError, match="do not know"):
        score(counted(CSAT_5, s5=1), CSAT_5, unknown=unknown)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95, float("nan"), -0.5, True])
def test_a_confidence_lies_between_0_and_1(confidence: Any) -> None:
    with pytest.raises(InvalidConfidenceError):
        score(ScoreCounts.none(CSAT_5.scale), CSAT_5, confidence)


def test_counts_of_another_scale_or_direction_are_refused() -> None:
    with pytest.raises(ScaleMismatchError):
        score(ScoreCounts.none(Scale(1, 7)), CSAT_5)
    with pytest.raises(ScaleMismatchError):
        score(ScoreCounts.none(Scale(1, 5, Direction.LOWER_IS_BETTER)), CSAT_5)


def test_a_definition_without_bands_is_refused() -> None:
    alone = Definition("probe", 1, Metric.CSAT, Scale(1, 5), top_box=frozenset({5}), headline=Headline.TOP_BOX)

    with pytest.raises(InvalidDefinitionError, match="not bands"):
        score(ScoreCounts.none(Scale(1, 5)), alone)


@given(cases(least=1))
def test_every_interval_holds_its_estimate_and_stays_on_its_scale(case: tuple[Definition, ScoreCounts]) -> None:
    definition, counts = case
    result = score(counts, definition)
    ends = {
        Unit.POINTS: (-100.0, 100.0),
        Unit.PERCENT: (0.0, 100.0),
        Unit.SCALE_POINTS: (float(definition.scale.minimum), float(definition.scale.maximum)),
    }

    for each in (result, result.top_box, result.bottom_box, result.net, result.mean):
        assert each is not None
        low, high = ends[each.unit]
        assert low <= known(each.lower) <= known(each.estimate) + 1e-9
        assert known(each.estimate) - 1e-9 <= known(each.upper) <= high


@given(cases(least=1))
def test_a_higher_confidence_is_never_narrower(case: tuple[Definition, ScoreCounts]) -> None:
    definition, counts = case
    results = [score(counts, definition, confidence) for confidence in (0.8, 0.9, 0.95, 0.99)]

    for narrow, wide in pairwise(results):
        assert known(wide.lower) <= known(narrow.lower) + 1e-9
        assert known(wide.upper) >= known(narrow.upper) - 1e-9


@given(cases(), cases())
def test_merging_counts_equals_counting_the_merged(
    one: tuple[Definition, ScoreCounts], two: tuple[Definition, ScoreCounts]
) -> None:
    definition, counts = one
    more = two[1] if two[1].scale == counts.scale else counts

    assert score(counts + more, definition) == score(ScoreCounts.merged([more, counts], counts.scale), definition)


@given(cases())
def test_the_groups_add_up_and_the_key_is_carried(case: tuple[Definition, ScoreCounts]) -> None:
    definition, counts = case
    result = score(counts, definition)

    assert sum(group.n for group in result.groups) == result.n == counts.n
    assert (result.definition, result.scores) == (definition.key, counts.counts)


@given(cases())
def test_without_the_figures_beside_it_the_headline_is_the_same(case: tuple[Definition, ScoreCounts]) -> None:
    definition, counts = case
    whole, alone = score(counts, definition), score(counts, definition, beside=False)

    assert (alone.estimate, alone.lower, alone.upper, alone.flags) == (
        whole.estimate,
        whole.lower,
        whole.upper,
        whole.flags,
    )
    kept = [each for each in (alone.top_box, alone.bottom_box, alone.net, alone.mean) if each is not None]
    assert len(kept) == (1 if counts.n else 0)
