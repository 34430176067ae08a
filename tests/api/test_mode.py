"""What a key in test mode may do: try everything out, and change nothing that counts."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from cxsurvey.api.contract import REQUESTS
from cxsurvey.core.context import Context
from cxsurvey.core.ids import decode, encode
from cxsurvey.invitations.service import many
from cxsurvey.people.models import Person
from cxsurvey.responses.commands import Submission
from cxsurvey.responses.submit import Stored, submit
from tests.api.conftest import TEST, Scene, Write, bearer
from tests.factories import form_page

REASON = {"reason": "A trial"}
IN_TEST_MODE = bearer(TEST)


def refused(rest: TestClient, path: str, body: dict[str, Any] | None = None) -> None:
    reply = rest.post(path, json=body or {}, headers=IN_TEST_MODE)
    assert (reply.status_code, reply.json()["code"]) == (403, "live_key_needed"), reply.text


def counted(rest: TestClient, scene: Scene) -> int:
    n: int = rest.get(f"/surveys/{scene.survey}/score").json()["n"]
    return n


def test_a_response_that_counts_stays_in_the_score(rest: TestClient, scene: Scene) -> None:
    address = f"/responses/{rest.post('/responses', json=scene.answer()).json()['id']}"
    refused(rest, f"{address}/void", REASON)
    refused(rest, f"{address}/restore", REASON)
    assert counted(rest, scene) == 1


def test_a_void_response_stays_out_of_the_score(rest: TestClient, scene: Scene) -> None:
    address = f"/responses/{rest.post('/responses', json=scene.answer()).json()['id']}"
    rest.post(f"{address}/void", json=REASON)
    refused(rest, f"{address}/void", REASON)
    refused(rest, f"{address}/restore", REASON)
    assert counted(rest, scene) == 0
    assert rest.post(f"{address}/restore", json=REASON).json()["state"] == "counted"


def test_a_flagged_response_stays_out_of_the_score(rest: TestClient, scene: Scene, write: Write) -> None:
    def in_haste(ctx: Context) -> str:
        page = form_page(ctx, seconds=0.2)
        (outcome,) = submit(ctx, [Submission(scene.place.survey.id, "link", score=9, locale="en", page=page)])
        assert isinstance(outcome, Stored)
        return encode("rsp", outcome.id)

    address = f"/responses/{write(in_haste)}"
    assert rest.get(address).json()["state"] == "flagged"
    refused(rest, f"{address}/restore", REASON)
    assert counted(rest, scene) == 0


@pytest.mark.parametrize("headers", [IN_TEST_MODE, {}], ids=["test", "live"])
def test_a_test_response_is_taken_out_and_put_back(rest: TestClient, scene: Scene, headers: dict[str, str]) -> None:
    stored = rest.post("/responses", json=scene.answer(), headers=IN_TEST_MODE).json()
    address = f"/responses/{stored['id']}"
    assert rest.post(f"{address}/void", json=REASON, headers=headers).json()["state"] == "void"
    assert rest.post(f"{address}/restore", json=REASON, headers=headers).json()["state"] == "test"
    assert counted(rest, scene) == 0


def test_a_draft_may_be_made_but_not_published(rest: TestClient) -> None:
    made = rest.post("/surveys", json={"name": "Trial"}, headers=IN_TEST_MODE)
    assert made.status_code == 201, made.text
    address = f"/surveys/{made.json()['id']}"
    refused(rest, f"{address}/publish")
    assert rest.get(address).json()["state"] == "draft"
    assert rest.post(f"{address}/publish").json()["survey"]["state"] == "open"


KNOWN = {"email": "kim@example.com", "external_id": "c-1", "name": "Kim", "attributes": {"plan": "small"}}


def people_in(write: Write) -> list[tuple[Any, ...]]:
    """Everybody who is written down, with all that is written."""
    columns = Person.__table__.columns
    return [tuple(row) for row in write(lambda ctx: ctx.connection.execute(select(*columns)).all())]


@pytest.mark.parametrize(
    "person",
    [
        {"email": "new@example.com", "name": "New"},
        {"external_id": "c-2", "locale": "de"},
        {**KNOWN, "name": "Somebody else", "attributes": {"plan": "large", "since": 2020}},
        {"external_id": "c-1", "email": "other@example.com"},
    ],
    ids=["new address", "new id", "known", "known with another address"],
)
def test_a_person_named_in_a_trial_makes_and_changes_nobody(
    rest: TestClient, scene: Scene, write: Write, person: dict[str, Any]
) -> None:
    assert rest.post("/responses", json=scene.answer(person=KNOWN)).status_code == 201
    before = people_in(write)
    assert len(before) == 1

    answer = scene.answer(person=person)
    single = rest.post("/responses", json=answer, headers=IN_TEST_MODE)
    batch = rest.post(
        "/responses/batch",
        json={"responses": [answer, answer]},
        headers={**IN_TEST_MODE, "Idempotency-Key": "k"},
    )

    assert people_in(write) == before
    stored = [single.json(), *(item["response"] for item in batch.json()["data"])]
    said = {**person.get("attributes", {}), **{key: value for key, value in person.items() if key != "attributes"}}
    for receipt in stored:
        shown = rest.get(f"/responses/{receipt['id']}").json()
        assert (shown["state"], shown["person"], shown["claims"]) == ("test", None, said)


def test_these_are_all_doors_that_take_a_person() -> None:
    schemas = {name: model.model_json_schema() for name, model in REQUESTS.items()}

    taking = {name for name, schema in schemas.items() if "PersonInput" in str(schema)}

    assert taking == {"AnswerInput", "Batch", "InvitationInput", "PersonInput"}


@pytest.mark.parametrize("person", [KNOWN | {"name": "Somebody else"}, {"email": "new@example.com", "name": "New"}])
def test_a_person_named_for_a_trial_link_makes_and_changes_nobody(
    rest: TestClient, scene: Scene, write: Write, person: dict[str, Any]
) -> None:
    assert rest.post("/responses", json=scene.answer(person=KNOWN)).status_code == 201
    before = people_in(write)

    made = rest.post("/invitations", json={"survey": scene.survey, "person": person}, headers=IN_TEST_MODE)
    assert made.status_code == 201, made.text
    assert made.json()["person"] is None

    def press(ctx: Context) -> str:
        invitation_id = decode("inv", made.json()["id"])
        assert invitation_id is not None
        (link,) = many(ctx, [invitation_id]).values()
        assert link.person_name == person["name"]
        item = Submission(link.survey_id, "invitation", score=9, page=form_page(ctx), invitation_id=link.id)
        (outcome,) = submit(ctx, [item])
        assert isinstance(outcome, Stored)
        return encode("rsp", outcome.id)

    shown = rest.get(f"/responses/{write(press)}").json()
    said = {**person.get("attributes", {}), **{key: value for key, value in person.items() if key != "attributes"}}
    assert (shown["state"], shown["person"], shown["claims"]) == ("test", None, said)
    assert people_in(write) == before


def test_a_person_named_with_a_live_key_is_no_claim(rest: TestClient, scene: Scene) -> None:
    receipt = rest.post("/responses", json=scene.answer(person=KNOWN)).json()
    shown = rest.get(f"/responses/{receipt['id']}").json()
    assert (shown["person"]["email"], shown["claims"]) == ("kim@example.com", {})
