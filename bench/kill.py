"""Kills the server under load, again and again, and counts what was acknowledged and is lost, or is there twice.

`python -m bench.kill [kills]`, 100 by default. Half of the load are answers over REST with an idempotency key, half
are forms; each is sent again until it is acknowledged, as an honest client does.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import text

from bench.harness import load
from bench.harness.installation import TOKEN, Installation, installed, opened
from bench.harness.telling import Report
from cxsurvey.core.clock import SystemClock
from cxsurvey.core.ids import SystemIds, decode, encode
from cxsurvey.core.keyring import load_keys
from cxsurvey.respond import stamp
from cxsurvey.responses import counts

KILLS = 100
CLIENTS = 4
"""Of each kind."""
PACE_SECONDS = 0.05
LIFE_SECONDS = (0.4, 1.6)
BACK_WITHIN_SECONDS = 3.0


@dataclass
class Said:
    """What clients were told was stored: outside ids of REST answers by response, submissions of forms."""

    answers: dict[str, UUID] = field(default_factory=dict)
    forms: set[bytes] = field(default_factory=set)
    changed: list[str] = field(default_factory=list)
    """Answers whose repetition was told another id."""
    stopped: threading.Event = field(default_factory=threading.Event)


def main() -> None:
    """Runs the whole trial on SQLite."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    report = Report(f"Kill: {kills} times kill -9 of `cxsurvey serve` under load")
    with installed("sqlite", load.free_port()) as here:
        said, back = trial(here, kills)
        report.note(f"acknowledged: {len(said.answers)} answers over REST, {len(said.forms)} forms")
        report.note(f"seconds until it answered again: median {median(back):.2f}, longest {max(back):.2f}")
        report.at_least("answers acknowledged per kill", (len(said.answers) + len(said.forms)) / kills, 10)
        for what, number in verdict(here, said).items():
            report.at_most(what, number, 0)
    report.at_most("longest time until it answered again, in seconds", max(back), BACK_WITHIN_SECONDS)
    report.end()


def trial(here: Installation, kills: int) -> tuple[Said, list[float]]:
    """Serves, loads and kills; what was acknowledged, and seconds from each start to the first response."""
    said, back = Said(), []
    process = start(here)
    wait_until_ready(here)
    with clients(here, said):
        for _ in range(kills):
            time.sleep(random.uniform(*LIFE_SECONDS))
            process.kill()
            process.wait()
            began = time.monotonic()
            process = start(here)
            wait_until_ready(here)
            back.append(time.monotonic() - began)
    process.terminate()
    process.wait(60)
    return said, back


def start(here: Installation) -> subprocess.Popen[bytes]:
    """The server as operators start it."""
    command = [str(Path(sys.executable).with_name("cxsurvey")), "serve"]
    return subprocess.Popen(command, env=here.environment, stdout=subprocess.DEVNULL)


def wait_until_ready(here: Installation, seconds: float = 60.0) -> None:
    """Blocks until the server reads its database."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(OSError, HTTPException):
            if ask(here, "GET", "/readyz", b"", {})[0] == 200:
                return
        time.sleep(0.02)
    raise SystemExit("the server did not come back")


@contextmanager
def clients(here: Installation, said: Said) -> Iterator[None]:
    """Clients that send until the block ends; each ends with an acknowledgement or an open question."""
    loops: list[Callable[[Installation, Said, int], None]] = [send_answers, send_forms]
    threads = [threading.Thread(target=loop, args=(here, said, number)) for loop in loops for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        said.stopped.set()
        for thread in threads:
            thread.join(30)


def send_answers(here: Installation, said: Said, client: int) -> None:
    """Answers over REST, every second one sent once more after it was acknowledged."""
    survey, number = encode("srv", here.survey.id), 0
    while not said.stopped.is_set():
        number += 1
        name = f"{client}-{number}"
        body = json.dumps({"survey": survey, "score": number % 11, "external_id": name}).encode()
        headers = {
            "Authorization": f"Bearer {TOKEN}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"key-{name}",
        }
        for _ in range(1 + number % 2):
            reply = send(here, said, "/api/v1/responses", body, headers, {200, 201})
            if reply is None:
                break
            found = decode("rsp", json.loads(reply)["id"])
            assert found is not None
            if said.answers.setdefault(name, found) != found:
                said.changed.append(name)


def send_forms(here: Installation, said: Said, client: int) -> None:
    """Forms of the shared link, each from a page of its own."""
    ids, clock = SystemIds(), SystemClock()
    keys = load_keys(here.settings, ids)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    while not said.stopped.is_set():
        submission = ids.random(16)
        page = stamp.Stamp(stamp.Target.SURVEY, here.survey.id, submission, clock.now(), "en")
        body = urlencode({"stamp": stamp.write(keys, page), "score": str(client % 11)}).encode()
        said.stopped.wait(1.1)  # a person does not answer within a second
        if send(here, said, f"/s/{here.survey.code}", body, headers, {200, 303}) is not None:
            said.forms.add(submission)


def send(
    here: Installation, said: Said, path: str, body: bytes, headers: dict[str, str], good: set[int]
) -> bytes | None:
    """Sends one request until it is acknowledged; None when the trial ended first."""
    while not said.stopped.is_set():
        said.stopped.wait(PACE_SECONDS)
        with suppress(OSError, HTTPException):
            status, reply = ask(here, "POST", path, body, headers)
            if status in good:
                return reply
            if status not in {409, 503}:
                raise SystemExit(f"{path} answered {status}: {reply[:300]!r}")
    return None


def ask(here: Installation, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    """One request on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", here.settings.port, timeout=5)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def verdict(here: Installation, said: Said) -> dict[str, int]:
    """What must all be zero."""
    with opened(here.settings) as database, database.read() as ctx:
        rows = ctx.connection.execute(text("SELECT id, external_id, submission_id FROM responses")).all()
        whole = ctx.connection.execute(text("PRAGMA integrity_check")).scalar_one()
        wrong = counts.differences(ctx.connection, here.survey.trend_line_id or 0)
    answers = [(UUID(row.id), row.external_id) for row in rows if row.external_id is not None]
    forms = [bytes(row.submission_id) for row in rows if row.submission_id is not None]
    stored = {name: response for response, name in answers}
    return {
        "acknowledged answers over REST that are lost": sum(
            stored.get(name) != response for name, response in said.answers.items()
        ),
        "acknowledged forms that are lost": len(said.forms - set(forms)),
        "answers stored twice": len(rows) - len(stored) - len(set(forms)),
        "repetitions that were told another response": len(said.changed),
        "differences between answers and daily counters": len(wrong),
        "findings of integrity_check": 0 if whole == "ok" else 1,
    }


if __name__ == "__main__":
    main()
