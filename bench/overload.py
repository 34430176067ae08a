"""Sends five times and more than the server can take, and looks at what is stored, how it refuses, how it recovers.

Answers over REST, SQLite. wrk keeps its connections busy without any pause, also after a refusal, which no client
does that heeds Retry-After: the worst case. A small client beside it, one request every fiftieth of a second on a
connection of its own, times the answers that people would see.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from sqlalchemy import text

from bench.answers import answer
from bench.harness import load
from bench.harness.client import NO_ANSWER, Answer, ask
from bench.harness.installation import TOKEN, Installation, installed, opened
from bench.harness.telling import Report
from bench.kill import served
from cxsurvey.core.ids import encode
from cxsurvey.responses import counts

PREPARED = 300_000
BEST_SECONDS, OVERLOAD_SECONDS = 5, 15
MANY = (5 * load.CONNECTIONS, 600)
"""Five times the connections that saturate it, and more than the API's share of the queue holds."""
PROBES_PER_SECOND = 50
PATH = "/api/v1/responses"
JSON_HEADERS = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
GOODPUT, REFUSED_WITHIN_SECONDS, NORMAL_WITHIN_SECONDS = 0.80, 0.100, 10.0
NORMAL_SECONDS = 0.100


@dataclass(frozen=True)
class Probe:
    """One request of the small client. Without an answer in time there is none."""

    began: float
    answer: Answer | None

    @property
    def is_stored(self) -> bool:
        return self.answer is not None and self.answer.status == 201


def main() -> None:
    """Finds the best, overloads, watches the recovery, counts."""
    report = Report("Overload: answers over REST on SQLite, far beyond saturation")
    with installed("sqlite", load.free_port()) as here, prepared(here) as bodies:
        wave = Wave(f"http://127.0.0.1:{here.settings.port}{PATH}", bodies)
        with served(here, *load.on_core(0)):
            wave.flood(load.CONNECTIONS, 2)
            before = wave.best()
            for connections in MANY:
                result, probes, normal_after = asyncio.run(overload(here, wave, connections))
                after = wave.best()
                # the database has grown meanwhile, so what it can take at best is measured on both sides
                tell(report, connections, result, (before + after) / 2, probes, normal_after)
                wave.acknowledged += sum(probe.is_stored for probe in probes)
                before = after
        check(report, here, wave.acknowledged)
    report.end()


@dataclass
class Wave:
    """Floods that never send the same answer twice."""

    url: str
    bodies: Path
    sent: int = 0
    acknowledged: int = 0

    def flood(self, connections: int, seconds: int) -> load.Result:
        """Answers without pause."""
        headers = [part for pair in JSON_HEADERS.items() for part in pair]
        result = load.post(
            self.url, self.bodies, self.sent, headers, keyed=True, seconds=seconds, connections=connections
        )
        self.sent += result.answered + result.refused + connections
        self.acknowledged += result.answered
        if self.sent > PREPARED:
            raise SystemExit("there are not enough prepared answers for a machine as quick as this one")
        return result

    def best(self) -> float:
        """What is stored in a second when nobody is refused."""
        return self.flood(load.CONNECTIONS, BEST_SECONDS).answered / BEST_SECONDS


async def overload(here: Installation, wave: Wave, connections: int) -> tuple[load.Result, list[Probe], float]:
    """The flood with the small client beside it; its probes, and seconds after the flood until all was normal."""
    probes: list[Probe] = []
    prober = asyncio.create_task(probe_on(here, probes, connections))
    result = await asyncio.to_thread(wave.flood, connections, OVERLOAD_SECONDS)
    ended = time.monotonic()
    await asyncio.sleep(NORMAL_WITHIN_SECONDS + 2)
    prober.cancel()
    await asyncio.wait([prober])
    during = [probe for probe in probes if probe.began < ended - 0.5]
    return result, during, normal_since(probes, ended)


