from typing import Any

import pytest

from cxsurvey.scoring.errors import InvalidDefinitionError, InvalidScoreError
from cxsurvey.scoring.scales import NPS, Band, Definition, Direction, Headline, Metric, Scale, Unknown, band


def definition(**parts: Any) -> Definition:
    return Definition("probe", 1, Metric.CSAT, Scale(1, 5), **{"headline": Headline.TOP_BOX, **parts})


BANDS = {"promoters": frozenset({4, 5}), "passives": frozenset({3}), "detractors": frozenset({1, 2})}


def test_nps_bands_follow_the_published_limits() -> None:
    bands = [band(score) for score in range(11)]

    assert bands == [Band.DETRACTOR] * 7 + [Band.PASSIVE] * 2 + [Band.PROMOTER] * 2


def test_nps_is_read_higher_is_better_under_a_stable_key() -> None:
    assert NPS.scale == Scale(0, 10, Direction.HIGHER_IS_BETTER)
    assert NPS.metric is Metric.NPS
    assert NPS.key == "nps-0-10/1"


@pytest.mark.parametrize("score", [-1, 11, 100, 9.0, 9.5, True, False, "9", None])
def test_band_refuses_what_is_not_a_whole_number_on_the_scale(score: Any) -> None:
    with pytest.raises(InvalidScoreError, match="whole number from 0 to 10"):
        band(score)


@pytest.mark.parametrize("score", [0, 10])
def test_scale_includes_both_ends(score: int) -> None:
    assert score in NPS.scale
    assert NPS.scale.check(score) == score


@pytest.mark.parametrize("score", [-1, 11, True, 3.0, "3"])
def test_scale_does_not_contain_other_things(score: Any) -> None:
    assert score not in NPS.scale


@pytest.mark.parametrize("ends", [(5, 5), (5, 1), (0.0, 10), (0, 10.0), (False, True)])
def test_scale_refuses_ends_that_make_no_scale(ends: Any) -> None:
    with pytest.raises(InvalidDefinitionError):
        Scale(*ends)


def test_definition_accepts_a_top_box_alone() -> None:
    csat = definition(top_box=frozenset({4, 5}))

    assert not csat.has_bands


def test_definition_without_bands_has_no_band_for_a_score() -> None:
    with pytest.raises(InvalidDefinitionError, match="not bands"):
        definition(top_box=frozenset({4, 5})).band(5)


@pytest.mark.parametrize(
    "bands",
    [
        {"promoters": frozenset({5}), "passives": frozenset({4}), "detractors": frozenset({1, 2})},
        {"promoters": frozenset({4, 5}), "passives": frozenset({4}), "detractors": frozenset({1, 2, 3})},
        {"promoters": frozenset({5, 6}), "passives": frozenset({4}), "detractors": frozenset({1, 2, 3})},
    ],
    ids=["a score is missing", "a score is twice", "a score is off the scale"],
)
def test_definition_refuses_bands_that_do_not_share_out_the_scale(bands: dict[str, frozenset[int]]) -> None:
    with pytest.raises(InvalidDefinitionError, match="exactly once"):
        definition(**bands)


@pytest.mark.parametrize("box", ["top_box", "bottom_box"])
def test_definition_refuses_a_box_off_the_scale(box: str) -> None:
    with pytest.raises(InvalidDefinitionError, match="boxes of probe/1 must lie on the scale"):
        definition(**BANDS, **{box: frozenset({5, 6})})


def test_definition_refuses_boxes_that_share_a_score() -> None:
    with pytest.raises(InvalidDefinitionError, match="must not share a score"):
        definition(top_box=frozenset({4, 5}), bottom_box=frozenset({1, 4}))


def test_the_outer_bands_are_the_boxes_where_none_are_given() -> None:
    assert definition(**BANDS).top == {4, 5}
    assert definition(**BANDS).bottom == {1, 2}
    assert definition(**BANDS, top_box=frozenset({5}), bottom_box=frozenset({1})).top == {5}
    assert definition(top_box=frozenset({5})).bottom == frozenset()


def test_a_net_score_needs_bands() -> None:
    with pytest.raises(InvalidDefinitionError, match="needs bands to be headed by a net score"):
        definition(top_box=frozenset({4, 5}), headline=Headline.NET)


@pytest.mark.parametrize("headline", [Headline.NET, Headline.MEAN])
def test_only_a_share_can_have_the_unknown_in_its_base(headline: Headline) -> None:
    with pytest.raises(InvalidDefinitionError, match="Only a share"):
        definition(**BANDS, headline=headline, unknown=Unknown.IN_BASE)


def test_bands_may_leave_out_the_middle() -> None:
    thumbs = Definition("probe", 1, Metric.CSAT, Scale(0, 1), promoters=frozenset({1}), detractors=frozenset({0}))

    assert thumbs.has_bands
    assert (thumbs.band(1), thumbs.band(0)) == (Band.PROMOTER, Band.DETRACTOR)


def test_definition_refuses_to_mean_nothing() -> None:
    with pytest.raises(InvalidDefinitionError, match="needs bands or a top box"):
        definition()
