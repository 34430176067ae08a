"""What customers do, from the link to the thank-you, through HTTP on both databases."""

from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from cxsurvey.core.i18n import words
from tests.respond.conftest import LANGUAGES, LINK, Customer, attribute, chosen, fields_of, text_of


def test_two_taps_answer_a_shared_link(customer: Customer) -> None:
    there = customer.answer(customer.shared, score="9", comment="  Good\r\nfood ")
    assert there.startswith("/a/")
    assert len(there) == 3 + 36
    (stored,) = customer.responses()
    assert (stored["score"], stored["comment"], stored["state"], stored["locale"]) == (9, "Good\nfood", "counted", "en")
    assert stored["facts"]["seconds"] == 20.0
    assert customer.counted() == {"n9": 1, "comments": 1}
    page = customer.page(there)
    assert text_of(page, "h1") == "Thank you!"
    assert "Your answer: 9 on the scale from 0 to 10." in text_of(page)
    assert "another 24 hours" in text_of(page)


def test_two_taps_answer_a_score_link(customer: Customer) -> None:
    link = customer.invited()
    there = customer.answer(f"{link}?s=10")
    assert there == f"{link}/next"
    page = customer.page(there)
    assert text_of(page, "h1") == "Thank you, Kim!"
    outward = page.css_first("a.button")
    assert outward is not None
    assert outward.attributes["href"] == LINK
    assert outward.attributes["rel"] == "noreferrer noopener"
    (stored,) = customer.responses()
    assert stored["invitation_id"] is not None
    assert stored["score"] == 10


