"""The matrix of the Idempotency-Key: what is repeated, what is refused, what leaves nothing behind."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from cxsurvey import api
from cxsurvey.accounts import keys
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.models import IdempotencyKey
from tests.api.conftest import LIVE, TEST, Scene, Write, bearer, set_scene
from tests.application import ORIGIN
from tests.factories import act_in

KEY = {"Idempotency-Key": "order-1"}


def count_of(rest: TestClient) -> int:
    return len(rest.get("/responses", params={"limit": 100}).json()["data"])


@pytest.fixture(autouse=True)
def _look_later(clock: FixedClock) -> None:
    # a list on Postgres stops five seconds before now
    clock.instant -= timedelta(minutes=1)


def test_the_same_request_gets_the_same_bytes(rest: TestClient, scene: Scene, clock: FixedClock) -> None:
    first = rest.post("/responses", json=scene.answer(), headers=KEY)
    clock.instant += timedelta(seconds=30)
    again = rest.post("/responses", json=scene.answer(), headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    clock.instant += timedelta(minutes=1)
    assert count_of(rest) == 1


def test_an_answer_is_kept_under_the_route_that_earlier_versions_knew(
    rest: TestClient, scene: Scene, database: Database
) -> None:
    """Else a request that was answered before an upgrade would be carried out once more when it is repeated."""
    rest.post("/responses", json=scene.answer(), headers=KEY)
    rest.post("/responses/batch", json={"responses": [scene.answer()]}, headers=KEY)
    rest.post("/surveys", json={"name": "Delivery", "metric": "nps"}, headers=KEY)

    with database.read() as ctx:
        routes = set(ctx.connection.scalars(select(IdempotencyKey.route)))

    assert routes == {"POST /api/v1/responses", "POST /api/v1/responses/batch", "POST /surveys"}


def test_another_request_under_the_key_is_refused(rest: TestClient, scene: Scene) -> None:
    rest.post("/responses", json=scene.answer(), headers=KEY)
    reply = rest.post("/responses", json=scene.answer(score=1), headers=KEY)
    assert (reply.status_code, reply.json()["code"]) == (422, "idempotency_key_reused")
    assert reply.json()["errors"][0]["header"] == "Idempotency-Key"


def test_a_refused_request_leaves_no_key(rest: TestClient, scene: Scene) -> None:
    for wrong, status in ((scene.answer(score=11), 422), (scene.answer(survey=scene.foreign_survey), 404)):
        assert rest.post("/responses", json=wrong, headers=KEY).status_code == status
    assert rest.post("/responses", json=scene.answer(), headers=KEY).status_code == 201


def test_a_key_belongs_to_its_caller_and_route(rest: TestClient, scene: Scene) -> None:
    first = rest.post("/responses", json=scene.answer(), headers=KEY)
    other_caller = rest.post("/responses", json=scene.answer(), headers={**KEY, **bearer(TEST)})
    other_route = rest.post("/responses/batch", json={"responses": [scene.answer()]}, headers=KEY)
    assert first.json()["id"] != other_caller.json()["id"]
    assert other_caller.headers.get("idempotency-replayed") is None
    assert other_route.status_code == 207


def test_a_key_is_forgotten_after_seven_days(rest: TestClient, scene: Scene, clock: FixedClock) -> None:
    first = rest.post("/responses", json=scene.answer(), headers=KEY).json()["id"]
    clock.instant += timedelta(days=7) - timedelta(seconds=1)
    assert rest.post("/responses", json=scene.answer(), headers=KEY).json()["id"] == first
    clock.instant += timedelta(seconds=1)
    assert rest.post("/responses", json=scene.answer(), headers=KEY).json()["id"] != first


@pytest.mark.parametrize("key", [b"", b"x" * 256, b"a b", b"a\tb", b"a\x00b", "ö".encode(), b"\xff"])
def test_what_is_no_key_is_refused_by_name(rest: TestClient, scene: Scene, key: bytes) -> None:
    headers = [(b"idempotency-key", key), (b"content-type", b"application/json")]
    reply = rest.post("/responses", content=json.dumps(scene.answer()), headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (422, "idempotency_key_malformed")
    assert reply.json()["errors"][0]["header"] == "Idempotency-Key"


def test_two_keys_are_none(rest: TestClient, scene: Scene) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "a"), ("Content-Type", "application/json")]
    reply = rest.post("/responses", content=json.dumps(scene.answer()), headers=headers)
    assert (reply.status_code, reply.json()["code"]) == (422, "idempotency_key_malformed")


def test_the_longest_key_is_kept(rest: TestClient, scene: Scene) -> None:
    key = {"Idempotency-Key": "~" * 255}
    assert rest.post("/responses", json=scene.answer(), headers=key).status_code == 201
    assert rest.post("/responses", json=scene.answer(), headers=key).headers["idempotency-replayed"] == "true"


def test_a_batch_is_repeated_as_a_whole(rest: TestClient, scene: Scene) -> None:
    body = {"responses": [scene.answer(), scene.answer(score=11)]}
    first = rest.post("/responses/batch", json=body, headers=KEY)
    again = rest.post("/responses/batch", json=body, headers=KEY)
    assert again.content == first.content
    assert (again.status_code, again.headers["idempotency-replayed"]) == (207, "true")


def test_every_other_post_honours_the_key(rest: TestClient, scene: Scene) -> None:
    survey = {"name": "After support", "metric": "nps"}
    made = [rest.post("/surveys", json=survey, headers=KEY) for _ in range(2)]
    assert made[0].content == made[1].content
    invited = [rest.post("/invitations", json={"survey": scene.survey}, headers=KEY) for _ in range(2)]
    assert (invited[0].status_code, invited[0].content) == (201, invited[1].content)
    assert invited[1].headers["location"] == f"/api/v1/invitations/{invited[0].json()['id']}"
    address = f"/responses/{rest.post('/responses', json=scene.answer()).json()['id']}/void"
    voided = [rest.post(address, json={"reason": "A trial"}, headers=KEY) for _ in range(2)]
    assert [reply.status_code for reply in voided] == [200, 200]
    other = rest.post("/responses", json=scene.answer()).json()["id"]
    reused = rest.post(f"/responses/{other}/void", json={"reason": "A trial"}, headers=KEY)
    assert reused.json()["code"] == "idempotency_key_reused"


def test_a_personal_link_is_not_kept_with_the_key(rest: TestClient, scene: Scene, write: Write) -> None:
    sent = {"survey": scene.survey, "person": {"email": "customer@example.com"}}
    first = rest.post("/invitations", json=sent, headers=KEY)
    token = first.json()["url"].rpartition("/")[2]
    again = rest.post("/invitations", json=sent, headers=KEY)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    rows = write(lambda ctx: ctx.connection.execute(select(*IdempotencyKey.__table__.c)).all())
    assert len(rows) == 1
    assert token not in str(rows)


def test_a_repeated_invitation_is_told_as_it_is_now(rest: TestClient, scene: Scene) -> None:
    first = rest.post("/invitations", json={"survey": scene.survey}, headers=KEY).json()
    rest.post(f"/invitations/{first['id']}/revoke")
    again = rest.post("/invitations", json={"survey": scene.survey}, headers=KEY)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert again.json() == {**first, "url": None, "revoked_at": again.json()["revoked_at"]}
    assert again.json()["revoked_at"] is not None


def test_a_revoked_key_opens_no_kept_answer(rest: TestClient, scene: Scene, database: Database) -> None:
    rest.post("/responses", json=scene.answer(), headers=KEY)

    def revoke(ctx: Context) -> None:
        act_in(ctx, scene.place.workspace_id)
        for key in keys.listed(ctx):
            keys.revoke(ctx, key.id)

    database.write(revoke, share=Share.JOBS)
    reply = rest.post("/responses", json=scene.answer(), headers=KEY)
    assert (reply.status_code, reply.json()["code"]) == (401, "unauthenticated")
    assert reply.headers["www-authenticate"] == "Bearer"


def test_twenty_at_once_store_one(real_database: Database) -> None:
    scene: Scene = real_database.write(set_scene, share=Share.JOBS)
    with (
        TestClient(api.build(real_database), base_url=f"{ORIGIN}/api/v1", headers=bearer(LIVE)) as client,
        ThreadPoolExecutor(20) as pool,
    ):
        for route, body in (
            ("/responses", scene.answer()),
            ("/responses/batch", {"responses": [scene.answer(external_id="one")]}),
            ("/invitations", {"survey": scene.survey}),
        ):
            replies = list(pool.map(lambda _: client.post(route, json=body, headers=KEY), range(20)))  # noqa: B023
            assert {reply.status_code for reply in replies} <= {201, 207}, [reply.text for reply in replies]
            assert len({reply.content for reply in replies}) == 1
            assert sum("idempotency-replayed" not in reply.headers for reply in replies) == 1
