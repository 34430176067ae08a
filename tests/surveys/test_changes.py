"""What a publication is said to change."""

from cxsurvey.scoring.scales import Band, Metric
from cxsurvey.surveys import drafting
from cxsurvey.surveys.changes import Change, changes
from cxsurvey.surveys.definition import Definition, FollowUpKind
from cxsurvey.surveys.standard import standard
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
    draft = drafting.add_follow_up(_definition(), "q", FollowUpKind.CHOICE)
    stored = draft.stored()
    stored["follow_ups"][0] |= {"bands": [Band.DETRACTOR.value], "labels": {"en": "Which?"}}
    stored["follow_ups"][0]["options"][0]["labels"] = {"en": "This"}
    stored["follow_ups"][0]["options"][1]["labels"] = {"en": "That"}

    assert changes(_definition(), Definition.from_stored(stored)) == [
        Change("Follow-up 1: asked of", None, "detractors"),
        Change("Follow-up 1: English", None, "Which?"),
        Change("Follow-up 1: answers in English", None, "This · That"),
    ]


def test_another_scale_is_told(five_points: None) -> None:
    other = _definition().model_copy(update={"scale": five_point_scale()})

    assert changes(_definition(), other) == [Change("Scale", "NPS, 0 to 10", "CSAT, 1 to 5")]


def test_a_first_publication_is_all_new() -> None:
    found = changes(None, _definition())

    assert found
    assert all(change.before is None for change in found)