def test_a_detractor_is_asked_the_questions_of_that_band(customer: Customer) -> None:
    there = customer.answer(customer.shared, score="3")
    page = customer.page(there)
    assert text_of(page, "h1") == "2 more questions, if you like"
    assert "What was it about? (en)" in text_of(page)
    sent = customer.send(f"{there}/more", {**fields_of(page), "f-reason": "staff", "f-wish": "More of them"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{there}/thanks")
    (stored,) = customer.responses()
    assert stored["follow_ups"] == {"reason": "staff", "wish": "More of them"}
    assert (stored["revision"], stored["score"]) == (2, 3)
    assert text_of(customer.page(there), "h1") == "Thank you for telling us."


def test_leaving_after_the_first_press_loses_nothing(customer: Customer) -> None:
    customer.answer(customer.shared, score="0", comment="Never again")
    assert customer.counted() == {"n0": 1, "comments": 1}


def test_the_same_page_twice_is_one_response(customer: Customer) -> None:
    fields = customer.filled(customer.shared, score="7")
    first = customer.send(customer.shared, fields).headers["location"]
    second = customer.send(customer.shared, {**fields, "score": "8"}).headers["location"]
    assert first == second
    (stored,) = customer.responses()
    assert (stored["score"], stored["revision"]) == (8, 2)
    assert customer.counted() == {"n8": 1}


def test_an_answer_is_changed_through_the_thank_you_page(customer: Customer) -> None:
    there = customer.answer(customer.shared, score="9", comment="Fine")
    change = attribute(customer.page(there), ".given a", "href")
    assert change == f"{there}/change"
    form = customer.page(str(change))
    assert (chosen(form), fields_of(form)["comment"]) == ("9", "Fine")
    after = customer.answer(str(change), score="8", comment="Not so fine")
    assert after == f"{there}/changed"
    assert "Your answer has been changed." in text_of(customer.page(after))
    (stored,) = customer.responses()
    assert (stored["score"], stored["comment"], stored["state"]) == (8, "Not so fine", "counted")


def test_a_personal_answer_is_changed_through_the_thank_you_page_at_once(customer: Customer) -> None:
    link = customer.invited()
    customer.answer(f"{link}?s=9")
    after = customer.answer(f"{link}/change", score="2", seconds=5)
    assert after == f"{link}/changed"
    (stored,) = customer.responses()
    assert (stored["score"], stored["state"]) == (2, "counted"), "a change through the thanks page is no burst"
    assert text_of(customer.page(after), ".stored") == "Your answer has been changed."


def test_two_scores_from_fresh_pages_within_a_minute_are_flagged_and_a_later_one_counts(customer: Customer) -> None:
    link = customer.invited()
    customer.answer(f"{link}?s=9", seconds=5)
    customer.answer(f"{link}?s=0", seconds=5)
    assert customer.counted() == {"flagged": 1}
    form = customer.page(link)
    assert chosen(form) is None, "what a machine seems to have sent is not shown as the customer's own"
    customer.clock.instant += timedelta(minutes=5)
    customer.answer(f"{link}?s=7")
    assert customer.counted() == {"n7": 1}


@pytest.mark.parametrize("personal", [True, False], ids=["personal", "shared"])
def test_who_changes_a_flagged_answer_finds_the_comment_and_keeps_it(customer: Customer, *, personal: bool) -> None:
    there = customer.invited() if personal else customer.shared
    after = customer.answer(there, seconds=0.5, score="3", comment="Late twice")
    assert customer.counted() == {"flagged": 1}
    change = f"{after.removesuffix('/next')}/change"

    form = customer.page(change)
    customer.answer(change, score="8")

    assert (chosen(form), fields_of(form)["comment"]) == ("3", "Late twice")
    (stored,) = customer.responses()
    assert (stored["score"], stored["comment"]) == (8, "Late twice")


def test_a_person_who_comes_back_finds_the_own_answer(customer: Customer) -> None:
    link = customer.invited()
    customer.answer(f"{link}?s=9", comment="Lovely")
    form = customer.page(link)
    assert (chosen(form), fields_of(form)["comment"]) == ("9", "Lovely")
    assert "You have answered already" in text_of(form)
    assert chosen(customer.page(f"{link}?s=4")) == "4", "the tapped number wins over the stored one"


def test_a_filled_trap_and_haste_are_flagged(customer: Customer) -> None:
    customer.answer(customer.shared, score="9", remark="http://spam.example.com")
    customer.answer(customer.shared, seconds=0.5, score="9")
    assert {row["reason"] for row in customer.responses()} == {"hidden field filled", "answered in under a second"}
    assert customer.counted() == {"flagged": 2}


def test_a_changed_answer_of_a_new_band_is_asked_its_questions(customer: Customer) -> None:
    there = customer.answer(customer.shared, score="10")
    after = customer.answer(f"{there}/change", score="1")
    page = customer.page(after)
    assert text_of(page, ".stored") == "Your answer has been changed."
    assert text_of(page, "h1") == "2 more questions, if you like"


def test_the_links_of_a_survey_may_carry_words(customer: Customer) -> None:
    address = f"{customer.shared}/how-did-we-do"
    assert customer.answer(address, score="5").startswith("/a/")


def test_a_page_with_a_problem_that_is_sent_once_more_after_it_was_mended_leads_to_the_answer(
    customer: Customer,
) -> None:
    """What a browser does when somebody goes back to the page that named a problem, and lets it be loaded again."""
    without = customer.filled(customer.shared, comment="Late")
    named = HTMLParser(customer.send(customer.shared, without).text)
    there = customer.send(customer.shared, {**fields_of(named), "score": "3"}).headers["location"]

    again = customer.send(customer.shared, without)

    assert (again.status_code, again.headers["location"]) == (303, there)
    assert "Thank you, your answer is stored." in text_of(customer.page(there))
    (stored,) = customer.responses()
    assert (stored["score"], stored["comment"], stored["revision"]) == (3, "Late", 1)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"comment": "Late twice\x07"}, ("3", "Late twice")),
        ({"score": "8", "comment": "Late\x07"}, ("8", "Late")),
    ],
)
def test_who_goes_back_after_an_answer_and_types_what_cannot_be_stored_finds_it_in_the_form(
    customer: Customer, typed: dict[str, str], kept: tuple[str | None, str], language: str
) -> None:
    first = customer.filled(f"{customer.shared}?lang={language}", score="3", comment="Late")
    there = customer.send(customer.shared, first).headers["location"]

    named = customer.send(f"{customer.shared}?lang={language}", {**first, **typed})

    assert named.status_code == 422
    shown = HTMLParser(named.text)
    assert (chosen(shown), fields_of(shown)["comment"]) == kept
    say = words("respond", language).say
    assert say("You have answered already. Sending this form replaces your answer.") in text_of(shown)
    mended = customer.send(customer.shared, {**fields_of(shown), "score": "8", "comment": "Late twice"})
    assert (mended.status_code, mended.headers["location"]) == (303, there)
    (stored,) = customer.responses()
    assert (stored["score"], stored["comment"], stored["revision"]) == (8, "Late twice", 2)


def test_a_page_with_a_forbidden_character_that_is_sent_once_more_after_it_was_mended_leads_to_the_answer(
    customer: Customer,
) -> None:
    odd = customer.filled(customer.shared, score="3", comment="Late\x07")
    named = HTMLParser(customer.send(customer.shared, odd).text)
    assert "You have answered already" not in text_of(named)
    there = customer.send(customer.shared, fields_of(named)).headers["location"]

    again = customer.send(customer.shared, odd)

    assert (again.status_code, again.headers["location"]) == (303, there)


