"""Consent to be contacted: asked last, kept as a claim beside the answer, taken back without a trace."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from cxsurvey import respond
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.i18n import words
from cxsurvey.people.models import Person
from cxsurvey.responses.models import ResponseRevision
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey
from cxsurvey.surveys.service import SurveyView
from cxsurvey.surveys.standard import standard
from tests.application import ORIGIN
from tests.direct import DirectClient
from tests.factories import make_workspace
from tests.respond.conftest import LANGUAGES, Customer, attribute, text_of

ADDRESS = "kim@example.com"


@pytest.fixture
def asked(database: Database, clock: FixedClock, write: Callable[..., Any]) -> Iterator[Customer]:
    definition = standard(Metric.NPS, "Northwind Home", LANGUAGES).model_copy(update={"asks_contact": True})

    def unit(ctx: Context) -> SurveyView:
        make_workspace(ctx)
        made = surveys.create(ctx, CreateSurvey(name="Asked", languages=LANGUAGES, definition=definition))
        return surveys.publish(ctx, made.id).survey

    survey = write(unit)
    with DirectClient(respond.build(database), base_url=ORIGIN, follow_redirects=False) as client:
        yield Customer(client, database, clock, survey, write)


def test_what_a_customer_says_is_a_claim_and_makes_nobody(asked: Customer) -> None:
    there = asked.answer(asked.shared, score="4")
    assert "May we contact you about your answer?" in text_of(asked.page(there))

    sent = asked.send(f"{there}/more", {"contact": "yes", "contact-address": f" {ADDRESS} "})

    assert (sent.status_code, sent.headers["location"]) == (303, f"{there}/thanks")
    (row,) = asked.responses()
    assert row["claims"] == {"contact": {"consent": True, "address": ADDRESS}}
    assert row["person_id"] is None
    assert asked.act(lambda ctx: ctx.connection.execute(select(Person.id)).all()) == []


def test_a_word_of_the_link_is_no_consent_and_the_question_is_still_asked(asked: Customer) -> None:
    there = asked.answer(f"{asked.shared}?contact=me", score="4")
    assert asked.responses()[0]["claims"] == {"contact": "me"}
    assert "May we contact you about your answer?" in text_of(asked.page(there))
    assert asked.page(f"{there}/more").css_first("input[name=contact][checked]") is None

    asked.send(f"{there}/more", {"contact": "yes", "contact-address": ADDRESS})

    (row,) = asked.responses()
    assert (row["claims"]["contact"]["address"], row["may_be_contacted"]) == (ADDRESS, True)
    assert asked.page(f"{there}/more").css_first("input[name=contact][checked]") is not None
    asked.send(f"{there}/more", {"contact-address": ADDRESS})
    assert asked.responses()[0]["may_be_contacted"] is False


def test_without_the_tick_no_address_is_kept(asked: Customer) -> None:
    there = asked.answer(asked.shared, score="4")

    asked.send(f"{there}/more", {"contact-address": ADDRESS})

    assert asked.responses()[0]["claims"] == {}


def test_a_consent_without_an_address_is_asked_for_it(asked: Customer) -> None:
    there = asked.answer(asked.shared, score="4")

    again = asked.send(f"{there}/more", {"contact": "yes", "contact-address": ""})

    page = LexborHTMLParser(again.text)
    assert again.status_code == 422
    assert attribute(page, "#problems a", "href") == "#contact-address"
    assert page.css_first("input[name=contact][checked]") is not None
    too_long = asked.send(f"{there}/more", {"contact": "yes", "contact-address": "x" * 201})
    assert too_long.status_code == 422
    assert "x" * 201 in too_long.text


@pytest.mark.parametrize("address", ["kim@example.com", "+49 30 1234-567"])
def test_a_mail_address_or_a_phone_number_is_taken_as_it_was_typed(asked: Customer, address: str) -> None:
    there = asked.answer(asked.shared, score="4")

    sent = asked.send(f"{there}/more", {"contact": "yes", "contact-address": address})

    assert sent.status_code == 303
    assert asked.responses()[0]["claims"]["contact"]["address"] == address


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_no_address_is_asked_for_again_with_everything_that_was_typed(asked: Customer, language: str) -> None:
    address = "not an address at all"
    there = asked.answer(f"{asked.shared}?lang={language}", score="4")

    again = asked.send(f"{there}/more?lang={language}", {"contact": "yes", "contact-address": address})

    page = LexborHTMLParser(again.text)
    assert again.status_code == 422
    assert attribute(page, "#problems a", "href") == "#contact-address"
    assert text_of(page, "#contact-address-problem") == words("respond", language).say(
        "Please write a mail address or a phone number, or take the tick out."
    )
    assert attribute(page, "#contact-address", "value") == address
    assert page.css_first("input[name=contact][checked]") is not None
    assert asked.responses()[0]["claims"] == {}
    assert asked.send(f"{there}/more", {"contact-address": address}).status_code == 303


def test_consent_is_taken_back_and_leaves_no_address_behind(asked: Customer) -> None:
    there = asked.answer(asked.shared, score="4")
    asked.send(f"{there}/more", {"contact": "yes", "contact-address": ADDRESS})
    assert attribute(asked.page(f"{there}/more"), "#contact-address", "value") == ADDRESS

    asked.send(f"{there}/more", {"contact-address": ADDRESS})

    assert asked.responses()[0]["claims"] == {}
    kept = asked.act(lambda ctx: ctx.connection.execute(select(ResponseRevision.before, ResponseRevision.after)).all())
    assert kept
    assert ADDRESS not in str(kept)


def test_a_changed_score_leaves_the_consent(asked: Customer) -> None:
    there = asked.answer(asked.shared, score="4")
    asked.send(f"{there}/more", {"contact": "yes", "contact-address": ADDRESS})

    asked.answer(f"{there}/change", score="9")

    (row,) = asked.responses()
    assert (row["score"], row["claims"]) == (9, {"contact": {"consent": True, "address": ADDRESS}})
