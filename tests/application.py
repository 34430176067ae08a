"""Fixtures of the application: a migrated database, one transaction per test, the units of the real lane in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from cxsurvey import wiring
from cxsurvey.core.clock import FixedClock, SystemClock
from cxsurvey.core.context import Context
from cxsurvey.core.db import migrate
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.engines import Engines, open_engines
from cxsurvey.core.db.inline import InlineLane
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import SystemIds
from cxsurvey.core.signing import Keys
from cxsurvey.settings import Settings
from tests.databases import create_postgres_database, drop_postgres_database

T = TypeVar("T")

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ORIGIN = "http://localhost:8000"


def settings_for(url: str, data_dir: Path, **changes: Any) -> Settings:
    """Settings of a test installation."""
    return Settings(database_url=SecretStr(url), data_dir=data_dir, base_url=ORIGIN, allow_unsafe_db=True, **changes)


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Which database; a test that asks for it runs once on each."""
    return str(request.param)


@pytest.fixture(scope="session")
def migrated_url(dialect: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database of this test process that all migrations have run on, and nothing else."""
    folder = tmp_path_factory.mktemp(f"template-{dialect}")
    postgres = dialect == "postgres"
    url = create_postgres_database("template") if postgres else f"sqlite:///{folder / 'cxsurvey.db'}"
    engines = open_engines(settings_for(url, folder))
    migrate.upgrade(engines, "20261121-120000")
    engines.dispose()
    yield url
    if postgres:
        drop_postgres_database("template")


@pytest.fixture(scope="session")
def engines(migrated_url: str, tmp_path_factory: pytest.TempPathFactory, dialect: str) -> Iterator[Engines]:
    """Engines on a copy of the migrated database, for tests that roll back."""
    url = copied(migrated_url, "shared", tmp_path_factory.mktemp(f"shared-{dialect}"))
    opened = open_engines(settings_for(url, Path()))
    yield opened
    opened.dispose()
    if dialect == "postgres":
        drop_postgres_database("shared")


def copied(url: str, name: str, folder: Path) -> str:
    """A copy of the migrated database, made quickly."""
    if url.startswith("sqlite"):
        target = folder / "cxsurvey.db"
        shutil.copyfile(url.removeprefix("sqlite:///"), target)
        return f"sqlite:///{target}"
    return create_postgres_database(name, template="template")


@pytest.fixture
def connection(engines: Engines) -> Iterator[Connection]:
    """The one transaction of a test; undone at its end."""
    with engines.writing.connect() as opened:
        transaction = opened.begin()
        yield opened
        transaction.rollback()


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at noon UTC of 21 November 2026 until a test moves it."""
    return FixedClock(NOON)


@pytest.fixture
def keys() -> Keys:
    return Keys((b"a root secret that is only used in tests",))


@pytest.fixture
def settings(migrated_url: str, tmp_path: Path) -> Settings:
    return settings_for(migrated_url, tmp_path)


@pytest.fixture
def database(connection: Connection, clock: FixedClock, keys: Keys, settings: Settings) -> Database:
    """The database as edges see it, on the transaction of the test."""
    ids = SystemIds()

    def make_context(opened: Connection) -> Context:
        return Context(opened, clock.now(), ids, keys, settings)

    lane = InlineLane(connection, make_context, wiring.reactions())
    return Database(settings, clock, ids, keys, lane, lane)


@pytest.fixture
def ctx(connection: Connection, clock: FixedClock, keys: Keys, settings: Settings) -> Iterator[Context]:
    """One unit of work in the transaction of the test; nobody acts in it yet."""
    opened = Context(connection, clock.now(), SystemIds(), keys, settings)
    yield opened
    opened.abandon()


@pytest.fixture
def write(database: Database) -> Callable[[Callable[[Context], T]], T]:
    """Runs a function as one unit of work: `write(lambda ctx: …)`."""
    return lambda work: database.write(work, share=Share.JOBS)


@pytest.fixture
def app(database: Database) -> ASGIApp:
    """The whole application on the transaction of the test."""
    from cxsurvey import app as application

    return application.build(database)


@pytest.fixture
def client(app: ASGIApp) -> Iterator[TestClient]:
    """A browser that follows no redirect by itself."""
    with TestClient(app, base_url=ORIGIN, follow_redirects=False) as opened:
        yield opened


@pytest.fixture
def real_database(migrated_url: str, dialect: str, tmp_path: Path, keys: Keys) -> Iterator[Database]:
    """A database with its real lanes and clock, on a copy of its own."""
    url = copied(migrated_url, "real", tmp_path)
    opened = Database.open(settings_for(url, tmp_path), SystemClock(), SystemIds(), keys, wiring.reactions())
    yield opened
    opened.close()
    if dialect == "postgres":
        drop_postgres_database("real")
