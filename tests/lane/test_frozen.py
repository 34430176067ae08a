"""A Postgres that is stopped in its tracks: it takes the connection and every word, and says nothing."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Connection, Table, event, text

from bench.harness import load
from bench.harness.installation import Installation, installed, opened
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.fixed import COPIED_FROM, FixedInsert
from cxsurvey.core.db.patience import PatientConnection, Silence, driver_of, wait_for_ever
from cxsurvey.core.db.snapshot import snapshot
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Unavailable
from cxsurvey.core.models import Limit
from cxsurvey.responses.commands import FormPage, Submission
from cxsurvey.responses.submit import SUBMIT, Stored
from tests.databases import server_of
from tests.lane.served import (
    IN_TIME,
    assert_kept,
    assert_refused_in_time,
    assert_stored,
    form_path,
    get,
    send,
    serving,
    status_of,
    submits,
    wait_until,
)


@pytest.fixture(scope="module")
def on_postgres() -> Iterator[Installation]:
    """An installation with a Postgres of its own that may be frozen."""
    with installed("postgres", load.free_port()) as here:
        yield here


@pytest.fixture
def database(on_postgres: Installation) -> Iterator[Database]:
    with opened(on_postgres.settings) as database:
        yield database


class Freezer:
    """Stops every process of a Postgres, and lets them go on."""

    def __init__(self, here: Installation) -> None:
        pid = server_of(here.settings.data_dir / "postgres").get_pid()
        assert pid is not None
        self._postmaster = pid

    def freeze(self) -> None:
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        # first to the one that makes the others
        os.kill(self._postmaster, number)
        for child in Path(f"/proc/{self._postmaster}/task/{self._postmaster}/children").read_text().split():
            os.kill(int(child), number)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        self.freeze()
        try:
            yield
        finally:
            self.thaw()


@pytest.fixture
def freezer(on_postgres: Installation) -> Freezer:
    return Freezer(on_postgres)


def seconds_until_refused(work: Callable[[], object]) -> float:
    started = time.monotonic()
    with pytest.raises(Unavailable):
        work()
    return time.monotonic() - started


def count(database: Database) -> int:
    with database.read() as ctx:
        return int(ctx.connection.execute(text("SELECT count(*) FROM responses")).scalar_one())


def is_heard(database: Database) -> bool:
    """Whether the server answers again; until a moment after it does, reads may be refused."""
    try:
        count(database)
    except Unavailable:
        return False
    return True


def test_everybody_is_told_in_time_and_nothing_needs_a_restart(on_postgres: Installation, freezer: Freezer) -> None:
    before, waiting = submits(on_postgres, 1, 2), submits(on_postgres, 3, 2)
    paths = (form_path(on_postgres), "/api/v1/surveys", "/api/v1/responses", "/readyz")
    with serving(on_postgres) as process:
        assert_stored(send(on_postgres, before))
        assert [get(on_postgres, path).status for path in paths] == [200] * len(paths)
        with freezer.frozen():
            for _ in range(2):
                assert_refused_in_time(send(on_postgres, waiting))
                assert_refused_in_time([get(on_postgres, path) for path in paths])
            assert get(on_postgres, "/livez").status == 200

        wait_until(lambda: status_of(on_postgres, "/readyz") == 200, seconds=5)
        again = send(on_postgres, waiting)
        assert_stored(again)
        assert max(answer.seconds for answer in again) < IN_TIME
        assert [get(on_postgres, path).status for path in paths] == [200] * len(paths)
        assert process.poll() is None
    assert_kept(on_postgres, [*before, *waiting])


def test_many_readers_at_once_are_all_told_in_time(database: Database, freezer: Freezer) -> None:
    readers = 20
    met = threading.Barrier(readers)

    def look() -> None:
        with database.read() as ctx:
            met.wait(20)
            ctx.connection.execute(text("SELECT 1"))

    with ThreadPoolExecutor(readers) as pool:
        list(pool.map(lambda _: look(), range(readers)))  # so that each has a connection that lies idle
        with freezer.frozen():
            waits = list(pool.map(lambda _: seconds_until_refused(lambda: count(database)), range(3 * readers)))
    assert max(waits) < IN_TIME
    wait_until(lambda: is_heard(database), seconds=5)


def test_a_read_that_is_under_way_is_given_up(database: Database, freezer: Freezer) -> None:
    def read() -> None:
        with database.read() as ctx:
            ctx.connection.execute(text("SELECT 1"))
            freezer.freeze()
            ctx.connection.execute(text("SELECT 1"))

    try:
        assert seconds_until_refused(read) < IN_TIME
    finally:
        freezer.thaw()
    wait_until(lambda: is_heard(database), seconds=5)


def test_one_connection_that_is_stuck_refuses_nobody_else(database: Database) -> None:
    """Only its own process is stopped; the server speaks to all others."""
    stopped = threading.Event()

    def read() -> None:
        with database.read() as ctx:
            process = int(ctx.connection.execute(text("SELECT pg_backend_pid()")).scalar_one())
            os.kill(process, signal.SIGSTOP)
            stopped.set()
            try:
                ctx.connection.execute(text("SELECT 1"))
            finally:
                os.kill(process, signal.SIGCONT)

    with ThreadPoolExecutor(1) as pool:
        stuck = pool.submit(seconds_until_refused, read)
        assert stopped.wait(20)
        goes_on = True
        while goes_on:
            # once more after the stuck one was refused, for then the others would be as well
            goes_on = not stuck.done()
            database.write(lambda ctx: ctx.connection.execute(text("SELECT 1")), share=Share.JOBS)
            assert count(database) >= 0
    assert stuck.result() < IN_TIME


def test_giving_a_connection_back_is_no_sign_of_life(postgres_url: str) -> None:
    """Those who are refused at once give back connections that asked nothing, while others still wait in vain."""
    silence = Silence(time.monotonic)
    with PatientConnection.connect(postgres_url) as connection:
        connection.silence, connection.idle = silence, True
        asked = time.monotonic()
        connection.rollback()
        silence.found(asked)
        assert silence.known

        connection.idle = False
        silence = connection.silence = Silence(time.monotonic)
        asked = time.monotonic()
        connection.execute("SELECT 1")
        silence.found(asked)
        assert not silence.known


LIMITS = cast("Table", Limit.__table__)
Rows = list[dict[str, object]]


def inserted(ctx: Context, rows: Rows, freeze: Callable[[], None]) -> None:
    freeze()
    ctx.connection.execute(LIMITS.insert(), rows)


def copied(ctx: Context, rows: Rows, freeze: Callable[[], None]) -> None:
    freeze()
    FixedInsert(LIMITS).run(ctx.connection, rows)


def frozen_in_a_copy(ctx: Context, rows: Rows, freeze: Callable[[], None]) -> None:
    with (
        driver_of(ctx.connection).cursor() as cursor,
        cursor.copy("COPY limits (key_hash, free_at) FROM STDIN") as copy,
    ):
        for number, row in enumerate(rows):
            copy.write_row((row["key_hash"], row["free_at"]))
            if number == 0:
                freeze()


@pytest.mark.parametrize(
    ("store", "number"), [(inserted, 1), (inserted, 2000), (copied, COPIED_FROM), (copied, 2000), (frozen_in_a_copy, 9)]
)
def test_a_unit_that_was_claimed_is_undone_and_the_lane_goes_on(
    database: Database, freezer: Freezer, store: Callable[[Context, Rows, Callable[[], None]], None], number: int
) -> None:
    def rows(ctx: Context, number: int) -> Rows:
        return [{"key_hash": ctx.ids.random(32), "free_at": 0} for _ in range(number)]

    def write(ctx: Context) -> None:
        ctx.connection.execute(LIMITS.insert(), rows(ctx, 1))
        store(ctx, rows(ctx, number), freezer.freeze)

    try:
        assert seconds_until_refused(lambda: database.write(write, share=Share.JOBS)) < IN_TIME
        while_frozen = seconds_until_refused(lambda: database.write(lambda _: None, share=Share.DASHBOARD))
        assert while_frozen < IN_TIME
    finally:
        freezer.thaw()

    assert written_when_it_goes_on(database, lambda ctx: ctx.connection.execute(text("SELECT 1")).scalar()) == 1
    with database.read() as ctx:
        assert ctx.connection.execute(text("SELECT count(*) FROM limits")).scalar() == 0


def test_a_commit_nobody_confirmed_may_be_repeated(
    on_postgres: Installation, database: Database, freezer: Freezer
) -> None:
    """The server had it and carries it out when it goes on; whoever sends it again gets the same answer."""
    assert database.engines is not None
    before = count(database)
    database.write(lambda _: None, share=Share.JOBS)  # so that the lane is connected, and commits only what it is given
    page = FormPage(database.ids.random(16), database.clock.now(), False, False)
    item = Submission(on_postgres.survey.id, "link", score=9, comment=None, locale="en", page=page)

    def freeze(_: Connection) -> None:
        freezer.freeze()

    event.listen(database.engines.writing, "commit", freeze)
    try:
        asked = seconds_until_refused(lambda: database.hot(SUBMIT, [item], share=Share.RESPONDENT))
    finally:
        event.remove(database.engines.writing, "commit", freeze)
        freezer.thaw()
    assert asked < IN_TIME
    wait_until(lambda: is_heard(database) and count(database) == before + 1, seconds=5)

    outcome = database.hot(SUBMIT, [item], share=Share.RESPONDENT)[0]

    assert isinstance(outcome, Stored)
    assert not outcome.created
    assert count(database) == before + 1


def test_a_command_waits_as_long_as_it_takes(on_postgres: Installation, database: Database) -> None:
    engines = database.engines
    assert engines is not None

    def look_long() -> None:
        with snapshot(engines) as connection:
            assert connection.execute(text("SELECT pg_sleep(2.8)")).one() is not None

    def write_long() -> None:
        with engines.writing.connect() as connection, connection.begin():
            wait_for_ever(connection)
            assert connection.execute(text("SELECT pg_sleep(2.8)")).one() is not None

    with ThreadPoolExecutor(2) as pool:
        for command in [pool.submit(look_long), pool.submit(write_long)]:
            command.result()


def written_when_it_goes_on(database: Database, work: Callable[[Context], object]) -> object:
    """What a write gives once the server is heard again; until then it may be refused."""
    results: list[object] = []

    def done() -> bool:
        try:
            results.append(database.write(work, share=Share.JOBS))
        except Unavailable:
            return False
        return True

    wait_until(done, seconds=5)
    return results[0]
