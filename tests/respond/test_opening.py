"""Opening a link: writes nothing, preselects only for a person, and says the right headers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, event, update

from cxsurvey.invitations.models import Invitation
from tests.respond.conftest import Customer, attribute, chosen, text_of

PERSON = {"sec-fetch-dest": "document", "sec-fetch-mode": "navigate"}
STEPS = ("", "/next", "/more", "/thanks", "/changed", "/change")


@contextmanager
def recorded(connection: Connection) -> Iterator[list[str]]:
    """Every statement that is run meanwhile."""
    statements: list[str] = []

    def note(_c: object, _u: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield statements
    event.remove(connection, "before_cursor_execute", note)


def test_looking_writes_nothing(customer: Customer, connection: Connection) -> None:
    link = customer.invited()
    customer.answer(f"{link}?s=3")
    there = customer.answer(customer.shared, score="3")
    addresses = [
        customer.shared,
        f"{customer.shared}/words",
        *(base + step for base in (link, there) for step in STEPS),
    ]
    with recorded(connection) as statements:
        for address in (*addresses, "/r/nothing", "/s/nothing"):
            for method in ("GET", "HEAD", "OPTIONS"):
                customer.client.request(method, f"{address}?s=7")
    assert statements, "the recorder hears nothing"
    assert [text for text in statements if not text.lstrip().upper().startswith("SELECT")] == []


@pytest.mark.parametrize("words", ["", "/our-shop"])
def test_a_code_that_was_typed_in_capitals_opens_and_takes_the_answer(customer: Customer, words: str) -> None:
    typed = f"/s/{customer.survey.code.upper()}{words}"

    there = customer.answer(typed, score="9")

    assert there.startswith("/a/")
    assert customer.counted() == {"n9": 1}


def test_a_form_costs_one_read(customer: Customer, connection: Connection) -> None:
    link = customer.invited()
    customer.page(customer.shared), customer.page(link)
    with recorded(connection) as statements:
        customer.page(customer.shared)
    assert len(statements) == 1
    with recorded(connection) as statements:
        customer.page(link)
    assert len(statements) == 3, "the invitation, its survey, an earlier answer: one row by key each"


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("s=9", "9"),
        ("s=0", "0"),
        ("s=10", "10"),
        ("s=11", None),
        ("s=-1", None),
        ("s=9.5", None),
        ("s=%209", None),
        ("s=", None),
        ("s=%EF%BC%99", None),
        ("s=9&s=1", None),
        ("score=9", None),
        ("", None),
    ],
)
def test_a_score_link_preselects_a_number_of_the_scale(customer: Customer, query: str, number: str | None) -> None:
    assert chosen(customer.page(f"{customer.invited()}?{query}", headers=PERSON)) == number


@pytest.mark.parametrize(
    ("headers", "number"),
    [
        ({}, "9"),
        (PERSON, "9"),
        ({"sec-fetch-dest": "document"}, "9"),
        ({"sec-fetch-mode": "navigate"}, "9"),
        ({**PERSON, "sec-fetch-dest": "iframe"}, None),
        ({**PERSON, "sec-fetch-dest": "image"}, None),
        ({**PERSON, "sec-fetch-dest": "empty"}, None),
        ({**PERSON, "sec-fetch-mode": "cors"}, None),
        ({**PERSON, "sec-fetch-mode": "no-cors"}, None),
    ],
)
def test_only_a_page_navigation_preselects(customer: Customer, headers: dict[str, str], number: str | None) -> None:
    assert chosen(customer.page(f"{customer.invited()}?s=9", headers=headers)) == number


@pytest.mark.parametrize(("seconds", "number"), [(0, None), (299, None), (300, "9"), (86_400, "9")])
def test_just_after_the_mail_was_sent_nothing_is_chosen(
    customer: Customer, connection: Connection, seconds: int, number: str | None
) -> None:
    link = customer.invited()
    sent_at: datetime = customer.clock.instant - timedelta(seconds=seconds)
    connection.execute(update(Invitation).values(sent_at=sent_at))
    page = customer.page(f"{link}?s=9", headers=PERSON)
    assert chosen(page) == number
    assert len(page.css("input[name=score]")) == 11, "the same form either way"


def test_a_link_nobody_preselects_on_a_shared_survey(customer: Customer) -> None:
    assert chosen(customer.page(f"{customer.shared}?s=9", headers=PERSON)) is None


def test_each_opening_is_a_submission_of_its_own(customer: Customer) -> None:
    stamps = {customer.filled(customer.shared)["stamp"] for _ in range(5)}
    assert len(stamps) == 5


@pytest.mark.parametrize(
    ("headers", "query", "locale", "language"),
    [
        ({}, "", None, "en"),
        ({"accept-language": "tr-TR,tr;q=0.9,en;q=0.5"}, "", None, "tr"),
        ({"accept-language": "tr"}, "", "ar", "ar"),
        ({"accept-language": "tr"}, "?lang=de-CH", "ar", "de"),
        ({"accept-language": "fr"}, "?lang=xx", "fr-CA", "en"),
    ],
)
def test_the_language_is_that_of_the_link_the_invitation_or_the_browser(
    customer: Customer, headers: dict[str, str], query: str, locale: str | None, language: str
) -> None:
    link = customer.invited(locale)
    page = customer.page(f"{link}{query}", headers=headers)
    root = page.css_first("html")
    assert root is not None
    assert (root.attributes["lang"], root.attributes["dir"]) == (language, "rtl" if language == "ar" else "ltr")
    form = page.css_first("form")
    assert form is not None
    assert form.attributes["action"] == f"?lang={language}"
    assert customer.answer(f"{link}?lang={language}", score="8")
    assert customer.responses()[0]["locale"] == language


def test_the_pages_after_the_form_keep_its_language(customer: Customer) -> None:
    there = customer.answer(f"{customer.shared}?lang=ar", score="9")
    assert attribute(customer.page(there, headers={"accept-language": "de"}), "html", "lang") == "ar"
    others = [link.attributes["href"] for link in customer.page(there).css(".languages a")]
    assert others == ["?lang=en", "?lang=de", "?lang=tr"]
    page = customer.page(f"{there}?lang=de")
    assert attribute(page, ".given a", "href") == f"{there}/change?lang=de"


def test_every_page_is_private_and_strict(customer: Customer) -> None:
    link = customer.invited()
    there = customer.answer(customer.shared, score="3")
    for address in (customer.shared, link, f"{link}?s=9", there, f"{there}/thanks", f"{there}/change", "/r/none"):
        reply = customer.client.get(address)
        headers = reply.headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["x-robots-tag"] == "noindex, nofollow"
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script" not in policy
        assert "unsafe" not in policy
        assert "set-cookie" not in headers
        assert "<script" not in reply.text
        assert "style=" not in reply.text
        assert " onclick" not in reply.text
    sent = customer.send(customer.shared, customer.filled(customer.shared, score="9"))
    assert sent.headers["referrer-policy"] == "no-referrer"
    assert sent.headers["cache-control"] == "no-store"


def test_other_methods_are_refused_with_what_is_allowed(customer: Customer) -> None:
    there = customer.answer(customer.shared, score="3")
    for address, allowed in ((customer.shared, {"GET", "HEAD", "POST"}), (f"{there}/thanks", {"GET", "HEAD"})):
        for method in ("OPTIONS", "PUT", "DELETE", "PATCH"):
            reply = customer.client.request(method, address)
            assert reply.status_code == 405
            assert set(reply.headers["allow"].replace(" ", "").split(",")) == allowed
    odd = customer.client.request("BREW", customer.shared)
    assert odd.status_code == 405
    assert "allow" in odd.headers
    assert customer.client.post(f"{there}/thanks").status_code == 405


def test_head_answers_as_get_without_a_body(customer: Customer) -> None:
    reply = customer.client.head(customer.shared)
    assert (reply.status_code, reply.content) == (200, b"")
    assert customer.responses() == []


def test_a_post_needs_no_origin(customer: Customer) -> None:
    fields = customer.filled(customer.shared, score="9")
    reply = customer.client.post(
        customer.shared, data=fields, headers={"origin": "null", "sec-fetch-site": "cross-site"}
    )
    assert reply.status_code == 303


def test_the_form_says_who_asks_and_leads_to_their_privacy_notice(customer: Customer) -> None:
    page = customer.page(customer.shared)
    assert text_of(page, ".brand").endswith("Northwind Home")
    notice = page.css_first(".fine a")
    assert notice is not None
    assert (notice.attributes["href"], notice.attributes["rel"]) == ("https://example.com/privacy", "noreferrer")
    assert "You can change your answer for 24 hours after sending it." in text_of(page)
    personal = text_of(customer.page(customer.invited()))
    assert "You can change your answer until 20 January 2027." in personal
    assert "0: Not at all likely. 10: Extremely likely." in text_of(page, "legend")
