"""The dashboard in a real browser: axe, phones, long names, paper, and text that is not saved yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, expect

from cxsurvey.core.context import Context
from cxsurvey.surveys.service import SurveyView
from tests.browser.house import House, running
from tests.browser.looking import OpenPage, axe
from tests.factories import make_open_survey
from tests.insights.answers import answer, store

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("dialect", ["sqlite"], indirect=True, scope="session")]

LONG = "Donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichenbefragungsverfahren"
PAGES = (
    "results",
    "segments?by=touchpoint",
    "edit/en",
    "edit/settings",
    "branding",
    "preview",
    "share",
    "scale",
    "scale?formula=csat-1-5-smileys/1",
)
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"
# a row that fades at its end leaves axe unsure of the contrast, a sandboxed frame of what is in it
UNSURE = {"color-contrast", "frame-tested"}


@pytest.fixture(scope="module")
def house(migrated_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A survey with a long name that two customers answered, for all tests, which store nothing in it."""
    with running(migrated_url, tmp_path_factory.mktemp("house"), _survey) as opened:
        yield opened


@pytest.fixture
def own_house(migrated_url: str, tmp_path: Path) -> Iterator[House]:
    """One like it, for a test that changes the survey."""
    with running(migrated_url, tmp_path, _survey) as opened:
        yield opened


