"""Another language in the middle of a form: a button that sends what was typed along, and stores nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from cxsurvey.core.i18n import words
from tests.respond.conftest import LANGUAGES, Customer, attribute, fields_of, text_of


def switch(customer: Customer, address: str, page: HTMLParser, language: str, **typed: str) -> HTMLParser:
    """Presses the button of a language on a page whose form was filled so far."""
    button = page.css_first(f".languages button[lang={language}]")
    assert button is not None
    assert button.attributes["form"] == attribute(page, "form", "id")
    to = button.attributes["formaction"] or ""
    path = to if to.startswith("/") else f"{address.partition('?')[0]}{to}"
    reply = customer.send(path, {**fields_of(page), **typed, "speak": language})
    assert reply.status_code == 200, reply.text
    return HTMLParser(reply.text)


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
@pytest.mark.parametrize("personal", [False, True], ids=["shared", "personal"])
def test_what_was_typed_stays_when_the_language_changes(customer: Customer, language: str, *, personal: bool) -> None:
    address = f"{customer.invited()}?s=9" if personal else customer.shared
    page = customer.page(address)

    switched = switch(customer, address, page, language, score="3", comment="Zwei Wochen")

    assert attribute(switched, "html", "lang") == language
    assert attribute(switched, "input[name=score][checked]", "value") == "3"
    assert text_of(switched, "#comment") == "Zwei Wochen"
    assert switched.css("#problems") == []
    assert customer.responses() == []


def test_an_answer_after_the_switch_is_stored_once_and_in_the_new_language(customer: Customer) -> None:
    page = customer.page(customer.shared)
    customer.clock.instant += timedelta(seconds=20)
    switched = switch(customer, customer.shared, page, "de", comment="Zwei Wochen")
    action = f"{customer.shared}{attribute(switched, 'form', 'action')}"

    first = customer.send(action, {**fields_of(switched), "score": "3"})
    again = customer.send(action, {**fields_of(switched), "score": "4"})
    from_before = customer.send(customer.shared, {**fields_of(page), "score": "5"})

    assert [reply.status_code for reply in (first, again, from_before)] == [303, 303, 303]
    (row,) = customer.responses()
    assert (row["score"], row["locale"]) == (5, "en")
    assert row["revision"] == 3


def test_a_form_without_a_score_is_not_scolded_for_a_switch_and_is_when_it_is_sent(customer: Customer) -> None:
    page = customer.page(customer.shared)
    switched = switch(customer, customer.shared, page, "tr")
    assert switched.css("#problems") == []

    sent = customer.send(f"{customer.shared}?lang=tr", fields_of(switched))

    assert sent.status_code == 422
    assert "0" in text_of(HTMLParser(sent.text), "#problems li")


def test_what_was_typed_on_page_two_stays_when_the_language_changes(customer: Customer) -> None:
    there = customer.answer(customer.shared, score="3")
    page = customer.page(there)

    switched = switch(customer, there, page, "ar", **{"f-reason": "staff", "f-wish": "أسرع"})

    assert attribute(switched, "html", "lang") == "ar"
    assert attribute(switched, "input[name=f-reason][checked]", "value") == "staff"
    assert text_of(switched, "[id=f-wish]") == "أسرع"
    assert customer.responses()[0]["follow_ups"] == {}
    sent = customer.send(attribute(switched, "form", "action") or "", fields_of(switched))
    assert sent.headers["location"] == f"{there}/thanks?lang=ar"
    assert customer.responses()[0]["follow_ups"] == {"reason": "staff", "wish": "أسرع"}


def test_the_note_that_a_form_replaces_an_answer_survives_the_switch(customer: Customer) -> None:
    link = customer.invited()
    customer.answer(link, score="3")
    page = customer.page(link)

    switched = switch(customer, link, page, "de", score="7")

    assert text_of(switched, ".note") == words("respond", "de").say(
        "You have answered already. Sending this form replaces your answer."
    )


def test_characters_that_were_taken_out_are_told_of_in_the_new_language(customer: Customer) -> None:
    page = customer.page(customer.shared)

    switched = switch(customer, customer.shared, page, "de", comment="a\x00b")

    assert text_of(switched, "#comment") == "ab"
    assert len(switched.css("#problems li")) == 1


@pytest.mark.parametrize("step", ["", "/thanks"])
def test_pages_without_a_form_keep_their_links(customer: Customer, step: str) -> None:
    there = customer.answer(customer.shared, score="9")

    page = customer.page(f"{there}{step}")

    assert [link.attributes["href"] for link in page.css(".languages a")] == ["?lang=de", "?lang=tr", "?lang=ar"]
