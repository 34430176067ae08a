"""Fixtures of the application: a migrated database, one transaction per test, the units of the real lane in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, Generic, TypeVar

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, PoolProxiedConnection
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
from cxsurvey.respond import showing
from cxsurvey.settings import Settings
from cxsurvey.surveys import asked
from tests.databases import create_postgres_database, drop_postgres_database
from tests.direct import DirectClient

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
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Gives the address of a database that all migrations have run on, by dialect; each is made once per process."""

    @cache
    def made(dialect: str) -> str:
        folder = tmp_path_factory.mktemp(f"template-{dialect}")
        url = create_postgres_database("template") if dialect == "postgres" else f"sqlite:///{folder / 'cxsurvey.db'}"
        engines = open_engines(settings_for(url, folder))
        migrate.upgrade(engines, "20261121-120000")
        engines.dispose()
        names.append(dialect)
        return url

    names: list[str] = []
    yield made
    if "postgres" in names:
        drop_postgres_database("template")


@pytest.fixture(scope="session")
def migrated_url(dialect: str, templates: Callable[[str], str]) -> str:
    """The address of a database of this test process that all migrations have run on, and nothing else."""
    return templates(dialect)


@pytest.fixture
def migrated_file(templates: Callable[[str], str]) -> Path:
    """An SQLite database that all migrations have run on, to be copied and left as it is."""
    return Path(templates("sqlite").removeprefix("sqlite:///"))


class Ground:
    """A database that tests stand on one after the other, over one connection of the driver that stays open.

    To open one costs SQLite more than most tests do with it: it reads the whole schema anew.
    """

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._kept: PoolProxiedConnection | None = None

    @contextmanager
    def begun(self) -> Iterator[Connection]:
        """A transaction that is undone in the end, on a connection that knows no listener of a test before."""
        kept, self._kept = self._kept or self._engines.writing.raw_connection(), None
        opened = Connection(self._engines.writing, kept)
        transaction = opened.begin()
        try:
            yield opened
            transaction.rollback()
        except BaseException:
            if kept.is_valid:
                kept.invalidate()
            raise
        if kept.is_valid:
            self._kept = kept

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()
        self._engines.dispose()


@pytest.fixture(scope="session")
def ground(migrated_url: str, tmp_path_factory: pytest.TempPathFactory, dialect: str) -> Iterator[Ground]:
    """A copy of the migrated database, for tests that roll back."""
    url = copied(migrated_url, "shared", tmp_path_factory.mktemp(f"shared-{dialect}"))
    opened = Ground(open_engines(settings_for(url, Path())))
    yield opened
    opened.close()
    if dialect == "postgres":
        drop_postgres_database("shared")


def copied(url: str, name: str, folder: Path, template: str = "template") -> str:
    """A copy of a database, made quickly: of the migrated one unless another name of it on Postgres is given."""
    if url.startswith("sqlite"):
        target = folder / "cxsurvey.db"
        shutil.copyfile(url.removeprefix("sqlite:///"), target)
        return f"sqlite:///{target}"
    return create_postgres_database(name, template=template)


@dataclass(frozen=True)
class House(Generic[T]):
    """A database that many tests begin with, and what its builder said about it."""

    ground: Ground
    found: T


class Houses:
    """Copies of the migrated database with something in them; each is built once per test process.

    Whoever uses one rolls back, so that the next test finds it as it was built.
    """

    def __init__(self, url: str, folder: Path, keys: Keys) -> None:
        self._url = url
        self._folder = folder
        self._keys = keys
        self._built: dict[Callable[[Database], Any], House[Any]] = {}

    def __call__(self, build: Callable[[Database], T]) -> House[T]:
        """The house of a builder: a function that brings into a database what is to stand there."""
        if build not in self._built:
            self._built[build] = self._opened(build)
        return self._built[build]

    def _opened(self, build: Callable[[Database], T]) -> House[T]:
        name = f"house{len(self._built)}"
        folder = self._folder / name
        folder.mkdir()
        url = copied(self._url, name, folder)
        settings = settings_for(url, folder)
        engines = open_engines(settings)
        with engines.writing.connect() as opened, opened.begin():
            found = build(database_on(opened, FixedClock(NOON), self._keys, settings))
        return House(Ground(engines), found)

    def close(self) -> None:
        for number, house in enumerate(self._built.values()):
            house.ground.close()
            if not self._url.startswith("sqlite"):
                drop_postgres_database(f"house{number}")


@pytest.fixture(scope="session")
def houses(migrated_url: str, tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Iterator[Houses]:
    """What many tests begin with, built once: `houses(builder)`."""
    made = Houses(migrated_url, tmp_path_factory.mktemp("houses"), keys)
    yield made
    made.close()


@pytest.fixture
def house() -> House[Any] | None:
    """The house that a test stands in; without one, its database is empty."""
    return None


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """Undoes what happens within, and nothing that was there before."""
    savepoint = connection.begin_nested()
    yield
    savepoint.rollback()


@pytest.fixture
def connection(ground: Ground, house: House[Any] | None) -> Iterator[Connection]:
    """The one transaction of a test; undone at its end."""
    forget_surveys()
    with (ground if house is None else house.ground).begun() as opened:
        yield opened


def forget_surveys() -> None:
    """Takes from this process what it remembers of surveys, for a house shows the same ones to test after test."""
    asked._kept.clear()
    showing._shelf._pages.clear()


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands at noon UTC of 21 November 2026 until a test moves it."""
    return FixedClock(NOON)


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys((b"a root secret that is only used in tests",))


@pytest.fixture(scope="session")
def settings_as_read(migrated_url: str) -> Settings:
    """Settings that are read once, for the many tests that differ in their folder alone."""
    return settings_for(migrated_url, Path())


@pytest.fixture(scope="session")
def data_dirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """New empty folders; pytest's own way to make one for each test looks through all that it made before."""
    base = tmp_path_factory.mktemp("data")
    return (base / str(number) for number in count())


@pytest.fixture
def settings(settings_as_read: Settings, data_dirs: Iterator[Path]) -> Settings:
    folder = next(data_dirs)
    folder.mkdir()
    return settings_as_read.model_copy(update={"data_dir": folder})


@pytest.fixture
def database(connection: Connection, clock: FixedClock, keys: Keys, settings: Settings) -> Database:
    """The database as edges see it, on the transaction of the test."""
    return database_on(connection, clock, keys, settings)


def database_on(connection: Connection, clock: FixedClock, keys: Keys, settings: Settings) -> Database:
    """A database whose units and reads all happen on one connection, within its transaction."""
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
    with DirectClient(app, base_url=ORIGIN, follow_redirects=False) as opened:
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
