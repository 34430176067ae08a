"""The ready texts."""

import pytest

from cxsurvey.scoring.scales import Band, Metric
from cxsurvey.surveys.completeness import problems
from cxsurvey.surveys.definition import FORMULAS
from cxsurvey.surveys.looks import OFFERED, USUAL
from cxsurvey.surveys.standard import READY, preset, standard

ALL = pytest.mark.parametrize("formula", OFFERED)


def test_every_formula_has_a_question_and_every_metric_a_usual_one() -> None:
    assert set(OFFERED) == set(FORMULAS)
    assert {metric: OFFERED[key].metric for metric, key in USUAL.items()} == {metric: metric for metric in Metric}


@ALL
def test_it_can_be_published_as_it_is_also_with_the_choice_of_not_knowing(formula: str) -> None:
    definition = preset(formula, "Northwind")

    assert problems(definition) == []
    assert problems(definition.model_copy(update={"offers_unknown": True})) == []
    assert definition.scale.formula == formula


@ALL
@pytest.mark.parametrize("language", READY)
def test_the_question_names_the_workspace(language: str, formula: str) -> None:
    assert "Northwind" in preset(formula, "Northwind").texts[language].question


@ALL
def test_no_two_languages_and_no_two_groups_share_a_text(formula: str) -> None:
    definition = preset(formula, "Northwind")

    for texts in definition.texts.values():
        assert len({texts.comment_labels.of(band) for band in Band}) == 3
        assert len({texts.thanks.of(band).title for band in Band}) == 3
        assert texts.low_label != texts.high_label
    assert len({texts.question for texts in definition.texts.values()}) == len(READY)
    assert len({texts.unknown_label for texts in definition.texts.values()}) == len(READY)


@ALL
def test_pictures_have_a_name_each_and_numbers_speak_for_themselves(formula: str) -> None:
    definition = preset(formula, "Northwind")
    scores = [str(score) for score in OFFERED[formula].scale.values]

    for texts in definition.texts.values():
        assert list(texts.point_labels) == (scores if definition.look.is_pictured else [])
        assert len(set(texts.point_labels.values())) == len(texts.point_labels)


@pytest.mark.parametrize("language", READY)
def test_the_ends_of_faces_and_thumbs_are_called_as_their_points(language: str) -> None:
    for formula in ("csat-1-5-smileys/1", "csat-1-3-smileys/1", "csat-0-1-thumbs/1"):
        texts = preset(formula, "Northwind").texts[language]
        names = list(texts.point_labels.values())
        assert (names[0], names[-1]) == (texts.low_label, texts.high_label)


def test_on_the_reversed_scale_the_lowest_score_is_the_good_one() -> None:
    definition = preset("ces-1-5-reversed-mean/1", "Northwind")

    assert definition.band(1) is Band.PROMOTER
    assert definition.texts["en"].low_label == "Very low effort"


def test_a_name_with_braces_does_not_become_a_tag() -> None:
    assert problems(standard(Metric.NPS, "{secret} & Sons")) == []


def test_the_first_language_is_the_default() -> None:
    assert standard(Metric.NPS, "Northwind", ("de", "en")).default_language == "de"
