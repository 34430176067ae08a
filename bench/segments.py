"""Segments and overview at a million answers: milliseconds and reads of each page, on both databases.

The segment page of 90 days is held to 300 ms; the reads of a page must not grow with the answers.
"""

from __future__ import annotations

import time
from functools import partial
from statistics import median
from typing import Any
from urllib.request import Request, urlopen

from sqlalchemy import event, text

from bench.harness import load
from bench.harness.installation import Installation, installed, opened
from bench.harness.telling import Report
from bench.overview import CHUNK, SMALL, answers, sign_in
from cxsurvey.core.context import OPERATOR, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import encode
from cxsurvey.insights import filters, segments, service
from cxsurvey.insights.periods import parse
from cxsurvey.people.segments import numbers_for
from cxsurvey.responses import counts, queries
from cxsurvey.settings import Settings
from cxsurvey.web import cookies

LARGE = 1_000_000
ASKED = 20
TARGET_MS = 300.0
ZONE = "Europe/Istanbul"
VALUES = {"touchpoint": 12, "channel": 4, "language": 6, "country": 30, "agent": 400, "team": 20}
"""How many values each segment key has."""


def main() -> None:
    """Fills, measures, fills further, measures again."""
    report = Report("Segments: the page of 90 days at 1,000,000 answers over eighteen months")
    for dialect in ("sqlite", "postgres"):
        with installed(dialect, load.free_port()) as here:
            with opened(here.settings) as database:
                token = database.write(sign_in, share=Share.JOBS)
                values = database.write(partial(_values, here=here), share=Share.JOBS)
                fill(database, here, values, 0, SMALL)
                few = reads(database, here)
                fill(database, here, values, SMALL, LARGE)
                _settle(database)
                many = reads(database, here)
            for name, path in pages(here).items():
                report.note(f"{dialect} {name}: {milliseconds(here, token, path):.1f} ms")
            touchpoints = milliseconds(here, token, pages(here)["touchpoints, 90 days"])
            report.at_most(f"{dialect} touchpoints of 90 days, ms", touchpoints, TARGET_MS)
            for name, number in many.items():
                report.note(f"{dialect} reads of {name}: {number}")
                report.at_most(f"{dialect} reads of {name}, large over small", number / few[name], 1.0)
    report.end()


def pages(here: Installation) -> dict[str, str]:
    """What is measured: a name and an address."""
    base = f"/w/bench/surveys/{encode('srv', here.survey.id)}"
    return {
        "overview": "/w/bench/",
        "touchpoints, 90 days": f"{base}/segments?by=touchpoint",
        "agents, 90 days": f"{base}/segments?by=agent",
        "touchpoints of a country, 90 days": f"{base}/segments?by=touchpoint&country=country+1",
        "touchpoints, 18 months": f"{base}/segments?by=touchpoint&period=18m",
        "results of a touchpoint": f"{base}/results?touchpoint=touchpoint+1",
        "comments, searched in vain": "/w/bench/comments?q=nowhere",
    }


def _values(ctx: Context, here: Installation) -> dict[str, list[int]]:
    """The numbers of every value of every key."""
    pairs = [(here.workspace_id, key, f"{key} {n}") for key, many in VALUES.items() for n in range(many)]
    found = numbers_for(ctx, pairs)
    return {key: [found[pair] for pair in pairs if pair[1] == key] for key in VALUES}


def fill(database: Database, here: Installation, values: dict[str, list[int]], start: int, end: int) -> None:
    """Adds answers straight into the table, and counts their days at the end."""
    for first in range(start, end, CHUNK):
        numbers = range(first, min(first + CHUNK, end))
        rows = list(answers(database, here, numbers))
        for number, row in zip(numbers, rows, strict=True):
            row.update(
                {key: of[number * 31 // (1 + index) % len(of)] for index, (key, of) in enumerate(values.items())}
            )
        database.write(partial(_add, rows=rows), share=Share.JOBS)
    line = here.survey.trend_line_id or 0
    with database.read() as ctx:
        days = counts.days_of(ctx.connection, line)
    for day in days:
        database.write(partial(counts.rebuild_day, trend_line_id=line, day=day), share=Share.JOBS)


def _add(ctx: Context, rows: list[dict[str, Any]]) -> None:
    queries.add(ctx.connection, rows)


def _settle(database: Database) -> None:
    """What a database does by itself some time after so many rows: Postgres learns which pages all may see."""
    engine = database.engines.writing if database.engines is not None else None
    if engine is not None and engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE responses"))


def reads(database: Database, here: Installation) -> dict[str, int]:
    """How many statements the numbers of each page take."""
    return {
        "overview": _counted(database, here, service.overview),
        "segments": _counted(database, here, partial(_split, survey_id=here.survey.id)),
    }


def _split(ctx: Context, period: Any, survey_id: Any) -> None:
    segments.by_segment(ctx, survey_id, "touchpoint", period, filters.EVERYTHING)


def _counted(database: Database, here: Installation, work: Any) -> int:
    seen: list[str] = []
    with database.read() as ctx:
        ctx.workspace_id = here.workspace_id
        ctx.actor = OPERATOR
        event.listen(ctx.connection, "before_cursor_execute", lambda *args: seen.append(args[2]))
        work(ctx, parse({}, ctx.now, ZONE))
    return len(seen)


def milliseconds(here: Installation, token: str, path: str) -> float:
    """The median time of a page, asked one after the other, warm."""
    with load.serving(here) as base:
        name = cookies.name(Settings(data_dir=here.settings.data_dir, port=here.settings.port))
        request = Request(f"{base}{path}", headers={"Cookie": f"{name}={token}"})
        times = []
        for _ in range(ASKED + 3):
            began = time.perf_counter()
            with urlopen(request) as shown:
                page = shown.read().decode()
            times.append((time.perf_counter() - began) * 1000)
        if "cannot be shown just now" in page:
            raise SystemExit(f"a part of {path} failed")
    return median(times[3:])


if __name__ == "__main__":
    main()
