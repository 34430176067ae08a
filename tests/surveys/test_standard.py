"""The ready texts."""

import pytest

from cxsurvey.scoring.scales import Band, Metric
from cxsurvey.surveys.completeness import problems
from cxsurvey.surveys.standard import READY, standard


@pytest.mark.parametrize("language", READY)
def test_the_question_names_the_workspace(language: str) -> None:
    assert "Northwind" in standard(Metric.NPS, "Northwind").texts[language].question


def test_no_two_languages_and_no_two_groups_share_a_text() -> None:
    definition = standard(Metric.NPS, "Northwind")

    for texts in definition.texts.values():
        assert len({texts.comment_labels.of(band) for band in Band}) == 3
        assert len({texts.thanks.of(band).title for band in Band}) == 3
    assert len({texts.question for texts in definition.texts.values()}) == len(READY)


def test_a_name_with_braces_does_not_become_a_tag() -> None:
    assert problems(standard(Metric.NPS, "{secret} & Sons")) == []


def test_the_first_language_is_the_default() -> None:
    assert standard(Metric.NPS, "Northwind", ("de", "en")).default_language == "de"
