"""After a survey was given another scale: the same choice of scale on every page of its answers, and in every file."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from starlette.testclient import TestClient

from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode
from cxsurvey.people.segments import Segments
from cxsurvey.surveys.service import SurveyView
from tests.application import NOON
from tests.dashboard.conftest import Write, attribute, has, in_northwind, page, text_of
from tests.dashboard.survey_pages import ask_on, fields_of
from tests.factories import make_open_survey
from tests.insights.answers import answer, store

SCALES = "nav[aria-label=Scale]"
HOME = "/w/northwind/"


def stored(ctx: Context, survey: SurveyView, scores: list[int], comment: str, **of: str) -> None:
    in_northwind(ctx)
    where, at = Segments.model_validate(of), NOON - timedelta(days=2)
    store(ctx, [answer(ctx, survey.id, score, at, comment, segments=where) for score in scores])


@pytest.fixture
def changed(survey: SurveyView, write: Write) -> SurveyView:
    """Asked from 0 to 10 and answered, then from 1 to 5 and answered."""

    def work(ctx: Context) -> SurveyView:
        stored(ctx, survey, [9] * 12, "on the old scale", touchpoint="Delivery")
        now = ask_on(ctx, survey, "csat-1-5/1")
        stored(ctx, now, [5] * 3, "on the new scale", channel="web")
        return now

    made: SurveyView = write(work)
    return made


def of_survey(survey: SurveyView, tail: str) -> str:
    return f"{HOME}surveys/{encode('srv', survey.id)}/{tail}"


def downloaded(browser: TestClient, shown: Any, action: str) -> list[dict[str, str]]:
    """The rows of the file behind a form of the page."""
    form = page(shown).css_first(f'form[action$="{action}"]')
    assert form is not None
    sent = browser.post(form.attributes["action"] or "", data=fields_of(form) | {"bom": ""})
    assert sent.status_code == 200
    return list(csv.DictReader(StringIO(sent.text)))


def test_a_survey_that_kept_its_scale_offers_no_choice(signed_in: TestClient, survey: SurveyView) -> None:
    ways = ["results", "segments"]
    shown = [signed_in.get(of_survey(survey, each)) for each in ways]
    shown.append(signed_in.get(f"{HOME}comments?survey={encode('srv', survey.id)}"))

    assert [each.status_code for each in shown] == [200, 200, 200]
    assert not any(has(each, SCALES) for each in shown)


def test_the_results_and_their_files_turn_to_the_earlier_scale(signed_in: TestClient, changed: SurveyView) -> None:
    now = signed_in.get(of_survey(changed, "results"))
    assert "on the new scale" in text_of(now, "#comments")
    assert "on the old scale" not in now.text

    href = attribute(now, f"{SCALES} a:not([aria-current])", "href")
    earlier = signed_in.get(of_survey(changed, f"results{href}"))

    assert text_of(earlier, f"{SCALES} [aria-current]").startswith("Earlier: NPS, ")
    assert text_of(earlier, "#score-title").startswith("Net Promoter Score")
    assert "on the old scale" in text_of(earlier, "#comments")
    assert "on the new scale" not in earlier.text
    assert "on an earlier scale: scores of different scales cannot be compared" in text_of(earlier, ".hero")
    whole = downloaded(signed_in, earlier, "results/download")[0]
    assert (whole["definition"], whole["n"], whole["filter"]) == ("nps-0-10/1", "12", "scale=1")


def test_the_choice_of_a_scale_stays_while_days_filters_and_steps_are_chosen(
    signed_in: TestClient, changed: SurveyView
) -> None:
    earlier = signed_in.get(of_survey(changed, "results?scale=1&touchpoint=Delivery"))

    links = [
        link.attributes["href"] or ""
        for row in ("Period", "Filters", "Step of the trend")
        for link in page(earlier).css(f'[aria-label="{row}"] > a')
    ]
    assert len(links) > 5
    assert all("scale=1" in link for link in links)
    forms = page(earlier).css("main form[method=get]")
    assert [fields_of(form)["scale"] for form in forms] == ["1"] * len(forms)
    listed = attribute(earlier, 'a.go[href*="/responses?"]', "href") or ""
    assert "scale=1" in listed
    assert "on the old scale" in signed_in.get(listed).text


def test_segments_turn_to_the_earlier_scale_with_its_own_values(signed_in: TestClient, changed: SurveyView) -> None:
    now = signed_in.get(of_survey(changed, "segments"))
    assert [tab.text() for tab in page(now).css('nav[aria-label="Split by"] a')] == ["Channel"]

    earlier = signed_in.get(of_survey(changed, "segments?scale=1"))

    assert [tab.text() for tab in page(earlier).css('nav[aria-label="Split by"] a')] == ["Touchpoint"]
    assert "Delivery" in text_of(earlier, ".segments tbody")
    assert "scale=1" in (attribute(earlier, ".segments tbody th a", "href") or "")
    rows = downloaded(signed_in, earlier, "segments/download")
    assert [(row["value"], row["n"]) for row in rows if row["row"] == "segment"] == [("Delivery", "12")]


def test_comments_of_one_survey_turn_to_the_earlier_scale(signed_in: TestClient, changed: SurveyView) -> None:
    listed = f"{HOME}comments?survey={encode('srv', changed.id)}"
    href = attribute(signed_in.get(listed), f"{SCALES} a:not([aria-current])", "href")

    earlier = signed_in.get(f"{HOME}comments{href}")

    assert "on the old scale" in text_of(earlier, "#comments")
    assert "on the new scale" not in earlier.text
    search = page(earlier).css_first("form[role=search]")
    assert search is not None
    assert fields_of(search)["scale"] == "1"
    assert not has(signed_in.get(f"{HOME}comments"), SCALES), "of all surveys together there is no earlier scale"


@pytest.mark.parametrize("tail", ["results?scale=3", "segments?scale=0", "results?scale=x"])
def test_a_scale_that_was_never_asked_is_not_there(signed_in: TestClient, changed: SurveyView, tail: str) -> None:
    assert signed_in.get(of_survey(changed, tail)).status_code == 404


def test_an_empty_scale_leads_to_the_earlier_one(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    def work(ctx: Context) -> None:
        stored(ctx, survey, [9], "on the old scale")
        ask_on(ctx, survey, "csat-1-5/1")

    write(work)
    empty = signed_in.get(of_survey(survey, "results"))
    assert text_of(empty, ".empty-title") == "Nobody has answered on this scale yet"
    for tail in ("results", "segments"):
        shown = signed_in.get(of_survey(survey, tail))
        assert text_of(shown, ".elsewhere").startswith("1 such response stands under an earlier scale")
        assert " to " in text_of(shown, f"{SCALES} a:not([aria-current])"), "an earlier scale has an end"

    earlier = signed_in.get(of_survey(survey, f"results{attribute(empty, '.empty a[href*=scale]', 'href')}"))

    assert "on the old scale" in text_of(earlier, "#comments")


def test_the_pages_of_a_survey_offer_its_own_values_and_no_others(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    def work(ctx: Context) -> SurveyView:
        stored(ctx, survey, [9] * 2, "here", touchpoint="Delivery")
        other = make_open_survey(ctx, "After support")
        stored(ctx, other, [9] * 2, "there", touchpoint="Support", agent="Mara")
        store(ctx, [answer(ctx, survey.id, 3, NOON, test=True, segments=Segments(touchpoint="Trial"))])
        return other

    other = write(work)
    named = encode("srv", survey.id)

    def offered(path: str, key: str) -> list[str]:
        return [option.text() for option in page(signed_in.get(path)).css(f"#filter-{key} option")]

    for path in (of_survey(survey, "results"), f"{HOME}comments?survey={named}"):
        assert offered(path, "touchpoint") == ["any", "Delivery", "not set"]
        assert offered(path, "agent") == []
    assert offered(f"{HOME}responses?survey={named}", "touchpoint") == ["any", "Delivery", "Trial", "not set"]
    assert offered(of_survey(other, "segments?by=agent"), "touchpoint") == ["any", "Support", "not set"]
    assert offered(f"{HOME}comments", "agent") == ["any", "Mara", "not set"]


def test_a_chosen_value_that_this_survey_never_had_stays_chosen(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    def work(ctx: Context) -> None:
        stored(ctx, survey, [9] * 2, "here", touchpoint="Delivery")
        stored(ctx, make_open_survey(ctx, "After support"), [9], "there", touchpoint="Support")

    write(work)

    shown = signed_in.get(of_survey(survey, "results?touchpoint=Support"))

    assert text_of(shown, "#filter-touchpoint option[selected]") == "Support"
