"""Finding those who may be contacted: in the list, in its file and among the comments, for whoever may read people."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from starlette.testclient import TestClient

from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import EditSurvey
from cxsurvey.surveys.service import SurveyView
from cxsurvey.surveys.standard import preset
from tests.application import NOON
from tests.dashboard.conftest import (
    PASSWORD_HASH,
    Write,
    attribute,
    has,
    in_northwind,
    page,
    sign_in,
    text_of,
)
from tests.dashboard.survey_pages import fields_of
from tests.factories import make_user
from tests.insights.answers import answer, store

LIST = "/w/northwind/responses"
COMMENTS = "/w/northwind/comments"
CONSENT = {"contact": {"consent": True, "address": "kim@example.com"}}


@pytest.fixture
def asking(survey: SurveyView, write: Write) -> SurveyView:
    """A survey that asks whether one may be contacted. Of six answers the newest and the two oldest agree."""

    def work(ctx: Context) -> SurveyView:
        in_northwind(ctx)
        definition = survey.draft.model_copy(update={"asks_contact": True})
        edited = surveys.edit(ctx, survey.id, EditSurvey(revision=survey.revision, name="A", definition=definition))
        asks = surveys.publish(ctx, edited.id).survey
        said = [answer(ctx, survey.id, 3, NOON - timedelta(days=n), f"said {n}") for n in range(6)]
        store(ctx, [replace(one, claims=CONSENT) if n in {0, 4, 5} else one for n, one in enumerate(said)])
        return asks

    made: SurveyView = write(work)
    return made


def listed(shown: Any) -> list[str]:
    return [node.text().strip() for node in page(shown).css(".answer-text")]


def test_the_list_and_its_file_hold_who_may_be_contacted(signed_in: TestClient, asking: SurveyView) -> None:
    everybody = signed_in.get(LIST)
    assert [option.text() for option in page(everybody).css("#filter-contact option")] == [
        "any",
        "May be contacted",
        "May not be contacted",
    ]

    some, others = (signed_in.get(f"{LIST}?contact={each}") for each in ("yes", "no"))

    assert listed(some) == ["said 0", "said 4", "said 5"]
    assert listed(others) == ["said 1", "said 2", "said 3"]
    assert text_of(some, ".chip.on") == "Take off May be contacted×"
    one = signed_in.get(attribute(some, ".answer-text a", "href") or "")
    assert " ".join(text_of(one, ".claims").split()) == "says: may be contactedkim@example.com"
    form = page(some).css_first("form.download")
    assert form is not None
    assert (form.css_first("button") or form).text() == "Download 3 as CSV"
    file = signed_in.post(form.attributes["action"] or "", data={**fields_of(form), "bom": ""})
    rows = list(csv.DictReader(StringIO(file.text)))
    assert [(row["comment"], row["contact"]) for row in rows] == [(f"said {n}", "kim@example.com") for n in (5, 4, 0)]


def test_comments_are_narrowed_to_who_may_be_contacted(signed_in: TestClient, asking: SurveyView) -> None:
    for address in (COMMENTS, f"{COMMENTS}?survey={encode('srv', asking.id)}"):
        assert has(signed_in.get(address), "#filter-contact")

    found = signed_in.get(f"{COMMENTS}?contact=yes&q=said")

    assert [text.text().strip() for text in page(found).css(".said-text")] == ["said 0", "said 4", "said 5"]


def test_a_survey_that_no_longer_asks_is_filtered_by_what_was_said_before(
    signed_in: TestClient, asking: SurveyView, write: Write
) -> None:
    def no_longer(ctx: Context) -> SurveyView:
        in_northwind(ctx)
        held = surveys.get(ctx, asking.id)
        definition = held.draft.model_copy(update={"asks_contact": False})
        edited = surveys.edit(ctx, held.id, EditSurvey(revision=held.revision, name="A", definition=definition))
        return surveys.publish(ctx, edited.id).survey

    write(no_longer)

    for address in (LIST, COMMENTS):
        assert has(signed_in.get(address), "#filter-contact")
    assert listed(signed_in.get(f"{LIST}?contact=yes")) == ["said 0", "said 4", "said 5"]


def test_a_word_of_a_link_is_no_consent(signed_in: TestClient, asking: SurveyView, write: Write) -> None:
    def work(ctx: Context) -> None:
        in_northwind(ctx)
        store(ctx, [replace(answer(ctx, asking.id, 3, NOON, "by link"), claims={"contact": "call me"})])

    write(work)

    assert "by link" not in listed(signed_in.get(f"{LIST}?contact=yes"))
    assert "by link" in listed(signed_in.get(f"{LIST}?contact=no"))
    assert "by link" not in signed_in.get(f"{COMMENTS}?contact=yes").text


def test_who_may_be_contacted_on_an_earlier_scale_is_told_with_the_way_there(
    signed_in: TestClient, asking: SurveyView, write: Write
) -> None:
    def another_scale(ctx: Context) -> SurveyView:
        in_northwind(ctx)
        definition = preset("csat-1-5/1", "Northwind Home", ("en",)).model_copy(update={"asks_contact": True})
        held = surveys.get(ctx, asking.id)
        edited = surveys.edit(ctx, held.id, EditSurvey(revision=held.revision, name="A", definition=definition))
        return surveys.publish(ctx, edited.id).survey

    def on_the_new_scale(ctx: Context) -> None:
        in_northwind(ctx)
        store(ctx, [replace(answer(ctx, asking.id, 5, NOON, "new"), claims=CONSENT)])

    write(another_scale)
    told = "3 such responses stand under an earlier scale: scores of different scales are never mixed. Show them"
    for _ in range(2):  # with nobody on the scale of now, and then with somebody
        shown = signed_in.get(f"{LIST}?contact=yes")
        assert text_of(shown, ".elsewhere") == told
        there = signed_in.get(f"{LIST}{attribute(shown, '.elsewhere a', 'href')}")
        assert listed(there) == ["said 0", "said 4", "said 5"]
        write(on_the_new_scale)
    assert text_of(signed_in.get(f"{LIST}?contact=yes&scale=1"), ".elsewhere").startswith(
        "2 such responses stand under the scale of now"
    )
    found = signed_in.get(f"{COMMENTS}?contact=yes&survey={encode('srv', asking.id)}")
    assert text_of(found, ".elsewhere").startswith("3 such comments stand under an earlier scale")
    assert not has(signed_in.get(LIST), ".elsewhere"), "the list is not empty, and the choice of scales stands above it"


def test_where_nobody_is_asked_the_filter_is_not_offered(signed_in: TestClient, survey: SurveyView) -> None:
    assert not has(signed_in.get(LIST), "#filter-contact")
    assert not has(signed_in.get(COMMENTS), "#filter-contact")


def test_who_may_not_read_people_learns_nothing_of_contacts(
    signed_in: TestClient, asking: SurveyView, write: Write
) -> None:
    def viewer(ctx: Context) -> None:
        in_northwind(ctx)
        make_user(ctx, ctx.workspace, "viewer", "eve@example.com").password_hash = PASSWORD_HASH

    write(viewer)
    sign_in(signed_in, "eve@example.com")

    for address in (LIST, COMMENTS):
        shown = signed_in.get(f"{address}?contact=yes")
        assert not has(shown, "#filter-contact")
        assert all(f"said {n}" in shown.text for n in range(6)), "the filter is not even read"
        assert " ".join(text_of(shown, ".filters [role=alert]").split()) == (
            "Contact: Only those who may read people are told who may be contacted. It was left out."
        )
        assert not has(signed_in.get(address), ".filters [role=alert]")


def test_another_word_is_refused(signed_in: TestClient, asking: SurveyView) -> None:
    refused = signed_in.get(f"{LIST}?contact=perhaps")

    assert refused.status_code == 422
    assert "Must be one of yes, no" in text_of(refused, "[role=alert]")