def _survey(ctx: Context) -> SurveyView:
    survey = make_open_survey(ctx, LONG)
    said = [answer(ctx, survey.id, score, ctx.now - timedelta(hours=score), "so it was") for score in (2, 9)]
    store(ctx, said)
    return survey


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1440, "light")])
def test_axe_finds_nothing_and_a_long_name_widens_no_page(
    house: House, signed_in: OpenPage, width: int, scheme: str
) -> None:
    page = signed_in(width, color_scheme=scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    ways = ("", "surveys", "responses", "comments?q=late", "planning", "planning?change=x", "keys")
    company = ("settings", "team", "audit", "workspaces", "branding", "imports", "surveys/new")
    for part in (*ways, *company, *(f"SURVEY/{page}" for page in PAGES)):
        page.goto(house.url(part))
        broken, unsure = axe(page)
        assert (broken, set(unsure) - UNSURE) == ([], set()), part
        assert not page.evaluate(SIDEWAYS), part
    said = [text for text in said if "postMessage" not in text]  # axe knocks at frames that are sandboxed
    refused = [text for text in said if "422" in text]  # a browser says so itself
    assert (said, len(refused)) == (refused, 1)


def test_the_entry_of_the_page_is_in_view_on_a_phone(house: House, signed_in: OpenPage) -> None:
    page = signed_in(390)
    places = {"keys": ".side nav", "audit": ".settings-tabs", "SURVEY/edit/settings": ".tabs"}
    for part, row in places.items():
        page.goto(house.url(part))
        box = page.locator(f"{row} [aria-current]").bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= 390 - box["width"], part


def test_a_tablet_shows_every_entry_of_the_navigation_at_once(house: House, signed_in: OpenPage) -> None:
    page = signed_in(768)
    page.goto(house.url())
    assert page.locator(".side-inner").evaluate("row => row.scrollWidth <= row.clientWidth")


@pytest.mark.parametrize("script", [True, False])
def test_on_a_phone_each_choice_is_one_row_and_the_first_number_is_in_view(
    house: House, signed_in: OpenPage, script: bool
) -> None:
    page = signed_in(390, java_script_enabled=script)
    for part, first in (("SURVEY/results", ".hero .score"), ("responses", ".answers .pill")):
        page.goto(house.url(part))
        heights = [box["height"] for row in page.locator("nav.chips").all() if (box := row.bounding_box())]
        assert len(heights) > 1
        assert max(heights) < 60, part
        number = page.locator(first).first.bounding_box()
        assert number is not None
        assert number["y"] < 700, part
        page.locator("nav[aria-label=Period] a").last.focus()
        box = page.locator("nav[aria-label=Period] a").last.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= 390 - box["width"], "the focus is seen"
        page.click(".period summary")
        form = page.locator(".period form").bounding_box()
        assert form is not None
        assert 0 <= form["x"] <= 390 - form["width"]
        assert not page.evaluate(SIDEWAYS)


def test_a_menu_closes_by_escape_by_a_click_beside_it_and_for_another(house: House, signed_in: OpenPage) -> None:
    page = signed_in(390)
    page.goto(house.url("responses"))
    days = page.locator("details", has=page.locator("summary", has_text="Other days"))
    filters = page.locator("details", has=page.locator("summary", has_text="+ Filter"))

    days.locator("summary").click()
    days.locator("[name=since]").focus()
    page.keyboard.press("Escape")
    expect(days).not_to_have_attribute("open", "")
    expect(days.locator("summary")).to_be_focused()
    days.locator("summary").click()
    filters.locator("summary").press("Enter")
    expect(filters).to_have_attribute("open", "")
    expect(days).not_to_have_attribute("open", "")
    filters.locator("form").click(position={"x": 2, "y": 2})
    expect(filters).to_have_attribute("open", "")
    page.locator("h1").click()
    expect(filters).not_to_have_attribute("open", "")
    days.locator("summary").click()
    page.locator("nav[aria-label=Main] a").first.focus()
    expect(days).not_to_have_attribute("open", "")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_focus_goes_to_the_answer_that_was_added_and_stays_where_one_was_removed(
    own_house: House, open_page: OpenPage, scripts: bool
) -> None:
    page = open_page(390, java_script_enabled=scripts)
    own_house.sign_in(page)
    page.goto(own_house.url("SURVEY/edit/follow-ups"))

    page.click("text=Add a choice of one answer")
    expect(page.get_by_label("Question in English")).to_be_focused()
    page.click("text=Add an answer")
    expect(page.get_by_label("Answer 3", exact=True)).to_be_focused()
    page.get_by_label("Answer 1", exact=True).fill("Price")
    page.get_by_label("Answer 2", exact=True).fill("Staff")
    page.click("text=Remove answer 1")
    expect(page.get_by_label("Answer 1", exact=True)).to_be_focused()
    expect(page.get_by_label("Answer 1", exact=True)).to_have_value("Staff")
    expect(page.get_by_label("Answer 1", exact=True)).to_be_in_viewport()


def test_what_is_typed_in_the_editor_is_not_left_behind_unasked(own_house: House, open_page: OpenPage) -> None:
    page = open_page(1440)
    own_house.sign_in(page)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.goto(own_house.url("SURVEY/edit/en"))
    page.fill("[name=question]", "How was it, all in all?")
    with page.expect_event("dialog"):
        page.locator("nav >> text=Comments").click(no_wait_after=True)
    assert asked == ["beforeunload"]
    assert page.input_value("[name=question]") == "How was it, all in all?"
    with page.expect_event("dialog"):
        page.close(run_before_unload=True)
    assert asked == ["beforeunload"] * 2

    page.click(".save-bar .primary")  # saving is no leaving
    page.wait_for_selector(".notice.done")
    assert len(asked) == 2


def test_the_draft_is_drawn_beside_the_editor_while_one_types(house: House, signed_in: OpenPage) -> None:
    page = signed_in(1440)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(house.url("SURVEY/edit/en"))
    shown = page.frame_locator(".live iframe:not([data-coming])")
    entries = page.evaluate("history.length")

    page.fill("[name=question]", "How was it, all in all?")
    expect(shown.locator("h1")).to_have_text("How was it, all in all?")
    page.select_option("#live-scheme", "dark")
    expect(shown.locator("body")).to_have_css("background-color", "rgb(21, 20, 18)")
    page.select_option("#live-step", "thanks-promoter")
    expect(shown.locator("h1")).to_have_text("Thank you!")

    assert page.evaluate("history.length") == entries
    assert said == []
    assert "How was it" not in page.request.get(house.url("SURVEY/edit/en")).text()


def test_without_a_script_a_button_draws_the_draft(house: House, signed_in: OpenPage) -> None:
    page = signed_in(390, java_script_enabled=False)
    page.goto(house.url("SURVEY/edit/en"))

    page.fill("[name=question]", "How was it, all in all?")
    page.click("text=Draw again")

    expect(page.frame_locator(".live iframe").locator("h1")).to_have_text("How was it, all in all?")
    assert page.input_value("[name=question]") == "How was it, all in all?"


def test_a_trend_is_printed_in_light_colours(house: House, signed_in: OpenPage) -> None:
    page = signed_in(1440, color_scheme="dark")
    page.goto(house.url("SURVEY/results"))
    # asked for an attribute, because the page lets nobody evaluate a text
    label = page.locator(".chart text").first
    expect(label).to_have_attribute("fill", "rgb(154, 149, 136)")
    page.emulate_media(media="print")
    expect(label).to_have_attribute("fill", "rgb(108, 104, 93)")
    assert page.locator(".chart svg").get_attribute("viewBox")


def test_the_dates_above_the_audit_log_stand_apart_on_a_phone(house: House, signed_in: OpenPage) -> None:
    page = signed_in(390)
    page.goto(house.url("audit"))

    boxes = [page.locator(f".log-filter #field-{name}").bounding_box() for name in ("kind", "person", "since", "until")]
    card = page.locator(".log-filter").bounding_box()

    assert card is not None
    found = [(box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]) for box in boxes if box]
    assert len(found) == 4
    for place, (left, top, right, bottom) in enumerate(found):
        assert card["x"] + 8 <= left, "nothing sticks out of its card"
        assert right <= card["x"] + card["width"] - 8, "nothing sticks out of its card"
        for other_left, other_top, _, _ in found[place + 1 :]:
            assert other_left >= right + 8 or other_top >= bottom + 8, "two fields touch"
        assert top < bottom
