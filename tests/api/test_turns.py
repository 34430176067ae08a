"""What a key may ask for in a minute: told with every answer, refused before anything is stored."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from cxsurvey import api
from cxsurvey.api.turns import WINDOW, Left, Turns
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import TooMany
from tests.api.conftest import LIVE, TEST, Scene, bearer
from tests.application import NOON, ORIGIN
from tests.direct import DirectClient

KEY, OTHER = b"one", b"another"
POLICY = '"key";q=120;w=60'


@contextmanager
def limited(database: Database, live: int = 120, test: int = 100) -> Iterator[TestClient]:
    """The API of an installation with these rates."""
    database.settings = database.settings.model_copy(update={"api_rate": live, "api_test_rate": test})
    with DirectClient(api.build(database), base_url=f"{ORIGIN}/api/v1", headers=bearer(LIVE)) as client:
        yield client


def batch(scene: Scene, number: int) -> dict[str, object]:
    return {"responses": [scene.answer() for _ in range(number)]}


def test_every_answer_tells_what_is_left(database: Database, scene: Scene) -> None:
    with limited(database) as rest:
        told = [rest.get("/me").headers, rest.post("/responses", json=scene.answer()).headers]

    assert [headers["ratelimit-policy"] for headers in told] == [POLICY, POLICY]
    assert [headers["ratelimit"] for headers in told] == ['"key";r=119;t=1', '"key";r=118;t=1']


def test_a_key_that_used_its_turns_waits_and_then_goes_on(database: Database, clock: FixedClock, scene: Scene) -> None:
    with limited(database) as rest:
        for _ in range(120):
            assert rest.get("/me").status_code == 200
        refused = rest.post("/responses", json=scene.answer())
        clock.ticks += float(refused.headers["retry-after"])
        later = rest.post("/responses", json=scene.answer())

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many")
    assert refused.headers["content-type"] == "application/problem+json"
    assert (refused.headers["retry-after"], refused.headers["ratelimit"]) == ("1", '"key";r=0;t=60')
    assert refused.json()["detail"] == "This key may send 120 requests a minute. Send this one again in 1 second."
    assert later.status_code == 201


def test_a_refused_request_stores_nothing_and_keeps_no_key(database: Database, clock: FixedClock, scene: Scene) -> None:
    once = {"Idempotency-Key": "once"}
    with limited(database) as rest:
        first = rest.post("/responses/batch", json=batch(scene, 100), headers={"Idempotency-Key": "b"})
        refused = rest.post("/responses/batch", json=batch(scene, 21), headers=once)
        clock.ticks += WINDOW
        clock.instant += timedelta(seconds=WINDOW)  # a list on Postgres is five seconds behind
        stored = rest.get("/responses", params={"limit": 100}).json()
        later = rest.post("/responses/batch", json=batch(scene, 21), headers=once)

    assert (first.status_code, first.headers["ratelimit"]) == (207, '"key";r=20;t=50')
    assert refused.status_code == 429
    assert (len(stored["data"]), stored["next"]) == (100, None)
    assert (later.status_code, "idempotency-replayed" in later.headers) == (207, False)


def test_a_refused_batch_is_told_when_all_of_it_can_be_stored(
    database: Database, clock: FixedClock, scene: Scene
) -> None:
    once = {"Idempotency-Key": "once"}
    with limited(database, live=100) as rest:
        rest.post("/responses/batch", json=batch(scene, 70), headers={"Idempotency-Key": "b"})
        counted = rest.post("/responses/batch", json=batch(scene, 50), headers=once)
        while rest.get("/me").status_code == 200:
            pass
        unread = rest.post("/responses/batch", json=batch(scene, 50), headers=once)
        clock.ticks += float(unread.headers["retry-after"])
        later = rest.post("/responses/batch", json=batch(scene, 50), headers=once)

    assert (counted.status_code, counted.headers["retry-after"]) == (429, "12")
    assert counted.headers["ratelimit"] == '"key";r=30;t=42'
    assert (unread.status_code, unread.headers["retry-after"]) == (429, "60")
    assert later.status_code == 207


def test_a_repetition_is_answered_as_the_first_time_once_there_is_a_turn(
    database: Database, clock: FixedClock, scene: Scene
) -> None:
    once = {"Idempotency-Key": "once"}
    with limited(database) as rest:
        first = rest.post("/responses", json=scene.answer(), headers=once)
        while rest.get("/me").status_code == 200:
            pass
        refused = rest.post("/responses", json=scene.answer(), headers=once)
        clock.ticks += 1
        again = rest.post("/responses", json=scene.answer(), headers=once)

    assert refused.status_code == 429
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"


def test_a_key_in_test_mode_has_a_rate_of_its_own(database: Database, scene: Scene) -> None:
    with limited(database) as rest:
        trial = [rest.get("/me", headers=bearer(TEST)).status_code for _ in range(101)]
        live = rest.get("/me")

    assert (trial[99], trial[100]) == (200, 429)
    assert (live.status_code, live.headers["ratelimit"]) == (200, '"key";r=119;t=1')


def test_one_key_takes_nothing_from_another(database: Database, scene: Scene) -> None:
    with limited(database) as rest:
        while rest.get("/me").status_code == 200:
            pass
        assert rest.get("/me", headers=bearer("cxs_live_theirs")).status_code == 200
        assert rest.get("/openapi.json", headers={"Authorization": ""}).status_code == 200


def test_guessing_keys_is_answered_as_ever_and_fills_no_memory(database: Database, scene: Scene) -> None:
    with limited(database) as rest:
        for number in range(130):
            assert rest.get("/me", headers=bearer(f"cxs_live_{number}")).status_code == 401
        assert rest.get("/me", headers={"Authorization": ""}).status_code == 401
        assert rest.get("/me").headers["ratelimit"] == '"key";r=119;t=1'


def test_zero_is_no_limit(database: Database, scene: Scene) -> None:
    with limited(database, live=0) as rest:
        answer = rest.get("/me")
    assert (answer.status_code, "ratelimit" in answer.headers) == (200, False)


def test_turns_are_forgotten_once_they_are_back() -> None:
    clock = FixedClock(NOON)
    turns = Turns(clock, 6000)
    for number in range(2000):
        turns.take(b"%d" % number)
        clock.ticks += 0.001
    assert len(turns) <= 1030


@given(
    quota=st.integers(100, 60_000_000),
    steps=st.lists(st.tuples(st.floats(0, 90), st.integers(1, 100)), min_size=1, max_size=60),
)
def test_no_minute_gives_more_than_two_quotas_and_a_waiting_key_is_let_in(
    quota: int, steps: list[tuple[float, int]]
) -> None:
    clock = FixedClock(NOON)
    turns = Turns(clock, quota)
    given_out: list[tuple[float, int]] = []
    for pause, number in steps:
        clock.ticks += pause
        before = turns.left(KEY)
        wait = wait_for(turns, number)
        assert (wait > 0) == (number > before.turns)
        clock.ticks += wait
        assert wait == 0 or wait_for(turns, number) == 0
        given_out.append((clock.ticks, number))
        assert 0 <= turns.left(KEY).turns <= quota
    for start, _ in given_out:
        within = sum(number for at, number in given_out if start <= at < start + WINDOW)
        assert within <= 2 * quota + 1
    clock.ticks += WINDOW + 1
    assert turns.left(KEY) == Left(quota, 0)
    assert turns.left(OTHER) == Left(quota, 0)


def wait_for(turns: Turns, number: int) -> int:
    """Takes turns, or tells the seconds to wait for them."""
    try:
        turns.take(KEY, number)
    except TooMany as refusal:
        return refusal.retry_after or 0
    return 0


def test_a_rate_below_a_batch_is_refused_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    from cxsurvey.settings import Settings

    with pytest.raises(ValueError, match="at least 100"):
        Settings(api_rate=99)
