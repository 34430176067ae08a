"""When a sign-in or key was last used: gathered in memory and written by one unit a minute; no GET writes."""

from __future__ import annotations

import threading
from datetime import datetime
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog

from cxsurvey.accounts import sessions
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Refusal

SECONDS_BETWEEN = 60.0

log = structlog.get_logger("cxsurvey.seen")


class SeenBuffer:
    """What one process saw since it last wrote it down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sign_ins: dict[UUID, datetime] = {}
        self._keys: dict[UUID, datetime] = {}

    def sign_in(self, sign_in_id: UUID, at: datetime) -> None:
        """This sign-in was used."""
        with self._lock:
            self._sign_ins[sign_in_id] = at

    def key(self, key_id: UUID, at: datetime) -> None:
        """This API key was used."""
        with self._lock:
            self._keys[key_id] = at

    def flush(self, database: Database) -> int:
        """Writes down what was gathered, once a minute and at the end; returns how many rows that were."""
        with self._lock:
            sign_ins, self._sign_ins = self._sign_ins, {}
            keys, self._keys = self._keys, {}
        if not sign_ins and not keys:
            return 0

        def write(ctx: Context) -> None:
            sessions.note_use(ctx, sign_ins, keys)

        database.write(write, share=Share.JOBS)
        return len(sign_ins) + len(keys)


class SeenWriter:
    """A thread that writes the buffer down once a minute, and once more when it is stopped."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="seen", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Writes what is left and ends the thread; the database must still be open."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(SECONDS_BETWEEN):
            self._write()
        self._write()

    def _write(self) -> None:
        try:
            buffer(self._database).flush(self._database)
        except Refusal as refusal:
            # what was seen is lost, which nobody relies on to the minute
            log.warning("seen not written", reason=refusal.code)
        except Exception:
            # the thread must outlive whatever one turn meets
            log.exception("seen not written")


_buffers: WeakKeyDictionary[Database, SeenBuffer] = WeakKeyDictionary()


def buffer(database: Database) -> SeenBuffer:
    """The one buffer of this database in this process."""
    found = _buffers.get(database)
    return found if found is not None else _buffers.setdefault(database, SeenBuffer())
