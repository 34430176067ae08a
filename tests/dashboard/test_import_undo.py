"""Taking an import back in the dashboard, and what its page says while it waits for a worker."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.jobs import beats, queue
from cxsurvey.core.jobs.beats import Beat
from cxsurvey.responses import service
from cxsurvey.responses.models import Response as Answer
from cxsurvey.responses.service import VoidResponse
from cxsurvey.surveys.service import SurveyView
from tests.dashboard.conftest import Write, has, in_northwind, page, text_of
from tests.dashboard.test_imports import HERE, RATINGS, bring, drain, reading


@pytest.fixture
def here(signed_in: TestClient, survey: SurveyView, database: Database) -> str:
    """The page of an import that has ended: three answers, to one of which a further row added a comment."""
    where: str = bring(signed_in, RATINGS).headers["location"]
    signed_in.post(where, data=reading(survey))
    drain(database)
    signed_in.post(f"{where}/start")
    drain(database)
    return where


def test_the_question_tells_what_would_be_taken_back_and_what_not(
    signed_in: TestClient, here: str, survey: SurveyView, database: Database, write: Write
) -> None:
    def judge(ctx: Context) -> None:
        in_northwind(ctx)
        service.void(ctx, ctx.connection.execute(select(Answer.id).limit(1)).scalar_one(), VoidResponse(reason="Joke"))

    write(judge)
    assert f"{here}/undo" in [link.attributes["href"] for link in page(signed_in.get(here)).css("a")]

    later = bring(signed_in, RATINGS).headers["location"]
    signed_in.post(later, data=reading(survey))
    drain(database)
    signed_in.post(f"{later}/start")
    drain(database)

    asked = signed_in.get(f"{here}/undo")

    assert later in [link.attributes["href"] for link in page(asked).css("main li a")]
    said = " ".join(text_of(asked, "main").split())
    assert "2 responses of this import become void" in said
    assert "1 was changed since, by hand or by another import, and is left alone." in said
    assert "Customers whom the file named stay as they are" in said


def test_with_a_reason_it_is_taken_back_and_the_page_says_so(
    signed_in: TestClient, here: str, database: Database
) -> None:
    refused = signed_in.post(f"{here}/undo", data={"reason": " "})
    assert (refused.status_code, has(refused, "#field-reason[aria-invalid]")) == (422, True)

    assert signed_in.post(f"{here}/undo", data={"reason": "Mixed up"}).headers["location"] == here
    drain(database)

    shown = signed_in.get(here)
    said = " ".join(text_of(shown, "main").split())
    assert text_of(shown, "h2").startswith("Taken back")
    assert "3 responses are void. The same file can be imported again. Reason: Mixed up" in said
    assert "3 responses taken out of the scores again" in signed_in.get(HERE).text
    again = signed_in.post(f"{here}/undo", data={"reason": "Once more"})
    assert again.status_code == 409


def test_the_audit_log_names_the_file_and_the_survey_and_leads_to_the_import(
    signed_in: TestClient, here: str, survey: SurveyView
) -> None:
    shown = page(signed_in.get("/w/northwind/audit"))

    sentence = f"started an import of responses from “old.csv” to the survey “{survey.name}”."
    (link,) = [entry.css_first("a") for entry in shown.css("main p") if sentence in entry.text()]
    assert link is not None
    assert link.attributes["href"] == here


def test_an_import_of_people_says_that_it_cannot_be_taken_back(signed_in: TestClient, database: Database) -> None:
    where = bring(signed_in, b"Email,Name\nida@example.com,Ida\n", "people").headers["location"]
    signed_in.post(where, data={"column-0": "email", "column-1": "name", "do": "try"})
    drain(database)
    signed_in.post(f"{where}/start")
    drain(database)

    assert "An import of people cannot be taken back" in signed_in.get(where).text
    asked = signed_in.get(f"{where}/undo")
    assert "People stay as this import wrote them down" in asked.text
    assert not has(asked, "#field-reason")
    assert signed_in.post(f"{where}/undo", data={"reason": "Please"}).status_code == 409


def test_while_no_worker_is_there_for_it_the_page_says_so(
    signed_in: TestClient, survey: SurveyView, database: Database, write: Write
) -> None:
    where = bring(signed_in, RATINGS).headers["location"]
    signed_in.post(where, data=reading(survey))
    assert text_of(signed_in.get(where), "h2") == "Waiting for a worker"
    write(lambda ctx: beats.beat(ctx.connection, Beat("pages", beats.PAGES, ctx.now, ctx.now)))
    assert text_of(signed_in.get(where), "h2") == "Waiting for a worker", "a server that takes no jobs is none"

    write(lambda ctx: beats.beat(ctx.connection, Beat("one", "worker", ctx.now, ctx.now)))
    assert text_of(signed_in.get(where), "h2") == "Trying all rows; nothing is stored"

    def claimed(ctx: Context, silent: timedelta) -> None:
        running = {"state": "running", "lease_until": ctx.now + queue.LEASE - silent, "lease_owner": "one"}
        ctx.connection.execute(update(queue.JOBS).where(queue.JOBS.c.name == "imports.run").values(**running))
        ctx.connection.exec_driver_sql("UPDATE imports SET state = 'running'")

    write(lambda ctx: claimed(ctx, timedelta(seconds=6)))
    assert text_of(signed_in.get(where), "h2") == "Trying all rows; nothing is stored"
    write(lambda ctx: claimed(ctx, timedelta(seconds=16)))
    shown = signed_in.get(where)
    assert text_of(shown, "h2") == "Waiting for a worker"
    assert "The worker that did this is not heard of any more" in shown.text


def test_while_one_is_taken_back_the_next_of_its_source_is_neither_tried_nor_started_and_the_page_says_why(
    signed_in: TestClient, here: str, survey: SurveyView, database: Database
) -> None:
    where = bring(signed_in, RATINGS + b"x,9,More\n").headers["location"]
    signed_in.post(where, data=reading(survey))
    drain(database)
    signed_in.post(f"{here}/undo", data={"reason": "Mixed up"})

    refused = signed_in.post(f"{where}/start")
    other = bring(signed_in, RATINGS + b"y,3,Less\n").headers["location"]
    untried = signed_in.post(other, data=reading(survey) | {"zone": "Europe/Oslo"})

    for answer in (refused, untried):
        assert answer.status_code == 409
        assert "An import of the same source is being taken back." in text_of(answer, "main")
    zone = page(untried).css_first("#field-zone")
    assert zone is not None
    assert zone.attributes["value"] == "Europe/Oslo", "what was said of the file stays in the form"
    drain(database)
    assert signed_in.post(other, data=reading(survey)).status_code == 303
    drain(database)
    assert signed_in.post(f"{where}/start").status_code == 303
