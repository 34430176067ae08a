from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, update
from starlette.testclient import TestClient

from cxsurvey.accounts.models import Membership
from cxsurvey.accounts.permissions import Grant
from cxsurvey.core.context import Actor, ActorKind, Context
from cxsurvey.core.ids import decode, encode
from cxsurvey.people.segments import Segments
from cxsurvey.people.service import PersonInput
from cxsurvey.responses import service as responses
from cxsurvey.responses.commands import Submission
from cxsurvey.responses.service import VoidResponse
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey, EditSurvey
from cxsurvey.surveys.models import TrendLine
from cxsurvey.surveys.service import SurveyView
from tests.application import NOON
from tests.dashboard.conftest import PASSWORD_HASH, attribute, has, in_northwind, page, sign_in, text_of
from tests.dashboard.survey_pages import ask_on, fields_of
from tests.factories import (
    form_page,
    make_anonymous_survey,
    make_open_survey,
    make_user,
    make_workspace,
    offering_unknown,
)
from tests.insights.answers import answer, store

Write = Callable[[Callable[[Context], Any]], Any]
HOME = "/w/northwind/"
LIST = "/w/northwind/responses"


def one(write: Write, survey: SurveyView, **changes: Any) -> str:
    """The address of one stored answer."""

    def work(ctx: Context) -> UUID:
        in_northwind(ctx)
        (response_id,) = store(ctx, [replace(answer(ctx, survey.id, 3, NOON, "late again"), **changes)])
        return response_id

    return f"{LIST}/{encode('rsp', write(work))}"


def test_one_answer_shows_what_was_said_by_whom_and_where(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    address = one(
        write,
        survey,
        person=PersonInput(email="mert@example.com", name="Mert Example"),
        segments=Segments(touchpoint="Delivery"),
        attributes={"order": "N-7"},
    )

    answer = signed_in.get(address)

    assert text_of(answer, "h1") == "Response of Mert Example"
    assert text_of(answer, ".answer-comment") == "late again"
    assert "21 Nov 2026, 15:00 Europe/Istanbul" in text_of(answer, ".sub")
    for said in ("mert@example.com", "Delivery", "N-7", "Detractor", "How likely are you to recommend"):
        assert said in text_of(answer, "main")


def test_who_may_not_read_people_sees_the_name_and_no_way_to_reach_anybody(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    person = PersonInput(email="mert@example.com", external_id="c-4711", name="Mert Example")
    claims = {"contact": {"consent": True, "address": "+90 555 0100"}, "shop": "Moda"}
    address = one(write, survey, person=person, claims=claims)
    secret = ("mert@example.com", "c-4711", "+90 555 0100", "E-mail")
    for_a_manager = signed_in.get(address).text
    assert all(each in for_a_manager for each in secret)

    def viewer(ctx: Context) -> None:
        in_northwind(ctx)
        make_user(ctx, ctx.workspace, "viewer", "eve@example.com").password_hash = PASSWORD_HASH

    write(viewer)
    sign_in(signed_in, "eve@example.com")
    for_a_viewer = signed_in.get(address).text

    assert not any(each in for_a_viewer for each in secret)
    assert "Mert Example" in for_a_viewer
    assert "Moda" in for_a_viewer


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"unknown": True}, "The customer does not know. This response is counted apart and is not part of the score."),
        ({}, "This response has no score. It is counted apart and is not part of the score."),
    ],
    ids=["unknown", "comment alone"],
)
def test_an_answer_without_a_score_is_not_said_to_be_in_it(
    signed_in: TestClient, survey: SurveyView, write: Write, changes: dict[str, Any], sentence: str
) -> None:
    def offer_unknown(ctx: Context) -> None:
        in_northwind(ctx)
        definition = offering_unknown(survey.draft)
        edited = surveys.edit(ctx, survey.id, EditSurvey(revision=survey.revision, name="A", definition=definition))
        surveys.publish(ctx, edited.id)

    write(offer_unknown)
    answer = signed_in.get(one(write, survey, score=None, **changes))

    assert text_of(answer, "#state-title") == "Counted apart"
    assert sentence in text_of(answer, "main")
    assert text_of(signed_in.get(LIST), "td.state") == "Counted apart"


