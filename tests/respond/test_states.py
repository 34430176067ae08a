"""Every state a customer may meet that is not the plain way through."""

from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import update

from cxsurvey.core.context import Context
from cxsurvey.core.errors import Busy, Unavailable, Unconfirmed
from cxsurvey.core.signing import digest
from cxsurvey.invitations import service as invitations
from cxsurvey.respond.prepared import Shelf
from cxsurvey.responses import change_links
from cxsurvey.responses.errors import ChangeExpired
from cxsurvey.responses.models import Response
from cxsurvey.surveys import service as surveys
from tests.factories import act_in
from tests.respond.conftest import Customer, attribute, chosen, fields_of, text_of

SECRET_WORDS = ("Example", "kim@example.com")


def _close(customer: Customer) -> None:
    workspace_id = customer.survey_workspace

    def unit(ctx: Context) -> None:
        act_in(ctx, workspace_id)
        surveys.close(ctx, customer.survey.id)

    customer.write(unit)


def _revoke(customer: Customer, link: str) -> None:
    workspace_id = customer.survey_workspace

    def unit(ctx: Context) -> None:
        act_in(ctx, workspace_id)
        invitations.revoke(ctx, invitations.by_token(ctx, link.removeprefix("/r/")).id)

    customer.write(unit)


def test_a_closed_survey_says_so_in_the_name_of_who_asked(customer: Customer) -> None:
    fields = customer.filled(customer.shared, score="9")
    _close(customer)
    page = customer.page(customer.shared, 410)
    assert text_of(page, "h1") == "This survey is closed."
    assert "Northwind Home" in text_of(page)
    sent = customer.send(customer.shared, fields)
    assert (sent.status_code, customer.responses()) == (410, [])


def test_an_answer_to_a_survey_closed_since_can_still_be_changed(customer: Customer) -> None:
    there = customer.answer(customer.shared, score="9")
    _close(customer)
    assert customer.answer(f"{there}/change", score="8") == f"{there}/changed"


NOT_STORED = {
    "en": "was not stored, because the survey was closed in the meantime",
    "de": "wurde nicht gespeichert, weil die Umfrage inzwischen geschlossen wurde",
    "tr": "kaydedilmedi, çünkü anket bu arada kapatıldı",
    "ar": "لأن الاستبيان أُغلق في هذه الأثناء",
}
TYPED = 'Too slow.\n\n"Twice" <b>rang</b> & waited'


def _kept_on(page: LexborHTMLParser) -> list[str]:
    """What was typed, where it can be copied and not be sent."""
    assert page.css("form, button") == []
    return [(area.text()).removeprefix("\n") for area in page.css("textarea[readonly]")]


@pytest.mark.parametrize("language", NOT_STORED)
def test_what_was_typed_when_the_survey_closed_is_shown_and_said_not_to_be_stored(
    customer: Customer, language: str
) -> None:
    address = f"{customer.shared}?lang={language}"
    fields = customer.filled(address, score="3", comment=TYPED)
    _close(customer)
    reply = customer.send(address, fields)
    page = _read(reply)
    assert (reply.status_code, customer.responses()) == (410, [])
    assert NOT_STORED[language] in text_of(page)
    assert _kept_on(page) == [TYPED]
    assert attribute(page, "html", "dir") == ("rtl" if language == "ar" else "ltr")
    assert attribute(page, "textarea", "dir") == "auto", "words of any script, whatever the page is in"


def test_asking_for_another_language_after_the_end_keeps_what_was_typed(customer: Customer) -> None:
    fields = customer.filled(customer.shared, score="3", comment=TYPED)
    _close(customer)
    reply = customer.send(f"{customer.shared}?lang=de", {**fields, "speak": "de"})
    assert reply.status_code == 410
    assert NOT_STORED["de"] in text_of(_read(reply))
    assert _kept_on(_read(reply)) == [TYPED]


def test_who_typed_nothing_is_told_that_nothing_was_stored(customer: Customer) -> None:
    fields = customer.filled(customer.shared, score="3", comment=" ")
    _close(customer)
    page = _read(customer.send(customer.shared, fields))
    assert NOT_STORED["en"] in text_of(page)
    assert _kept_on(page) == []
    assert "copy" not in text_of(page)


def test_what_was_typed_is_kept_when_the_link_ends_while_the_form_is_open(customer: Customer) -> None:
    late, revoked = customer.invited(days=1), customer.invited()
    forms = {link: customer.filled(link, score="9", comment=TYPED) for link in (late, revoked)}
    _revoke(customer, revoked)
    ended = {revoked: "because the link was taken back", late: "because the link expired"}
    for link, reason in ended.items():
        reply = customer.send(link, forms[link])
        assert reply.status_code == 410
        assert reason in text_of(_read(reply))
        assert _kept_on(_read(reply)) == [TYPED]
        assert "Kim" not in text_of(_read(reply))
        customer.clock.instant += timedelta(days=1)
    assert customer.responses() == []


