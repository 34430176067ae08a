"""Commands that work beside a running server: they put a job, and look on while its worker carries it out.

Where nobody else uses the database the command carries the job out itself, in a thread, and looks on alike.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Final
from uuid import UUID

from cxsurvey.cli.installation import open_database, read_settings_and_engines, tell, warn
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.serving import ServeLock
from cxsurvey.core.jobs.runner import JobHandler, Runner

LOOK_SECONDS: Final = 0.25
HANDED_OVER: Final = (
    "A worker does this beside the server, once it is done with what it does now. "
    "Where none runs (CXSURVEY_RUN_WORKER=0), start one: cxsurvey worker"
)
LEFT_TO_A_WORKER: Final = "Not stopped: the worker goes on with it, or the next one that starts."
LEFT_WAITING: Final = "Stopped for now: the next server or worker that starts goes on with it."


@dataclass(frozen=True, slots=True)
class Here:
    """The installation: its database, and whether nobody else uses it now."""

    database: Database
    is_alone: bool


@contextmanager
def opened() -> Iterator[Here]:
    """The database with its serve lock: for this command alone, or shared with the servers and workers there are."""
    from cxsurvey.core.clock import SystemClock
    from cxsurvey.core.db import serving

    settings, engines = read_settings_and_engines()
    lock = ServeLock(engines.sqlite_file)
    try:
        alone = lock.alone() and (engines.is_sqlite or serving.alive_on_postgres(engines, SystemClock().now()) is None)
        if not alone:
            lock.share()
        engines.dispose()
        with open_database(settings, checkpoints=alone) as database:
            yield Here(database, alone)
    finally:
        lock.close()


def wait(here: Here, job_id: UUID | None, handlers: Mapping[str, JobHandler], has_ended: Callable[[], bool]) -> None:
    """Returns when the job has ended, or its attempt has where this command made it; Ctrl-C leaves the job to others.

    `has_ended` is asked four times a second, and when the attempt of this command has ended; it shows meanwhile how far
    it is. Ctrl-C never breaks it off: a driver whose statement is broken off has the server cancel it, and waits for
    that up to ten seconds at a busy server.
    """
    runner = Runner(here.database, handlers, "command")
    ended = threading.Event()
    work = threading.Thread(target=_run, args=(runner, job_id, ended), name="job", daemon=True)
    if here.is_alone:
        work.start()
    else:
        tell(HANDED_OVER)
    try:
        with _between_looks() as raise_if_interrupted:
            while not has_ended() and not ended.is_set():
                raise_if_interrupted()
                # not for the thread itself: one whose join is interrupted counts as ended while it still runs
                ended.wait(LOOK_SECONDS)
                raise_if_interrupted()
    except KeyboardInterrupt:
        runner.must_stop.set()
        warn(LEFT_WAITING if here.is_alone else LEFT_TO_A_WORKER)
        raise
    finally:
        if here.is_alone:
            _see_out(runner, ended)


def _see_out(runner: Runner, ended: threading.Event) -> None:
    """Returns when the attempt has ended, however often Ctrl-C is pressed: its database must not close under it."""
    if threading.current_thread() is not threading.main_thread():
        ended.wait()
        return
    before = signal.signal(signal.SIGINT, lambda *_: runner.must_stop.set())
    try:
        ended.wait()
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _between_looks() -> Iterator[Callable[[], None]]:
    """Keeps the first Ctrl-C in the block until what it yields is called; the next one interrupts at once."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    pressed: list[int] = []
    before = signal.getsignal(signal.SIGINT)

    def keep(number: int, _: FrameType | None) -> None:
        pressed.append(number)
        signal.signal(signal.SIGINT, before)

    def raise_if_interrupted() -> None:
        if pressed:
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, keep)
    try:
        yield raise_if_interrupted
    finally:
        signal.signal(signal.SIGINT, before)


def _run(runner: Runner, job_id: UUID | None, ended: threading.Event) -> None:
    try:
        if job_id is not None:
            runner.run_one(job_id)
    finally:
        ended.set()
