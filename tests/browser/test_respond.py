"""Customers' pages in a real browser: no script, any width, both directions, a keyboard, and axe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from sqlalchemy import select

from cxsurvey import respond, wiring
from cxsurvey.app import Dispatcher
from cxsurvey.core.clock import SystemClock
from cxsurvey.core.context import OPERATOR, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import SystemIds
from cxsurvey.core.signing import Keys
from cxsurvey.invitations import service as invitations
from cxsurvey.invitations.service import CreateInvitation
from cxsurvey.people.service import PersonInput
from cxsurvey.responses.models import Response
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey
from cxsurvey.web import operations
from tests.application import copied, settings_for
from tests.browser.keyboard import Keyboard
from tests.browser.looking import OpenPage, axe, launch
from tests.browser.serving import HOST, bound_socket, served
from tests.factories import make_anonymous_survey, make_workspace
from tests.respond.conftest import LANGUAGES, definition

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("dialect", ["sqlite"], indirect=True, scope="session")]

PAGE_LIMIT = 50_000


class MovableClock(SystemClock):
    """The clock of the machine, put forward so that a page counts as looked at."""

    ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


@dataclass
class Site:
    """A running installation with one survey of each kind."""

    origin: str
    database: Database
    clock: MovableClock
    addresses: dict[str, str] = field(default_factory=dict)

    def url(self, name: str, query: str = "") -> str:
        return f"{self.origin}{self.addresses[name]}{query}"

    def invitation(self, locale: str | None = None) -> str:
        """The address of a new personal link."""

        def unit(ctx: Context) -> str:
            found = surveys.asked_by_code(ctx, self.addresses["shared"].removeprefix("/s/"))
            assert found is not None
            ctx.workspace_id, ctx.actor = found.workspace_id, OPERATOR
            person = PersonInput(external_id="kim", name="Kim Example")
            command = CreateInvitation(person=person, locale=locale)
            return f"{self.origin}/r/{invitations.create(ctx, found.survey_id, command).token(ctx)}"

        return self.database.write(unit, share=Share.JOBS)

    def look(self) -> None:
        """Time passes while somebody reads the page."""
        self.clock.ahead += timedelta(seconds=20)

    def scores(self) -> list[tuple[int | None, str]]:
        with self.database.read() as ctx:
            rows = ctx.connection.execute(select(Response.score, Response.state).order_by(Response.id))
            return [(row.score, row.state) for row in rows]


@pytest.fixture
def site(migrated_url: str, tmp_path: Path) -> Iterator[Site]:
    """An installation of the test's own, to answer in."""
    with running(migrated_url, tmp_path) as place:
        yield place


