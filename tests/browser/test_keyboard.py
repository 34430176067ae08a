"""A whole visit to the dashboard without a mouse, from signing in to signing out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from cxsurvey.core.context import Context
from cxsurvey.people.segments import Segments
from cxsurvey.surveys.service import SurveyView
from tests.browser.house import ADA, House, running
from tests.browser.keyboard import Keyboard
from tests.browser.looking import OpenPage
from tests.dashboard.conftest import PASSWORD
from tests.factories import make_open_survey
from tests.insights.answers import answer, store

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("dialect", ["sqlite"], indirect=True, scope="session")]


@pytest.fixture
def house(migrated_url: str, tmp_path: Path) -> Iterator[House]:
    """A survey with answers from two touchpoints."""
    with running(migrated_url, tmp_path, _survey) as opened:
        yield opened


def _survey(ctx: Context) -> SurveyView:
    survey = make_open_survey(ctx, "After delivery")
    places = ("Delivery", "Shop")
    said = [
        answer(
            ctx,
            survey.id,
            n % 11,
            ctx.now - timedelta(days=n),
            f"parcel number {n}",
            segments=Segments(touchpoint=places[n % 2]),
        )
        for n in range(24)
    ]
    store(ctx, said)
    return survey


@pytest.mark.parametrize("width", [390, 1440])
def test_a_day_in_the_dashboard_without_a_mouse(house: House, open_page: OpenPage, width: int) -> None:
    page = open_page(width, permissions=["clipboard-write"])
    keys = Keyboard(page)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    page.goto(f"{house.origin}/sign-in")
    _sign_in(keys)
    _narrow_the_results(keys)
    _take_an_answer_out_and_put_it_back(keys)
    _search_comments(keys)
    _make_a_survey(keys)
    keys.follow("Sign out", "button")

    assert page.url.startswith(f"{house.origin}/sign-in")
    assert said == []


def _sign_in(keys: Keyboard) -> None:
    keys.to("E-mail")
    keys.write(ADA)
    keys.to("Password")
    keys.write(PASSWORD)
    keys.follow("Sign in", "button")
    expect(keys.page.locator("h1")).to_have_text("Overview")


def _narrow_the_results(keys: Keyboard) -> None:
    keys.follow("After delivery")
    expect(keys.page.locator("h1")).to_have_text("After delivery")
    keys.to("+ Filter")
    keys.press("Enter")
    keys.to("Touchpoint")
    keys.page.keyboard.type("Del")
    keys.follow("Show", "button")
    expect(keys.page.locator(".chip.on")).to_contain_text("Touchpoint: Delivery")
    keys.follow("30 days")
    assert {"touchpoint=Delivery", "period=30d"} <= set(keys.page.url.partition("?")[2].split("&"))


def _take_an_answer_out_and_put_it_back(keys: Keyboard) -> None:
    state = keys.page.locator("#state-title")
    keys.follow("parcel number 0")
    keys.to("Take it out of the score")
    keys.press("Enter")
    keys.to("Why?")
    keys.write("Sent for a trial")
    keys.follow("Take it out", "button")
    expect(state).to_have_text("Void")
    keys.to("Why is it put back?")
    keys.write("It was none")
    keys.follow("Put it back", "button")
    expect(state).to_have_text("Counted")


def _search_comments(keys: Keyboard) -> None:
    keys.follow("Comments", "a")
    keys.to("Search", "input")
    keys.write("number 17")
    keys.follow("Show", "button")
    expect(keys.page.locator(".said-text")).to_have_text("parcel number 17")


def _make_a_survey(keys: Keyboard) -> None:
    page, words = keys.page, "How satisfied were you with the parcel?"
    keys.follow("Surveys", "a")
    keys.follow("New survey")
    keys.to("Name")
    keys.write("By keyboard")
    keys.to("Recommendation", "input")
    keys.press("ArrowDown")
    keys.to("Deutsch")
    keys.press("Space")
    keys.follow("Create the survey")
    keys.to("Question", "input")
    keys.write(words)
    keys.follow("Save", "button")
    expect(page.locator("#field-question")).to_have_value(words)
    keys.follow("Publish")
    keys.follow("Publish and open", "button")
    expect(page.locator("h1")).to_have_text("By keyboard")
    keys.follow("Share")
    keys.to("Copy")
    keys.press("Enter")
    expect(page.locator(".copied").first).to_have_text("Copied")
