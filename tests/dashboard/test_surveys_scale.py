"""Another scale as a step of its own, the draft drawn while one types, and changes given up."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from cxsurvey.surveys.looks import OFFERED
from tests.dashboard.conftest import page
from tests.dashboard.survey_pages import NEW, edit, follow, new_survey, press, published, value

FACES = "csat-1-5-smileys/1"


def _with(browser: TestClient, formula: str) -> str:
    made = browser.post(NEW, data={"name": "Asked", "languages": ["en"], "formula": formula})
    assert made.status_code == 303
    return str(made.headers["location"]).partition("/edit")[0]


def _question(browser: TestClient, base: str) -> str:
    return value(browser.get(f"{base}/edit/en"), "question") or ""


def test_every_formula_is_offered_with_a_picture_and_how_it_is_counted(signed_in: TestClient) -> None:
    form = signed_in.get(NEW)

    offered = [node.attributes["value"] for node in page(form).css("input[name=formula]")]

    assert offered == list(OFFERED)
    ticked = [node.attributes["value"] for node in page(form).css("input[name=formula][checked]")]
    assert ticked == ["nps-0-10/1"]
    assert len(page(form).css(".formula-card .sketch")) == len(OFFERED)
    assert "Percent promoters (9 and 10) less percent detractors (0 to 6)." in form.text
    assert "lower is better" in form.text


def test_a_formula_that_is_none_is_refused_at_its_field(signed_in: TestClient) -> None:
    answer = signed_in.post(NEW, data={"name": "Asked", "languages": ["en"], "formula": "csat"})

    assert answer.status_code == 422
    assert page(answer).css_first("#error-formula") is not None
    assert value(answer, "name") == "Asked"


def test_the_editor_names_groups_and_points_as_the_metric_does(signed_in: TestClient) -> None:
    base = _with(signed_in, FACES)

    editor = signed_in.get(f"{base}/edit/en")

    assert value(editor, "point_labels.5") == "Very happy"
    assert "Satisfied, 4 and 5" in editor.text
    assert "Promoters" not in editor.text
    renamed = follow(signed_in, edit(signed_in, base, "en", point_labels__5="Delighted"))
    assert value(renamed, "point_labels.5") == "Delighted"


def test_a_picture_without_a_name_keeps_a_survey_from_being_published(signed_in: TestClient) -> None:
    base = _with(signed_in, FACES)
    edit(signed_in, base, "en", point_labels__2="")

    links = [link.attributes["href"] for link in page(signed_in.get(f"{base}/publish")).css(".notice.problem a")]

    assert links == [f"{base}/edit/en#field-point_labels.2"]


def test_not_knowing_is_offered_by_a_box(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    edit(signed_in, base, "settings", offers_unknown="yes")

    assert "I do not know" in signed_in.get(f"{base}/preview/question").text
    press(signed_in, signed_in.get(f"{base}/edit/settings"), "save", without=("offers_unknown",))
    assert "I do not know" not in signed_in.get(f"{base}/preview/question").text


def test_another_scale_is_asked_about_before_it_is_taken(signed_in: TestClient) -> None:
    base = published(signed_in)

    asked = signed_in.get(f"{base}/scale", params={"formula": FACES})

    assert "starts a new trend line" in asked.text
    assert _question(signed_in, base).startswith("How likely"), "nothing has changed yet"
    taken = follow(signed_in, press(signed_in, asked))
    assert value(taken, "question") == "How was your experience with Northwind Home?"
    assert "The scores start a new trend line" in signed_in.get(f"{base}/publish").text


def test_a_draft_that_nobody_was_asked_changes_its_scale_without_a_warning(signed_in: TestClient) -> None:
    base = new_survey(signed_in)

    assert "new trend line" not in signed_in.get(f"{base}/scale", params={"formula": FACES}).text


@pytest.mark.parametrize("formula", ["", "nothing", "nps-0-10/1"])
def test_what_is_no_other_formula_shows_the_choice(signed_in: TestClient, formula: str) -> None:
    base = new_survey(signed_in)

    shown = signed_in.get(f"{base}/scale", params={"formula": formula})

    assert len(page(shown).css("input[name=formula]")) == len(OFFERED)
    assert signed_in.post(f"{base}/scale", data={"formula": "nothing", "revision": "1"}).status_code == 422


def test_what_is_typed_is_drawn_and_not_stored(signed_in: TestClient) -> None:
    base = _with(signed_in, FACES)
    sent = {"part": "en", "revision": "1", "question": "Typed?", "preview_step": "question", "preview_language": "en"}

    drawn = signed_in.post(f"{base}/preview/draft", data={**sent, "preview_scheme": "dark"})

    assert drawn.status_code == 200
    assert "Typed?" in drawn.text
    assert 'data-scheme="dark"' in drawn.text
    assert "frame-ancestors 'self'" in drawn.headers["content-security-policy"]
    assert value(signed_in.get(f"{base}/edit/en"), "question") == "How was your experience with Northwind Home?"


def test_what_cannot_be_drawn_says_so(signed_in: TestClient) -> None:
    base = new_survey(signed_in)
    sent = {"part": "en", "revision": "1", "question": "x" * 201, "preview_step": "question"}

    refused = signed_in.post(f"{base}/preview/draft", data=sent)

    assert (refused.status_code, refused.headers["content-type"]) == (422, "text/plain; charset=utf-8")
    assert signed_in.post(f"{base}/preview/draft", data={"part": "en", "revision": "1"}).status_code == 404


def test_the_share_page_gives_score_links_for_a_mail(signed_in: TestClient) -> None:
    base = _with(signed_in, FACES)
    edit(signed_in, base, "en", point_labels__5="<b>Very</b> & happy")

    shown = page(signed_in.get(f"{base}/share"))

    (snippet,) = [
        code.text() for code in shown.css("#own-mail, code[data-copy-text]") if "PERSONAL_LINK" in code.text()
    ]
    links = LexborHTMLParser(snippet).css("a")
    assert [link.attributes["href"] for link in links] == [f"PERSONAL_LINK?s={score}&lang=en" for score in range(1, 6)]
    assert links[-1].attributes["aria-label"] == "<b>Very</b> & happy"
    assert links[-1].css_first("b") is None


def test_no_placeholder_goes_into_a_mail_or_a_list(signed_in: TestClient) -> None:
    base = _with(signed_in, FACES)
    edit(
        signed_in,
        base,
        "en",
        question="{first_name}, how did you like {workspace}?",
        low_label="Not at all, {first_name}",
        point_labels__5="Happy with {workspace}",
    )

    shared, listed = signed_in.get(f"{base}/share"), signed_in.get(base.rpartition("/")[0])

    (snippet,) = [code.text() for code in page(shared).css("code[data-copy-text]") if "PERSONAL_LINK" in code.text()]
    assert "<p>how did you like Northwind Home?</p>" in snippet
    assert "Not at all" in snippet
    assert 'aria-label="Happy with Northwind Home"' in snippet
    assert "{" not in snippet
    assert page(listed).css(".survey-question")[0].text() == "how did you like Northwind Home?"
    assert value(signed_in.get(f"{base}/edit/en"), "question") == "{first_name}, how did you like {workspace}?"


def test_changes_are_given_up_only_on_purpose(signed_in: TestClient) -> None:
    base = published(signed_in)
    edit(signed_in, base, "en", question="Mine?")

    asked = signed_in.get(f"{base}/discard")
    assert "Mine?" in asked.text
    back = follow(signed_in, press(signed_in, asked))

    assert _question(signed_in, base).startswith("How likely")
    assert "Unpublished changes" not in back.text
    assert "nothing to discard" in signed_in.get(f"{base}/discard").text


def test_a_draft_that_was_never_asked_has_nothing_to_go_back_to(signed_in: TestClient) -> None:
    base = new_survey(signed_in)

    assert signed_in.get(f"{base}/discard").status_code == 409
    assert signed_in.post(f"{base}/discard", data={"revision": "1"}).status_code == 409
