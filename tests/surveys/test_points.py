"""The points of a scale in words, for mails."""

import pytest

from cxsurvey.surveys.looks import OFFERED
from cxsurvey.surveys.points import points_of
from cxsurvey.surveys.standard import READY, preset


@pytest.mark.parametrize("formula", OFFERED)
@pytest.mark.parametrize("language", READY)
def test_every_point_has_words_of_its_own(formula: str, language: str) -> None:
    points = points_of(preset(formula, "Northwind"), language)

    assert [point.score for point in points] == list(OFFERED[formula].scale.values)
    assert len({point.text for point in points}) == len({point.label for point in points}) == len(points)
    assert all(point.text and point.label for point in points)


def test_numbers_name_their_ends_and_pictures_themselves() -> None:
    nps = points_of(preset("nps-0-10/1", "Northwind"), "en")
    stars = points_of(preset("csat-1-5-stars-mean/1", "Northwind"), "de")
    thumbs = points_of(preset("csat-0-1-thumbs/1", "Northwind"), "tr")

    assert [(nps[0].text, nps[0].label), (nps[5].text, nps[5].label)] == [("0", "0: Not at all likely"), ("5", "5")]
    assert (stars[2].text, stars[2].label) == ("★★★", "3 Sterne")
    assert [point.text for point in thumbs] == ["Hayır", "Evet"]
