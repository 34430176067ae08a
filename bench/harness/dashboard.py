"""A dashboard with many answers: who looks at it, the answers, and how long a page takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from functools import partial
from statistics import median
from typing import Any
from urllib.request import Request, urlopen

from sqlalchemy import select

from bench.harness import load
from bench.harness.installation import Installation
from cxsurvey.accounts.models import Membership, SignIn, User, Workspace
from cxsurvey.core.clock import SystemClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import secret_token
from cxsurvey.core.signing import digest
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.responses import counts, queries
from cxsurvey.settings import Settings
from cxsurvey.surveys.asked import asked_by_id
from cxsurvey.web import cookies

CHUNK = 10_000
DAYS = 540
WARMING = 5


def sign_in(ctx: Context) -> str:
    """A user of the bench workspace with a session; the token of its cookie."""
    workspace_id = ctx.session.scalars(select(Workspace.id)).one()
    user = User(
        id=ctx.ids.new(),
        email="max@example.com",
        email_key="max@example.com",
        name="Max",
        password_hash="unusable",
        password_changed_at=ctx.now,
        created_at=ctx.now,
    )
    ctx.session.add(user)
    ctx.session.flush()
    token = secret_token(ctx.ids)
    ctx.session.add(Membership(workspace_id=workspace_id, user_id=user.id, role="owner", created_at=ctx.now))
    ctx.session.add(
        SignIn(
            id=ctx.ids.new(),
            user_id=user.id,
            token_hash=digest(token),
            browser="bench",
            created_at=ctx.now,
            last_seen_at=ctx.now,
            expires_at=ctx.now + timedelta(days=1),
        )
    )
    return token


def fill(
    database: Database,
    here: Installation,
    start: int,
    end: int,
    segments_of: Callable[[int], dict[str, int]] | None = None,
) -> None:
    """Adds answers straight into the table, and counts their days at the end.

    `segments_of` gives the segment values of the answer of a number; None leaves them out.
    """
    for first in range(start, end, CHUNK):
        numbers = range(first, min(first + CHUNK, end))
        rows = list(_answers(database, here, numbers))
        if segments_of is not None:
            rows = [row | segments_of(number) for number, row in zip(numbers, rows, strict=True)]
        database.write(partial(_add, rows=rows), share=Share.JOBS)
    line = here.survey.trend_line_id or 0
    with database.read() as ctx:
        days = counts.days_of(ctx.connection, line)
    for day in days:
        database.write(partial(counts.rebuild_day, trend_line_id=line, day=day), share=Share.JOBS)


def _add(ctx: Context, rows: list[dict[str, Any]]) -> None:
    queries.add(ctx.connection, rows)


def _answers(database: Database, here: Installation, numbers: range) -> Iterator[dict[str, Any]]:
    """Rows spread over eighteen months, one in four with a comment."""
    today = SystemClock().now().date()
    with database.read() as ctx:
        version_id = asked_by_id(ctx, here.survey.id).version_id  # type: ignore[union-attr]  # it was just published
    for number in numbers:
        day: date = today - timedelta(days=number * 7919 % DAYS)
        at = datetime.combine(day, clock_time(number % 24, number % 60), tzinfo=UTC)
        yield {
            "id": database.ids.new(),
            "workspace_id": here.workspace_id,
            "survey_id": here.survey.id,
            "version_id": version_id,
            "trend_line_id": here.survey.trend_line_id,
            "invitation_id": None,
            "person_id": None,
            "submission_id": None,
            "change_hash": None,
            "source": "bench",
            "external_id": None,
            "import_id": None,
            "state": "counted",
            "score": number * 7 % 11,
            "unknown": False,
            "comment": "Came early and well packed." if number % 4 == 0 else None,
            "follow_ups": {},
            "locale": "en",
            "report_day": day,
            "answered_at": at,
            "changed_at": at,
            "revision": 1,
            **dict.fromkeys(SEGMENT_KEYS),
            "attributes": {},
            "claims": {},
            "may_be_contacted": False,
            "facts": {},
            "reason": None,
        }


def milliseconds(here: Installation, token: str, path: str, asked: int, *, shows: str = "", lacks: str = "") -> float:
    """The median time of a page, asked one after the other, warm.

    Raises SystemExit when the page does not say what it `shows`, or says what it `lacks`.
    """
    with load.serving(here) as base:
        name = cookies.name(Settings(data_dir=here.settings.data_dir, port=here.settings.port))
        request = Request(f"{base}{path}", headers={"Cookie": f"{name}={token}"})
        times = []
        for _ in range(asked + WARMING):
            began = time.perf_counter()
            with urlopen(request) as shown:
                page = shown.read().decode().replace("&nbsp;", " ")
            times.append((time.perf_counter() - began) * 1000)
        if shows not in page or (lacks and lacks in page):
            raise SystemExit(f"{path} is not the page to measure")
    return median(times[WARMING:])
