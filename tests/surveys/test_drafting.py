"""The buttons of the editor as pure changes of a draft."""

from cxsurvey.scoring.scales import Band, Metric
from cxsurvey.surveys import drafting
from cxsurvey.surveys.definition import MOST_FOLLOW_UPS, Definition, Texts
from cxsurvey.surveys.follow_ups import MOST_OPTIONS, FollowUpKind, FollowUpScale
from cxsurvey.surveys.standard import preset, standard


def _draft() -> Definition:
    return standard(Metric.NPS, "Northwind", ("en",))


def _with_follow_ups(*ids: str) -> Definition:
    draft = _draft()
    for follow_up_id in ids:
        draft = drafting.add_follow_up(draft, follow_up_id, FollowUpKind.SINGLE)
    return draft


def _order(draft: Definition) -> list[str]:
    return [follow_up.id for follow_up in draft.follow_ups]


def test_a_ready_language_comes_with_its_texts_and_another_one_empty() -> None:
    draft = drafting.add_language(drafting.add_language(_draft(), "tr", "Northwind"), "fr", "Northwind")

    assert draft.languages == ("en", "tr", "fr")
    assert draft.texts["tr"].question.startswith("Northwind")
    assert draft.texts["fr"] == Texts()


def test_a_language_is_added_once() -> None:
    draft = _draft()

    assert drafting.add_language(draft, "en", "Other") is draft


def test_removing_a_language_takes_its_labels_along() -> None:
    draft = drafting.add_language(_with_follow_ups("q"), "de", "Northwind")
    stored = draft.stored()
    stored["follow_ups"][0]["labels"] = {"en": "Which?", "de": "Welches?"}
    stored["follow_ups"][0]["options"][0]["labels"] = {"en": "This", "de": "Dieses"}

    left = drafting.remove_language(Definition.from_stored(stored), "de")

    assert left.languages == ("en",)
    assert left.follow_ups[0].labels == {"en": "Which?"}
    assert left.follow_ups[0].options[0].labels == {"en": "This"}


def test_the_default_language_stays() -> None:
    draft = drafting.add_language(_draft(), "de", "Northwind")

    assert drafting.remove_language(draft, "en") is draft


def test_a_new_follow_up_asks_everybody_and_a_choice_starts_with_two_answers() -> None:
    follow_up = _with_follow_ups("q").follow_ups[0]

    assert follow_up.bands == frozenset(Band)
    assert len(follow_up.options) == 2


def test_there_are_at_most_five_follow_ups_and_ten_answers() -> None:
    draft = _with_follow_ups(*"abcdefgh")
    for number in range(20):
        draft = drafting.add_option(draft, "a", f"o{number}")

    assert len(draft.follow_ups) == MOST_FOLLOW_UPS
    assert len(draft.follow_ups[0].options) == MOST_OPTIONS
    assert Definition.from_stored(draft.stored()) == draft


def test_follow_ups_move_and_stop_at_the_ends() -> None:
    draft = _with_follow_ups("a", "b", "c")

    assert _order(drafting.move_follow_up(draft, "c", -1)) == ["a", "c", "b"]
    assert _order(drafting.move_follow_up(draft, "a", 1)) == ["b", "a", "c"]
    assert drafting.move_follow_up(draft, "a", -1) is draft
    assert drafting.move_follow_up(draft, "c", 1) is draft
    assert drafting.move_follow_up(draft, "gone", 1) is draft


def test_follow_ups_and_answers_are_removed_by_id() -> None:
    draft = drafting.remove_option(_with_follow_ups("a", "b"), "b", "a")

    assert _order(drafting.remove_follow_up(draft, "a")) == ["b"]
    assert [option.id for option in draft.follow_ups[1].options] == ["b"]
    assert [option.id for option in draft.follow_ups[0].options] == ["a", "b"]


def test_a_scale_starts_from_one_to_five_without_answers_to_choose() -> None:
    follow_up = drafting.add_follow_up(_draft(), "q", FollowUpKind.SCALE).follow_ups[0]

    assert follow_up.scale == FollowUpScale(minimum=1, maximum=5)
    assert follow_up.options == ()


def test_another_formula_takes_ready_texts_along_and_leaves_own_ones() -> None:
    draft = standard(Metric.NPS, "Northwind", ("en", "de"))
    own = draft.texts["de"].model_copy(update={"question": "Und?"})
    changed = drafting.change_formula(
        draft.model_copy(update={"texts": {**draft.texts, "de": own}}), "csat-0-1-thumbs/1", "Northwind"
    )
    ready = preset("csat-0-1-thumbs/1", "Northwind", ("en", "de"))

    assert changed.texts["en"] == ready.texts["en"]
    assert changed.texts["de"] == ready.texts["de"].model_copy(update={"question": "Und?"})
    assert changed.scale == ready.scale


def test_a_follow_up_of_a_group_that_the_new_scale_lacks_asks_everybody() -> None:
    draft = _with_follow_ups("q", "r")
    asked = [
        each.model_copy(update={"bands": bands})
        for each, bands in zip(draft.follow_ups, ({Band.PASSIVE}, {Band.PASSIVE, Band.PROMOTER}), strict=True)
    ]

    changed = drafting.change_formula(draft.model_copy(update={"follow_ups": tuple(asked)}), "csat-0-1-thumbs/1", "N")

    assert [each.bands for each in changed.follow_ups] == [{Band.DETRACTOR, Band.PROMOTER}, {Band.PROMOTER}]


def test_the_same_formula_changes_nothing() -> None:
    draft = _draft()

    assert drafting.change_formula(draft, draft.scale.formula, "Northwind") is draft
