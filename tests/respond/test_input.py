"""What forms may be sent with: refused with a sentence at the field, and nothing typed is lost."""

from urllib.parse import urlencode

import pytest
from selectolax.lexbor import LexborHTMLParser

from cxsurvey.respond.questions import LONGEST_TEXT
from tests.respond.conftest import Customer, attribute, fields_of, text_of

FORM = {"content-type": "application/x-www-form-urlencoded"}
CHOOSE = "Please choose a number from 0 to 10."


@pytest.mark.parametrize(
    "score", ["", "9.5", "9 ", " 9", "９", "11", "99", "100", "-1", "+9", "1e1", "0x9", "nine", "٩", "9\n", "²"]
)
def test_only_the_numbers_of_the_scale_are_scores(customer: Customer, score: str) -> None:
    fields = {**customer.filled(customer.shared, comment="Kept"), "score": score}
    reply = customer.send(customer.shared, fields)
    assert reply.status_code == 422
    page = LexborHTMLParser(reply.text)
    assert text_of(page, "#problems a") == CHOOSE
    assert attribute(page, "#problems a", "href") == "#score-0"
    assert page.css_matches("#problems[autofocus]")
    assert text_of(page, "#score-0-problem") == CHOOSE
    assert text_of(page, "title").startswith("Error: ")
    assert fields_of(page)["comment"] == "Kept"
    assert customer.responses() == []


@pytest.mark.parametrize("score", ["0", "10", "05"])
def test_every_number_of_the_scale_is_a_score(customer: Customer, score: str) -> None:
    customer.answer(customer.shared, score=score)
    assert [row["score"] for row in customer.responses()] == [int(score)]


@pytest.mark.parametrize("raw", [b"a%00b", b"a%ED%A0%80b", b"a%FFb", b"a%1Bb"])
def test_a_comment_that_is_no_text_is_shown_again_without_what_cannot_be_stored(customer: Customer, raw: bytes) -> None:
    fields = customer.filled(customer.shared, score="8")
    fields.pop("comment")
    reply = customer.client.post(customer.shared, content=urlencode(fields).encode() + b"&comment=" + raw, headers=FORM)
    page = LexborHTMLParser(reply.text)
    assert (reply.status_code, customer.responses()) == (422, [])
    assert "We took them out" in text_of(page, "#comment-problem")
    assert fields_of(page)["comment"] == "ab"
    assert fields_of(page)["score"] == "8"


def test_a_comment_may_have_four_thousand_characters(customer: Customer) -> None:
    long = "😀" * LONGEST_TEXT
    customer.answer(customer.shared, score="8", comment=long)
    assert customer.responses()[0]["comment"] == long
    reply = customer.send(customer.shared, customer.filled(customer.shared, score="8", comment=long + "!"))
    assert reply.status_code == 422
    page = LexborHTMLParser(reply.text)
    assert text_of(page, "#comment-problem") == "Please write at most 4000 characters."
    assert fields_of(page)["comment"] == long + "!"


def test_a_field_sent_twice_is_refused(customer: Customer) -> None:
    body = urlencode(customer.filled(customer.shared, score="8")) + "&score=1"
    reply = customer.client.post(customer.shared, content=body, headers=FORM)
    assert (reply.status_code, customer.responses()) == (422, [])
    assert "could not be read" in text_of(LexborHTMLParser(reply.text), "#problems")


@pytest.mark.parametrize("body", [b"a;" * 30_000, b"a=1&" * 16_000, b"&" * 65_536, b"%00=%00", b"=", b""])
def test_rubbish_is_answered_with_the_form(customer: Customer, body: bytes) -> None:
    reply = customer.client.post(customer.shared, content=body, headers=FORM)
    assert (reply.status_code, customer.responses()) == (422, [])
    assert "score" in reply.text


def test_a_body_over_the_limit_is_refused(customer: Customer) -> None:
    announced = customer.client.post(customer.shared, content=b"", headers={**FORM, "content-length": "104857600"})
    assert announced.status_code == 413
    assert "Nothing was stored." in announced.text
    streamed = customer.client.post(customer.shared, content=b"c=" + b"a" * 65_536, headers=FORM)
    assert streamed.status_code == 413


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain"])
def test_only_forms_are_read(customer: Customer, kind: str) -> None:
    reply = customer.client.post(customer.shared, content=b"{}", headers={"content-type": kind})
    assert reply.status_code == 415


def test_a_form_without_a_stamp_stores_nothing(customer: Customer) -> None:
    reply = customer.send(customer.shared, {"score": "9"})
    assert (reply.status_code, customer.responses()) == (422, [])


def test_choices_and_texts_of_page_two_are_checked(customer: Customer) -> None:
    there = customer.answer(customer.shared, score="3")
    wrong = customer.send(f"{there}/more", {"f-reason": "weather", "f-wish": "Kept"})
    page = LexborHTMLParser(wrong.text)
    assert (wrong.status_code, text_of(page, "#f-reason-problem")) == (422, "Please choose one of the answers.")
    assert fields_of(page)["f-wish"] == "Kept"
    long = customer.send(f"{there}/more", {"f-wish": "x" * (LONGEST_TEXT + 1)})
    assert "at most 4000" in text_of(LexborHTMLParser(long.text), "#f-wish-problem")
    assert customer.send(f"{there}/more", {"f-nothing": "x"}).status_code == 303
    assert customer.responses()[0]["follow_ups"] == {}
