"""`cxsurvey serve`: pages, API and jobs in one process."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

import typer

from cxsurvey import __version__
from cxsurvey.cli.installation import (
    fail,
    open_database,
    read_settings_and_engines,
    say,
    schema_problem,
    warn,
    warn_of_unknown_settings,
)
from cxsurvey.core.garbage import collector_at_rest
from cxsurvey.core.lean import without

if TYPE_CHECKING:
    from cxsurvey.core.db.database import Database
    from cxsurvey.core.db.engines import Engines
    from cxsurvey.core.db.serving import ServeLock
    from cxsurvey.settings import Settings

Greet: TypeAlias = "Callable[[Database, socket.socket], None]"

DRAIN_SECONDS = 20
"""How long requests in flight may take to end after the process was told to stop."""
BACKLOG = 2048
ACCEPTED_AT_ONCE = 16
"""uvloop takes one connection from each listening socket in a turn of its loop, and turns are long under load."""
PARTS = ("cxsurvey.wiring", "cxsurvey.web.framework", "cxsurvey.app", "cxsurvey.worker", "uvicorn")
"""What a server loads, in this order; everything else comes with these."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("serve")(serve)


def serve() -> None:
    """Serve pages and API; upgrades an SQLite database by itself. Stops politely on SIGTERM."""
    # FastAPI would load all of pydantic's version 1, to see that no field is of a class of that
    with collector_at_rest(), without("pydantic.v1"):
        settings, engines = read_settings_and_engines()
        warn_of_unknown_settings()
        for part in PARTS:
            import_module(part)
    try:
        run(settings, engines, _greet)
    finally:
        engines.dispose()


def run(settings: Settings, engines: Engines, greet: Greet) -> None:
    """Serves until a signal comes; `greet` speaks to the person at the terminal once the port is taken.

    When it refuses to start, `engines` may hold connections: whoever opened them lets them go.
    """
    from cxsurvey.core.db.serving import ServeLock

    listener = _listen(settings)
    lock = ServeLock(engines.sqlite_file)
    try:
        _bring_up_to_date(engines, lock)
        _refuse_unsafe(settings, engines)
        engines.dispose()
        with open_database(settings, checkpoints=True) as database:
            _run(database, listener, greet)
    finally:
        lock.close()
        listener.close()


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        fail(
            f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}. "
            "CXSURVEY_HOST and CXSURVEY_PORT choose another address."
        )
    return listener


def _bring_up_to_date(engines: Engines, lock: ServeLock) -> None:
    """Upgrades SQLite when nobody else uses it; anything else must be current already."""
    from cxsurvey.core.clock import SystemClock
    from cxsurvey.core.db import migrate

    if lock.alone():
        found = migrate.schema_of(engines)
        if engines.is_sqlite and found.state in {migrate.SchemaState.EMPTY, migrate.SchemaState.OLDER}:
            done = migrate.upgrade(engines, SystemClock().now().strftime("%Y%m%d-%H%M%S"))
            if done.copy is not None:
                say(f"Upgraded the database from {done.before} to {done.after}. As it was before: {done.copy}")
    lock.share()
    problem = schema_problem(migrate.schema_of(engines))
    if problem is not None:
        fail(problem)


def _refuse_unsafe(settings: Settings, engines: Engines) -> None:
    from cxsurvey.core.db.engines import unsafe_settings

    with engines.writing.connect() as connection, connection.begin():
        found = unsafe_settings(connection)
    for problem in found:
        warn(f"UNSAFE: {problem}. A power cut can lose responses that were acknowledged.")
    if found and not settings.allow_unsafe_db:
        fail("Nothing was started. CXSURVEY_ALLOW_UNSAFE_DB=1 accepts this loss.")


def _run(database: Database, listener: socket.socket, greet: Greet) -> None:
    import structlog

    from cxsurvey.app import build
    from cxsurvey.core import metrics
    from cxsurvey.core.jobs import beats, queue
    from cxsurvey.web.seen import SeenWriter
    from cxsurvey.worker import Pulse, Worker, process_name

    worker = Worker(database, beats.SERVE) if database.settings.run_worker else None
    pulse = None if worker else Pulse(database, process_name(database), beats.PAGES)
    seen = SeenWriter(database)
    with collector_at_rest():
        server = _server(build(database), worker)

    def jobs_by_state() -> dict[str, int]:
        with database.read() as ctx:
            return queue.counts_by_state(ctx.connection)

    metrics.watch_jobs(jobs_by_state)
    listener.listen(BACKLOG)  # who connects from here on waits for an answer instead of being turned away
    greet(database, listener)
    for number in (signal.SIGTERM, signal.SIGINT):
        # also for a signal before the server listens to it, and for the one it raises anew when it has drained
        signal.signal(number, server.handle_exit)
    started = [part for part in (seen, worker, pulse) if part is not None]
    for part in started:
        part.start()
    try:
        server.run(sockets=[listener, *(listener.dup() for _ in range(ACCEPTED_AT_ONCE - 1))])
    finally:
        for part in started:
            part.stop()
    structlog.get_logger("cxsurvey.serve").info("serve.stopped", signal=server.signal_name)


def _server(application: Any, worker: Any) -> Any:
    import structlog
    import uvicorn

    log = structlog.get_logger("cxsurvey.serve")

    class Server(uvicorn.Server):
        """Tells the worker to claim nothing new while the last requests are answered."""

        told = worker is None
        signal_name: str | None = None

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # not where the signal is handled, which may be in the midst of another line of the log
            waits_for = worker.job if worker is not None else None
            log.info("serve.stopping", signal=self.signal_name, waits_for=waits_for)
            await super().shutdown(sockets)

        def handle_exit(self, sig: int, frame: Any) -> None:
            # a second signal may come while the first is handled, and would wait for ever for the lock of the first
            if not self.told:
                self.told = True
                worker.stop_soon()
            self.signal_name = self.signal_name or signal.Signals(sig).name
            super().handle_exit(sig, frame)

    return Server(
        uvicorn.Config(
            application,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # whose headers count is decided by our own middleware
            timeout_graceful_shutdown=DRAIN_SECONDS,
            backlog=BACKLOG,
            lifespan="off",
        )
    )


def _greet(database: Database, listener: socket.socket) -> None:
    settings = database.settings
    host, port = listener.getsockname()[:2]
    say(f"cxsurvey {__version__} listens on {host} port {port}; its address is {settings.origin}")
    if settings.insecure_http and not settings.is_https and not settings.is_loopback_origin:
        warn("UNSAFE: CXSURVEY_INSECURE_HTTP lets sign-ins and links travel in clear text.")
    link = _setup_link(database)
    if link is not None:
        say(f"Nobody can sign in yet. Open this link to set cxsurvey up; it works once:\n\n  {link}\n")


def _setup_link(database: Database) -> str | None:
    from cxsurvey.accounts import setup
    from cxsurvey.core.context import OPERATOR, Context
    from cxsurvey.core.db.units import Share

    def fresh(ctx: Context) -> str | None:
        ctx.actor = OPERATOR
        return setup.fresh_link(ctx)

    path = database.write(fresh, share=Share.DASHBOARD)
    return f"{database.settings.origin}{path}" if path else None
