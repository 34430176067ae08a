"""Anonymous answers through the whole application, while other things happen; then a search for who gave them.

Whoever holds the database, the folder and the log must not find what joins an answer to a person, an address, a
browser, or a moment within its day.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from sqlalchemy import select, text
from starlette.testclient import TestClient

from cxsurvey import app as application
from cxsurvey import wiring
from cxsurvey.core import logs
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import SystemIds, base62
from cxsurvey.core.signing import Keys
from cxsurvey.responses import release
from cxsurvey.settings import Settings
from cxsurvey.surveys.commands import CreateSurvey
from cxsurvey.surveys.service import SurveyView
from tests.application import ORIGIN, copied, settings_for
from tests.databases import drop_postgres_database
from tests.direct import DirectClient
from tests.factories import make_anonymous_survey, make_open_survey, make_workspace
from tests.log_lines import log_plainly
from tests.respond.conftest import fields_of

NOTICED = datetime(2026, 11, 21, 14, 3, 7, tzinfo=UTC)
PERSON = ("198.51.100.77", "Rare-Browser/7.31 (Teletext)", "cookie-of-kim-5150", "kim.example")
HEADERS = {
    "User-Agent": PERSON[1],
    "Cookie": f"session={PERSON[2]}",
    "X-Forwarded-For": PERSON[0],
    "Referer": "https://kim.example/",
}
Tables = dict[str, list[dict[str, Any]]]


@pytest.fixture
def database(migrated_url: str, dialect: str, tmp_path: Path, clock: FixedClock, keys: Keys) -> Iterator[Database]:
    """A database with its real lanes and files of its own, at a time that we know."""
    url = copied(migrated_url, "joins", tmp_path)
    clock.instant = NOTICED
    opened = Database.open(settings_for(url, tmp_path), clock, SystemIds(), keys, wiring.reactions())
    yield opened
    opened.close()
    if dialect == "postgres":
        drop_postgres_database("joins")


@pytest.fixture
def log(clock: FixedClock) -> Iterator[io.StringIO]:
    """All that is logged, as an operator gets it."""
    root = logging.getLogger()
    before = (root.handlers, root.level)
    stream = io.StringIO()
    logs.configure(Settings(log_format="json", log_level="debug"), clock, stream)
    yield stream
    root.handlers, root.level = before[0], before[1]
    log_plainly()
    logs._access.stream = None


def answer(client: TestClient, clock: FixedClock, survey: SurveyView, score: int, headers: dict[str, str]) -> str:
    """Fetches the form, reads it for a while and sends it; where it leads."""
    shared = f"/s/{survey.code}"
    fields = fields_of(HTMLParser(client.get(shared, headers=headers).text))
    clock.instant += timedelta(seconds=20)
    said = {**fields, "score": str(score), "comment": f"Words {score}"}
    sent = client.post(shared, data=said, headers=headers)
    assert sent.status_code == 303
    return str(sent.headers["location"]).partition("?")[0]


def everything(database: Database) -> Tables:
    """All rows of all tables."""
    with database.read() as ctx:
        return {
            table.name: [dict(row) for row in ctx.connection.execute(select(table)).mappings()]
            for table in wiring.metadata.sorted_tables
        }


def instants(value: Any) -> Iterator[datetime]:
    """Every instant in a value, however it is written."""
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, dict | list | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from instants(inner)
    elif isinstance(value, str):
        for found in re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", value):
            yield datetime.fromisoformat(found)


def names_answer(link: str, response_id: UUID) -> bool:
    """Whether the token of a link holds the beginning of the id of its answer, which stays when all else is gone."""
    token = link.removeprefix("/a/")
    return any(base62(response_id.bytes[:size], 0) in token for size in range(4, 17))


def surveys_of(ctx: Context) -> tuple[SurveyView, SurveyView]:
    """An anonymous survey, and one that is not."""
    make_workspace(ctx, zone="UTC")
    return make_anonymous_survey(ctx, CreateSurvey(name="Staff")), make_open_survey(ctx)


def test_nothing_joins_an_anonymous_answer_to_who_gave_it(
    database: Database, tmp_path: Path, clock: FixedClock, log: io.StringIO
) -> None:
    anonymous, named = database.write(surveys_of, share=Share.JOBS)
    with DirectClient(application.build(database), base_url=ORIGIN, follow_redirects=False) as client:
        open_link = answer(client, clock, named, 9, {})
        link = answer(client, clock, anonymous, 2, HEADERS)
        assert client.get(link, headers=HEADERS).status_code == 200
        client.post(f"{link}/more", data={}, headers=HEADERS)
        answer(client, clock, named, 4, {})
    token, tables = link.removeprefix("/a/"), everything(database)
    (row,) = [row for row in tables["responses"] if row["survey_id"] == anonymous.id]
    names = {row["id"].hex, str(row["id"]), row["submission_id"].hex(), row["change_hash"].hex()}

    written = repr(tables).encode() + b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    for secret in (*PERSON, token):
        assert secret.encode() not in written
    (first, _) = sorted((other for other in tables["responses"] if other is not row), key=lambda other: other["id"])
    assert names_answer(open_link, first["id"]), "the link of another answer tells its place: nothing was looked for"
    assert not names_answer(link, row["id"]), "who keeps addresses would find the answer by its id"
    day = datetime(2026, 11, 21, tzinfo=UTC)
    assert set(instants(list(row.values()))) == {day}, "an instant besides the day"
    assert row["id"].version != 7 or (row["id"].int >> 80) // 10**6 != int(NOTICED.timestamp() * 1000) // 10**6
    for table, rows in tables.items():
        for other in rows:
            if other is not row:
                assert not any(name in repr(other) for name in names), f"{table} names the answer"
                assert not {row["id"].bytes, row["submission_id"], row["change_hash"]} & {
                    value for value in other.values() if isinstance(value, bytes)
                }, f"{table} names the answer"
    lines = [line for line in log.getvalue().splitlines() if '"logger": "httpx2"' not in line]  # the test's own
    assert [line for line in lines if '"POST"' in line and anonymous.code in line], "nothing was logged"
    for secret in (*PERSON, *names, token[:4], "Words 2", row["submission_id"].hex()[-8:]):
        assert not [line for line in lines if secret in line], secret


def test_nothing_tells_in_which_order_released_answers_came(
    database: Database, dialect: str, clock: FixedClock
) -> None:
    anonymous, _ = database.write(surveys_of, share=Share.JOBS)
    came = [(number * 7) % 11 for number in range(22)]
    with DirectClient(application.build(database), base_url=ORIGIN, follow_redirects=False) as client:
        for score in came:
            answer(client, clock, anonymous, score, {})
    clock.instant += timedelta(days=2)
    line = anonymous.trend_line_id or 0

    while database.write(lambda ctx: release.release_some(ctx, line), share=Share.JOBS):
        pass

    place = "rowid" if dialect == "sqlite" else "ctid"
    with database.read() as ctx:
        lying = ctx.connection.execute(text(f"SELECT score FROM responses ORDER BY {place}")).scalars().all()
        if dialect == "postgres":
            written = ctx.connection.execute(text("SELECT DISTINCT xmin::text FROM responses")).scalars().all()
            assert len(written) == 1, "the transactions tell who came before whom"
    assert sorted(lying) == sorted(came)
    assert lying not in (came, came[::-1])
    for row in everything(database)["responses"]:
        assert (row["submission_id"], row["change_hash"]) == (None, None)
        assert set(instants(list(row.values()))) == {datetime(2026, 11, 21, tzinfo=UTC), clock.now()}
