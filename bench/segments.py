"""Segments and overview at a million answers: milliseconds and reads of each page, on both databases.

The segment page of 90 days is held to 300 ms; the reads of a page must not grow with the answers.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import event, text

from bench.harness import load
from bench.harness.dashboard import fill, milliseconds, sign_in
from bench.harness.installation import Installation, installed, opened
from bench.harness.telling import Report
from cxsurvey.core.context import OPERATOR, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import encode
from cxsurvey.insights import filters, segments, service
from cxsurvey.insights.periods import parse
from cxsurvey.people.segments import numbers_for

SMALL, LARGE = 10_000, 1_000_000
ASKED = 20
TARGET_MS = 300.0
HELD = "touchpoints, 90 days"
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
                segments_of = partial(_segments, values=database.write(partial(_values, here=here), share=Share.JOBS))
                fill(database, here, 0, SMALL, segments_of)
                few = reads(database, here)
                fill(database, here, SMALL, LARGE, segments_of)
                _settle(database)
                many = reads(database, here)
            for name, path in pages(here).items():
                took = milliseconds(here, token, path, ASKED, lacks="cannot be shown just now")
                if name == HELD:
                    report.at_most(f"{dialect} {name}, ms", took, TARGET_MS)
                else:
                    report.note(f"{dialect} {name}: {took:.1f} ms")
            for name, number in many.items():
                report.note(f"{dialect} reads of {name}: {number}")
                report.at_most(f"{dialect} reads of {name}, large over small", number / few[name], 1.0)
    report.end()


def pages(here: Installation) -> dict[str, str]:
    """What is measured: a name and an address."""
    base = f"/w/bench/surveys/{encode('srv', here.survey.id)}"
    return {
        "overview": "/w/bench/",
        HELD: f"{base}/segments?by=touchpoint",
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


def _segments(number: int, values: dict[str, list[int]]) -> dict[str, int]:
    """The segment values of the answer of a number."""
    return {key: of[number * 31 // (1 + index) % len(of)] for index, (key, of) in enumerate(values.items())}


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


if __name__ == "__main__":
    main()
