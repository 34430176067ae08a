"""The worker: runs due jobs, fires schedules, shows that its process is alive. In `serve` or by itself."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from functools import partial

import structlog

from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Refusal
from cxsurvey.core.jobs import beats, schedules
from cxsurvey.core.jobs.runner import Runner
from cxsurvey.wiring import JOB_HANDLERS, SCHEDULES

log = structlog.get_logger("cxsurvey.worker")

IDLE_SECONDS = 1.0
SECONDS_AFTER_TROUBLE = 5.0
GRACE_SECONDS = 20.0
"""How long the running job is waited for, which is interrupted at its next write."""


class Pulse:
    """A thread that writes signs of life, and renews the lease of the running job, until it is stopped."""

    def __init__(self, database: Database, name: str, kind: str, also: Callable[[], None] | None = None) -> None:
        self._database = database
        self._also = also
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
        started = database.clock.now()
        self._sign = beats.Beat(name, kind, started, started)

    def start(self) -> None:
        """Writes the first sign of life, then goes on in a thread."""
        self._beat()
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread and takes the process off the list."""
        self._stopping.set()
        self._thread.join()
        quietly(lambda: self._database.write(self._leave, share=Share.JOBS))

    def _run(self) -> None:
        while not self._stopping.wait(beats.BEAT_SECONDS):
            self._beat()

    def _beat(self) -> None:
        old = self._sign
        now = self._database.clock.now()
        self._sign = sign = beats.Beat(old.name, old.kind, old.started_at, now, old.beats + 1)
        quietly(lambda: self._database.write(lambda ctx: beats.beat(ctx.connection, sign), share=Share.JOBS))
        if self._also is not None:
            quietly(self._also)

    def _leave(self, ctx: Context) -> None:
        beats.stopped(ctx.connection, self._sign.name)


class Worker:
    """Jobs and schedules of one process, in one thread beside its pulse. `start` it; `stop` it politely."""

    def __init__(self, database: Database, kind: str) -> None:
        self._database = database
        self.name = process_name(database)
        self._runner = Runner(database, JOB_HANDLERS, self.name)
        self._pulse = Pulse(database, self.name, kind, self._runner.renew)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        """Starts both threads."""
        self._pulse.start()
        self._thread.start()

    @property
    def job(self) -> str | None:
        """The name of the job that it is at, which is waited for when it stops."""
        held = self._runner.held
        return held.name if held is not None else None

    def stop_soon(self) -> None:
        """Claims nothing new from now on, and interrupts the running job at its next write; returns at once."""
        self._stopping.set()
        self._runner.must_stop.set()

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Stops soon and waits for it: a job goes back to the queue with what it has written, and is gone on with."""
        self.stop_soon()
        self._thread.join(grace)
        self._pulse.stop()

    def turn(self) -> bool:
        """Fires what is due, then runs one job; whether there was one."""
        self._fire()
        return self._runner.run_next()

    def _run(self) -> None:
        while not self._stopping.is_set():
            pause = IDLE_SECONDS
            try:
                if self.turn():
                    pause = 0.0
            except Refusal as refusal:
                log.warning("worker.database_busy", reason=refusal.code)
                pause = SECONDS_AFTER_TROUBLE
            except Exception:
                # the thread must outlive whatever one turn meets
                log.exception("worker.turn_failed")
                pause = SECONDS_AFTER_TROUBLE
            self._stopping.wait(pause)

    def _fire(self) -> None:
        with self._database.read() as ctx:
            due = schedules.due(ctx.connection, SCHEDULES, ctx.now)
        for schedule in due:
            self._database.write(partial(schedules.fire, schedule=schedule), share=Share.JOBS)


def process_name(database: Database) -> str:
    """A name of this process that no other one has, such as `shop-1:4711:9f3a61c2`."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{database.ids.random(4).hex()}"


def quietly(write: Callable[[], object]) -> None:
    """A sign of life that cannot be written now is no reason to stop; the next one follows."""
    try:
        write()
    except Refusal as refusal:
        log.warning("worker.sign_of_life_missed", reason=refusal.code)
    except Exception as error:
        log.warning("worker.sign_of_life_missed", exc_info=error)
