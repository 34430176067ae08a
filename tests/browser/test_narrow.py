"""What a narrow page and a printed one must not cut off, and what they may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from cxsurvey.core.context import Context
from cxsurvey.people.segments import Segments
from cxsurvey.surveys.service import SurveyView
from tests.browser.house import House, running
from tests.browser.looking import OpenPage, cut_off
from tests.factories import Place, make_open_survey, publish_anew
from tests.insights.answers import answer, store
from tests.insights.test_follow_ups import ALL_KINDS

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("dialect", ["sqlite"], indirect=True, scope="session")]

FILE = b"Rating;Why\n5;Great\n12;too high\nvery good indeed;words\n"


@pytest.fixture(scope="module")
def house(migrated_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two touchpoints with enough answers to compare, now and before, follow-ups, and one very long comment."""
    with running(migrated_url, tmp_path_factory.mktemp("house"), _survey) as opened:
        yield opened


def _survey(ctx: Context) -> SurveyView:
    made = make_open_survey(ctx, "After delivery")
    place = Place(ctx.workspace, "northwind", made)
    survey = publish_anew(ctx, place, made.draft.model_copy(update={"follow_ups": ALL_KINDS})).survey
    said = []
    for n in range(80):
        at = ctx.now - timedelta(days=n % 2 * 100 + 1, minutes=n)
        place_of = Segments(touchpoint=("Delivery", "Shop")[n // 2 % 2])
        one = answer(ctx, survey.id, n * 7 % 11, at, "long " * 790 if n == 0 else None, segments=place_of)
        said.append(replace(one, follow_ups={"reason": ("price", "staff")[n % 3 % 2]}))
    store(ctx, said)
    return survey


@pytest.mark.parametrize("width", [320, 390, 640])
def test_no_word_is_cut_off_on_a_narrow_page(house: House, signed_in: OpenPage, width: int) -> None:
    page = signed_in(width)
    page.goto(house.url("SURVEY/segments?by=touchpoint"))
    assert page.locator(".why").all_inner_texts() == ["could be chance"] * 2
    assert cut_off(page) == []
    page.goto(house.url("SURVEY/results"))
    assert page.locator(".follow-up-result").count() == len(ALL_KINDS)
    assert cut_off(page) == []

    page.goto(house.url("imports"))
    page.set_input_files("[type=file]", {"name": "old.csv", "mimeType": "text/csv", "buffer": FILE})
    page.click("text=Look at the file")
    page.select_option("[name=survey]", index=1)
    page.click("button[value=show]")
    assert page.get_by_text("refused").count() > 0
    assert cut_off(page) == []


def test_the_lines_of_a_table_go_through_its_fields(house: House, signed_in: OpenPage) -> None:
    page = signed_in(1440)
    page.goto(house.url("imports"))
    page.set_input_files("[type=file]", {"name": "old.csv", "mimeType": "text/csv", "buffer": FILE})
    page.click("text=Look at the file")

    tops = "row => [...row.cells].map(cell => Math.round(cell.getBoundingClientRect().top))"
    ends = "row => [...row.cells].map(cell => Math.round(cell.getBoundingClientRect().bottom))"
    lines = "row => [...row.cells].map(cell => getComputedStyle(cell).borderTopWidth)"
    row = page.locator("#field-mapping tbody tr").first
    assert [len(set(row.evaluate(each))) for each in (tops, ends, lines)] == [1, 1, 1]
    assert row.evaluate(lines)[0] == "1px"


def test_paper_names_company_and_day_and_cuts_a_long_comment(house: House, signed_in: OpenPage) -> None:
    page = signed_in(1440)
    page.goto(house.url())
    on_screen = page.locator(".said-text.long").bounding_box()
    assert not page.locator(".on-paper").is_visible()
    page.emulate_media(media="print")

    on_paper = page.locator(".said-text.long").bounding_box()
    assert on_screen is not None
    assert on_paper is not None
    assert on_paper["height"] <= on_screen["height"] + 1
    assert page.locator(".on-paper").is_visible()
    told = page.locator(".on-paper").inner_text()
    assert re.fullmatch(r"Northwind Home, as of \d{1,2} [A-Z][a-z]{2} \d{4}", told)
