"""Responses through HTTP: stored, read, listed, voided and restored."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode
from cxsurvey.responses.models import Response
from tests.api.conftest import FOREIGN, TEST, Scene, Write, bearer
from tests.factories import make_key


def test_a_response_is_stored_and_can_be_read_where_location_says(rest: TestClient, scene: Scene) -> None:
    sent = scene.answer(
        comment="Quick.",
        external_id="order-1",
        answered_at="2026-11-20T08:00:00+03:00",
        person={"email": "customer@example.com", "name": "A. Customer", "attributes": {"plan.name": "basic"}},
        segments={"touchpoint": "delivery"},
        attributes={"basket": 41.5},
    )
    stored = rest.post("/responses", json=sent)
    assert stored.status_code == 201, stored.text
    receipt = stored.json()
    assert receipt == {
        "id": receipt["id"],
        "survey": scene.survey,
        "state": "counted",
        "score": 9,
        "answered_at": "2026-11-20T05:00:00Z",
        "created": True,
    }
    assert stored.headers["location"] == f"/api/v1/responses/{receipt['id']}"
    read = rest.get(f"/responses/{receipt['id']}").json()
    assert read["comment"] == "Quick."
    assert read["report_day"] == "2026-11-20"
    assert read["segments"] == {"touchpoint": "delivery"}
    assert read["attributes"] == {"basket": 41.5}
    assert read["person"]["id"].startswith("per_")
    assert read["person"]["attributes"] == {"plan.name": "basic"}
    assert (read["source"], read["external_id"], read["revision"]) == ("rest", "order-1", 1)


def test_a_key_that_may_not_read_people_gets_the_name_alone(
    rest: TestClient, scene: Scene, write: Write, clock: FixedClock
) -> None:
    person = {"email": "customer@example.com", "external_id": "c-1", "name": "A. Customer", "attributes": {"plan": "x"}}
    stored = rest.post("/responses", json=scene.answer(person=person)).json()

    def narrow(ctx: Context) -> None:
        make_key(ctx, scene.place.workspace_id, "cxs_live_narrow").scopes = "responses:read"

    write(narrow)
    clock.instant += timedelta(minutes=1)
    as_narrow = bearer("cxs_live_narrow")
    one = rest.get(f"/responses/{stored['id']}", headers=as_narrow).json()
    (listed,) = rest.get("/responses", headers=as_narrow).json()["data"]

    for read in (one["person"], listed["person"]):
        assert read["name"] == "A. Customer"
        assert (read["email"], read["external_id"], read["attributes"]) == (None, None, {})


def test_every_reply_is_numbered_and_kept_by_nobody(rest: TestClient, scene: Scene) -> None:
    for reply in (rest.get("/me"), rest.post("/responses", json=scene.answer()), rest.get("/nowhere")):
        assert len(reply.headers["x-request-id"]) == 32
        assert reply.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in reply.headers


def test_a_known_external_id_gives_the_first_response_again(rest: TestClient, scene: Scene) -> None:
    first = rest.post("/responses", json=scene.answer(external_id="order-1"))
    again = rest.post("/responses", json=scene.answer(external_id="order-1", score=2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {**first.json(), "created": False}
    assert "location" not in again.headers


def test_a_key_in_test_mode_stores_what_never_counts(rest: TestClient, scene: Scene) -> None:
    stored = rest.post("/responses", json=scene.answer(), headers=bearer(TEST))
    assert stored.json()["state"] == "test"
    score = rest.get(f"/surveys/{scene.survey}/score").json()
    assert (score["n"], score["left_out"]["test"]) == (0, 1)
    assert rest.get("/me", headers=bearer(TEST)).json()["key"]["mode"] == "test"


def test_void_takes_out_of_the_score_and_restore_puts_back(rest: TestClient, scene: Scene) -> None:
    address = f"/responses/{rest.post('/responses', json=scene.answer()).json()['id']}"
    voided = rest.post(f"{address}/void", json={"reason": "A trial"})
    assert (voided.status_code, voided.json()["state"], voided.json()["reason"]) == (200, "void", "A trial")
    assert rest.get(f"/surveys/{scene.survey}/score").json()["n"] == 0
    twice = rest.post(f"{address}/void", json={"reason": "A trial"})
    assert (twice.status_code, twice.json()["code"]) == (409, "state_forbids")
    restored = rest.post(f"{address}/restore", json={"reason": "No trial"})
    assert restored.json()["state"] == "counted"
    assert rest.get(f"/surveys/{scene.survey}/score").json()["n"] == 1


def test_a_list_is_followed_to_its_end_while_rows_are_added_and_changed(
    rest: TestClient, scene: Scene, clock: FixedClock
) -> None:
    known = []
    for number in range(25):
        clock.instant += timedelta(seconds=1 if number % 3 == 0 else 0)
        known.append(rest.post("/responses", json=scene.answer(external_id=str(number))).json()["id"])
    clock.instant += timedelta(minutes=1)
    seen: list[str] = []
    address = "/responses?limit=4"
    while address:
        page = rest.get(address).json()
        seen += [item["id"] for item in page["data"]]
        if len(seen) == 8:
            rest.post(f"/responses/{known[20]}/void", json={"reason": "A trial"})
            rest.post("/responses", json=scene.answer(external_id="late"))
            clock.instant += timedelta(minutes=1)
        address = page["next"]
    assert set(known) <= set(seen)
    assert len(seen) == len(set(seen)) == 26
    assert seen.index(known[20]) > seen.index(known[24])


def test_a_list_can_be_narrowed_to_a_survey_and_to_what_changed(
    rest: TestClient, scene: Scene, clock: FixedClock
) -> None:
    rest.post("/responses", json=scene.answer())
    clock.instant += timedelta(minutes=1)
    later = rest.post("/responses", json=scene.answer()).json()["id"]
    since = clock.instant.isoformat()
    clock.instant += timedelta(minutes=1)
    changed = rest.get("/responses", params={"updated_since": since, "survey": scene.survey}).json()
    assert [item["id"] for item in changed["data"]] == [later]
    assert changed["next"] is None
    draft = rest.post("/surveys", json={"name": "Not asked yet"}).json()["id"]
    assert rest.get("/responses", params={"survey": draft}).json() == {"data": [], "next": None}


def test_a_list_of_a_survey_that_is_not_ours_is_no_empty_list(rest: TestClient, scene: Scene) -> None:
    told = set()
    for survey in (scene.foreign_survey, encode("srv", UUID(int=4711)), "srv_nonsense", scene.survey[4:], ""):
        reply = rest.get("/responses", params={"survey": survey})
        problem = reply.json()
        assert (reply.status_code, problem["code"]) == (404, "survey_unknown"), survey
        del problem["request_id"]
        told.add(json.dumps(problem))
    assert len(told) == 1
    assert problem["errors"] == [{"query": "survey", "rule": "survey_unknown", "message": "There is no such survey."}]


def test_a_batch_answers_for_each_item(rest: TestClient, scene: Scene) -> None:
    items = [
        scene.answer(external_id="a"),
        scene.answer(score=11),
        scene.answer(external_id="a", score=3),
        scene.answer(survey=scene.foreign_survey),
        {"score": 5, "surveys": "x"},
        "no object",
        scene.answer(external_id="b"),
    ]
    reply = rest.post("/responses/batch", json={"responses": items}, headers={"Idempotency-Key": "k"})
    assert reply.status_code == 207, reply.text
    results = reply.json()["data"]
    assert [item["status"] for item in results] == [201, 422, 200, 404, 422, 422, 201]
    assert [item["index"] for item in results] == list(range(7))
    assert results[2]["response"]["id"] == results[0]["response"]["id"]
    assert "problem" not in results[0]
    assert "response" not in results[1]
    assert results[1]["problem"]["errors"][0]["pointer"] == "/responses/1/score"
    assert results[3]["problem"]["code"] == "survey_unknown"
    assert results[3]["problem"]["errors"][0]["pointer"] == "/responses/3/survey"
    assert {entry["pointer"] for entry in results[4]["problem"]["errors"]} == {
        "/responses/4/survey",
        "/responses/4/surveys",
    }
    assert results[5]["problem"]["errors"][0]["pointer"] == "/responses/5"


def test_a_batch_is_refused_as_a_whole_when_it_is_none(rest: TestClient, scene: Scene) -> None:
    key = {"Idempotency-Key": "k"}
    wrong: list[Any] = [{"responses": []}, {"responses": [scene.answer()] * 101}, {"responses": {}}, {"more": 1}, []]
    for body in wrong:
        reply = rest.post("/responses/batch", json=body, headers=key)
        assert (reply.status_code, reply.json()["code"]) == (422, "invalid"), body
    assert rest.post("/responses/batch", json={"responses": [scene.answer()]}).json()["code"] == (
        "idempotency_key_required"
    )
    assert rest.post("/responses/batch", json={"responses": [scene.answer()] * 100}, headers=key).status_code == 207


@pytest.mark.parametrize("path", ["/responses", "/invitations"])
def test_a_draft_says_that_it_is_one_and_that_of_others_is_not_there(rest: TestClient, scene: Scene, path: str) -> None:
    own = rest.post("/surveys", json={"name": "Not asked yet"}).json()["id"]
    foreign = rest.post("/surveys", json={"name": "Theirs"}, headers=bearer(FOREIGN)).json()["id"]
    missing = "srv_" + "0" * 26
    more = {"score": 9} if path == "/responses" else {}

    drafted = rest.post(path, json={"survey": own, **more})
    others = [rest.post(path, json={"survey": survey, **more}) for survey in (foreign, missing)]

    assert (drafted.status_code, drafted.json()["code"]) == (409, "survey_not_published")
    assert drafted.json()["detail"] == "This survey is a draft. Publish it first; then it takes responses."
    assert {(reply.status_code, reply.json()["code"]) for reply in others} == {(404, "survey_unknown")}


def test_a_draft_in_a_batch_and_a_link_to_one_say_so_too(rest: TestClient, scene: Scene) -> None:
    draft = rest.post("/surveys", json={"name": "Not asked yet"}).json()["id"]
    items = [scene.answer(survey=draft), scene.answer(survey=scene.foreign_survey), scene.answer()]

    batch = rest.post("/responses/batch", json={"responses": items}, headers={"Idempotency-Key": "drafts"})
    link = rest.post(f"/surveys/{draft}/links", json={"segments": {"touchpoint": "till"}})

    assert [item["status"] for item in batch.json()["data"]] == [409, 404, 201]
    assert (link.status_code, link.json()["code"]) == (409, "survey_not_published")


@pytest.mark.parametrize(
    ("tag", "kept"),
    [
        ("de-DE-1996", "de-DE"),
        ("de_CH_1901", "de-CH"),
        ("sl-rozaj-biske", "sl"),
        ("ca-valencia", "ca"),
        ("en-u-ca-iso8601", "en"),
        ("TH-th-U-CA-buddhist-nu-thai-x-1", "th-TH"),
        ("zh-yue-hant-hk", "zh-Hant-HK"),
        ("az-Latn-x-latn", "az-Latn"),
    ],
)
def test_of_a_language_that_says_more_language_script_and_region_are_kept(
    rest: TestClient, scene: Scene, write: Write, tag: str, kept: str
) -> None:
    answer = rest.post("/responses", json=scene.answer(locale=tag))
    person = rest.post("/people", json={"external_id": "c-1", "locale": tag})

    assert (answer.status_code, person.status_code) == (201, 201), answer.text
    stored = write(lambda ctx: ctx.connection.execute(select(Response.locale)).scalar_one())
    assert (stored, person.json()["locale"]) == (kept, kept)


@pytest.mark.parametrize("locale", ["xx-??", "e", "english", "de--AT", "12", "x-de", "i-klingon", "de-u", "de-ſpoken"])
def test_what_is_no_language_is_refused_wherever_one_is_named(rest: TestClient, scene: Scene, locale: str) -> None:
    replies = [
        rest.post("/people", json={"external_id": "c-1", "locale": locale}),
        rest.post("/invitations", json={"survey": scene.survey, "locale": locale}),
        rest.post("/invitations", json={"survey": scene.survey, "person": {"external_id": "c", "locale": locale}}),
        rest.post("/responses", json=scene.answer(locale=locale)),
    ]

    for reply in replies:
        assert [entry["rule"] for entry in reply.json()["errors"]] == ["not_a_language"]


def test_a_language_is_kept_in_its_one_spelling_and_may_be_one_that_the_survey_lacks(
    rest: TestClient, scene: Scene
) -> None:
    person = rest.post("/people", json={"external_id": "c-1", "locale": "pt_br"}).json()
    link = rest.post("/invitations", json={"survey": scene.survey, "locale": "zz"})

    assert person["locale"] == "pt-BR"
    assert (link.status_code, link.json()["locale"]) == (201, "zz")
