"""How long we wait for a Postgres that says nothing.

A server that is frozen, or behind a firewall that forgot us, still has its packets acknowledged by a kernel: time-outs
of TCP do not see it, and its own statement time-out does not run. So the driver gives up by itself. What was asked may
have been done all the same, a COMMIT above all: the caller hears 503, and a repeat with the same submission, external
id or idempotency key is the same answer, never a second one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import psycopg
from psycopg import OperationalError
from psycopg.abc import PQGen
from psycopg.errors import ConnectionTimeout, _WaitTimeout
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import Dialect, ExceptionContext

RV = TypeVar("RV")

STATEMENT_SECONDS = 2.5
"""Longer than any of our statements is let run, so that a server that lives speaks first."""
SIGN_OF_LIFE_SECONDS = 1.0
"""For a connection that lay idle; its caller has yet to ask his question after it."""
KNOWN_SECONDS = 1.0
"""How long after one caller found the server silent the others are told so at once instead of finding out again."""
INTERVAL = 0.1


class ServerSilent(OperationalError):  # noqa: N818 - says what happened
    """The server did not answer in time; this connection is closed."""

    def __init__(self) -> None:
        super().__init__("the server does not answer")


class Silence:
    """What the connections of one process know of it.

    A single connection may be stuck while the server speaks to all others: its silence is the server's only if
    nobody has heard from the server since it was asked.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.monotonic = monotonic
        self._last_heard = float("-inf")
        self._known_until = float("-inf")

    def heard(self) -> None:
        self._last_heard = self.monotonic()

    def found(self, since: float) -> None:
        """Somebody who asked at `since` was given no answer."""
        if self._last_heard <= since:
            self._known_until = self.monotonic() + KNOWN_SECONDS

    @property
    def known(self) -> bool:
        return self.monotonic() < self._known_until


class PatientConnection(psycopg.Connection[Any]):
    """A connection that closes itself when the server is silent for longer than its patience; None is for ever.

    `idle` while it has yet to show that the server is there.
    """

    silence: Silence | None = None
    patience: float | None = STATEMENT_SECONDS
    idle = False

    def wait(self, gen: PQGen[RV], interval: float = INTERVAL, timeout: float | None = None) -> RV:
        if self.silence is None:
            return super().wait(gen, interval, timeout)
        if self.idle and self.silence.known:
            raise ServerSilent
        limit = SIGN_OF_LIFE_SECONDS if self.idle else self.patience
        asked = self.silence.monotonic()
        try:
            answer = super().wait(gen, interval, limit if timeout is None else timeout)
        except _WaitTimeout:
            # what the server may say later would be taken for the answer to the next question
            self.pgconn.finish()
            self.silence.found(asked)
            raise ServerSilent from None
        except psycopg.Error as error:
            if error.sqlstate is not None:
                self.silence.heard()
            raise
        if not self.idle:
            # giving back an idle connection ends a transaction that never began: nothing is asked, and all is well
            self.silence.heard()
        return answer


def have_patience(engine: Engine, silence: Silence) -> None:
    """Makes the connections of an engine patient; those of one server share what they know of its silence."""

    def connect(_dialect: Dialect, _record: object, args: Sequence[Any], named: Mapping[str, Any]) -> PatientConnection:
        if silence.known:
            raise ServerSilent
        asked = silence.monotonic()
        try:
            driver = PatientConnection.connect(*args, **named)
        except ConnectionTimeout:
            silence.found(asked)
            raise
        silence.heard()
        driver.silence = silence
        return driver

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", _used)
    event.listen(engine, "checkin", _idle)
    event.listen(engine, "handle_error", _try_no_other)


def driver_of(connection: Connection) -> PatientConnection:
    """The driver's connection below one of an engine that has patience."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, PatientConnection)
    return driver


def wait_for_ever(connection: Connection) -> None:
    """For a transaction of a command or migration, whose statements take as long as they take."""
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    driver_of(connection).patience = None


def _used(driver: PatientConnection, *_: object) -> None:
    driver.patience = STATEMENT_SECONDS
    driver.idle = False


def _idle(driver: PatientConnection | None, _: object) -> None:
    if driver is not None:
        driver.idle = True


def _try_no_other(context: ExceptionContext) -> None:
    """A silent server would be silent to a new connection as well, and the caller would wait for both."""
    if context.is_pre_ping and isinstance(context.original_exception, ServerSilent):
        context.is_disconnect = False
