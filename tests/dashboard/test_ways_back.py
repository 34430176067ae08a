"""A response leads back to the page it was opened on, as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode
from cxsurvey.people.segments import Segments
from cxsurvey.responses import service as responses
from cxsurvey.responses.service import VoidResponse
from cxsurvey.surveys.service import SurveyView
from tests.application import NOON
from tests.dashboard.conftest import attribute, has, in_northwind, page, text_of
from tests.insights.answers import answer, store

Write = Callable[[Callable[[Context], Any]], Any]
LIST = "/w/northwind/responses"


@pytest.fixture
def taken_out(survey: SurveyView, write: Write) -> str:
    """The address of the one list that holds the 60 void responses about a delivery of a year ago."""

    def work(ctx: Context) -> None:
        in_northwind(ctx)
        old = answer(
            ctx, survey.id, 3, NOON - timedelta(days=380), "late", segments=Segments(touchpoint="Delivery & co")
        )
        for response_id in store(ctx, [old] * 60):
            responses.void(ctx, response_id, VoidResponse(reason="A trial"))
        store(ctx, [answer(ctx, survey.id, 9, NOON, "good", segments=Segments(touchpoint="Shop"))] * 3)

    write(work)
    asked = {"survey": encode("srv", survey.id), "state": "void", "period": "18m", "touchpoint": "Delivery & co"}
    return f"{LIST}?{urlencode(asked)}"


def links(shown: Any) -> list[str]:
    return [node.attributes["href"] or "" for node in page(shown).css(".answer-text a, .said-text a")]


def back(shown: Any) -> str:
    return attribute(shown, ".crumb a", "href") or ""


def test_from_the_second_page_of_a_filtered_list_and_back(signed_in: TestClient, taken_out: str) -> None:
    second = signed_in.get(f"{LIST}{attribute(signed_in.get(taken_out), '.card-foot a', 'href')}")
    assert len(links(second)) == 10

    opened = signed_in.get(links(second)[0])
    returned = signed_in.get(back(opened))

    assert text_of(opened, ".crumb") == "Back to the responses"
    assert links(returned) == links(second)
    assert text_of(returned, "nav[aria-label=State] [aria-current]") == "Void"
    assert text_of(returned, "nav[aria-label=Period] [aria-current]") == "18 months"


def test_what_is_done_to_a_response_keeps_the_way_back(signed_in: TestClient, taken_out: str) -> None:
    opened = signed_in.get(links(signed_in.get(taken_out))[0])
    form = attribute(opened, "form[action*=restore]", "action") or ""

    refused = signed_in.post(form, data={"reason": ""})
    done = signed_in.get(signed_in.post(form, data={"reason": "so"}).headers["location"])

    assert back(refused) == back(opened) == back(done)
    assert has(done, ".notice.done")
    undone = signed_in.post(attribute(done, "form[action*=void]", "action") or "", data={"reason": "so"})
    again = signed_in.get(undone.headers["location"])
    assert back(again) == back(opened)
    assert attribute(again, ".notice.done form", "action") == form


@pytest.mark.parametrize(
    ("start", "label"),
    [
        ("/w/northwind/?period=18m", "Back to the overview"),
        ("/w/northwind/comments?period=18m&q=good", "Back to the comments"),
        ("results?period=18m&touchpoint=Shop", "Back to Relationship"),
    ],
)
def test_a_comment_leads_back_to_the_page_it_stood_on(
    signed_in: TestClient, survey: SurveyView, taken_out: str, start: str, label: str
) -> None:
    address = start if start.startswith("/") else f"/w/northwind/surveys/{encode('srv', survey.id)}/{start}"
    shown = signed_in.get(address)

    opened = signed_in.get(links(shown)[0])

    assert text_of(opened, ".crumb") == label
    assert back(opened).partition("#")[0] == address
    assert attribute(opened, "nav[aria-label=Main] a", "href") == "/w/northwind/?period=18m"


@pytest.mark.parametrize("made_up", ["from=https://example.com", "from=//example.com&period=18m", "from=", "next=/"])
def test_an_address_names_a_page_and_never_another_place(
    signed_in: TestClient, survey: SurveyView, taken_out: str, made_up: str
) -> None:
    plain = links(signed_in.get(taken_out))[0].partition("?")[0]
    opened = signed_in.get(f"{plain}?{made_up}")

    assert back(opened) == f"/w/northwind/surveys/{encode('srv', survey.id)}/results"
    assert attribute(opened, "form[action$=restore]", "action") == f"{plain}/restore"
