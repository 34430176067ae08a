from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, event, text
from starlette.testclient import TestClient

from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode
from cxsurvey.dashboard import exports
from cxsurvey.people.segments import Segments
from cxsurvey.people.service import PersonInput
from cxsurvey.responses import service as responses
from cxsurvey.responses.service import VoidResponse
from cxsurvey.responses.views import ResponseView
from cxsurvey.scoring.scales import Band, Metric
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey
from cxsurvey.surveys.follow_ups import FollowUp, FollowUpKind
from cxsurvey.surveys.service import SurveyView
from cxsurvey.transfer import export
from tests.application import NOON
from tests.dashboard.conftest import PASSWORD_HASH, attribute, in_northwind, page, sign_in, text_of
from tests.dashboard.survey_pages import ask_on, fields_of
from tests.factories import Place, make_open_survey, make_user, publish_anew
from tests.insights.answers import answer, store

Write = Callable[[Callable[[Context], Any]], Any]
DOWNLOAD = "/w/northwind/responses/download"


@pytest.fixture(autouse=True)
def places_come_back() -> Iterator[None]:
    yield
    taken = [exports.places.acquire(blocking=False) for _ in range(exports.AT_ONCE)]
    for _ in filter(None, taken):
        exports.places.release()
    assert all(taken), "a download kept its place"


