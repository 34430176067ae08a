"""What a publication is said to change."""

from cxsurvey.scoring.scales import Band, Metric
from cxsurvey.surveys import drafting
from cxsurvey.surveys.changes import Change, changes
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.follow_ups import FollowUpKind
from cxsurvey.surveys.standard import preset, standard
from tests.surveys.scales import five_point_scale


def _definition(**english: object) -> Definition:
    stored = standard(Metric.NPS, "Northwind", ("en",)).stored()
    stored["texts"]["en"].update(english)
    return Definition.from_stored(stored)


def test_equal_definitions_have_no_changes() -> None:
    assert changes(_definition(), _definition()) == []


def test_a_changed_text_is_told_with_what_it_was_and_what_it_becomes() -> None:
    found = changes(_definition(question="Before?"), _definition(question="After?"))

    assert found == [Change("English: Question", "Before?", "After?")]


def test_a_new_language_brings_its_texts_and_a_removed_one_takes_them() -> None:
    one, two = _definition(), drafting.add_language(_definition(), "de", "Northwind")

    added, removed = changes(one, two), changes(two, one)

    assert Change("Languages", "English", "English, German") in added
    assert all(change.before is None for change in added if change.where.startswith("German: "))
    assert {change.where for change in removed if change.after is None} == {
        change.where for change in added if change.before is None
    }


def test_a_follow_up_is_told_with_its_groups_and_answers() -> None:
    draft = drafting.add_follow_up(_definition(), "q", FollowUpKind.SINGLE)
    stored = draft.stored()
    stored["follow_ups"][0] |= {"bands": [Band.DETRACTOR.value], "labels": {"en": "Which?"}}
    stored["follow_ups"][0]["options"][0]["labels"] = {"en": "This"}
    stored["follow_ups"][0]["options"][1]["labels"] = {"en": "That"}

    assert changes(_definition(), Definition.from_stored(stored)) == [
        Change("Follow-up 1: asked of", None, "detractors"),
        Change("Follow-up 1: kind", None, "one answer is chosen"),
        Change("Follow-up 1: required", None, "no"),
        Change("Follow-up 1: question in English", None, "Which?"),
        Change("Follow-up 1: answers in English", None, "This · That"),
    ]


def test_another_scale_is_told() -> None:
    other = _definition().model_copy(update={"scale": five_point_scale()})

    assert changes(_definition(), other)[:2] == [
        Change("Scale", "NPS, 0 to 10", "CSAT, 1 to 5"),
        Change("Formula", "nps-0-10/1", "csat-1-5/1"),
    ]


def test_groups_are_called_as_the_metric_calls_them() -> None:
    before = preset("ces-1-7/1", "Northwind", ("en",))
    texts = before.texts["en"]
    labels = texts.comment_labels.model_copy(update={"promoter": "Why?"})
    after = before.model_copy(update={"texts": {"en": texts.model_copy(update={"comment_labels": labels})}})

    (change,) = changes(before, after)

    assert change.where == "English: Question for a reason, easy"


def test_the_question_until_a_score_is_chosen_is_told() -> None:
    before = preset("ces-1-7/1", "Northwind", ("en",))
    texts = before.texts["en"]
    labels = texts.comment_labels.model_copy(update={"before": "Why so?"})
    after = before.model_copy(update={"texts": {"en": texts.model_copy(update={"comment_labels": labels})}})

    assert changes(before, after) == [
        Change("English: Question for a reason, until a score is chosen", None, "Why so?")
    ]


def test_the_name_of_a_face_is_told() -> None:
    before = preset("csat-1-3-smileys/1", "Northwind", ("en",))
    names = {**before.texts["en"].point_labels, "3": "Delighted"}
    texts = before.texts["en"].model_copy(update={"point_labels": names})
    after = before.model_copy(update={"texts": {"en": texts}, "offers_unknown": True})

    assert changes(before, after) == [
        Change("Not knowing may be chosen", "no", "yes"),
        Change("English: Name of 3", "Happy", "Delighted"),
    ]


def test_a_first_publication_is_all_new() -> None:
    found = changes(None, _definition())

    assert found
    assert all(change.before is None for change in found)
