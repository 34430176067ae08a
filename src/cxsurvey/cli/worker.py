"""`cxsurvey worker`: runs jobs and schedules in a process of its own, beside one or more servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Collection
    from signal import Signals


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("worker")(worker)


def worker() -> None:
    """Run jobs and schedules, without serving pages. Stops politely on SIGTERM."""
    import signal

    stops = {signal.SIGTERM, signal.SIGINT}
    # kept back for `sigwait`, in every thread: a handler would run in the midst of what this thread does, and wait for
    # ever for a lock that the same thread holds
    before = signal.pthread_sigmask(signal.SIG_BLOCK, stops)
    try:
        _work_until(stops)
    finally:
        while signal.sigtimedwait(stops, 0) is not None:
            pass  # a second signal is obeyed already
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work_until(stops: Collection[Signals]) -> None:
    """Works until one of the signals comes, which must be kept back."""
    import signal

    import structlog

    from cxsurvey.cli.installation import open_database, opened_engines, say
    from cxsurvey.core.db.serving import ServeLock
    from cxsurvey.core.jobs import beats
    from cxsurvey.worker import Worker

    log = structlog.get_logger("cxsurvey.worker")
    with opened_engines() as (settings, engines):
        lock = ServeLock(engines.sqlite_file)
        lock.share()
        try:
            with open_database(settings) as database:
                runner = Worker(database, beats.WORKER)
                runner.start()
                say(f"Worker {runner.name} runs. Press Ctrl-C to stop.")
                number = signal.Signals(signal.sigwait(stops)).name
                log.info("worker.stopping", signal=number, waits_for=runner.job)
                runner.stop()
            log.info("worker.stopped", signal=number)
        finally:
            lock.close()
