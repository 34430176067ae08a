"""Kills the server under load, again and again, and counts what was acknowledged and is lost, or is there twice.

`python -m bench.kill [kills]`, 20 by default, on SQLite and on Postgres. Fifty submits a second arrive whether or not
the ones before were answered, REST and form in turn. Each is sent again, with the same key or the same page, until it
is acknowledged, as an honest client does. The moments of the kills and the load are the same in every run.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Protocol, TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import text

from bench.harness import load
from bench.harness.client import NO_ANSWER, Answer, ask
from bench.harness.installation import TOKEN, Installation, installed, opened
from bench.harness.telling import Report
from cxsurvey.core.clock import SystemClock
from cxsurvey.core.ids import SystemIds, decode, encode
from cxsurvey.core.keyring import load_keys
from cxsurvey.core.signing import Keys
from cxsurvey.respond import stamp
from cxsurvey.responses import counts

KILLS = 20
SEED = 20261121
SUBMITS_PER_SECOND = 50
LIFE_SECONDS = (0.2, 2.5)
"""How long a server lives after its first answer."""
CLIENT_SECONDS = 2.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 2.0
PATIENCE_SECONDS = 60.0
BACK_WITHIN_SECONDS = 3.0
READERS = 8
JSON_HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
FORM_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


class Server(Protocol):
    """A running server, as `subprocess.Popen` gives it."""

    def kill(self) -> None:
        """Ends it where it stands."""

    def terminate(self) -> None:
        """Tells it to end politely."""

    def wait(self, timeout: float | None = None) -> int:
        """Waits for its end; raises `subprocess.TimeoutExpired`."""


@dataclass(frozen=True)
class Submit:
    """One submit: what is sent, and how it is known afterwards."""

    number: int
    path: str
    body: bytes
    headers: dict[str, str]
    submission: bytes | None = None
    """The page it was sent from; None for REST."""

    @property
    def name(self) -> str:
        """The outside id of a REST answer."""
        return f"order-{self.number}"

    @property
    def score(self) -> int:
        return self.number * 7 % 11


@dataclass
class Said:
    """What clients were told was stored, and whatever else they were told."""

    answers: dict[str, UUID] = field(default_factory=dict)
    scores: dict[str, int] = field(default_factory=dict)
    forms: set[bytes] = field(default_factory=set)
    unacknowledged: int = 0
    changed: list[str] = field(default_factory=list)
    """Answers whose repetition was told another id."""
    statuses: Counter[int] = field(default_factory=Counter)
    silences: int = 0
    """Requests without an answer: the server was away."""
    last_success: float = 0.0
    """When the request was begun that was acknowledged last."""
    news: asyncio.Event = field(default_factory=asyncio.Event)


def main() -> None:
    """Runs the whole trial on both databases."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    report = Report(f"Kill: {kills} times kill -9 of `cxsurvey serve` under {SUBMITS_PER_SECOND} submits a second")
    for dialect in ("sqlite", "postgres"):
        with installed(dialect, load.free_port()) as here:
            said, back = trial(here, kills)
            report.note(
                f"{dialect}: acknowledged {len(said.answers)} answers over REST and {len(said.forms)} forms; "
                f"statuses {dict(sorted(said.statuses.items()))}, no answer {said.silences} times"
            )
            report.note("seconds from kill to first success: " + " ".join(f"{seconds:.2f}" for seconds in back))
            for what, number in {**verdict(here, said), **told_again(here, said)}.items():
                report.at_most(f"{dialect}: {what}", number, 0)
        report.note(f"{dialect}: median seconds from kill to first success {median(back):.2f}")
        report.at_most(f"{dialect}: longest seconds from kill to first success", max(back), BACK_WITHIN_SECONDS)
    report.end()


def start(here: Installation, *before: str) -> subprocess.Popen[bytes]:
    """The server as operators start it; `before` is what stands before the command."""
    command = [*before, str(Path(sys.executable).with_name("cxsurvey")), "serve"]
    return subprocess.Popen(command, env=here.environment, stdout=subprocess.DEVNULL)


Start: TypeAlias = "Callable[[Installation], Server]"


def trial(here: Installation, kills: int, begin: Start = start) -> tuple[Said, list[float]]:
    """Serves, loads and kills; what clients were told, and seconds from each kill to the first success after it."""
    return asyncio.run(_trial(here, kills, begin))


async def _trial(here: Installation, kills: int, begin: Start) -> tuple[Said, list[float]]:
    said, back, chance = Said(), [], random.Random(SEED)
    process = begin(here)
    arrivals = asyncio.create_task(arrive(here, said))
    try:
        await success_since(said, 0.0)
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(*LIFE_SECONDS))
            process.kill()
            killed = time.monotonic()
            process.wait()
            process = begin(here)
            back.append(await success_since(said, killed) - killed)
        arrivals.cancel()
        await asyncio.wait([arrivals])
        await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == "submit"))
    finally:
        process.terminate()
        process.wait(60)
    return said, back


