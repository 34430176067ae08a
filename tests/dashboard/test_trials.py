"""Trying a survey out from the dashboard: the answer is seen, never counted, and can be deleted."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from starlette.testclient import TestClient

from cxsurvey import respond, wiring
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.base import Base
from cxsurvey.core.db.database import Database
from cxsurvey.core.ids import encode
from cxsurvey.core.jobs.runner import Runner
from cxsurvey.core.models import AuditEntry
from cxsurvey.responses import counts, queries
from cxsurvey.responses.commands import Submission
from cxsurvey.responses.models import Response as ResponseRow
from cxsurvey.responses.models import ResponseRevision
from cxsurvey.responses.submit import submit
from cxsurvey.surveys.service import SurveyView
from tests.application import ORIGIN
from tests.dashboard.conftest import Write, attribute, in_northwind, page, text_of
from tests.direct import DirectClient
from tests.factories import make_place
from tests.respond.conftest import fields_of


def address(survey: SurveyView) -> str:
    return f"/w/northwind/surveys/{encode('srv', survey.id)}"


def store(write: Write, survey: SurveyView, number: int, *, test: bool, comment: str | None = "Just trying") -> None:
    """Answers as another system sends them."""

    def work(ctx: Context) -> None:
        in_northwind(ctx)
        sent = [
            Submission(survey.id, "rest", score=9, comment=comment, workspace_id=ctx.workspace, test=test)
            for _ in range(number)
        ]
        submit(ctx, sent)

    write(work)


def said(answer: Any) -> str:
    """What the page of responses says about test answers."""
    return re.sub(r"\s+", " ", text_of(answer, ".notice.tests"))


def rows(database: Database, model: type[Base]) -> int:
    with database.read() as ctx:
        return ctx.connection.execute(select(func.count()).select_from(model)).scalar_one()


def test_a_test_link_is_answered_seen_and_not_counted(
    signed_in: TestClient, survey: SurveyView, database: Database, clock: FixedClock
) -> None:
    assert "Make a test link" in signed_in.get(f"{address(survey)}/share").text
    made = signed_in.post(f"{address(survey)}/test-link")
    link = attribute(made, "main a.button.primary", "href") or ""
    assert (made.status_code, link.startswith(f"{ORIGIN}/r/")) == (200, True)
    assert text_of(made, "[data-copy-text]") == link

    with DirectClient(respond.build(database), base_url=ORIGIN, follow_redirects=False) as customer:
        form = customer.get(link)
        clock.instant += timedelta(seconds=20)
        assert customer.post(link, data={**fields_of(page(form)), "score": "2"}).status_code == 303

    shown = signed_in.get(attribute(made, "main a.button:not(.primary)", "href") or "")
    assert text_of(shown, "td.state") == "Test"
    assert said(shown).startswith("1 test response in this workspace. It never counts.")
    with database.read() as ctx:
        in_northwind(ctx)
        (row,) = queries.trial_days(ctx.connection, ctx.workspace)
    assert row.test == 1


def test_a_closed_survey_has_no_test_link(signed_in: TestClient, survey: SurveyView) -> None:
    signed_in.post(f"{address(survey)}/close")
    assert "Make a test link" not in signed_in.get(f"{address(survey)}/share").text


def test_the_page_of_responses_says_how_many_there_are(signed_in: TestClient, survey: SurveyView, write: Write) -> None:
    assert page(signed_in.get("/w/northwind/responses")).css_first(".notice.tests") is None
    store(write, survey, 2, test=True)
    store(write, survey, 1, test=False)
    assert said(signed_in.get("/w/northwind/responses")).startswith(
        "2 test responses in this workspace. They never count."
    )


def test_all_of_them_are_deleted_and_nothing_else(
    signed_in: TestClient, survey: SurveyView, write: Write, database: Database
) -> None:
    store(write, survey, 450, test=True)
    store(write, survey, 3, test=False)
    asked = signed_in.get("/w/northwind/responses/tests/delete")
    assert "All 450 test responses" in asked.text

    done = signed_in.post("/w/northwind/responses/tests/delete")
    assert (done.status_code, done.headers["location"]) == (303, "/w/northwind/responses?tests=deleted")
    assert "being deleted" in signed_in.get(done.headers["location"]).text
    assert Runner(database, wiring.JOB_HANDLERS, "tests").drain() == 1

    assert (rows(database, ResponseRow), rows(database, ResponseRevision)) == (3, 0)
    with database.read() as ctx:
        assert survey.trend_line_id is not None
        assert counts.differences(ctx.connection, survey.trend_line_id) == []
        entry = ctx.connection.execute(
            select(AuditEntry.__table__).where(AuditEntry.__table__.c.action == "responses.tests_deleted")
        ).one()
    assert entry.detail == {"number": 450}
    assert "There are no test responses." in signed_in.get("/w/northwind/responses/tests/delete").text


def test_one_that_was_changed_goes_with_its_history(
    signed_in: TestClient, survey: SurveyView, write: Write, database: Database
) -> None:
    store(write, survey, 1, test=True)
    href = attribute(signed_in.get("/w/northwind/responses?state=test&period=all"), "td.answer-text a", "href")
    address = (href or "").partition("?")[0]
    signed_in.post(f"{address}/void", data={"reason": "Trying"})
    signed_in.post(f"{address}/restore", data={"reason": "Trying"})
    assert rows(database, ResponseRevision) == 2
    signed_in.post("/w/northwind/responses/tests/delete")
    Runner(database, wiring.JOB_HANDLERS, "tests").drain()
    assert (rows(database, ResponseRow), rows(database, ResponseRevision)) == (0, 0)


def test_another_workspace_keeps_its_own(
    signed_in: TestClient, survey: SurveyView, write: Write, database: Database
) -> None:
    def elsewhere(ctx: Context) -> Any:
        place = make_place(ctx, "elsewhere")
        submit(ctx, [Submission(place.survey.id, "rest", score=1, workspace_id=place.workspace_id, test=True)])
        return place

    write(elsewhere)
    store(write, survey, 1, test=True)
    assert "1 test response" in signed_in.get("/w/northwind/responses").text
    signed_in.post("/w/northwind/responses/tests/delete")
    Runner(database, wiring.JOB_HANDLERS, "tests").drain()
    assert rows(database, ResponseRow) == 1