async def probe_on(here: Installation, probes: list[Probe], connections: int) -> None:
    """One request every fiftieth of a second, whether or not those before are answered."""
    began, number = time.monotonic(), 0
    async with asyncio.TaskGroup() as running:
        while True:
            number += 1
            running.create_task(probe(here, probes, f"probe-{connections}-{number}"))
            await asyncio.sleep(max(0.0, began + number / PROBES_PER_SECOND - time.monotonic()))


async def probe(here: Installation, probes: list[Probe], name: str) -> None:
    """One answer on a connection of its own."""
    body = json.dumps({"survey": encode("srv", here.survey.id), "score": 9, "external_id": name}).encode()
    began = time.monotonic()
    try:
        reply = await ask(here.settings.port, "POST", PATH, body, {**JSON_HEADERS, "Idempotency-Key": name}, 10)
    except NO_ANSWER:
        reply = None
    probes.append(Probe(began, reply))


def normal_since(probes: Sequence[Probe], ended: float) -> float:
    """Seconds after the flood since when every answer was stored and quick."""
    odd = [
        probe.began
        for probe in probes
        if not probe.is_stored or (probe.answer is not None and probe.answer.seconds > NORMAL_SECONDS)
    ]
    return max(0.0, max(odd, default=ended) - ended)


def tell(
    report: Report, connections: int, result: load.Result, best: float, probes: Sequence[Probe], normal_after: float
) -> None:
    """The figures of one flood."""
    answers = [probe.answer for probe in probes if probe.answer is not None]
    stored = [one.seconds for one in answers if one.status == 201]
    refused = [one for one in answers if one.status == 503]
    report.note(
        f"{connections} connections: {result.answered} stored, {result.refused} refused, in {OVERLOAD_SECONDS} s; "
        f"small client: {spread(stored)} stored, {spread([one.seconds for one in refused])} refused, "
        f"{len(probes) - len(answers)} without an answer in 10 s"
    )
    report.at_least(f"{connections}: goodput over the best", result.answered / OVERLOAD_SECONDS / best, GOODPUT)
    if refused:
        slowest = percentile([one.seconds for one in refused], 99)
        report.at_most(f"{connections}: seconds to a refusal, p99", slowest, REFUSED_WITHIN_SECONDS)
    report.at_most(
        f"{connections}: refusals without Retry-After", sum("retry-after" not in r.headers for r in refused), 0
    )
    others = len(answers) - len(stored) - len(refused)
    report.at_most(f"{connections}: answers neither stored nor refused", others + len(probes) - len(answers), 0)
    report.at_most(f"{connections}: seconds until normal again", normal_after, NORMAL_WITHIN_SECONDS)


def spread(seconds: Sequence[float]) -> str:
    """How many, and how long they took."""
    if not seconds:
        return "none"
    return f"{len(seconds)} (p50 {percentile(seconds, 50) * 1000:.0f} ms, p99 {percentile(seconds, 99) * 1000:.0f} ms)"


def percentile(values: Sequence[float], which: int) -> float:
    """One percentile of some values."""
    return quantiles(values, n=100, method="inclusive")[which - 1] if len(values) > 1 else values[0]


def check(report: Report, here: Installation, acknowledged: int) -> None:
    """What was acknowledged is there, and counted."""
    with opened(here.settings) as database, database.read() as ctx:
        rows = ctx.connection.execute(text("SELECT count(*) FROM responses")).scalar_one()
        wrong = counts.differences(ctx.connection, here.survey.trend_line_id or 0)
    report.note(f"{acknowledged} acknowledged, {rows} stored")
    report.at_most("acknowledged answers that are not stored", max(0, acknowledged - rows), 0)
    report.at_most("differences between answers and daily counters", len(wrong), 0)


@contextmanager
def prepared(here: Installation) -> Iterator[Path]:
    """A file of request bodies, one a line."""
    with tempfile.TemporaryDirectory(prefix="cxsurvey-bodies-") as folder:
        answers = Path(folder, "answers")
        survey = encode("srv", here.survey.id)
        with answers.open("w") as file:
            for number in range(PREPARED):
                file.write(json.dumps(answer(survey, number)) + "\n")
        yield answers


if __name__ == "__main__":
    main()
