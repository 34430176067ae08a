"""An answer belongs to the version that was shown: what is published later changes neither its page nor its scale."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from sqlalchemy import select

from cxsurvey.core.context import Context
from cxsurvey.responses import counts
from cxsurvey.scoring.scales import Band
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import EditSurvey
from cxsurvey.surveys.drafting import change_formula
from cxsurvey.surveys.follow_ups import FollowUp, FollowUpKind
from cxsurvey.surveys.models import SurveyVersion
from tests.factories import act_in
from tests.respond.conftest import LANGUAGES, Customer, chosen, everywhere, fields_of, text_of

LATER = FollowUp(id="later", kind=FollowUpKind.TEXT, bands=frozenset(Band), labels=everywhere("Asked since version 2?"))
Answered = Callable[[Customer], tuple[str, str]]


def _publish(customer: Customer, formula: str = "csat-1-7/1") -> None:
    """Another scale and other follow-ups."""
    workspace_id = customer.survey_workspace

    def unit(ctx: Context) -> None:
        act_in(ctx, workspace_id)
        survey = surveys.get(ctx, customer.survey.id)
        changed = change_formula(survey.draft, formula, "Northwind Home")
        texts = {
            language: each.model_copy(update={"question": f"How was it, on another scale? ({language})"})
            for language, each in changed.texts.items()
        }
        definition = changed.model_copy(update={"texts": texts, "follow_ups": (LATER,)})
        edit = EditSurvey(revision=survey.revision, name=survey.name, definition=definition)
        surveys.publish(ctx, surveys.edit(ctx, survey.id, edit).id)

    customer.write(unit)


def _shared(customer: Customer) -> tuple[str, str]:
    there = customer.answer(customer.shared, score="2")
    return there, f"{there}/change"


def _personal(customer: Customer) -> tuple[str, str]:
    link = customer.invited()
    customer.answer(link, score="2")
    return link, f"{link}/change"


def _personal_reopened(customer: Customer) -> tuple[str, str]:
    link = customer.invited()
    customer.answer(link, score="2")
    return link, link


def _numbers(page: Any) -> list[str]:
    return [tag.attributes["value"] for tag in page.css("input[name=score]")]


def _version_and_counts(customer: Customer) -> tuple[int, dict[str, int]]:
    """The number of the version that the only response names, and all that is counted, which must be right."""

    def read(ctx: Context) -> tuple[int, list[Any]]:
        (row,) = customer.responses()
        version = ctx.connection.execute(select(SurveyVersion).where(SurveyVersion.id == row["version_id"])).one()
        assert row["trend_line_id"] == version.trend_line_id
        lines = counts.trend_lines(ctx.connection)
        return version.number, [each for line in lines for each in counts.differences(ctx.connection, line)]

    number, differences = customer.act(read)
    assert differences == []
    return number, customer.counted()


@pytest.mark.parametrize("answered", [_shared, _personal, _personal_reopened])
def test_an_answer_is_changed_on_the_scale_it_was_given_on(customer: Customer, answered: Answered) -> None:
    _, change = answered(customer)
    _publish(customer)

    form = customer.page(change)
    assert _numbers(form) == [str(score) for score in range(11)]
    assert chosen(form) == "2"
    assert "on another scale" not in text_of(form)
    customer.answer(change, seconds=90, score="10", comment="Better now")

    (row,) = customer.responses()
    assert (row["score"], row["comment"], row["state"]) == (10, "Better now", "counted")
    assert _version_and_counts(customer) == (1, {"n10": 1, "comments": 1})


@pytest.mark.parametrize("answered", [_shared, _personal])
def test_the_pages_after_the_form_speak_of_the_scale_and_the_questions_of_the_answer(
    customer: Customer, answered: Answered
) -> None:
    there, _ = answered(customer)
    open_page = fields_of(customer.page(f"{there}/more"))
    _publish(customer)

    assert "Your answer: 2 on the scale from 0 to 10." in text_of(customer.page(f"{there}/thanks"))
    more = customer.page(f"{there}/more")
    assert "What was it about? (en)" in text_of(more)
    assert "Asked since version 2" not in text_of(more)
    sent = customer.send(f"{there}/more", {**open_page, "f-reason": "staff"})

    assert sent.headers["location"] == f"{there}/thanks"
    assert customer.responses()[0]["follow_ups"] == {"reason": "staff"}


def test_a_score_off_the_scale_of_the_answer_is_refused_with_its_ends(customer: Customer) -> None:
    there, change = _shared(customer)
    _publish(customer, "csat-1-5/1")
    fields = customer.filled(change, score="10")
    _publish(customer, "csat-1-7/1")

    assert customer.send(change, {**fields, "score": "11"}).status_code == 422
    assert customer.send(change, fields).headers["location"] == f"{there}/changed"
    assert _version_and_counts(customer) == (1, {"n10": 1})


@pytest.mark.parametrize("personal", [True, False])
def test_a_form_that_was_open_when_another_scale_was_published_is_judged_by_its_own(
    customer: Customer, *, personal: bool
) -> None:
    link = customer.invited() if personal else customer.shared
    fields = customer.filled(link, score="10")
    _publish(customer)

    there = customer.send(link, fields).headers["location"]

    assert "10 on the scale from 0 to 10" in text_of(customer.page(there))
    assert _version_and_counts(customer) == (1, {"n10": 1})
    again = customer.send(link, {**fields, "score": "9"}).headers["location"]
    assert again == there
    assert _version_and_counts(customer) == (1, {"n9": 1})


def test_a_personal_link_that_nobody_answered_asks_what_is_asked_now(customer: Customer) -> None:
    link = customer.invited()
    _publish(customer)

    customer.answer(link, score="7")

    assert _version_and_counts(customer) == (2, {"n7": 1})


def test_an_older_form_of_a_personal_link_sent_after_a_newer_one_is_shown_again_as_the_answer_was_asked(
    customer: Customer,
) -> None:
    link = customer.invited()
    older = customer.filled(link, score="3", comment="Typed in the older form")
    _publish(customer)
    customer.answer(link, score="7", comment="On seven")
    more = customer.page(f"{link}/more")
    customer.send(f"{link}/more", {**fields_of(more), "f-later": "Said on page two"})
    assert _version_and_counts(customer) == (2, {"n7": 1, "comments": 1})

    again = customer.send(link, older)

    page = HTMLParser(again.text)
    assert again.status_code == 422
    assert "on a form that asked another way" in text_of(page, "#problems")
    assert (_numbers(page), chosen(page)) == ([str(score) for score in range(1, 8)], None)
    assert fields_of(page)["comment"] == "Typed in the older form"
    assert _version_and_counts(customer) == (2, {"n7": 1, "comments": 1})
    customer.clock.instant += timedelta(minutes=2)
    assert customer.send(link, {**fields_of(page), "score": "3"}).headers["location"] == f"{link}/next"
    assert _version_and_counts(customer) == (2, {"n3": 1, "comments": 1})
    assert customer.responses()[0]["follow_ups"] == {"later": "Said on page two"}


@pytest.mark.parametrize("personal", [True, False])
def test_a_form_with_a_problem_is_shown_again_as_it_was_opened(customer: Customer, *, personal: bool) -> None:
    link = customer.invited() if personal else customer.shared
    fields = customer.filled(link, comment="Typed before")
    _publish(customer)

    page = HTMLParser(customer.send(link, fields).text)

    assert _numbers(page) == [str(score) for score in range(11)]
    assert "a number from 0 to 10" in text_of(page, "#problems")
    other = HTMLParser(customer.send(f"{link}?lang=de", {**fields_of(page), "score": "9", "speak": "de"}).text)
    assert (chosen(other), fields_of(other)["comment"]) == ("9", "Typed before")
    customer.send(link, fields_of(other) | {"score": "9"})
    assert _version_and_counts(customer) == (1, {"n9": 1, "comments": 1})


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_wording_of_an_answer_stays_in_every_language(customer: Customer, language: str) -> None:
    _, change = _shared(customer)
    before = text_of(customer.page(f"{change}?lang={language}"), "legend")
    _publish(customer)

    assert text_of(customer.page(f"{change}?lang={language}"), "legend") == before
