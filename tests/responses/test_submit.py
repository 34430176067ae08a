"""Taking answers in: once, changed by revision, counted by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import OPERATOR, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.signing import Keys
from cxsurvey.invitations import service as invitations
from cxsurvey.invitations.service import CreateInvitation
from cxsurvey.people.segments import Segments
from cxsurvey.people.service import PersonInput
from cxsurvey.responses import change_links, counts, service
from cxsurvey.responses.commands import AnswerInput, Submission, submission_of
from cxsurvey.responses.errors import UnknownFollowUp
from cxsurvey.responses.service import AnswerFollowUps, VoidResponse
from cxsurvey.responses.submit import SUBMIT, Refused, Stored, submit
from cxsurvey.scoring.scales import Band
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.asked import asked_by_id
from cxsurvey.surveys.commands import EditSurvey
from cxsurvey.surveys.follow_ups import FollowUp, FollowUpKind
from cxsurvey.surveys.models import SurveyVersion
from tests.factories import (
    Place,
    act_in,
    form_page,
    make_open_survey,
    make_place,
    offering_unknown,
    publish_anew,
    shared_link_answer,
)


def stored(outcome: object) -> Stored:
    assert isinstance(outcome, Stored), outcome
    return outcome


def refused(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.refusal.code


def send(database: Database, *submissions: Submission) -> list[Stored | Refused]:
    return database.hot(SUBMIT, submissions, share=Share.RESPONDENT)


def day_of(database: Database, place: Place, day: date = date(2026, 11, 21)) -> dict[str, int]:
    """The counters of a day that are not zero."""
    with database.read() as ctx:
        assert place.survey.trend_line_id is not None
        assert counts.differences(ctx.connection, place.survey.trend_line_id) == []
        row = counts.stored(ctx.connection, place.survey.trend_line_id).get(day, {})
    return {name: amount for name, amount in row.items() if amount}


@pytest.fixture
def place(database: Database) -> Place:
    return database.write(make_place, share=Share.JOBS)


def answer(database: Database, place: Place, score: int | None = 9, comment: str | None = None) -> Submission:
    with database.read() as ctx:
        return shared_link_answer(ctx, place, score, comment)


def rest_answer(place: Place, **changes: object) -> Submission:
    plain = Submission(place.survey.id, "shop", score=9, workspace_id=place.workspace_id)
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_an_answer_is_stored_and_counted_on_its_report_day(database: Database, place: Place) -> None:
    outcome = stored(send(database, answer(database, place, 9, "Came early."))[0])

    assert outcome.created
    assert outcome.state == "counted"
    assert day_of(database, place) == {"n9": 1, "comments": 1}


def test_the_report_day_is_the_date_in_the_zone_of_the_workspace(
    database: Database, place: Place, clock: FixedClock
) -> None:
    # 22:30 UTC is half past one of the next day in Istanbul
    clock.instant = clock.instant.replace(hour=22, minute=30)

    send(database, answer(database, place, 10))

    assert day_of(database, place, date(2026, 11, 22)) == {"n10": 1}


def test_the_same_page_again_is_a_change_and_keeps_the_day(database: Database, place: Place, clock: FixedClock) -> None:
    first = answer(database, place, 3, "Slow.")
    original = stored(send(database, first)[0])
    clock.instant += timedelta(hours=13)

    again = stored(send(database, replace(first, score=8, comment=None))[0])

    assert (again.id, again.created, again.score) == (original.id, False, 8)
    assert day_of(database, place) == {"n8": 1}
    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        history = service.history(ctx, original.id)
    assert [(revision.kind, revision.before["score"], revision.after["score"]) for revision in history] == [
        ("changed", 3, 8)
    ]


def test_the_same_page_twice_in_one_call_is_one_response(database: Database, place: Place) -> None:
    page = answer(database, place, 5)

    outcomes = send(database, page, replace(page, score=6))

    assert stored(outcomes[0]).id == stored(outcomes[1]).id
    assert [stored(outcome).created for outcome in outcomes] == [True, False]
    assert day_of(database, place) == {"n6": 1}


def test_the_same_page_leads_to_the_same_change_link_after_the_key_was_changed(
    database: Database, place: Place
) -> None:
    page = answer(database, place, 3)
    first = stored(send(database, page)[0])
    newer = Keys((b"a newer root secret of the installation", *database.keys.roots))

    def again(ctx: Context) -> list[object]:
        ctx.keys = newer
        return list(submit(ctx, [replace(page, score=4)]))

    assert stored(database.write(again, share=Share.JOBS)[0]).change_token == first.change_token


def test_an_answer_names_the_version_that_was_shown(database: Database, place: Place) -> None:
    with database.read() as ctx:
        old = shared_link_answer(ctx, place, 9)
    assert old.page is not None
    old = replace(old, page=old.page._replace(version=1))

    def publish_again(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        draft = place.survey.draft
        texts = {**draft.texts, "en": draft.texts["en"].model_copy(update={"question": "Would you recommend us?"})}
        edit = EditSurvey(
            revision=place.survey.revision,
            name="Relationship",
            definition=draft.model_copy(update={"texts": texts}),
        )
        assert surveys.publish(ctx, surveys.edit(ctx, place.survey.id, edit).id).survey.version_number == 2

    database.write(publish_again, share=Share.DASHBOARD)
    before, after = send(database, old, answer(database, place, 9))

    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        versions = [service.get(ctx, stored(outcome).id).version_id for outcome in (before, after)]
        rows = ctx.connection.execute(select(SurveyVersion.id, SurveyVersion.number))
        numbers = {row.id: row.number for row in rows}
    assert [numbers[version] for version in versions] == [1, 2]


def test_an_answer_can_be_changed_through_its_change_link_for_a_day(
    database: Database, place: Place, clock: FixedClock
) -> None:
    first = stored(send(database, answer(database, place, 2))[0])
    assert first.change_token is not None
    with database.read() as ctx:
        reference = service.by_change_token(ctx, first.change_token)
        change = replace(
            shared_link_answer(ctx, place, 7),
            page=form_page(ctx, from_thanks=True),
            change_hash=change_links.stored_of(first.change_token),
        )
    assert reference.id == first.id

    assert stored(send(database, change)[0]).score == 7
    clock.instant += timedelta(hours=24)
    with database.read() as ctx:
        late = replace(change, score=1, page=form_page(ctx, from_thanks=True))

    assert refused(send(database, late)[0]) == "change_expired"
    assert day_of(database, place) == {"n7": 1}


def test_a_second_answer_to_an_invitation_replaces_the_first(
    database: Database, place: Place, clock: FixedClock
) -> None:
    invitation = database.write(lambda ctx: _invite(ctx, place), share=Share.JOBS)
    with database.read() as ctx:
        first = replace(shared_link_answer(ctx, place, 4), source="invitation", invitation_id=invitation)
    stored(send(database, first)[0])
    clock.instant += timedelta(minutes=10)
    with database.read() as ctx:
        second = replace(first, score=10, page=form_page(ctx))

    outcome = stored(send(database, second)[0])

    assert (outcome.created, outcome.state, outcome.score) == (False, "counted", 10)
    assert day_of(database, place) == {"n10": 1}


def test_different_scores_from_fresh_pages_within_a_minute_are_flagged_until_a_lone_answer(
    database: Database, place: Place, clock: FixedClock
) -> None:
    invitation = database.write(lambda ctx: _invite(ctx, place), share=Share.JOBS)

    def press(score: int) -> str:
        with database.read() as ctx:
            item = replace(shared_link_answer(ctx, place, score), source="invitation", invitation_id=invitation)
        return stored(send(database, item)[0]).state

    assert press(0) == "counted"
    clock.instant += timedelta(seconds=2)
    assert press(1) == "flagged"
    assert day_of(database, place) == {"flagged": 1}
    clock.instant += timedelta(seconds=61)
    assert press(9) == "counted"
    assert day_of(database, place) == {"n9": 1}


@pytest.mark.parametrize(
    ("seconds", "trapped", "state"), [(0.9, False, "flagged"), (30, True, "flagged"), (1, False, "counted")]
)
def test_a_machine_is_flagged_by_haste_or_trap(
    database: Database, place: Place, seconds: float, trapped: bool, state: str
) -> None:
    with database.read() as ctx:
        item = replace(shared_link_answer(ctx, place, 9), page=form_page(ctx, seconds, trapped=trapped))

    assert stored(send(database, item)[0]).state == state


def test_an_external_id_is_stored_once_per_source(database: Database, place: Place) -> None:
    first = stored(send(database, rest_answer(place, external_id="order-1"))[0])

    again = stored(send(database, rest_answer(place, external_id="order-1", score=0))[0])
    elsewhere = stored(send(database, rest_answer(place, external_id="order-1", source="till"))[0])

    assert (again.id, again.created, again.score) == (first.id, False, 9)
    assert elsewhere.id != first.id
    assert day_of(database, place) == {"n9": 2}


def test_an_external_id_of_another_survey_is_refused_and_nothing_is_lost_in_silence(
    database: Database, place: Place
) -> None:
    def another(ctx: Context) -> Place:
        act_in(ctx, place.workspace_id)
        return replace(place, survey=make_open_survey(ctx, "After delivery"))

    other = database.write(another, share=Share.JOBS)
    send(database, rest_answer(place, external_id="order-1"))

    outcome = send(database, rest_answer(other, external_id="order-1", score=0))[0]

    assert refused(outcome) == "external_id_taken"


def test_a_quick_change_through_the_thank_you_page_counts(database: Database, place: Place) -> None:
    first = stored(send(database, answer(database, place, 2))[0])
    assert first.change_token is not None
    with database.read() as ctx:
        page = form_page(ctx, 0.4, from_thanks=True)
    change = Submission(
        place.survey.id, "link", score=8, page=page, change_hash=change_links.stored_of(first.change_token)
    )

    assert stored(send(database, change)[0]).state == "counted"


def test_follow_ups_belong_to_the_band_of_the_score(database: Database, place: Place) -> None:
    why = FollowUp(id="why", kind=FollowUpKind.TEXT, bands=frozenset({Band.DETRACTOR}), labels={"en": "Why?"})

    def publish_with_follow_up(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        definition = place.survey.draft.model_copy(
            update={"follow_ups": (why,), "texts": {"en": place.survey.draft.texts["en"]}}
        )
        edit = EditSurvey(revision=place.survey.revision, name="Relationship", definition=definition)
        surveys.publish(ctx, surveys.edit(ctx, place.survey.id, edit).id)

    database.write(publish_with_follow_up, share=Share.DASHBOARD)

    unhappy, happy = send(
        database,
        rest_answer(place, score=2, follow_ups={"why": "It was late."}),
        rest_answer(place, score=9, follow_ups={"why": "It was late."}),
    )

    assert stored(unhappy).created
    assert refused(happy) == "unknown_follow_up"
    token = stored(send(database, answer(database, place, 9))[0]).change_token
    with database.read() as ctx:
        asked = asked_by_id(ctx, place.survey.id)
    assert asked is not None
    with pytest.raises(UnknownFollowUp):
        database.write(
            lambda ctx: service.follow_up(
                ctx, AnswerFollowUps(answers={"why": "It was late."}), asked.definition, token=token
            ),
            share=Share.RESPONDENT,
        )


def test_one_bad_answer_does_not_cost_the_others(database: Database, place: Place) -> None:
    outcomes = send(
        database,
        rest_answer(place, score=9),
        rest_answer(place, score=11),
        rest_answer(place, score=None),
        rest_answer(place, follow_ups={"nobody-asked": "x"}),
        rest_answer(place, score=None, comment="Only words."),
    )

    assert [type(outcome).__name__ for outcome in outcomes] == [
        "Stored",
        "Refused",
        "Refused",
        "Refused",
        "Stored",
    ]
    assert [refused(outcome) for outcome in outcomes[1:4]] == [
        "not_a_score",
        "score_missing",
        "unknown_follow_up",
    ]
    assert day_of(database, place) == {"n9": 1, "unscored": 1, "comments": 1}


def test_i_do_not_know_is_counted_apart_and_becomes_a_score_when_the_customer_finds_one(
    database: Database, place: Place
) -> None:
    offered = offering_unknown(place.survey.draft)
    place = database.write(lambda ctx: publish_anew(ctx, place, offered), share=Share.JOBS)
    with database.read() as ctx:
        page = form_page(ctx)
    first = Submission(place.survey.id, "link", unknown=True, page=page)

    stored(send(database, first)[0])
    assert day_of(database, place) == {"unknown": 1}

    stored(send(database, replace(first, unknown=False, score=9))[0])
    assert day_of(database, place) == {"n9": 1}


def test_i_do_not_know_is_refused_where_it_is_not_offered_or_stands_beside_a_score(
    database: Database, place: Place
) -> None:
    assert refused(send(database, rest_answer(place, score=None, unknown=True))[0]) == "unknown_not_offered"
    assert day_of(database, place) == {}

    offered = offering_unknown(place.survey.draft)
    place = database.write(lambda ctx: publish_anew(ctx, place, offered), share=Share.JOBS)

    assert refused(send(database, rest_answer(place, score=9, unknown=True))[0]) == "score_and_unknown"
    assert day_of(database, place) == {}


def test_a_survey_of_another_workspace_looks_like_none(database: Database, place: Place) -> None:
    other = database.write(lambda ctx: make_place(ctx, "other"), share=Share.JOBS)

    outcome = send(database, rest_answer(place, workspace_id=other.workspace_id))[0]

    assert refused(outcome) == "survey_unknown"


def test_a_closed_survey_takes_changes_but_no_new_answers(database: Database, place: Place) -> None:
    first = answer(database, place, 3)
    send(database, first)
    database.write(lambda ctx: _close(ctx, place), share=Share.JOBS)

    assert refused(send(database, answer(database, place, 9))[0]) == "survey_closed"
    assert stored(send(database, replace(first, score=4))[0]).score == 4


def test_a_test_credential_never_counts(database: Database, place: Place) -> None:
    assert stored(send(database, rest_answer(place, test=True))[0]).state == "test"
    assert day_of(database, place) == {"test": 1}


def test_a_trial_with_an_id_does_not_take_it_from_the_real_answer(database: Database, place: Place) -> None:
    sent = AnswerInput(survey="srv_1", score=9, external_id="order-1")
    trial = submission_of(sent, place.survey.id, place.workspace_id, test=True)
    real = submission_of(sent, place.survey.id, place.workspace_id)

    outcomes = [stored(outcome) for outcome in (*send(database, trial), *send(database, real))]

    assert [(outcome.created, outcome.state) for outcome in outcomes] == [(True, "test"), (True, "counted")]


def test_void_takes_out_and_restore_puts_back_with_the_reasons_kept(database: Database, place: Place) -> None:
    response = stored(send(database, answer(database, place, 9, "Fine."))[0])

    def voided(ctx: Context) -> str:
        act_in(ctx, place.workspace_id)
        return service.void(ctx, response.id, VoidResponse(reason="Typed by a colleague")).state

    def restored(ctx: Context) -> str:
        act_in(ctx, place.workspace_id)
        return service.restore(ctx, response.id, VoidResponse(reason="It was the customer")).state

    assert database.write(voided, share=Share.DASHBOARD) == "void"
    assert day_of(database, place) == {"void": 1}
    assert database.write(restored, share=Share.DASHBOARD) == "counted"
    assert day_of(database, place) == {"n9": 1, "comments": 1}
    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        assert [(item.kind, item.reason) for item in service.history(ctx, response.id)] == [
            ("voided", "Typed by a colleague"),
            ("restored", "It was the customer"),
        ]


def test_person_and_segments_are_kept_with_the_answer(database: Database, place: Place) -> None:
    person = PersonInput(email="Kim@Example.com", name="Kim Kurz")
    item = rest_answer(place, person=person, segments=Segments(touchpoint="Delivery", agent="Agent 7"))

    first, second = send(database, item, replace(item, segments=Segments(agent="Agent 8")))

    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        one, two = service.get(ctx, stored(first).id), service.get(ctx, stored(second).id)
    assert one.segments == {"touchpoint": "Delivery", "agent": "Agent 7"}
    assert two.segments == {"agent": "Agent 8"}
    assert one.person is not None
    assert two.person is not None
    assert one.person.id == two.person.id
    assert one.person.email == "Kim@Example.com"


def test_a_form_names_the_language_it_was_answered_in_unless_its_sender_did(database: Database, place: Place) -> None:
    def links(ctx: Context) -> list[UUID]:
        act_in(ctx, place.workspace_id)
        given = (Segments(agent="Mira"), Segments(language="Deutsch"))
        return [invitations.create(ctx, place.survey.id, CreateInvitation(segments=each)).id for each in given]

    plain, named = database.write(links, share=Share.API)
    with database.read() as ctx:
        answer = replace(shared_link_answer(ctx, place, 9), locale="de")

        def again(**changes: Any) -> Submission:
            return replace(answer, page=form_page(ctx), **changes)

        sent = [
            answer,
            again(segments=Segments(language="German (CH)", agent="Mira")),
            again(segments=Segments(agent="Mira")),
            again(locale=None),
            again(invitation_id=plain),
            again(invitation_id=named),
            Submission(place.survey.id, "rest", score=9, locale="de", workspace_id=place.workspace_id),
        ]
    outcomes = [stored(each) for each in send(database, *sent)]

    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        kept = [service.get(ctx, each.id).segments for each in outcomes]
    assert kept == [
        {"language": "German"},
        {"language": "German (CH)", "agent": "Mira"},
        {"language": "German", "agent": "Mira"},
        {},
        {"language": "German", "agent": "Mira"},
        {"language": "Deutsch"},
        {},
    ]


def test_an_answer_that_is_changed_in_another_language_stays_where_it_was_counted(
    database: Database, place: Place
) -> None:
    with database.read() as ctx:
        first = shared_link_answer(ctx, place, 9)
    send(database, first)
    again = stored(send(database, replace(first, score=3, locale="de"))[0])

    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        found = service.get(ctx, again.id)
    assert (found.locale, found.segments) == ("de", {"language": "English"})


def test_attribution_is_what_it_was_when_the_link_was_made(database: Database, place: Place) -> None:
    invitation = database.write(lambda ctx: _invite(ctx, place, Segments(agent="Agent 1")), share=Share.JOBS)
    with database.read() as ctx:
        item = replace(shared_link_answer(ctx, place, 9), source="invitation", invitation_id=invitation)

    response = stored(send(database, replace(item, segments=Segments(agent="Agent 2")))[0])

    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        assert service.get(ctx, response.id).segments == {"agent": "Agent 1", "language": "English"}


def test_the_queries_of_a_call_do_not_grow_with_its_answers(database: Database, place: Place) -> None:
    from sqlalchemy import event

    def queries_for(number: int) -> int:
        with database.read() as ctx:
            batch = [
                replace(
                    shared_link_answer(ctx, place, 9),
                    person=PersonInput(email=f"kim{number}-{index}@example.com"),
                    segments=Segments(touchpoint="Delivery"),
                )
                for index in range(number)
            ]
            seen: list[str] = []
            event.listen(ctx.connection, "before_cursor_execute", lambda *args: seen.append(args[2]))
        send(database, *batch)
        return len(seen)

    queries_for(1)
    assert queries_for(50) == queries_for(2)


def _invite(ctx: Context, place: Place, segments: Segments | None = None) -> UUID:
    act_in(ctx, place.workspace_id, OPERATOR)
    return invitations.create(ctx, place.survey.id, CreateInvitation(segments=segments or Segments())).id


def _close(ctx: Context, place: Place) -> None:
    act_in(ctx, place.workspace_id)
    surveys.close(ctx, place.survey.id)
    assert ctx.connection.execute(text("SELECT state FROM surveys")).scalar() == "closed"


def test_submit_of_nothing_is_nothing(database: Database) -> None:
    assert database.write(lambda ctx: submit(ctx, []), share=Share.JOBS) == []
