"""An anonymous survey as its customers meet it, and what is left of them afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from cxsurvey.core.context import Context
from cxsurvey.surveys.commands import CreateSurvey
from tests.factories import act_in, make_anonymous_survey
from tests.respond.conftest import Customer, definition

PROMISE = {
    "en": ("Your answer is anonymous.", "We keep the day"),
    "de": ("Ihre Antwort ist anonym.", "Wir speichern den Tag"),
    "tr": ("Yanıtınız anonimdir.", "Yalnızca günü saklarız"),
    "ar": ("إجابتك مجهولة الهوية.", "نحفظ اليوم فقط"),
}


def attribute(document: HTMLParser, selector: str, name: str) -> str:
    """An attribute of the first element that fits."""
    found = document.css_first(selector)
    assert found is not None
    return found.attributes[name] or ""


def fine_print(document: HTMLParser) -> str:
    """What stands below the card."""
    found = document.css_first("footer")
    assert found is not None
    return found.text()


@pytest.fixture
def anonymous(customer: Customer) -> Customer:
    """The customer in front of an anonymous survey."""

    def unit(ctx: Context) -> None:
        act_in(ctx, customer.survey_workspace)
        command = CreateSurvey(name="Anonymous", languages=("en",), definition=definition())
        customer.survey = make_anonymous_survey(ctx, command)

    customer.write(unit)
    return customer


@pytest.mark.parametrize("language", PROMISE)
def test_the_page_says_what_is_kept_and_until_when_it_may_be_changed(anonymous: Customer, language: str) -> None:
    fine = fine_print(anonymous.page(f"{anonymous.shared}?lang={language}"))

    for words in PROMISE[language]:
        assert words in fine
    assert "22" in fine or "٢٢" in fine, "the last day to change the answer"


def test_the_last_day_to_change_moves_with_the_days(anonymous: Customer) -> None:
    """The page is kept ready as bytes; the day in it must not be."""
    assert "until 22 November 2026" in fine_print(anonymous.page(anonymous.shared))
    anonymous.clock.instant += timedelta(days=1)
    assert "until 23 November 2026" in fine_print(anonymous.page(anonymous.shared))


def test_the_language_goes_along_and_is_not_kept(anonymous: Customer) -> None:
    leads_to = anonymous.answer(f"{anonymous.shared}?lang=de", score="3", comment="Laut")

    more = anonymous.page(leads_to)
    assert attribute(more, "html", "lang") == "de"
    reply = anonymous.send(attribute(more, "form", "action"), {"f-reason": "staff"})
    thanks = anonymous.page(reply.headers["location"])
    assert attribute(thanks, "html", "lang") == "de"
    assert "22. November 2026" in fine_print(thanks)
    row = anonymous.responses()[0]
    assert (row["locale"], row["follow_ups"], row["revision"]) == (None, {"reason": "staff"}, 2)


def test_the_answer_is_changed_the_next_day_and_not_on_the_one_after(anonymous: Customer) -> None:
    address = anonymous.answer(anonymous.shared, score="9").partition("?")[0]
    anonymous.clock.instant += timedelta(days=1)

    fields = anonymous.filled(f"{address}/change", score="2", comment="Second thoughts")
    assert anonymous.send(f"{address}/change", fields).status_code == 303
    assert [row["score"] for row in anonymous.responses()] == [2]

    anonymous.clock.instant += timedelta(days=1)
    assert "can no longer be changed" in (anonymous.page(address, 410).html or "")
    assert anonymous.send(f"{address}/change", fields | {"score": "10"}).status_code == 410
    assert [row["score"] for row in anonymous.responses()] == [2]
