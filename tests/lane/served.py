"""Installations that are really served, for tests that look at them from outside."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import text

from bench import kill
from bench.harness.client import NO_ANSWER, Answer, ask
from bench.harness.installation import Installation, opened
from bench.kill import JSON_HEADERS, Submit
from cxsurvey.core.ids import SystemIds
from cxsurvey.core.keyring import load_keys
from cxsurvey.responses import counts
from tests.processes import Forked, forked

IN_TIME = 3.5
"""Seconds after which a refusal comes too late: people press the button again."""
STORED = {200, 201, 303}


def start(here: Installation) -> Forked:
    return forked(["serve"], here.environment)


@contextmanager
def serving(here: Installation) -> Iterator[Forked]:
    process = start(here)
    try:
        wait_until(lambda: status_of(here, "/readyz") == 200)
        yield process
    finally:
        process.terminate()
        process.wait(60)


def submits(here: Installation, first: int, number: int) -> list[Submit]:
    """Answers over REST and forms, in turn."""
    ids = SystemIds()
    keys = load_keys(here.settings, ids)
    numbers = range(first, first + number)
    return [kill.answer(here, n) if n % 2 else kill.form(here, n, keys, ids.random(16)) for n in numbers]


def send(here: Installation, items: Sequence[Submit]) -> list[Answer]:
    """Sends all at once and waits for all answers."""

    async def together() -> list[Answer]:
        port = here.settings.port
        return await asyncio.gather(*(ask(port, "POST", s.path, s.body, s.headers, seconds=30) for s in items))

    return asyncio.run(together())


def get(here: Installation, path: str) -> Answer:
    return asyncio.run(ask(here.settings.port, "GET", path, headers=JSON_HEADERS, seconds=30))


def status_of(here: Installation, path: str) -> int | None:
    """None while nobody listens."""
    try:
        return get(here, path).status
    except NO_ANSWER:
        return None


def wait_until(ready: Callable[[], bool], seconds: float = 30) -> None:
    """Waits for something another process is about to do."""
    tick = threading.Event()
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it did not happen"
        tick.wait(0.02)


def assert_refused_in_time(answers: Sequence[Answer]) -> None:
    assert [answer.status for answer in answers] == [503] * len(answers)
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
    assert max(answer.seconds for answer in answers) < IN_TIME


def assert_stored(answers: Sequence[Answer]) -> None:
    assert {answer.status for answer in answers} <= STORED, [answer.body for answer in answers]


def assert_kept(here: Installation, acknowledged: Sequence[Submit], rows: int | None = None) -> None:
    """Each acknowledged submit is there, none twice; `rows` is how many there must be in all, if that is known."""
    with opened(here.settings) as database, database.read() as ctx:
        found = ctx.connection.execute(text("SELECT external_id, submission_id FROM responses")).all()
        assert counts.differences(ctx.connection, here.survey.trend_line_id or 0) == []
    names = [row.external_id or bytes(row.submission_id) for row in found]
    assert len(set(names)) == len(names)
    assert {item.submission or item.name for item in acknowledged} <= set(names)
    assert rows is None or len(names) == rows


def form_path(here: Installation) -> str:
    return f"/s/{here.survey.code}"
