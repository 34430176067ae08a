"""What every test may use. Fixtures that need the application stand beside the tests that use them."""

import gc
import hashlib
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest
from hypothesis import settings as hypothesis_settings

from cxsurvey.web import templating
from tests.databases import begin_run, create_postgres_database, drop_postgres_database, end_run
from tests.direct import end_answering
from tests.log_lines import log_plainly
from tests.outcomes import is_worker, pytest_runtest_protocol
from tests.parts import find_chromium, pytest_make_collect_report, pytest_runtest_makereport
from tests.waiting import place_in_line

pytest_plugins = ["tests.application"]

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport", "pytest_runtest_protocol"]

hypothesis_settings.register_profile("cxsurvey", derandomize=True, deadline=None, database=None)
hypothesis_settings.load_profile("cxsurvey")


def pytest_configure(config: pytest.Config) -> None:
    log_plainly()
    if not is_worker(config):
        begin_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    end_answering()
    if not is_worker(config):
        end_run()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=place_in_line)


def _keep_compiled_templates(cache: pytest.Cache) -> None:
    # what templates were compiled to, for other test processes, as Python keeps modules: it takes 0.8 s of each. Jinja
    # sees that a template has changed, and not that templates are compiled in another way
    compiler = Path(templating.__file__).read_bytes() + jinja2.__version__.encode()
    folder = cache.mkdir(f"templates-{hashlib.sha256(compiler).hexdigest()[:16]}")
    templating.environment().bytecode_cache = jinja2.FileSystemBytecodeCache(str(folder))


def pytest_collection_finish(session: pytest.Session) -> None:
    if session.config.cache is not None:  # not with -p no:cacheprovider
        _keep_compiled_templates(session.config.cache)
    # what was imported stays: looking through it over and over for garbage took a quarter of the time of all tests
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite database that does not exist yet."""
    return f"sqlite:///{tmp_path / 'cxsurvey.db'}"


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The address of an empty Postgres database; it goes when the test ends."""
    yield create_postgres_database("empty")
    drop_postgres_database("empty")


@pytest.fixture
def durable_postgres_url() -> Iterator[str]:
    """An empty database on a Postgres that flushes to disk as in production."""
    yield create_postgres_database("empty", durable=True)
    drop_postgres_database("empty", durable=True)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database, once on SQLite and once on Postgres."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The Chromium that drives browser tests."""
    return find_chromium()
