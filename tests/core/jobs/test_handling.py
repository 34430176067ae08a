"""A handler that raises is tried again as a job, and everything else stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from types import MethodType
from uuid import UUID

import pytest
from sqlalchemy import Connection, event, select, text
from structlog.testing import capture_logs

from cxsurvey import wiring
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import SYSTEM, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import SystemIds
from cxsurvey.core.jobs import handling
from cxsurvey.core.jobs.handling import Listener, Listeners
from cxsurvey.core.jobs.queue import JOBS, MAX_ATTEMPTS
from cxsurvey.core.jobs.runner import Runner
from cxsurvey.core.signing import Keys
from cxsurvey.responses.events import ResponseChanged, ResponseSubmitted
from cxsurvey.responses.submit import SUBMIT, Stored
from tests.application import copied, settings_for
from tests.databases import drop_postgres_database
from tests.factories import Place, make_place, shared_link_answer


class Bell:
    """A handler that writes a job of its own, and raises as long as it is broken."""

    def __init__(self) -> None:
        self.broken = True
        self.broken_in: UUID | None = None
        self.emits = False
        self.statements: Sequence[str] = ()
        self.heard: list[ResponseSubmitted] = []
        self.contexts: list[tuple[object, UUID | None]] = []

    def ring(self, ctx: Context, events: Sequence[ResponseSubmitted]) -> None:
        ctx.connection.execute(text("DELETE FROM limits"))
        ctx.enqueue("test.rung", {"number": len(events)})
        for statement in self.statements:
            ctx.connection.exec_driver_sql(statement)
        if self.emits:
            ctx.emit(events[0])
        if self.broken or self.broken_in == events[0].workspace_id:
            raise RuntimeError("no bell")
        self.heard += events
        self.contexts.append((ctx.actor, ctx.workspace_id))

    @property
    def listener(self) -> Listener:
        return Listener("test.ring", ResponseSubmitted, self.ring)


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def laned(
    migrated_url: str, dialect: str, tmp_path: Path, keys: Keys, clock: FixedClock, bell: Bell
) -> Iterator[Database]:
    """A database with its real lane, where `bell` hears of every response."""
    url = copied(migrated_url, "handling", tmp_path)
    settings = settings_for(url, tmp_path, postgres_lanes=1)
    opened = Database.open(settings, clock, SystemIds(), keys, wired(bell).reactions)
    yield opened
    opened.close()
    if dialect == "postgres":
        drop_postgres_database("handling")


def wired(bell: Bell) -> wiring.Wiring:
    return wiring.Wiring([bell.listener])


def runner(database: Database, bell: Bell) -> Runner:
    return Runner(database, wired(bell).job_handlers, "tests")


def place_in(database: Database, slug: str = "northwind") -> Place:
    return database.write(lambda ctx: make_place(ctx, slug), share=Share.JOBS)


def answer(database: Database, *places: Place) -> list[Stored]:
    """One answer in each place, all in one batch."""
    with database.read() as ctx:
        items = [shared_link_answer(ctx, place, 9) for place in places]
    outcomes = database.hot(SUBMIT, items, share=Share.RESPONDENT)
    stored = [outcome for outcome in outcomes if isinstance(outcome, Stored)]
    assert len(stored) == len(places)
    return stored


def jobs_in(database: Database) -> list[tuple[str, str, int]]:
    with database.read() as ctx:
        rows = ctx.connection.execute(select(JOBS.c.name, JOBS.c.state, JOBS.c.attempts).order_by(JOBS.c.id))
        return [(row.name, row.state, row.attempts) for row in rows]


def test_the_answer_stands_and_the_job_is_in_its_commit(laned: Database, bell: Bell) -> None:
    place = place_in(laned)
    assert laned.engines is not None
    commits: list[tuple[int | None, int | None]] = []

    def at_commit(connection: Connection) -> None:
        counted = [
            connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() for name in ("responses", "jobs")
        ]
        commits.append((counted[0], counted[1]))

    event.listen(laned.engines.writing, "commit", at_commit)
    with capture_logs() as logs:
        answer(laned, place)

    assert commits == [(1, 1)]
    assert jobs_in(laned) == [("event.handle", "waiting", 0)], "and what the handler had enqueued is undone"
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["handler.failed"]


def test_a_handler_whose_statement_is_given_up_costs_no_answer(laned: Database, bell: Bell) -> None:
    """On SQLite, where no statement of a write is given up, one that fails."""
    place = place_in(laned)
    bell.statements = ("SET LOCAL statement_timeout = 50", "SELECT pg_sleep(60)")
    if laned.engines is not None and laned.engines.is_sqlite:
        bell.statements = ("SELECT no_such_function()",)

    answer(laned, place)

    assert jobs_in(laned) == [("event.handle", "waiting", 0)]
    bell.statements, bell.broken = (), False
    assert runner(laned, bell).drain() == 1
    assert len(bell.heard) == 1


def test_the_second_try_gets_the_same_events(laned: Database, bell: Bell) -> None:
    place = place_in(laned)
    stored = answer(laned, place)[0]

    bell.broken = False
    assert runner(laned, bell).drain() == 1

    assert bell.heard == [
        ResponseSubmitted(
            workspace_id=place.workspace_id,
            response_id=stored.id,
            survey_id=place.survey.id,
            state="counted",
            score=9,
        )
    ]
    assert bell.contexts == [(SYSTEM, place.workspace_id)]
    assert jobs_in(laned) == [("event.handle", "done", 1), ("test.rung", "waiting", 0)]


def test_a_handler_that_works_at_once_needs_no_job(laned: Database, bell: Bell) -> None:
    bell.broken = False
    place = place_in(laned)
    answer(laned, place, place)

    assert len(bell.heard) == 2
    assert jobs_in(laned) == [("test.rung", "waiting", 0)]


def test_both_tries_have_the_workspace_of_their_events(laned: Database, bell: Bell) -> None:
    here, there = place_in(laned), place_in(laned, "elsewhere")
    bell.broken = False
    answer(laned, here, there, here)

    assert sorted(bell.contexts, key=str) == sorted(
        [(SYSTEM, here.workspace_id), (SYSTEM, there.workspace_id)], key=str
    )
    assert [event.workspace_id for event in bell.heard] == [here.workspace_id] * 2 + [there.workspace_id]
    bell.broken_in = there.workspace_id
    answer(laned, here, there, here)

    assert jobs_in(laned) == [("test.rung", "waiting", 0)] * 3 + [("event.handle", "waiting", 0)]
    bell.broken_in = None
    bell.contexts.clear()
    runner(laned, bell).drain()
    assert bell.contexts == [(SYSTEM, there.workspace_id)]


def test_neither_try_may_state_facts_that_nobody_would_hear(laned: Database, bell: Bell) -> None:
    place = place_in(laned)
    bell.broken, bell.emits = False, True
    with capture_logs() as logs:
        answer(laned, place)
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["handler.failed"]

    runner(laned, bell).drain()

    with laned.read() as ctx:
        assert "emits none" in ctx.connection.execute(select(JOBS.c.last_error)).scalar_one()


def test_a_batch_of_two_workspaces_becomes_two_jobs(laned: Database, bell: Bell) -> None:
    here, there = place_in(laned), place_in(laned, "elsewhere")
    answer(laned, here, there, here)
    assert jobs_in(laned) == [("event.handle", "waiting", 0)] * 2

    bell.broken = False
    assert runner(laned, bell).drain() == 2

    assert (len(bell.heard), len(bell.contexts)) == (3, 2)
    assert {workspace_id for _, workspace_id in bell.contexts} == {here.workspace_id, there.workspace_id}


def test_a_try_that_fails_waits_longer_each_time_and_is_buried_in_the_end(
    laned: Database, bell: Bell, clock: FixedClock
) -> None:
    place = place_in(laned)
    answer(laned, place)
    tries = 0
    while jobs_in(laned) == [("event.handle", "waiting", tries)]:
        assert runner(laned, bell).drain() == 1
        assert runner(laned, bell).drain() == 0, "it waits before it is tried again"
        tries += 1
        clock.instant += timedelta(days=1)

    assert jobs_in(laned) == [("event.handle", "dead", MAX_ATTEMPTS)]
    with laned.read() as ctx:
        assert ctx.connection.execute(select(JOBS.c.last_error)).scalar() == "RuntimeError: no bell"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"listener": "test.gone", "events": []}, "LookupError: no listener is called test.gone"),
        ({"listener": "test.ring", "events": [{"score": 9}]}, "ValueError: ResponseSubmitted needs"),
    ],
)
def test_a_job_that_nobody_understands_says_so(laned: Database, bell: Bell, args: dict[str, object], said: str) -> None:
    laned.write(lambda ctx: ctx.enqueue(handling.JOB, args), share=Share.JOBS)
    runner(laned, bell).drain()

    with laned.read() as ctx:
        row = ctx.connection.execute(select(JOBS.c.state, JOBS.c.last_error)).one()
    assert row.state == "waiting"
    assert row.last_error.startswith(said)


def test_an_event_that_cannot_be_written_costs_no_answer(laned: Database, bell: Bell) -> None:
    place = place_in(laned)

    def unit(ctx: Context) -> None:
        ids = {"workspace_id": place.workspace_id, "survey_id": place.survey.id, "response_id": ctx.ids.new()}
        ctx.emit(ResponseSubmitted(**ids, state="counted", score="9"))  # type: ignore[arg-type]
        ctx.emit(ResponseSubmitted(**ids, state="counted", score=9))
        ctx.enqueue("test.job", {})

    with capture_logs() as logs:
        laned.write(unit, share=Share.JOBS)

    assert sorted(jobs_in(laned)) == [("event.handle", "waiting", 0), ("test.job", "waiting", 0)]
    errors = [line["event"] for line in logs if line["log_level"] == "error"]
    assert errors == ["handler.failed", "handler.not_tried_again"]


def test_a_name_belongs_to_one_listener(bell: Bell) -> None:
    with pytest.raises(ValueError, match=r"test\.ring"):
        Listeners([bell.listener, Listener("test.ring", ResponseChanged, bell.ring)])


def test_what_the_lane_of_a_process_gives_up_its_worker_tries_again() -> None:
    pack, run = wiring.reactions().pack, wiring.JOB_HANDLERS[handling.JOB]

    assert isinstance(pack, MethodType)
    assert isinstance(run, MethodType)
    assert pack.__self__ is run.__self__


def test_listed_listeners_are_heard_first(bell: Bell, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = Bell()
    monkeypatch.setattr(wiring, "LISTENERS", [Listener("test.listed", ResponseSubmitted, listed.ring)])

    both = wiring.Wiring([bell.listener])

    assert both.reactions.handlers == {ResponseSubmitted: [listed.ring, bell.ring]}