def test_the_list_and_its_file_show_answers_on_an_earlier_scale(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    one(write, survey)
    assert not has(signed_in.get(LIST), "nav[aria-label=Scale]")
    write(partial(ask_on, survey=survey, formula="csat-1-5/1"))

    now = signed_in.get(LIST)
    earlier = signed_in.get(f"{LIST}{attribute(now, 'nav[aria-label=Scale] a:not([aria-current])', 'href')}")

    assert not has(now, ".answer-text")
    assert text_of(earlier, ".answer-text") == "late again"
    assert text_of(earlier, "td .pill .unseen") == "detractor"
    assert text_of(earlier, "nav[aria-label=Scale] [aria-current]").startswith("Earlier: NPS, ")
    form = page(earlier).css_first("form.download")
    assert form is not None
    file = signed_in.post(form.attributes["action"] or "", data=fields_of(form))
    assert "late again" in file.text
    assert signed_in.get(f"{LIST}?scale=3").status_code == 404


def test_the_comment_leads_to_its_answer_and_the_answer_back(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    address = one(write, survey)

    leading = [signed_in.get(HOME), signed_in.get(f"/w/northwind/surveys/{encode('srv', survey.id)}/results")]

    assert [attribute(shown, ".said-text a", "href") for shown in leading] == [
        f"{address}?from=overview",
        f"{address}?from=results",
    ]
    assert not any(has(shown, ".said .meta a") for shown in leading)
    assert "15:00" in (attribute(leading[0], ".said .meta time", "title") or "")
    assert attribute(signed_in.get(LIST), ".answer-text a", "href") == f"{address}?from=responses"
    back = page(signed_in.get(address)).css_first(".crumb a")
    assert back is not None
    assert back.text() == "Back to Relationship"


def test_a_claim_is_marked_as_not_checked(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    def work(ctx: Context) -> UUID:
        in_northwind(ctx)
        claimed = Submission(survey.id, "link", score=3, page=form_page(ctx), claims={"name": "Somebody Else"})
        return store(ctx, [claimed])[0]

    answer = signed_in.get(f"{LIST}/{encode('rsp', write(work))}")

    assert text_of(answer, ".claims dt") == "says: name"
    assert text_of(answer, "#claims-title .tag") == "not checked"
    assert text_of(answer, "h1") == "Response of a customer"


def test_taking_out_and_putting_back_moves_the_score_and_is_kept(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    for _ in range(11):
        one(write, survey, score=10)
    address = one(write, survey)

    taken = signed_in.post(f"{address}/void", data={"reason": "ordered nothing"})
    void = signed_in.get(taken.headers["location"])
    without = text_of(signed_in.get(HOME), ".score-value")
    back = signed_in.post(f"{address}/restore", data={"reason": "a mistake of ours"})
    restored = signed_in.get(back.headers["location"])

    assert (taken.status_code, back.status_code) == (303, 303)
    assert "out of the score now" in text_of(void, ".notice.done")
    assert [node.text() for node in page(void).css("form[action$=restore] button")] == ["Undo", "Put it back"]
    assert without == "100"
    assert text_of(signed_in.get(HOME), ".score-value") == "83"
    history = [node.text() for node in page(restored).css(".history li > p:first-child")]
    assert history == [
        "First answered",
        "Taken out of the score: ordered nothing",
        "Put back into the score: a mistake of ours",
    ]
    assert "State: Counted → Void" in " ".join(text_of(restored, ".changed").split())
    assert "by Ada, a user ·" in text_of(restored, ".history")


def test_the_history_still_names_who_has_left(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    address = one(write, survey)

    def judge_and_leave(ctx: Context) -> None:
        in_northwind(ctx)
        colleague = make_user(ctx, ctx.workspace, email="zoe@example.com")
        ctx.actor = Actor(ActorKind.USER, colleague.id, grants=frozenset({Grant.RESPONSES_VOID, Grant.RESPONSES_READ}))
        response_id = decode("rsp", address.rpartition("/")[2])
        assert response_id is not None
        responses.void(ctx, response_id, VoidResponse(reason="so"))
        ctx.session.execute(delete(Membership).where(Membership.user_id == colleague.id))

    write(judge_and_leave)

    assert "by Zoe, a user ·" in text_of(signed_in.get(address), ".history")


def test_putting_back_says_what_the_answer_is_now(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    def trapped(ctx: Context) -> str:
        in_northwind(ctx)
        (made,) = store(ctx, [Submission(survey.id, "link", score=0, page=form_page(ctx, trapped=True))])
        return f"{LIST}/{encode('rsp', made)}"

    flagged, tested = write(trapped), one(write, survey, test=True)

    def pressed(address: str, what: str) -> Any:
        return signed_in.get(signed_in.post(f"{address}/{what}", data={"reason": "so"}).headers["location"])

    for address in (flagged, tested):
        pressed(address, "void")
    again_flagged, again_test = pressed(flagged, "restore"), pressed(tested, "restore")
    counted = pressed(flagged, "restore")

    assert "flagged again" in text_of(again_flagged, ".notice.done")
    assert "test response again" in text_of(again_test, ".notice.done")
    for shown in (again_flagged, again_test):
        assert "not part of the score" in text_of(shown, ".notice.done")
        assert page(shown).css(".history li > p:first-child")[-1].text() == "Put back as it was: so"
    assert text_of(counted, ".notice.done") == "This response is part of the score now."
    assert page(counted).css(".history li > p:first-child")[-1].text() == "Put back into the score: so"


def test_a_sentence_about_another_state_is_not_said(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    address = one(write, survey)

    assert not has(signed_in.get(f"{address}?done=voided"), ".notice.done")
    assert not has(signed_in.get(f"{address}?done=made-up"), ".notice.done")


def test_a_second_press_says_that_it_is_done_already(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    address = one(write, survey)
    signed_in.post(f"{address}/void", data={"reason": "ordered nothing"})

    second = signed_in.post(f"{address}/void", data={"reason": "ordered nothing"})

    assert second.status_code == 409
    assert "void already" in text_of(second, ".notice.problem")
    assert attribute(second, "#field-reason", "value") == ""


def test_a_reason_is_needed(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    address = one(write, survey)

    refused = signed_in.post(f"{address}/void", data={"reason": "  "})

    assert refused.status_code == 422
    assert has(refused, "input[name=reason][aria-invalid=true]")
    assert has(refused, "details[open] form[action$=void]")
    assert text_of(signed_in.get(address), "#state-title") == "Counted"


def test_a_viewer_reads_and_takes_nothing_out(
    browser: TestClient, signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    address = one(write, survey)

    def viewer(ctx: Context) -> None:
        in_northwind(ctx)
        make_user(ctx, ctx.workspace, "viewer", "eve@example.com").password_hash = PASSWORD_HASH

    write(viewer)
    sign_in(browser, "eve@example.com")

    shown = browser.get(address)

    assert shown.status_code == 200
    assert not has(shown, "main form")
    assert not has(browser.get(LIST), "form.download")
    assert browser.post(f"{address}/void", data={"reason": "so"}).status_code == 403


def test_an_answer_of_another_workspace_is_not_there(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    def elsewhere(ctx: Context) -> UUID:
        make_workspace(ctx, "other")
        other = make_open_survey(ctx)
        return store(ctx, [answer(ctx, other.id, 3, NOON)])[0]

    address = f"{LIST}/{encode('rsp', write(elsewhere))}"

    assert signed_in.get(address).status_code == 404
    assert signed_in.post(f"{address}/void", data={"reason": "so"}).status_code == 404


def test_an_anonymous_answer_shows_the_day_and_no_time(signed_in: TestClient, write: Write) -> None:
    def work(ctx: Context) -> UUID:
        in_northwind(ctx)
        made = make_anonymous_survey(ctx, CreateSurvey(name="Anonymous", languages=("en",)))
        return store(ctx, [Submission(made.id, "link", score=3, comment="said", page=form_page(ctx))])[0]

    found: UUID = write(work)

    def let_out(ctx: Context) -> None:
        ctx.connection.execute(update(TrendLine).values(released_through=date(2026, 11, 21)))

    assert encode("rsp", found) not in signed_in.get(LIST).text, "shown before there is a group"
    write(let_out)
    for shown in (signed_in.get(f"{LIST}/{encode('rsp', found)}"), signed_in.get(LIST), signed_in.get(HOME)):
        assert "21 Nov 2026" in text_of(shown, "main")
        assert "15:00" not in text_of(shown, "main")
        assert not has(shown, "main time")


def test_the_list_can_be_narrowed_to_a_state(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    one(write, survey)
    one(write, survey, test=True)

    found = signed_in.get(f"{LIST}?state=test")

    assert [node.text() for node in page(found).css(".answers .state")] == ["Test"]
    assert signed_in.get(f"{LIST}?state=lost").status_code == 422
    assert text_of(found, ".chips [aria-current=true]") != ""


def test_older_answers_are_one_link_away(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    def many(ctx: Context) -> None:
        in_northwind(ctx)
        store(ctx, [answer(ctx, survey.id, 9, NOON) for _ in range(70)])

    write(many)

    first = signed_in.get(LIST)
    older = signed_in.get(f"{LIST}{attribute(first, '.card-foot a', 'href')}")

    links = [node.attributes["href"] for shown in (first, older) for node in page(shown).css(".answer-text a")]
    assert len(links) == len(set(links)) == 70


def test_many_surveys_are_chosen_from_a_list_that_keeps_days_and_state(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    def more(ctx: Context) -> str:
        in_northwind(ctx)
        return [encode("srv", make_open_survey(ctx, f"Branch {number}").id) for number in range(8)][-1]

    last = write(more)

    answer = signed_in.get(f"{LIST}?survey={last}&state=flagged&period=30d")

    assert not has(answer, "nav[aria-label=Survey]")
    assert attribute(answer, "#survey option[selected]", "value") == last
    sent = {field.attributes["name"]: field.attributes["value"] for field in page(answer).css(".pick input")}
    assert sent == {"period": "30d", "state": "flagged"}