def test_a_change_that_comes_too_late_is_shown_and_the_answer_stays(customer: Customer) -> None:
    there = customer.answer(customer.shared, score="9", comment="First")
    fields = customer.filled(f"{there}/change", score="1", comment=TYPED)
    customer.clock.instant += timedelta(days=1)
    reply = customer.send(f"{there}/change", fields)
    assert reply.status_code == 410
    assert "was not stored, because the time for changes ended" in text_of(_read(reply))
    assert _kept_on(_read(reply)) == [TYPED]
    assert [row["comment"] for row in customer.responses()] == ["First"]


@pytest.mark.parametrize("found_late", [False, True])
def test_words_of_page_two_are_kept_when_its_time_is_over(customer: Customer, found_late: bool) -> None:
    there = customer.answer(customer.shared, score="2")
    fields = {**fields_of(customer.page(f"{there}/more")), "f-wish": TYPED, "f-reason": "price"}
    if not found_late:
        customer.clock.instant += timedelta(days=1)
    late = patch("cxsurvey.responses.service.follow_up", side_effect=ChangeExpired())
    with late if found_late else nullcontext():
        reply = customer.send(f"{there}/more", fields)
    assert reply.status_code == 410
    assert "was not stored, because the time for changes ended" in text_of(_read(reply))
    assert _kept_on(_read(reply)) == [TYPED], "the words, not the ids of choices"


def test_words_for_an_address_that_is_gone_are_kept(customer: Customer) -> None:
    gone = "/a/" + "A" * 36
    there = customer.answer(customer.shared, score="2")
    more = {**fields_of(customer.page(f"{there}/more")), "f-wish": TYPED, "f-reason": "price"}
    change = customer.filled(f"{there}/change", comment=TYPED)
    for step, fields in (("more", more), ("change", change)):
        reply = customer.send(f"{gone}/{step}?lang=de", fields)
        assert reply.status_code == 404
        assert "unter dieser Adresse nichts mehr" in text_of(_read(reply))
        assert _kept_on(_read(reply)) == [TYPED]


def test_words_of_page_two_can_be_sent_again_when_nothing_can_be_read(customer: Customer) -> None:
    there = customer.answer(customer.shared, score="2")
    fields = {**fields_of(customer.page(f"{there}/more")), "f-wish": TYPED, "f-reason": "price"}
    with patch.object(type(customer.database), "aread", side_effect=Unavailable()):
        reply = customer.send(f"{there}/more", fields)
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "2")
    page = _read(reply)
    assert fields_of(page) == fields
    assert [area.attributes["name"] for area in page.css("textarea")] == ["f-wish"]
    assert customer.send(f"{there}/more", fields_of(page)).status_code == 303
    assert "Too slow." in text_of(customer.page(f"{there}/more"))


def test_an_answer_that_may_be_stored_is_not_said_to_be_lost_because_the_survey_closed(customer: Customer) -> None:
    fields = customer.filled(customer.shared, score="3", comment=TYPED)
    _close(customer)
    with patch.object(type(customer.database), "ahot", side_effect=Unconfirmed()):
        reply = customer.send(customer.shared, fields)
    assert reply.status_code == 503
    assert NOBODY_KNOWS["en"] in text_of(_read(reply))
    assert fields_of(_read(reply)) == fields


def test_a_personal_link_expires(customer: Customer) -> None:
    link = customer.invited(days=1)
    fields = customer.filled(f"{link}?s=9")
    customer.clock.instant += timedelta(hours=23, minutes=59, seconds=40)
    assert text_of(customer.page(link, 410), "h1") == "This link has expired."
    assert customer.send(link, fields).status_code == 410
    assert customer.responses() == []


@pytest.mark.parametrize("step", ["", "/next", "/more", "/thanks", "/changed", "/change"])
def test_a_revoked_link_opens_nothing(customer: Customer, step: str) -> None:
    link = customer.invited()
    customer.answer(f"{link}?s=9", comment="Mine")
    _revoke(customer, link)
    page = customer.page(link + step, 410)
    assert text_of(page, "h1") == "This link is no longer valid."
    assert "Mine" not in text_of(page)
    assert "Kim" not in text_of(page)


def test_a_page_that_was_open_when_the_link_was_revoked_stores_nothing(customer: Customer) -> None:
    link = customer.invited()
    fields = customer.filled(f"{link}?s=9")
    _revoke(customer, link)
    assert customer.send(link, fields).status_code == 410
    assert customer.responses() == []