def rows_of(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text[:500]
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


def fields(survey: SurveyView, **more: str) -> dict[str, str]:
    return {"survey": encode("srv", survey.id), **more}


def test_the_download_holds_what_the_list_shows(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    def work(ctx: Context) -> None:
        in_northwind(ctx)
        person = PersonInput(external_id="c-1", name="=Mert Example", email="mert@example.com")
        segments = Segments(touchpoint="Delivery", country="Türkiye")
        store(ctx, [answer(ctx, survey.id, 2, NOON, '=HYPERLINK("x")', person=person, segments=segments)])
        store(ctx, [answer(ctx, survey.id, 9, NOON, test=True), answer(ctx, survey.id, 9, NOON - timedelta(days=99))])

    write(work)
    listed = signed_in.get("/w/northwind/responses?state=counted&period=30d")
    form = page(listed).css_first("form.download")
    assert form is not None

    answered = signed_in.post(attribute(listed, "form.download", "action") or "", data=fields_of(form))

    (row,) = rows_of(answered)
    assert answered.headers["content-type"] == "text/csv; charset=utf-8"
    assert answered.headers["content-disposition"].startswith('attachment; filename="responses_')
    assert (row["score"], row["group"], row["state"]) == ("2", "detractor", "counted")
    assert row["comment"] == '\'=HYPERLINK("x")'
    assert row["person_name"] == "'=Mert Example"
    assert (row["Touchpoint"], row["Country"]) == ("Delivery", "Türkiye")
    assert row["report_day (Europe/Istanbul)"] == "2026-11-21"
    assert row["answered_at (Europe/Istanbul)"] == "2026-11-21 15:00:00+03:00"
    assert row["answered_at (UTC)"] == "2026-11-21T12:00:00Z"


def test_who_may_be_contacted_stands_in_the_list_and_in_a_column(
    signed_in: TestClient, survey: SurveyView, write: Write
) -> None:
    def work(ctx: Context) -> None:
        in_northwind(ctx)
        claims = {"contact": {"consent": True, "address": "kim@example.com"}}
        store(ctx, [replace(answer(ctx, survey.id, 2, NOON), claims=claims), answer(ctx, survey.id, 9, NOON)])

    write(work)

    listed = signed_in.get("/w/northwind/responses")
    rows = rows_of(signed_in.post(DOWNLOAD, data=fields(survey)))

    marked = {
        " ".join(row.css_first("td").text().split()): "May be contacted" in row.text()  # type: ignore[union-attr]
        for row in page(listed).css(".answers tbody tr")
    }
    assert marked == {"detractor 2": True, "promoter 9": False}
    assert {row["score"]: row["contact"] for row in rows} == {"2": "kim@example.com", "9": ""}


def test_the_download_calls_a_group_as_the_screen_does(signed_in: TestClient, write: Write) -> None:
    def work(ctx: Context) -> SurveyView:
        in_northwind(ctx)
        made = surveys.create(ctx, CreateSurvey(name="Delivery", metric=Metric.CSAT, languages=("en",)))
        asked = surveys.publish(ctx, made.id).survey
        store(ctx, [answer(ctx, asked.id, 1, NOON)])
        return asked

    asked = write(work)
    listed = signed_in.get("/w/northwind/responses")

    (row,) = rows_of(signed_in.post(DOWNLOAD, data=fields(asked)))

    assert text_of(listed, "td .pill .unseen") == row["group"] == "dissatisfied"


def test_every_answer_comes_once_over_pages_and_batches(
    signed_in: TestClient, survey: SurveyView, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE", 7)
    monkeypatch.setattr(export, "IDS_A_READ", 10)

    def work(ctx: Context) -> set[str]:
        in_northwind(ctx)
        at = [NOON - timedelta(days=index // 6) for index in range(61)]
        return {encode("rsp", made) for made in store(ctx, [answer(ctx, survey.id, 9, when) for when in at])}

    ids = write(work)

    rows = rows_of(signed_in.post(DOWNLOAD, data=fields(survey)))

    assert {row["response_id"] for row in rows} == ids
    assert len(rows) == 61
    days = [row["report_day (Europe/Istanbul)"] for row in rows]
    assert days == sorted(days)


def test_an_answer_taken_out_while_the_file_is_made_is_not_in_it(
    signed_in: TestClient, survey: SurveyView, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE", 1)

    def two(ctx: Context) -> list[UUID]:
        in_northwind(ctx)
        return store(ctx, [answer(ctx, survey.id, 9, NOON - timedelta(days=days)) for days in (1, 0)])

    first, second = write(two)
    read = responses.some

    def void_second(ctx: Context) -> None:
        in_northwind(ctx)
        responses.void(ctx, second, VoidResponse(reason="a twin"))

    def void_the_other(ctx: Context, response_ids: list[UUID]) -> list[ResponseView]:
        found = read(ctx, response_ids)
        if response_ids == [first]:
            write(void_second)
        return found

    monkeypatch.setattr(responses, "some", void_the_other)

    rows = rows_of(signed_in.post(DOWNLOAD, data=fields(survey, state="counted")))

    assert [row["response_id"] for row in rows] == [encode("rsp", first)]


def test_asking_is_in_the_audit_log_before_the_first_answer_is_read(
    signed_in: TestClient, survey: SurveyView, write: Write, connection: Connection
) -> None:
    def work(ctx: Context) -> None:
        in_northwind(ctx)
        store(ctx, [answer(ctx, survey.id, 9, NOON)])

    write(work)
    seen: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    signed_in.post(DOWNLOAD, data=fields(survey))
    event.remove(connection, "before_cursor_execute", note)

    audited = next(number for number, sql in enumerate(seen) if "INSERT INTO audit_entries" in sql)
    first_read = next(number for number, sql in enumerate(seen) if "FROM responses" in sql)
    assert audited < first_read
    entries = connection.execute(text("SELECT action FROM audit_entries WHERE action = 'responses.exported'"))
    assert len(entries.all()) == 1


def test_a_third_download_at_once_is_asked_to_wait(signed_in: TestClient, survey: SurveyView) -> None:
    for _ in range(exports.AT_ONCE):
        assert exports.places.acquire(blocking=False)

    refused = signed_in.post(DOWNLOAD, data=fields(survey))
    for _ in range(exports.AT_ONCE):
        exports.places.release()

    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "10"
    assert signed_in.post(DOWNLOAD, data=fields(survey)).status_code == 200


@pytest.mark.parametrize(
    ("more", "status"),
    [({"survey": "srv_x"}, 404), ({"state": "lost"}, 422), ({"since": "x"}, 422), ({"period": "7d"}, 422)],
)
def test_a_bad_order_is_refused_and_gives_its_place_back(
    signed_in: TestClient, survey: SurveyView, more: dict[str, str], status: int
) -> None:
    assert signed_in.post(DOWNLOAD, data=fields(survey) | more).status_code == status


def test_a_download_is_never_a_get(signed_in: TestClient, survey: SurveyView) -> None:
    assert signed_in.get(DOWNLOAD).status_code in {404, 405}


def test_the_byte_order_mark_is_a_choice(signed_in: TestClient, survey: SurveyView) -> None:
    assert signed_in.post(DOWNLOAD, data=fields(survey, bom="yes")).content.startswith(b"\xef\xbb\xbfresponse_id")
    assert signed_in.post(DOWNLOAD, data=fields(survey)).content.startswith(b"response_id")


def numbers_address(survey: SurveyView) -> str:
    return f"/w/northwind/surveys/{encode('srv', survey.id)}/results/download"


def test_the_results_page_offers_the_numbers_it_shows(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    def work(ctx: Context) -> None:
        in_northwind(ctx)
        for days in (3, 40, 100):
            store(ctx, [answer(ctx, survey.id, score, NOON - timedelta(days=days)) for score in (3, 9, 10)])

    write(work)
    shown = signed_in.get(f"/w/northwind/surveys/{encode('srv', survey.id)}/results?period=90d&step=month")
    form = page(shown).css_first("#trend form.download")
    assert form is not None
    assert form.attributes["method"] == "post"

    answered = signed_in.post(form.attributes["action"] or "", data=fields_of(form))

    rows = rows_of(answered)
    assert answered.content.startswith(b"\xef\xbb\xbfrow,survey,since,until,")
    assert answered.headers["content-type"] == "text/csv; charset=utf-8"
    assert answered.headers["content-disposition"] == (
        f'attachment; filename="scores_{survey.code}_2026-08-24_2026-11-21.csv"'
    )
    assert [row["row"] for row in rows] == ["period", "before", "month", "month", "month", "month"]
    assert (rows[0]["n"], rows[0]["estimate"], rows[0]["complete"]) == ("6", "33.333333333333336", "false")
    assert (rows[1]["n"], rows[1]["changed"], rows[1]["comparable"]) == ("3", "false", "false")
    assert len(page(shown).css("#trend tbody tr")) == 4


def test_a_survey_named_like_a_formula_is_not_run(signed_in: TestClient, write: Write) -> None:
    def work(ctx: Context) -> SurveyView:
        in_northwind(ctx)
        return make_open_survey(ctx, '=HYPERLINK("x")')

    rows = rows_of(signed_in.post(numbers_address(write(work))))

    assert {row["survey"] for row in rows} == {'\'=HYPERLINK("x")'}


def test_asking_for_numbers_is_in_the_audit_log_before_they_are_read(
    signed_in: TestClient, survey: SurveyView, connection: Connection
) -> None:
    seen: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    signed_in.post(numbers_address(survey))
    event.remove(connection, "before_cursor_execute", note)

    audited = next(number for number, sql in enumerate(seen) if "INSERT INTO audit_entries" in sql)
    first_read = next(number for number, sql in enumerate(seen) if "FROM score_days" in sql)
    assert audited < first_read


def test_who_may_not_export_is_offered_nothing_and_gets_nothing(
    browser: TestClient, survey: SurveyView, write: Write
) -> None:
    def work(ctx: Context) -> None:
        in_northwind(ctx)
        store(ctx, [answer(ctx, survey.id, 9, NOON)])
        make_user(ctx, ctx.workspace, "viewer", "vera@example.com").password_hash = PASSWORD_HASH

    write(work)
    sign_in(browser, "vera@example.com")

    shown = browser.get(f"/w/northwind/surveys/{encode('srv', survey.id)}/results")

    assert shown.status_code == 200
    assert not page(shown).css("form.download")
    assert browser.post(numbers_address(survey)).status_code == 403


@pytest.mark.parametrize("more", [{"step": "day"}, {"since": "x"}, {"period": "7d"}])
def test_a_bad_order_of_numbers_is_refused(signed_in: TestClient, survey: SurveyView, more: dict[str, str]) -> None:
    assert signed_in.post(numbers_address(survey), data=more).status_code == 422


def test_numbers_are_never_a_get_and_the_byte_order_mark_is_a_choice(signed_in: TestClient, survey: SurveyView) -> None:
    assert signed_in.get(numbers_address(survey)).status_code in {404, 405}
    assert signed_in.post(numbers_address(survey)).content.startswith(b"row,survey")


@pytest.mark.parametrize("what", ["results", "segments", "follow-ups"])
def test_every_file_of_all_time_has_no_first_day_and_the_log_says_all_time(
    signed_in: TestClient, survey: SurveyView, write: Write, what: str
) -> None:
    asking_csat(write, survey)
    sent = {"period": "all", "by": "touchpoint"}

    file = signed_in.post(f"/w/northwind/surveys/{encode('srv', survey.id)}/{what}/download", data=sent)
    signed_in.post("/w/northwind/responses/download", data={**sent, "survey": encode("srv", survey.id)})

    whole = next(csv.DictReader(StringIO(file.text)))
    assert (whole["since"], whole["until"]) == ("", "2026-11-21")
    log = signed_in.get("/w/northwind/audit").text
    assert log.count(", all time up to 2026-11-21.") == 2
    assert "1970" not in log


def test_a_group_has_one_name_in_every_file(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    asking_csat(write, survey)
    base, sent = f"/w/northwind/surveys/{encode('srv', survey.id)}", {"survey": encode("srv", survey.id)}

    answers = signed_in.post("/w/northwind/responses/download", data=sent)
    counted = signed_in.post(f"{base}/follow-ups/download", data=sent)

    named = [{row["group"] for row in csv.DictReader(StringIO(file.text))} for file in (answers, counted)]
    assert named == [{"satisfied", "neutral", "dissatisfied"}, {"all", "satisfied", "neutral", "dissatisfied"}]


def asking_csat(write: Write, survey: SurveyView) -> None:
    """Asks satisfaction and a follow-up, and stores an answer of each group."""

    def work(ctx: Context) -> None:
        asked = ask_on(ctx, survey, "csat-1-5/1")
        more = FollowUp(id="more", kind=FollowUpKind.TEXT, bands=frozenset(Band), labels={"en": "What else?"})
        publish_anew(
            ctx, Place(ctx.workspace, "northwind", asked), asked.draft.model_copy(update={"follow_ups": (more,)})
        )
        given = [answer(ctx, survey.id, score, NOON, segments=Segments(touchpoint="Shop")) for score in (5, 3, 1)]
        store(ctx, [replace(each, follow_ups={"more": "Words"}) for each in given])

    write(work)
