"""Shared links with attributes: signed ones count, everything else is kept apart, and every customer sees the form."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from sqlalchemy import update

from cxsurvey.accounts.models import Workspace
from cxsurvey.core.context import Context
from cxsurvey.core.errors import Invalid, Unavailable
from cxsurvey.invitations import signed
from cxsurvey.invitations.signed import SignLink
from cxsurvey.responses import service as responses
from cxsurvey.surveys.asked import asked_by_code
from tests.factories import act_in
from tests.respond.conftest import Customer, attribute, fields_of

FACTS = {
    "segments": {"touchpoint": "Kasse & Service", "agent": "Zoë"},
    "attributes": {"till": "3"},
    "expires_in_days": 10,
}


OF_FORM = {"language": "English"}
"""What a form tells by itself, whatever its link says."""


def link(customer: Customer, **changes: Any) -> str:
    """Path and query of a signed link."""

    def unit(ctx: Context) -> str:
        act_in(ctx, customer.survey_workspace)
        return signed.sign(ctx, customer.survey.id, SignLink.from_fields({**FACTS, **changes})).url

    parts = urlsplit(str(customer.write(unit)))
    return f"{parts.path}?{parts.query}"


def change(address: str, **parameters: str | None) -> str:
    """The link with other parameters; None takes one out."""
    path, _, query = address.partition("?")
    pairs = {**dict(parse_qsl(query)), **parameters}
    return f"{path}?{urlencode({name: value for name, value in pairs.items() if value is not None})}"


def send(customer: Customer, address: str, seconds: float = 20, **fields: str) -> Any:
    """Opens a link and sends its form to where the page says."""
    page = customer.page(address)
    action = attribute(page, "form", "action")
    customer.clock.instant += timedelta(seconds=seconds)
    reply = customer.send(f"{customer.shared}{action}", {**fields_of(page), "score": "9", **fields})
    assert reply.status_code == 303, reply.text
    return said(customer)


def said(customer: Customer) -> Any:
    """The last response, as the dashboard reads it."""
    (row,) = [customer.responses()[-1]]

    def read(ctx: Context) -> Any:
        act_in(ctx, row["workspace_id"])
        return responses.get(ctx, row["id"])

    return customer.act(read)


def test_what_a_signed_link_says_belongs_to_the_answer(customer: Customer) -> None:
    answer = send(customer, link(customer))
    assert answer.segments == {"touchpoint": "Kasse & Service", "agent": "Zoë", **OF_FORM}
    assert answer.attributes == {"till": "3"}
    assert (answer.claims, answer.state) == ({}, "counted")


def test_another_language_of_the_page_keeps_it(customer: Customer) -> None:
    page = customer.page(link(customer))
    german = attribute(page, ".languages [lang=de]", "formaction")
    switched = HTMLParser(customer.send(f"{customer.shared}{german}", {**fields_of(page), "speak": "de"}).text)
    answer = send(customer, f"{customer.shared}{attribute(switched, 'form', 'action')}")
    assert (answer.locale, answer.segments["agent"]) == ("de", "Zoë")


def test_a_form_that_is_shown_again_keeps_it(customer: Customer) -> None:
    page = customer.page(link(customer))
    customer.clock.instant += timedelta(seconds=20)
    refused = customer.send(f"{customer.shared}{attribute(page, 'form', 'action')}", fields_of(page))
    assert refused.status_code == 422
    again = HTMLParser(refused.text)
    sent = customer.send(f"{customer.shared}{attribute(again, 'form', 'action')}", {**fields_of(again), "score": "3"})
    assert sent.status_code == 303
    assert said(customer).segments["agent"] == "Zoë"


@pytest.mark.parametrize(
    "changed",
    [
        {"agent": "Max"},
        {"team": "Another"},
        {"till": None},
        {"sig": None},
        {"sig": "A" * 27},
        {"until": "99999999999"},
        {"until": "x"},
        {"until": None},
    ],
    ids=str,
)
def test_a_link_that_was_changed_counts_for_nothing(customer: Customer, changed: dict[str, str | None]) -> None:
    answer = send(customer, change(link(customer), **changed))
    assert (answer.segments, answer.attributes) == (OF_FORM, {})
    assert answer.claims["touchpoint"] == "Kasse & Service"
    assert answer.claims.get("agent") == changed.get("agent", "Zoë")
    assert answer.state == "counted"


def test_a_signature_fits_no_other_survey(customer: Customer) -> None:
    _, _, query = link(customer).partition("?")
    with customer.database.read() as ctx:
        asked = asked_by_code(ctx, customer.survey.code)
        assert asked is not None
        pairs = parse_qsl(query)
        assert signed.carried_by(ctx, asked, pairs, ctx.now).segments is not None
        assert signed.carried_by(ctx, replace(asked, code="b" * 10), pairs, ctx.now).segments is None
        assert signed.carried_by(ctx, replace(asked, anonymous=True), pairs, ctx.now) == signed.NOTHING


def test_an_expired_link_still_asks(customer: Customer) -> None:
    address = link(customer)
    customer.clock.instant += timedelta(days=10, seconds=1)
    answer = send(customer, address)
    assert (answer.segments, answer.claims["agent"]) == (OF_FORM, "Zoë")


def test_a_form_opened_before_the_end_may_be_sent_after_it(customer: Customer) -> None:
    address = link(customer)
    customer.clock.instant += timedelta(days=10, seconds=-5)
    assert send(customer, address, seconds=60).segments["agent"] == "Zoë"


def test_a_workspace_takes_all_its_links_back_at_once(customer: Customer) -> None:
    address = link(customer)
    customer.write(lambda ctx: ctx.connection.execute(update(Workspace).values(link_generation=2)))
    assert send(customer, address).segments == OF_FORM
    assert send(customer, link(customer)).segments["agent"] == "Zoë"


def test_unsigned_attributes_are_claims_and_click_ids_are_not_kept(customer: Customer) -> None:
    answer = send(customer, f"{customer.shared}?email=kim%40example.com&agent=Max&fbclid=abc&lang=de&s=9")
    assert answer.claims == {"email": "kim@example.com", "agent": "Max"}
    assert (answer.person, answer.segments, answer.locale) == (None, {"language": "German"}, "de")


HOSTILE = [
    "agent=" + "x" * 201,
    "agent=a%00b",
    "agent=%ff",
    "agent=a%0Ab",
    "A%3Cscript%3E=1",
    "&".join(f"a{number}=1" for number in range(21)),
    "agent=one&agent=two",
    "agent=&team=",
    "sig=x&until=1",
]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_a_link_with_nonsense_shows_the_form_and_says_nothing(customer: Customer, query: str) -> None:
    answer = send(customer, f"{customer.shared}?{query}")
    assert (answer.segments, answer.attributes, answer.state) == (OF_FORM, {}, "counted")
    assert set(answer.claims) <= {"agent"}


def test_what_a_link_says_is_escaped(customer: Customer) -> None:
    page = customer.client.get(f'{customer.shared}?agent="><script>alert(1)</script>').text
    assert "<script>alert" not in page


WRONG = [
    ({"segments": {}, "attributes": {}}, "segments", "missing"),
    ({"attributes": {"lang": "de"}}, "attributes.lang", "wrong_form"),
    ({"attributes": {"sig": "x"}}, "attributes.sig", "wrong_form"),
    ({"attributes": {"agent": "x"}}, "attributes.agent", "wrong_form"),
    ({"attributes": {"Till 3": "x"}}, "attributes.Till 3", "wrong_form"),
    ({"expires_in_days": 0}, "expires_in_days", "out_of_range"),
]


@pytest.mark.parametrize(("changes", "name", "rule"), WRONG, ids=str)
def test_a_link_that_could_not_be_read_back_is_not_made(
    customer: Customer, changes: dict[str, Any], name: str, rule: str
) -> None:
    with pytest.raises(Invalid) as refused:
        link(customer, **changes)
    assert [(problem.field, problem.rule) for problem in refused.value.problems] == [(name, rule)]


def test_a_plain_shared_link_hands_nothing_on() -> None:
    assert signed.carries([("lang", "de"), ("s", "9"), ("utm", "")]) == []


def test_what_was_typed_stays_when_the_link_cannot_be_read(customer: Customer) -> None:
    page = customer.page(link(customer))
    fields = {**fields_of(page), "score": "4", "comment": "The till was slow."}
    address = f"{customer.shared}{attribute(page, 'form', 'action')}"

    with patch.object(type(customer.database), "aread", side_effect=Unavailable()):
        reply = customer.send(address, fields)

    assert reply.status_code == 503
    assert "Retry-After" in reply.headers
    assert "The till was slow." in reply.text
