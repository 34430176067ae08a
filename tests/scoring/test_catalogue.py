"""The definitions on offer, and how others are made."""

import pytest

from cxsurvey.scoring.catalogue import (
    CATALOGUE,
    CES_1_0,
    CES_5,
    CES_7,
    CSAT_3,
    CSAT_5,
    CSAT_7,
    CSAT_10,
    ENPS,
    NPS_3,
    NPS_5,
    NPS_5_WIDE,
    NPS_7,
    SMILEYS_3,
    SMILEYS_5,
    STARS_5,
    THUMBS,
    box_definition,
    default_bottom,
    default_top,
)
from cxsurvey.scoring.errors import InvalidDefinitionError
from cxsurvey.scoring.scales import NPS, Definition, Direction, Headline, Metric, Scale, Unknown

REVERSED = Direction.LOWER_IS_BETTER


@pytest.mark.parametrize(
    ("definition", "top", "bottom"),
    [
        (NPS, {9, 10}, set(range(7))),
        (ENPS, {9, 10}, set(range(7))),
        (NPS_3, {3}, {1}),
        (NPS_5, {5}, {1, 2, 3}),
        (NPS_5_WIDE, {4, 5}, {1, 2}),
        (NPS_7, {7}, {1, 2, 3, 4}),
        (CSAT_3, {3}, {1}),
        (CSAT_5, {4, 5}, {1, 2}),
        (CSAT_7, {6, 7}, {1, 2}),
        (CSAT_10, {9, 10}, {1, 2}),
        (SMILEYS_5, {4, 5}, {1, 2}),
        (SMILEYS_3, {3}, {1}),
        (THUMBS, {1}, {0}),
        (STARS_5, {4, 5}, {1, 2}),
        (CES_7, {5, 6, 7}, {1, 2, 3}),
        (CES_5, {4, 5}, {1, 2}),
        (CES_1_0, {1, 2}, {4, 5}),
    ],
    ids=lambda value: value.key if isinstance(value, Definition) else None,
)
def test_each_definition_reads_its_scale_as_documented(definition: Definition, top: set[int], bottom: set[int]) -> None:
    assert (set(definition.top), set(definition.bottom)) == (top, bottom)
    assert definition.promoters == top
    assert definition.detractors == bottom


def test_every_definition_has_a_key_of_its_own() -> None:
    assert len(CATALOGUE) == 17
    assert all(definition.key == key for key, definition in CATALOGUE.items())


def test_keys_name_the_version_of_the_reading_first_published() -> None:
    # stored beside every score: another number would call old scores scores of another reading
    assert {definition.key.rpartition("/")[2] for definition in CATALOGUE.values()} == {"1"}


def test_only_the_readings_of_short_scales_are_marked_translated() -> None:
    translated = {definition.key for definition in CATALOGUE.values() if definition.translated}

    assert translated == {NPS_3.key, NPS_5.key, NPS_5_WIDE.key, NPS_7.key}


def test_a_reversed_scale_has_its_best_scores_below() -> None:
    definition = box_definition(Metric.CSAT, Scale(1, 5, REVERSED))

    assert (set(definition.top), set(definition.bottom)) == ({1, 2}, {4, 5})
    assert definition.key == "csat-1-5-reversed/1"


def test_whatever_deviates_from_the_usual_stands_in_the_key() -> None:
    usual = Scale(1, 5)
    keys = {
        box_definition(Metric.CSAT, usual).key,
        box_definition(Metric.CES, usual).key,
        box_definition(Metric.CSAT, Scale(1, 5, REVERSED)).key,
        box_definition(Metric.CSAT, usual, top={5}).key,
        box_definition(Metric.CSAT, usual, bottom={1}).key,
        box_definition(Metric.CSAT, usual, bottom=set()).key,
        box_definition(Metric.CSAT, usual, headline=Headline.MEAN).key,
        box_definition(Metric.CSAT, usual, unknown=Unknown.IN_BASE).key,
        SMILEYS_5.key,
        STARS_5.key,
        CES_1_0.key,
    }

    assert len(keys) == 11


def test_scores_named_in_the_top_box_leave_the_usual_bottom_box() -> None:
    definition = box_definition(Metric.CSAT, Scale(1, 5), top={2, 3, 4, 5})

    assert (sorted(definition.detractors), sorted(definition.passives)) == ([1], [])


@pytest.mark.parametrize(
    ("metric", "scale", "top"),
    [
        (Metric.CSAT, Scale(1, 2), {2}),
        (Metric.CSAT, Scale(1, 4), {3, 4}),
        (Metric.CES, Scale(1, 3), {3}),
        (Metric.CES, Scale(0, 10), {9, 10}),
        (Metric.CES, Scale(1, 7, REVERSED), {1, 2, 3}),
    ],
    ids=str,
)
def test_default_boxes_mirror_each_other(metric: Metric, scale: Scale, top: set[int]) -> None:
    assert default_top(metric, scale) == top
    assert default_bottom(metric, scale) == {scale.minimum + scale.maximum - score for score in top}


def test_the_bands_of_nps_are_not_for_sale() -> None:
    with pytest.raises(InvalidDefinitionError, match="bands of NPS are fixed"):
        box_definition(Metric.NPS, Scale(0, 10), top={8, 9, 10})


@pytest.mark.parametrize("top", [set(), {0}, {6}, {5, 6}])
def test_a_box_off_the_scale_is_refused(top: set[int]) -> None:
    with pytest.raises(InvalidDefinitionError):
        box_definition(Metric.CSAT, Scale(1, 5), top=top)


def test_a_score_cannot_be_good_and_bad() -> None:
    with pytest.raises(InvalidDefinitionError):
        box_definition(Metric.CSAT, Scale(1, 5), top={4, 5}, bottom={1, 4})