@pytest.fixture(scope="module")
def shown_site(migrated_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An installation for all tests that look at a page and answer nothing."""
    with running(migrated_url, tmp_path_factory.mktemp("shown")) as place:
        yield place


@contextmanager
def running(migrated_url: str, folder: Path) -> Iterator[Site]:
    listening = bound_socket()
    origin = f"http://{HOST}:{listening.getsockname()[1]}"
    settings = settings_for(copied(migrated_url, "site", folder), folder).model_copy(update={"base_url": origin})
    clock, keys = MovableClock(), Keys((b"a root secret that is only used in tests",))
    database = Database.open(settings, clock, SystemIds(), keys, wiring.reactions())
    place = Site(origin, database, clock, database.write(_surveys, share=Share.JOBS))
    operating = operations.build(database)
    app = Dispatcher(respond.build(database), operating, operating, operating)
    with served(app, listening):
        yield place
    database.close()


def _surveys(ctx: Context) -> dict[str, str]:
    make_workspace(ctx)
    codes = {}
    for name in ("shared", "anonymous", "closed"):
        command = CreateSurvey(name=name, languages=LANGUAGES, definition=definition())
        if name == "anonymous":
            survey = make_anonymous_survey(ctx, command)
        else:
            survey = surveys.publish(ctx, surveys.create(ctx, command).id).survey
        codes[name] = f"/s/{survey.code}"
        if name == "closed":
            surveys.close(ctx, survey.id)
    return {**codes, "unknown": "/s/abcdefghjk"}


def _choose(page: Page, score: int) -> None:
    page.locator("label.score").nth(score).click()


def _follow(page: Page, selector: str) -> None:
    """Clicks what leads to another page, and waits until that is there."""
    with page.expect_navigation():
        page.click(selector)


def _states(site: Site, page: Page, lang: str) -> Iterator[str]:
    """Leads a page through every state and names each."""
    query = f"?lang={lang}"
    for name in ("closed", "unknown", "anonymous", "shared"):
        page.goto(site.url(name, query))
        yield name
    _follow(page, "main button")
    yield "error"
    _choose(page, 2)
    page.fill("#comment", "Words")
    site.look()
    _follow(page, "main button")
    yield "more"
    page.locator("label.choice").first.click()
    _follow(page, "main button")
    yield "thanks"
    _follow(page, ".given a")
    yield "change"
    _choose(page, 10)
    site.look()
    _follow(page, "main button")
    yield "changed"
    page.goto(site.invitation(lang) + "?s=9")
    yield "personal"


@pytest.mark.parametrize(
    ("width", "lang", "scheme"),
    [(320, "en", "light"), (320, "ar", "dark"), (1280, "en", "dark"), (1280, "ar", "light")],
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    site: Site, open_page: OpenPage, width: int, lang: str, scheme: str
) -> None:
    page = open_page(width, color_scheme=scheme)
    seen = []
    for state in _states(site, page, lang):
        seen.append(state)
        assert axe(page) == ([], []), state
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state
    assert len(seen) == 10


def test_two_taps_without_a_script_on_the_smallest_phone(site: Site, open_page: OpenPage) -> None:
    page = open_page(320, java_script_enabled=False, has_touch=True)
    page.goto(site.url("shared"))
    site.look()
    page.locator("label.score").nth(9).tap()
    page.locator("main button").tap()
    page.wait_for_url("**/a/*")
    assert page.inner_text("h1") == "Thank you!"
    assert site.scores() == [(9, "counted")]


def test_one_tap_answers_a_score_link_without_a_script(site: Site, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(site.invitation() + "?s=10")
    assert page.locator("#score-10").is_checked()
    site.look()
    page.click("main button")
    page.wait_for_url("**/next")
    assert page.inner_text("h1") == "Thank you, Kim!"
    assert site.scores() == [(10, "counted")]


def test_pressing_twice_is_one_answer(site: Site, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(site.url("shared"))
    _choose(page, 9)
    site.look()
    page.locator("main button").dblclick()
    page.wait_for_url("**/a/*")
    assert [score for score, _ in site.scores()] == [9]


@pytest.fixture
def keeping_browser(playwright: Playwright, chromium: Path) -> Iterator[Browser]:
    """A browser that keeps the pages one goes back to, as one with a window does unless Playwright forbids it."""
    opened = launch(playwright, chromium, ignore_default_args=["--disable-back-forward-cache"])
    yield opened
    opened.close()


@pytest.mark.parametrize(("kind", "scores"), [("keeping_browser", [8]), ("browser", [9, 8])])
def test_who_goes_back_to_a_page_that_the_browser_has_kept_changes_the_answer(
    site: Site, request: pytest.FixtureRequest, kind: str, scores: list[int]
) -> None:
    """A page that is loaded anew is another form: without a cookie nothing tells who opens it."""
    context: BrowserContext = request.getfixturevalue(kind).new_context(java_script_enabled=False)
    with context:
        page = context.new_page()
        page.goto(site.url("shared"))
        site.look()
        _choose(page, 9)
        page.click("main button")
        page.wait_for_url("**/a/*")
        page.go_back(wait_until="commit")  # a page that was kept is not loaded
        site.look()
        _choose(page, 8)
        page.click("main button")
        page.wait_for_url("**/a/*")

    assert [score for score, _ in site.scores()] == scores


def test_a_survey_is_answered_with_few_keys_and_the_focus_is_seen(site: Site, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(site.url("shared"))
    site.look()
    for key in ("Tab", "ArrowRight", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.value") == "3"
    outline = "getComputedStyle(document.querySelector('#score-3 + span')).outlineStyle"
    assert page.evaluate(outline) == "solid"
    for key in ("Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url("**/a/*")
    assert site.scores() == [(3, "counted")]


@pytest.mark.parametrize("width", [320, 1440])
def test_a_whole_survey_without_a_mouse_and_without_a_script(site: Site, open_page: OpenPage, width: int) -> None:
    page = open_page(width, java_script_enabled=False)
    keys = Keyboard(page)
    page.goto(site.url("shared"))
    site.look()

    keys.to("0", "input")
    keys.press("ArrowRight", "ArrowRight", "ArrowRight")
    keys.to("What", "textarea")
    keys.write("Two weeks late")
    keys.follow("Deutsch", "button")
    assert page.input_value("#comment") == "Two weeks late"
    assert page.is_checked("#score-3")
    keys.follow("English", "button")
    keys.follow("Send my answer", "button")
    keys.to("Price", "input")
    keys.press("ArrowDown")
    keys.to("What do you wish?", "textarea")
    keys.write("Staff who call back")
    keys.follow("Türkçe", "button")
    assert page.input_value("[id=f-wish]") == "Staff who call back"
    keys.follow(page.inner_text(".aside a"))
    keys.follow(page.inner_text(".given a:last-of-type"))
    assert page.input_value("[id=f-wish]") == "", "what was not sent is not kept"


def test_an_error_is_focused_and_leads_to_its_field(shown_site: Site, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(shown_site.url("shared"))
    page.fill("#comment", "Typed before")
    _follow(page, "main button")
    assert page.title().startswith("Error: ")
    expect(page.locator("#problems")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "score-0"
    assert page.input_value("#comment") == "Typed before"


@pytest.mark.parametrize("width", [320, 390, 768, 1440])
def test_targets_are_large_and_the_scale_breaks_after_five_on_a_phone(
    shown_site: Site, open_page: OpenPage, width: int
) -> None:
    page = open_page(width)
    page.goto(shown_site.url("shared"))
    boxes = [box for label in page.locator("label.score").all() if (box := label.bounding_box())]
    assert len(boxes) == 11
    assert min(min(box["width"], box["height"]) for box in boxes) >= 44
    button = page.locator("main button").bounding_box()
    assert button is not None
    assert button["height"] >= 44
    rows = sorted({round(box["y"]) for box in boxes})
    assert len(rows) == (2 if width <= 600 else 1)
    if width <= 600:
        assert [round(box["y"]) for box in boxes] == [rows[0]] * 6 + [rows[1]] * 5


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_phone_the_label_of_each_end_stays_with_its_number(
    shown_site: Site, open_page: OpenPage, language: str
) -> None:
    page = open_page(390, java_script_enabled=False)
    page.goto(shown_site.url("shared", f"?lang={language}"))
    found = page.locator(".above, .ends:not(.above) span:visible, .scale > .score").all()
    low, *numbers, high = [box for each in found if (box := each.bounding_box())]
    assert len(numbers) == 11
    outer = [box["x"] + (box["width"] if language == "en" else 0) for box in (high, numbers[-1])]

    assert low["y"] + low["height"] <= numbers[0]["y"]
    assert high["y"] >= numbers[-1]["y"] + numbers[-1]["height"]
    assert abs(outer[0] - outer[1]) <= 1


def test_a_problem_that_is_mended_goes_away_and_leaves_no_hole(shown_site: Site, open_page: OpenPage) -> None:
    page = open_page(390, java_script_enabled=False)
    page.goto(shown_site.url("shared"))
    with page.expect_navigation():
        page.get_by_role("button", name="Send my answer").click()
    summary = page.locator("#problems")
    assert summary.is_visible()

    page.locator("input[name=score]").nth(5).check(force=True)

    assert not summary.is_visible()
    assert page.locator(".problem").bounding_box() is None


def test_the_scale_runs_in_reading_direction(shown_site: Site, open_page: OpenPage) -> None:
    page = open_page(1280)
    for lang, sign in (("en", 1), ("ar", -1)):
        page.goto(shown_site.url("shared", f"?lang={lang}"))
        places = [label.bounding_box() for label in page.locator("label.score").all()]
        across = [sign * box["x"] for box in places if box is not None]
        assert across == sorted(across), lang


def test_the_question_for_a_reason_follows_the_number(shown_site: Site, open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(shown_site.url("shared"))
    label = page.locator("label[for=comment]")
    assert label.inner_text() == "What is the main reason for your score? (optional)"
    for score, question in ((2, "What went wrong, and what should we do better?"), (9, "What did you like most?")):
        _choose(page, score)
        assert label.inner_text() == f"{question} (optional)"


def test_readers_hear_the_question_both_ends_and_each_number(shown_site: Site, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(shown_site.url("shared"))
    tree = page.locator("form").aria_snapshot()
    assert (
        'group "How likely are you to recommend Northwind Home to a friend or colleague? '
        '0: Not at all likely. 10: Extremely likely."' in tree
    )
    for score in range(11):
        assert f'radio "{score}"' in tree
    assert "Leave this field empty" not in tree


def test_pages_are_light_and_leave_nothing_behind(shown_site: Site, open_page: OpenPage) -> None:
    page = open_page()
    asked: list[str] = []
    weight: list[int] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda response: weight.append(len(response.body())))
    page.goto(shown_site.url("shared"), wait_until="networkidle")
    assert sum(weight) < PAGE_LIMIT, sum(weight)
    assert [url for url in asked if not url.startswith(shown_site.origin)] == []
    assert [url for url in asked if url.endswith((".js", ".woff2"))] == []
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_text_twice_as_large_and_spaced_out_still_fits(shown_site: Site, open_page: OpenPage) -> None:
    page = open_page(640, bypass_csp=True)
    page.goto(shown_site.url("shared"))
    page.add_style_tag(
        content="html{font-size:200%}*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    clipped = (
        "[...document.querySelectorAll('.score span, button, .ends')].filter(e => e.scrollWidth > e.clientWidth + 1)"
    )
    assert page.evaluate(f"{clipped}.length") == 0