def test_what_can_no_longer_be_changed_is_not_asked_for_again(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorter = customer.database.settings.model_copy(update={"change_hours": 1})
    monkeypatch.setattr(customer.database, "settings", shorter)
    first = customer.filled(customer.shared, score="3", comment="Late")
    there = customer.send(customer.shared, first).headers["location"]
    customer.clock.instant += timedelta(hours=1)

    again = customer.send(customer.shared, {**first, "comment": "Late twice\x07"})

    assert (again.status_code, again.headers["location"]) == (303, there)
    customer.page(there, 410)


@pytest.mark.parametrize("said", [{"score": "9", "comment": "Other words"}, {"score": "3", "comment": "Late"}, {}])
def test_a_page_that_was_answered_and_is_sent_again_after_a_day_says_that_its_answer_stands(
    customer: Customer, said: dict[str, str]
) -> None:
    first = customer.filled(customer.shared, score="3", comment="Late")
    there = customer.send(customer.shared, first).headers["location"]
    customer.clock.instant += timedelta(hours=24)

    again = customer.send(customer.shared, {**first, **said})

    assert (again.status_code, again.headers["location"]) == (303, there)
    assert text_of(customer.page(there, 410), "h1") == "Your answer can no longer be changed."
    (stored,) = customer.responses()
    assert (stored["score"], stored["comment"], stored["revision"]) == (3, "Late", 1)


def answered_and_too_old(
    customer: Customer, address: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, str], str]:
    """A form that was sent, with where that led, which is too old to be sent again."""
    shorter = customer.database.settings.model_copy(update={"form_hours": 1})
    monkeypatch.setattr(customer.database, "settings", shorter)
    sent = customer.filled(address, score="3", comment="Late")
    there = customer.send(address, sent).headers["location"]
    customer.clock.instant += timedelta(hours=1)
    return sent, there


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answered_page_that_is_too_old_still_changes_its_answer_while_that_may_be_changed(
    customer: Customer, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    address = f"{customer.shared}?lang={language}"
    first, there = answered_and_too_old(customer, address, monkeypatch)

    named = customer.send(address, {**first, "score": "8"})

    assert named.status_code == 422
    shown = HTMLParser(named.text)
    say = words("respond", language).say
    assert say("You have answered already. Sending this form replaces your answer.") in text_of(shown)
    assert (chosen(shown), fields_of(shown)["comment"]) == ("8", "Late")
    sent = customer.send(address, fields_of(shown))
    assert (sent.status_code, sent.headers["location"]) == (303, there)
    (stored,) = customer.responses()
    assert (stored["score"], stored["revision"], stored["state"]) == (8, 2, "counted"), "however quickly it is sent"


def test_a_comment_taken_back_on_a_page_that_is_too_old_is_asked_for_again_and_goes(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = answered_and_too_old(customer, customer.shared, monkeypatch)

    named = customer.send(customer.shared, {**first, "comment": ""})
    assert named.status_code == 422
    customer.send(customer.shared, fields_of(HTMLParser(named.text)))

    (stored,) = customer.responses()
    assert (stored["score"], stored["comment"], stored["state"]) == (3, None, "counted")


def test_a_page_that_is_too_old_and_says_nothing_leads_to_no_answer(
    customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = answered_and_too_old(customer, customer.shared, monkeypatch)

    named = customer.send(
        customer.shared, {name: value for name, value in first.items() if name != "score"} | {"comment": ""}
    )

    assert (named.status_code, "Late" in named.text) == (422, False)


def test_a_page_with_a_problem_that_was_never_mended_names_it_again(customer: Customer) -> None:
    without = customer.filled(customer.shared, comment="Late")

    replies = [customer.send(customer.shared, without) for _ in range(2)]

    assert [reply.status_code for reply in replies] == [422, 422]
    assert customer.responses() == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("personal", [True, False], ids=["personal", "shared"])
def test_who_skipped_the_follow_ups_finds_the_way_back_on_the_last_page(
    customer: Customer, language: str, *, personal: bool
) -> None:
    start = customer.invited() if personal else customer.shared
    there = customer.answer(f"{start}?lang={language}", score="3")
    skip = attribute(customer.page(there), ".aside a", "href")

    last = customer.page(str(skip))
    back = attribute(last, ".given a:last-of-type", "href")
    assert words("respond", language).say("Answer the further questions") in text_of(last, ".given")
    more = customer.page(str(back))
    done = customer.send(attribute(more, "form", "action") or "", {**fields_of(more), "f-wish": "Quicker"})

    thanks = customer.page(done.headers["location"])
    assert words("respond", language).say("Change my further answers") in text_of(thanks, ".given")
    (stored,) = customer.responses()
    assert stored["follow_ups"] == {"wish": "Quicker"}


def test_a_last_page_without_follow_ups_offers_none(customer: Customer) -> None:
    there = customer.answer(customer.shared, score="9")

    assert [link.text() for link in customer.page(there).css(".given a")] == ["Change my answer"]