@pytest.mark.parametrize("step", ["/next", "/more", "/thanks", "/changed", "/change"])
def test_the_steps_of_an_unanswered_invitation_lead_to_the_form(customer: Customer, step: str) -> None:
    link = customer.invited()
    reply = customer.client.get(link + step)
    assert (reply.status_code, reply.headers["location"]) == (303, link)


@pytest.mark.parametrize(
    "address",
    [
        "/s/abcdefghjk",
        "/s/short",
        "/s/%00bcdefghjk",
        "/s/" + "a" * 3000,
        "/r/" + "A" * 27,
        "/r/x",
        "/r/%00" + "A" * 26,
        "/r/%ED%A0%80",
        "/a/" + "A" * 27,
        "/a/" + "A" * 27 + "/change",
        "/a/" + "A" * 36,
        "/a/" + "A" * 36 + "/more",
        "/a/" + "z" * 36,
        "/a/%00" + "A" * 35,
        "/a/%C3%A9" + "A" * 35,
        "/a/" + "A" * 9 + "%ED%A0%80",
        "/r/" + "A" * 27 + "/no-such-step",
    ],
)
def test_an_unknown_link_is_a_calm_page_in_the_language_of_the_browser(customer: Customer, address: str) -> None:
    page = customer.page(address, 404, headers={"accept-language": "de"})
    assert text_of(page, "h1") == "Unter dieser Adresse gibt es nichts."
    assert attribute(page, "html", "lang") == "de"


def test_an_answer_can_be_changed_for_a_day_and_is_then_shown_to_nobody(customer: Customer) -> None:
    there = customer.answer(customer.shared, score="9", comment="Mine")
    fields = customer.filled(f"{there}/change", score="1")
    customer.clock.instant += timedelta(hours=23, minutes=59)
    assert "another 1 hour" in text_of(customer.page(there))
    customer.clock.instant += timedelta(minutes=1)
    page = customer.page(there, 410)
    assert text_of(page, "h1") == "Your answer can no longer be changed."
    assert "Mine" not in text_of(page)
    assert customer.send(f"{there}/change", fields).status_code == 410
    assert [row["score"] for row in customer.responses()] == [9]


@pytest.mark.parametrize("personal", [False, True])
def test_a_form_that_was_open_too_long_shows_again_with_everything(customer: Customer, personal: bool) -> None:
    address = customer.invited() if personal else customer.shared
    fields = customer.filled(address, score="6", comment="Typed\nfor a day", seconds=24 * 3600)
    reply = customer.send(address, fields)
    assert reply.status_code == 422
    page = _read(reply)
    assert (chosen(page), fields_of(page)["comment"]) == ("6", "Typed\nfor a day")
    assert "nothing was stored" in text_of(page, "#problems")
    assert customer.responses() == []
    customer.clock.instant += timedelta(seconds=3)
    assert customer.send(address, fields_of(page)).status_code == 303
    (stored,) = customer.responses()
    assert (stored["score"], stored["state"]) == (6, "counted")


NOBODY_KNOWS = {
    "en": "We cannot say whether your answer was stored.",
    "de": "Wir können nicht sagen, ob Ihre Antwort gespeichert wurde.",
}


@pytest.mark.parametrize("language", NOBODY_KNOWS)
@pytest.mark.parametrize("readable", [True, False])
def test_when_nobody_knows_whether_it_is_stored_the_customer_is_told_so(
    customer: Customer, language: str, readable: bool
) -> None:
    fields = customer.filled(customer.shared, score="4")
    away = patch.object(type(customer.database), "aread", side_effect=Unavailable())
    with patch.object(type(customer.database), "ahot", side_effect=Unconfirmed()), nullcontext() if readable else away:
        reply = customer.send(f"{customer.shared}?lang={language}", fields)
    assert reply.status_code == 503
    told = _read(reply)
    assert NOBODY_KNOWS[language] in text_of(told)
    for untrue in ("could not store", "othing was stored", "nichts gespeichert", "nicht speichern"):
        assert untrue not in text_of(told)


@pytest.mark.parametrize("refusal", [Unavailable(retry_after=7), Busy()])
def test_when_storing_fails_the_form_shows_again_with_everything(customer: Customer, refusal: Any) -> None:
    fields = customer.filled(customer.shared, score="4", comment="<b>Keep</b> this & that")
    with patch.object(type(customer.database), "ahot", side_effect=refusal):
        reply = customer.send(customer.shared, fields)
    assert reply.status_code == (503 if isinstance(refusal, Unavailable) else 409)
    assert reply.headers["retry-after"] == str(refusal.retry_after)
    page = _read(reply)
    assert "We could not store your answer just now." in text_of(page, "#problems")
    again = fields_of(page)
    assert again == {**fields, "score": "4"}, "the same submission, so that it can never become two answers"
    assert customer.send(customer.shared, again).status_code == 303
    assert len(customer.responses()) == 1