async def success_since(said: Said, moment: float) -> float:
    """Waits for an acknowledgement of a request begun after `moment`; when it came."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while said.last_success <= moment:
            said.news.clear()
            await said.news.wait()
    return time.monotonic()


async def arrive(here: Installation, said: Said) -> None:
    """Submits at their own pace, never waiting for those before."""
    ids = SystemIds()
    keys = load_keys(here.settings, ids)
    began, number, running = time.monotonic(), 0, set()
    while True:
        number += 1
        submit = (
            answer(here, number) if number % 2 else form(here, number, keys, stamp.new_submission(ids, anonymous=False))
        )
        task = asyncio.create_task(until_acknowledged(here, said, submit), name="submit")
        running.add(task)
        task.add_done_callback(running.discard)
        await asyncio.sleep(max(0.0, began + number / SUBMITS_PER_SECOND - time.monotonic()))


def answer(here: Installation, number: int) -> Submit:
    """An answer over REST."""
    bare = Submit(number, "/api/v1/responses", b"", {})
    body = {"survey": encode("srv", here.survey.id), "score": bare.score, "external_id": bare.name}
    headers = {**JSON_HEADERS, "Idempotency-Key": f"key-{number}"}
    return Submit(number, bare.path, json.dumps(body).encode(), headers)


def form(here: Installation, number: int, keys: Keys, submission: bytes) -> Submit:
    """A form of the shared link, from a page of its own that was opened a while ago."""
    issued_at = SystemClock().now() - timedelta(minutes=1)
    page = stamp.Stamp(stamp.Target.SURVEY, here.survey.id, submission, issued_at, "en")
    body = urlencode({"stamp": stamp.write(keys, page), "score": str(number * 7 % 11)}).encode()
    return Submit(number, f"/s/{here.survey.code}", body, FORM_HEADERS, submission)


async def until_acknowledged(here: Installation, said: Said, submit: Submit) -> None:
    """Sends until it is acknowledged; every third submit once more after that."""
    end = time.monotonic() + PATIENCE_SECONDS
    pause, wanted = FIRST_PAUSE_SECONDS, 1 + (submit.number % 3 == 0)
    while time.monotonic() < end:
        if await acknowledged(here, said, submit):
            wanted -= 1
            if not wanted:
                return
        else:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
    said.unacknowledged += 1


async def acknowledged(here: Installation, said: Said, submit: Submit) -> bool:
    """Sends once; whether the server said that it is stored."""
    began = time.monotonic()
    try:
        reply = await ask(here.settings.port, "POST", submit.path, submit.body, submit.headers, CLIENT_SECONDS)
    except NO_ANSWER:
        said.silences += 1
        return False
    said.statuses[reply.status] += 1
    if reply.status not in {200, 201, 303}:
        return False
    _remember(said, submit, reply)
    said.last_success = max(said.last_success, began)
    said.news.set()
    return True


def _remember(said: Said, submit: Submit, reply: Answer) -> None:
    if submit.submission is not None:
        said.forms.add(submit.submission)
        return
    found = decode("rsp", json.loads(reply.body)["id"])
    assert found is not None
    said.scores[submit.name] = submit.score
    if said.answers.setdefault(submit.name, found) != found:
        said.changed.append(submit.name)


def verdict(here: Installation, said: Said) -> dict[str, int]:
    """What must all be zero, as the database shows it."""
    with opened(here.settings) as database, database.read() as ctx:
        rows = ctx.connection.execute(text("SELECT id, external_id, submission_id, score FROM responses")).all()
        sqlite = ctx.connection.dialect.name == "sqlite"
        whole = ctx.connection.execute(text("PRAGMA integrity_check")).scalar_one() if sqlite else "ok"
        wrong = counts.differences(ctx.connection, here.survey.trend_line_id or 0)
    stored = {row.external_id: (UUID(str(row.id)), row.score) for row in rows if row.external_id is not None}
    forms = {bytes(row.submission_id) for row in rows if row.submission_id is not None}
    polite = {200, 201, 303, 409, 503}
    return {
        "acknowledged answers over REST that are lost": sum(
            stored.get(name) != (response, said.scores[name]) for name, response in said.answers.items()
        ),
        "acknowledged forms that are lost": len(said.forms - forms),
        "answers stored twice": len(rows) - len(stored) - len(forms),
        "repetitions that were told another response": len(said.changed),
        "submits that were never acknowledged": said.unacknowledged,
        "answers other than stored, busy or unavailable": sum(
            number for status, number in said.statuses.items() if status not in polite
        ),
        "differences between answers and daily counters": len(wrong),
        "findings of integrity_check": 0 if whole == "ok" else 1,
    }


def told_again(here: Installation, said: Said, begin: Start = start) -> dict[str, int]:
    """The same once more, as a server started anew tells it over REST."""
    with _served(here, begin(here)):
        lost = asyncio.run(_missing(here, said))
    return {"acknowledged answers that a new server does not show": lost}


@contextmanager
def served(here: Installation, *before: str) -> Iterator[None]:
    """A server for a block of code, once it is ready."""
    with _served(here, start(here, *before)):
        yield


@contextmanager
def _served(here: Installation, process: Server) -> Iterator[None]:
    try:
        asyncio.run(_until_ready(here))
        yield
    finally:
        process.terminate()
        process.wait(60)


async def _missing(here: Installation, said: Said) -> int:
    places = asyncio.Semaphore(READERS)

    async def is_missing(name: str, response: UUID) -> bool:
        async with places:
            path = f"/api/v1/responses/{encode('rsp', response)}"
            reply = await ask(here.settings.port, "GET", path, headers=JSON_HEADERS, seconds=10)
        shown = json.loads(reply.body)
        return (shown.get("external_id"), shown.get("score")) != (name, said.scores[name])

    return sum(await asyncio.gather(*(is_missing(name, response) for name, response in said.answers.items())))


async def _until_ready(here: Installation) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                if (await ask(here.settings.port, "GET", "/readyz")).status == 200:
                    return
            except NO_ANSWER:
                await asyncio.sleep(0.02)


if __name__ == "__main__":
    main()
