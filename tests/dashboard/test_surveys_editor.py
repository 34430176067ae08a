from __future__ import annotations

from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from cxsurvey.core.context import Context
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import EditSurvey
from tests.dashboard.conftest import Write, attribute, has, in_northwind, page, text_of
from tests.dashboard.survey_pages import edit, errors, follow, new_survey, press, published, value


def _buttons(answer: object, action: str) -> list[str]:
    nodes = page(answer).css("button[name=then]")
    values = [node.attributes.get("value") or "" for node in nodes]
    return [text.partition(":")[2] for text in values if text.partition(":")[0] == action]


def _add(browser: TestClient, base: str, kind: str = "single") -> str:
    """Adds a follow-up and gives its id."""
    answer = follow(browser, edit(browser, base, "follow-ups", f"add-follow-up:{kind}"))
    return _buttons(answer, "remove")[-1]


def test_every_text_comes_back_as_it_was_saved(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    texts = {
        "question": "Would you, {first_name}?",
        "low_label": "No",
        "high_label": "Yes",
        "comment_labels__passive": "Why “not quite”?",
        "comment_labels__before": "What is it?",
        "thanks__promoter__title": "<b>Thanks</b> & more",
        "thanks__promoter__text": "One line\n\nand another",
        "thanks__promoter__link_label": "Review us",
        "thanks__promoter__link_url": "https://reviews.example/x?y=1&z",
    }

    saved = follow(signed_in, edit(signed_in, base, "en", **texts))

    assert "Saved" in text_of(saved, ".notice.done")
    assert {name: value(saved, name.replace("__", ".")) for name in texts} == texts
    assert "<b>Thanks</b>" not in saved.text


def test_what_is_wrong_is_named_at_its_field_and_everything_typed_stays(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    typed = {
        "question": "x" * 201,
        "low_label": "Kept as typed",
        "thanks__detractor__link_url": "javascript:alert(1)",
        "thanks__passive__text": "Kept\nas well",
    }

    answer = edit(signed_in, base, "en", **typed)

    assert answer.status_code == 422
    assert set(errors(answer)) == {"question", "thanks.detractor.link_url"}
    assert {name: value(answer, name.replace("__", ".")) for name in typed} == typed
    assert text_of(answer, "title").startswith("Error: ")
    stored = signed_in.get(f"{base}/edit/en")
    assert value(stored, "low_label") == "Not at all likely"


def test_mending_the_errors_saves(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    answer = edit(signed_in, base, "en", question="x" * 201, high_label="Very")

    saved = follow(signed_in, press(signed_in, answer, "save", question="Would you?"))

    assert (value(saved, "question"), value(saved, "high_label")) == ("Would you?", "Very")


def test_going_to_another_part_saves_first(signed_in: TestClient) -> None:
    base = new_survey(signed_in, "Relationship", "en", "de")

    other = follow(signed_in, edit(signed_in, base, "en", "go:de", question="Would you?"))

    assert text_of(other, ".tab[aria-current]") == "German"
    assert value(signed_in.get(f"{base}/edit/en"), "question") == "Would you?"


def test_an_edit_of_an_old_page_is_shown_kindly_and_can_be_saved_on_purpose(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    opened = signed_in.get(f"{base}/edit/en")
    edit(signed_in, base, "en", question="Theirs?", low_label="Theirs")

    refused = press(signed_in, opened, "save", question="Mine?")

    assert refused.status_code == 409
    assert "Somebody else saved" in text_of(refused, "[role=alert]")
    assert value(refused, "question") == "Mine?"
    assert value(signed_in.get(f"{base}/edit/en"), "question") == "Theirs?"
    saved = follow(signed_in, press(signed_in, refused, "save"))
    assert value(saved, "question") == "Mine?"


@pytest.mark.parametrize("revision", ["", "0", "-1", "1e9", "9" * 50, "１", "x", "'--"])
def test_a_revision_that_is_none_stores_nothing(signed_in: TestClient, revision: str) -> None:
    base = new_survey(signed_in)

    answer = edit(signed_in, base, "en", revision=revision, question="Mine?")

    assert answer.status_code in {409, 422}
    assert value(answer, "question") == "Mine?"
    assert value(signed_in.get(f"{base}/edit/en"), "question") != "Mine?"


def test_languages_are_added_ready_or_empty_and_removed(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    edit(signed_in, base, "settings", "add-language:ar")
    edit(signed_in, base, "settings", "add-language", new_language="pt-br")

    arabic, portuguese = signed_in.get(f"{base}/edit/ar"), signed_in.get(f"{base}/edit/pt-BR")
    question = page(arabic).css_first("input[name=question]")
    assert question is not None
    assert (question.attributes["dir"], question.attributes["lang"]) == ("rtl", "ar")
    assert "Northwind Home" in (value(arabic, "question") or "")
    assert value(portuguese, "question") == ""
    assert page(portuguese).css_first(".tab[aria-current] .gaps") is not None

    follow(signed_in, edit(signed_in, base, "settings", "remove-language:ar"))
    assert signed_in.get(f"{base}/edit/ar").status_code == 404


@pytest.mark.parametrize("tag", ["", "en", "english", "../x", "e", "de-x-private", "<script>", "{{7*7}}"])
def test_what_is_no_new_language_is_refused_at_its_field(signed_in: TestClient, tag: str) -> None:
    base = new_survey(signed_in)

    answer = edit(signed_in, base, "settings", "add-language", new_language=tag, name="Typed")

    assert answer.status_code == 422
    assert set(errors(answer)) == {"new_language"}
    assert (value(answer, "new_language"), value(answer, "name")) == (tag, "Typed")


def test_the_default_language_can_be_another_one(signed_in: TestClient) -> None:
    base = new_survey(signed_in, "Relationship", "en", "de")

    saved = follow(signed_in, edit(signed_in, base, "settings", default_language="de"))

    assert _buttons(saved, "remove-language") == ["en"]
    assert edit(signed_in, base, "settings", default_language="fr").status_code == 422


def test_anonymity_is_offered_until_the_survey_is_published(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    page_of_settings = f"{base}/edit/settings"
    assert not has(signed_in.get(page_of_settings), "input[name=anonymous][checked]")

    edit(signed_in, base, "settings", anonymity="asked", anonymous="yes")
    assert has(signed_in.get(page_of_settings), "input[name=anonymous][checked]")
    edit(signed_in, base, "en", question="How likely are you?")
    assert has(signed_in.get(page_of_settings), "input[name=anonymous][checked]"), "another part changes it"
    press(signed_in, signed_in.get(page_of_settings), "save", without=("anonymous",))
    assert not has(signed_in.get(page_of_settings), "input[name=anonymous][checked]")
    edit(signed_in, base, "settings", anonymity="asked", anonymous="yes")
    assert "stays so" in text_of(signed_in.get(f"{base}/publish"), "main")
    assert press(signed_in, signed_in.get(f"{base}/publish")).status_code == 303

    assert not has(signed_in.get(page_of_settings), "input[name=anonymous]")
    refused = edit(signed_in, base, "settings", anonymity="asked")
    assert refused.status_code == 409
    assert "fixed when it is first published" in refused.text
    assert "only its shared link takes responses" in text_of(signed_in.get(f"{base}/share"), "main")


def test_follow_ups_are_added_ordered_and_removed_without_script(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    first, second = _add(signed_in, base, "text"), _add(signed_in, base)
    assert _buttons(signed_in.get(f"{base}/edit/follow-ups"), "up") == [second]

    moved = follow(
        signed_in, edit(signed_in, base, "follow-ups", f"up:{second}", **{f"follow_ups__{first}__label": "Typed"})
    )
    assert _buttons(moved, "remove") == [second, first]
    assert value(moved, f"follow_ups.{first}.label") == "Typed"

    left = follow(signed_in, edit(signed_in, base, "follow-ups", f"remove:{second}"))
    assert _buttons(left, "remove") == [first]


def test_each_button_leads_to_what_it_made_or_to_what_took_the_place_of_what_is_gone(signed_in: TestClient) -> None:
    base = new_survey(signed_in)

    def pressed(then: str) -> str:
        answer = edit(signed_in, base, "follow-ups", then)
        shown = follow(signed_in, answer)
        place = unquote(answer.headers["location"].partition("#")[2])
        (target,) = [node for node in page(shown).css("[id]") if node.attributes["id"] == place]
        assert target.tag == "input" or target.attributes["tabindex"] == "-1", "it takes the focus"
        return place

    asked = pressed("add-follow-up:single")
    first = asked.removeprefix("field-follow_ups.").removesuffix(".label")
    answers = f"field-follow_ups.{first}.options."
    assert asked == f"field-follow_ups.{first}.label"
    third = pressed(f"add-option:{first}")
    assert third.startswith(answers)
    assert third not in {f"{answers}a", f"{answers}b"}
    assert pressed(f"remove-option:{first}/a") == f"{answers}b", "the one that stands there now"
    assert pressed(f"remove-option:{first}/{third.removeprefix(answers)}") == f"{answers}b", "the last one that is left"
    assert pressed(f"remove-option:{first}/b") == asked, "the question, when no answer is left"
    second = _add(signed_in, base, "text")
    assert pressed(f"up:{second}") == f"follow-up-{second}"
    assert pressed(f"remove:{second}") == f"follow-up-{first}"
    assert pressed(f"remove:{first}") == "adders"


def test_there_are_at_most_five_follow_ups(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    ids = {_add(signed_in, base, "text") for _ in range(5)}

    answer = signed_in.get(f"{base}/edit/follow-ups")

    assert len(ids) == 5
    assert _buttons(answer, "add-follow-up") == []
    assert "Five follow-ups" in answer.text


def test_answers_to_choose_are_added_and_removed(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    follow_up = _add(signed_in, base)

    more = follow(signed_in, edit(signed_in, base, "follow-ups", f"add-option:{follow_up}"))
    assert len(_buttons(more, "remove-option")) == 3
    gone = _buttons(more, "remove-option")[0]
    less = follow(signed_in, edit(signed_in, base, "follow-ups", f"remove-option:{gone}"))

    assert gone not in _buttons(less, "remove-option")
    assert len(_buttons(less, "remove-option")) == 2


def test_a_full_editor_stays_within_what_a_form_may_send(signed_in: TestClient, write: Write) -> None:
    base = new_survey(signed_in)
    follow_up = _add(signed_in, base)
    for _ in range(8):
        edit(signed_in, base, "follow-ups", f"add-option:{follow_up}")

    def repeat_it(ctx: Context) -> None:
        in_northwind(ctx)
        [survey] = surveys.listed(ctx)
        [first] = survey.draft.follow_ups
        ids = [first.id[:-1] + last for last in "abcde" if last != first.id[-1]][:4]
        all_five = (first, *(first.model_copy(update={"id": each}) for each in ids))
        definition = survey.draft.model_copy(update={"follow_ups": all_five})
        surveys.edit(ctx, survey.id, EditSurvey(revision=survey.revision, name=survey.name, definition=definition))

    write(repeat_it)
    labels = {
        str(node.attributes["name"]).replace(".", "__"): "漢" * int(node.attributes["maxlength"] or 0)
        for node in page(signed_in.get(f"{base}/edit/follow-ups")).css("input[name^=follow_ups][maxlength]")
    }

    answer = edit(signed_in, base, "follow-ups", **labels)

    assert len(labels) == 5 * 11
    assert answer.status_code == 303


def test_a_follow_up_is_translated_beside_its_original(signed_in: TestClient) -> None:
    base = new_survey(signed_in, "Relationship", "en", "de")
    follow_up = _add(signed_in, base, "text")
    edit(signed_in, base, "follow-ups", **{f"follow_ups__{follow_up}__label": "What was missing?"})

    german = follow(signed_in, edit(signed_in, base, "de", **{f"follow_ups__{follow_up}__label": "Was fehlte?"}))

    assert "What was missing?" in german.text
    assert value(german, f"follow_ups.{follow_up}.label") == "Was fehlte?"
    assert value(signed_in.get(f"{base}/edit/follow-ups"), f"follow_ups.{follow_up}.label") == "What was missing?"


def test_a_follow_up_for_nobody_is_a_gap_that_links_to_its_boxes(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    follow_up = _add(signed_in, base, "text")
    boxes = tuple(f"follow_ups.{follow_up}.bands.{band}" for band in ("detractor", "passive", "promoter"))
    opened = signed_in.get(f"{base}/edit/follow-ups")
    press(signed_in, opened, "save", without=boxes, **{f"follow_ups__{follow_up}__label": "Why?"})

    answer = signed_in.get(f"{base}/publish")

    links = [link.attributes["href"] for link in page(answer).css(".notice.problem a")]
    assert links == [f"{base}/edit/follow-ups#field-follow_ups.{follow_up}.bands"]


def test_publishing_a_whole_survey_with_follow_ups_works(signed_in: TestClient) -> None:
    base = new_survey(signed_in, "Relationship", "en", "tr")
    follow_up = _add(signed_in, base)
    options = [text.partition("/")[2] for text in _buttons(signed_in.get(f"{base}/edit/follow-ups"), "remove-option")]
    for part in ("follow-ups", "tr"):
        labels = {f"follow_ups__{follow_up}__options__{option}": f"{part} {option}" for option in options}
        edit(signed_in, base, part, **{f"follow_ups__{follow_up}__label": f"Which {part}?"}, **labels)

    answer = press(signed_in, signed_in.get(f"{base}/publish"))

    assert answer.status_code == 303


def test_the_way_to_the_results_saves(signed_in: TestClient) -> None:
    base = published(signed_in)

    editor = signed_in.get(f"{base}/edit/en")
    offered = page(editor).css("button.chip[form=editor]")
    sent = {"revision": value(editor, "revision") or "", "question": "So?", "then": "results"}
    left = signed_in.post(f"{base}/edit/en", data=sent)

    assert "results" in [button.attributes.get("value") for button in offered]
    assert (left.status_code, left.headers["location"]) == (303, f"{base}/results")
    assert value(signed_in.get(f"{base}/edit/en"), "question") == "So?"


@pytest.mark.parametrize(
    "then", ["", "nonsense", "go:../../../etc", "remove:", "up:gone", "add-option:gone", "go:fr", ":"]
)
def test_an_unknown_button_only_saves(signed_in: TestClient, then: str) -> None:
    base = new_survey(signed_in)
    revision = value(signed_in.get(f"{base}/edit/en"), "revision")

    answer = signed_in.post(
        f"{base}/edit/en", data={"revision": revision or "", "question": "Would you?", "then": then}
    )

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{base}/edit/en")
    assert value(signed_in.get(f"{base}/edit/en"), "question") == "Would you?"


def test_fields_that_are_not_of_the_part_are_ignored(signed_in: TestClient) -> None:
    base = published(signed_in, "en", "de")
    before = signed_in.get(f"{base}/edit/settings")

    edit(signed_in, base, "de", name="Taken", anonymous="yes", state="draft", workspace_id="x", code="mine")

    after = signed_in.get(f"{base}/edit/settings")
    assert value(after, "name") == value(before, "name") == "Relationship"
    assert text_of(after, ".tag") == "Open"


@pytest.mark.parametrize(
    "body",
    [
        b"revision=1&question=a&question=b",
        b"revision=1&question=%00",
        b"revision=1&question=%ed%a0%80",
        b"revision=1&question=%ff",
        b"&".join(b"f%d=x" % number for number in range(300)),
        b"question=" + b"x" * 70_000,
        b'{"question": "x"}',
    ],
)
def test_a_body_that_is_no_form_of_ours_is_refused(signed_in: TestClient, body: bytes) -> None:
    base = new_survey(signed_in)
    before = signed_in.get(f"{base}/edit/en")

    answer = signed_in.post(
        f"{base}/edit/en", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )

    assert answer.status_code in {409, 413, 422}
    assert value(signed_in.get(f"{base}/edit/en"), "question") == value(before, "question")


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "=1+1"])
def test_no_text_becomes_markup_on_any_page(signed_in: TestClient, text: str) -> None:
    base = published(signed_in)
    edit(signed_in, base, "settings", name=text)
    edit(signed_in, base, "en", question=text)

    for address in ("/w/northwind/surveys", *(f"{base}/{path}" for path in ("edit/en", "publish", "share", "preview"))):
        shown = signed_in.get(address)
        assert shown.status_code == 200
        assert "<script>alert" not in shown.text
        assert "onerror=alert(1)>" not in shown.text
        assert "49" not in text_of(shown, "h1")


def test_no_way_out_of_the_editor_loses_text_and_enter_only_saves(signed_in: TestClient) -> None:
    base = new_survey(signed_in)

    document = page(signed_in.get(f"{base}/edit/en"))

    buttons = [
        node for node in document.css("main button[name=then]") if node.attributes.get("form", "editor") == "editor"
    ]
    assert buttons[0].attributes["value"] == "save"
    links = {node.attributes["href"] for node in document.css("main a")}
    assert links == {"/w/northwind/surveys"}


@pytest.mark.parametrize("way", ["preview", "publish", "share"])
def test_leaving_for_another_page_of_the_survey_saves_first(signed_in: TestClient, way: str) -> None:
    base = new_survey(signed_in)
    revision = value(signed_in.get(f"{base}/edit/en"), "revision") or ""

    answer = signed_in.post(f"{base}/edit/en", data={"revision": revision, "question": "Would you?", "then": way})

    assert answer.headers["location"] == f"{base}/{way}"
    assert value(signed_in.get(f"{base}/edit/en"), "question") == "Would you?"


def test_the_question_about_contact_and_the_follow_ups_name_each_other(signed_in: TestClient) -> None:
    base = new_survey(signed_in)

    beside = signed_in.get(f"{base}/edit/follow-ups")
    assert "Whether you may contact the customer is not asked" in beside.text
    there = follow(signed_in, edit(signed_in, base, "follow-ups", "go:settings"))
    assert has(there, "#field-asks_contact")
    assert has(there, "#part-contact ~ * [value='go:follow-ups']")
    assert has(beside, ".quiet[value='go:settings']")


def test_the_preview_beside_the_follow_ups_begins_with_them(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    assert _shown_page(signed_in.get(f"{base}/edit/follow-ups")) == "question", "there are none yet"

    added = follow(signed_in, edit(signed_in, base, "follow-ups", "add-follow-up:text"))

    assert _shown_page(added).startswith("follow-ups-")
    assert _shown_page(signed_in.get(f"{base}/edit/en")) == "question"


def _shown_page(answer: object) -> str:
    """The page of the survey that stands beside the editor, and is chosen there."""
    chosen = attribute(answer, "#live-step option[selected]", "value") or ""
    assert f"/preview/{chosen}?" in (attribute(answer, ".live iframe", "src") or "")
    return chosen