@pytest.mark.parametrize("path", ["/s", "/r", "/a"])
def test_when_nothing_can_even_be_read_what_was_typed_is_kept_on_a_page_of_its_own(
    customer: Customer, path: str
) -> None:
    if path == "/a":
        address = f"{customer.answer(customer.shared, score='9')}/change"
    else:
        address = customer.shared if path == "/s" else customer.invited()
    fields = customer.filled(address, score="4", comment='"Keep" this')
    before = len(customer.responses())
    with (
        patch.object(type(customer.database), "aread", side_effect=Unavailable()),
        patch.object(type(customer.database), "ahot", side_effect=Unavailable()),
    ):
        reply = customer.send(f"{address}?lang=en", fields)
        shown = customer.client.get(address)
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "2")
    assert (shown.status_code, shown.headers["retry-after"]) == (503, "2")
    page = _read(reply)
    assert fields_of(page) == fields
    assert attribute(page, "form", "action") == f"{address}?lang=en"
    assert len(customer.responses()) == before
    assert customer.send(address, fields_of(page)).status_code == 303


def test_a_form_belongs_to_what_it_was_made_for(customer: Customer) -> None:
    one, other = customer.invited(), customer.invited()
    for foreign in (customer.filled(customer.shared, score="9"), customer.filled(one, score="9")):
        reply = customer.send(other, foreign)
        assert (reply.status_code, customer.responses()) == (422, [])
        assert fields_of(_read(reply))["stamp"] != foreign["stamp"]


def test_a_failing_page_has_a_face_and_a_failing_face_has_one_too(customer: Customer) -> None:
    drawn_anew = patch("cxsurvey.respond.showing._shelf", Shelf())
    with drawn_anew, patch("cxsurvey.respond.drawing.form", side_effect=RuntimeError("secret detail")):
        customer.client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
        broken = customer.client.get(f"{customer.shared}?lang=de")
        with patch("cxsurvey.respond.drawing.notice", side_effect=RuntimeError("secret detail")):
            worse = customer.client.get(customer.shared)
    assert (broken.status_code, worse.status_code) == (500, 500)
    assert "schiefgegangen" in broken.text
    assert "secret" not in broken.text
    assert "Something went wrong" in worse.text
    assert "secret" not in worse.text


def test_nobody_learns_more_than_a_first_name(customer: Customer) -> None:
    link = customer.invited()
    customer.answer(f"{link}?s=10")
    for step in ("", "/next", "/thanks", "/change"):
        text = customer.client.get(link + step).text
        assert not any(word in text.replace("reviews.example.com", "") for word in SECRET_WORDS), step


def test_a_name_that_is_an_address_is_not_shown(customer: Customer) -> None:
    link = customer.invited(name="evil.example.com/win Kim")
    assert text_of(customer.page(customer.answer(f"{link}?s=10")), "h1") == "Thank you!"


def test_a_name_is_escaped_wherever_it_stands(customer: Customer) -> None:
    link = customer.invited(name='Ki"m&amp; Example')
    page = customer.page(customer.answer(f"{link}?s=10"))
    assert text_of(page, "h1") == 'Thank you, Ki"m&amp;!'


def _read(reply: Any) -> LexborHTMLParser:
    return LexborHTMLParser(reply.text)


def test_a_link_given_out_before_links_had_a_place_works_until_it_expires(customer: Customer) -> None:
    fields = customer.filled(customer.shared, score="3", comment="Slow")
    new = customer.send(customer.shared, fields).headers["location"]
    (row,) = customer.responses()
    token = customer.database.keys.link_token(change_links.PURPOSE, row["id"])
    customer.write(lambda ctx: ctx.connection.execute(update(Response).values(change_hash=digest(token))))

    assert "Slow" in text_of(customer.page(f"/a/{token}/change"))
    changed = customer.send(f"/a/{token}/change", customer.filled(f"/a/{token}/change", score="8"))
    assert (changed.status_code, changed.headers["location"]) == (303, f"/a/{token}/changed")
    again = customer.send(customer.shared, {**fields, "score": "9"})
    assert (again.status_code, again.headers["location"]) == (303, f"/a/{token}")
    assert [stored["score"] for stored in customer.responses()] == [9]
    customer.page(new, 404)
    customer.clock.instant += timedelta(hours=24)
    customer.page(f"/a/{token}", 410)
