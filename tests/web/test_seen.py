from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Connection, event
from structlog.testing import capture_logs

from cxsurvey.accounts import keys
from cxsurvey.accounts.commands import CreateKey
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import Unavailable
from cxsurvey.web import seen
from cxsurvey.web.seen import SeenWriter
from tests.dashboard.conftest import Write
from tests.factories import act_in, make_workspace


def test_many_uses_become_one_write(database: Database, connection: Connection, clock: FixedClock) -> None:
    buffer = seen.buffer(database)
    one, two = uuid4(), uuid4()
    for _ in range(100):
        buffer.sign_in(one, clock.now())
        buffer.key(two, clock.now())
    ran: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *args: ran.append(args[2]))

    assert buffer.flush(database) == 2
    assert len([sql for sql in ran if sql.startswith("UPDATE")]) == 2
    assert buffer.flush(database) == 0


def test_a_process_has_one_buffer_for_its_database(database: Database) -> None:
    assert seen.buffer(database) is seen.buffer(database)


def test_the_writer_writes_what_is_left_when_it_stops(database: Database, write: Write, clock: FixedClock) -> None:
    def make(ctx: Context) -> object:
        make_workspace(ctx)
        return keys.create(ctx, CreateKey(name="Shop")).key

    key = write(make)
    writer = SeenWriter(database)
    writer.start()

    seen.buffer(database).key(key.id, clock.now() + timedelta(seconds=1))
    writer.stop()

    with database.read() as ctx:
        act_in(ctx, key.workspace_id)
        assert keys.get(ctx, key.id).last_used_at == clock.now() + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("trouble", "level"), [(Unavailable(), "warning"), (RuntimeError("a bug"), "error")], ids=["busy", "bug"]
)
def test_the_writer_outlives_a_database_that_does_not_answer(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch, trouble: Exception, level: str
) -> None:
    monkeypatch.setattr(seen, "SECONDS_BETWEEN", 0.0)
    tried = [threading.Event(), threading.Event()]

    class Closed:
        def write(self, *args: object, **kwargs: object) -> None:
            next(event for event in tried if not event.is_set()).set()
            if not tried[1].is_set():
                raise trouble

    closed = Closed()
    buffer = seen.buffer(closed)  # type: ignore[arg-type]
    writer = SeenWriter(closed)  # type: ignore[arg-type]
    with capture_logs() as lines:
        buffer.key(uuid4(), clock.now())
        writer.start()
        assert tried[0].wait(10)
        buffer.key(uuid4(), clock.now())
        assert tried[1].wait(10), "the thread ended at the first trouble"
        writer.stop()

    assert [(line["event"], line["log_level"]) for line in lines] == [("seen not written", level)]
