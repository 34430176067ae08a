"""What a key in test mode may do: try everything out, and change nothing that counts."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode
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
