"""Commands as an operator types them."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from typer.main import get_command

from cxsurvey import cli
from cxsurvey.core import logs
from tests.cli.installed import FURNISHED, furnished
from tests.databases import drop_postgres_database
from tests.log_lines import log_plainly


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture(scope="session", autouse=True)
def commands_made_once() -> Iterator[None]:
    """Each process makes its commands from the functions of all; for one that types hundreds of them once is enough."""
    made = cache(get_command)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.main.get_command", made)
        patch.setattr("typer.testing._get_command", made)
        yield


@pytest.fixture(scope="session")
def furnished_url(migrated_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a furnished database, to be copied and left as it is."""
    with logging_of_a_command():
        url = furnished(migrated_url, tmp_path_factory.mktemp("furnished"))
    yield url
    if not url.startswith("sqlite"):
        drop_postgres_database(FURNISHED)


@pytest.fixture(autouse=True)
def logging_of_the_tests() -> Iterator[None]:
    """Whatever a command sets up in a test, the next one does not see."""
    with logging_of_a_command():
        yield


@contextmanager
def logging_of_a_command() -> Iterator[None]:
    """A command sets logging up for its process; afterwards it is again as the test run wants it."""
    root = logging.getLogger()
    before = (root.handlers, root.level)
    yield
    root.handlers, root.level = before[0], before[1]
    log_plainly()
    logs._access.stream = None


@pytest.fixture
def cxsurvey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in an installation below `tmp_path`; keyword arguments are settings."""

    def run(*arguments: str, **settings: str) -> Done:
        with monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("CXSURVEY_")]:
                patch.delenv(name)
            patch.setenv("CXSURVEY_DATA_DIR", str(tmp_path / "data"))
            for name, value in settings.items():
                patch.setenv(f"CXSURVEY_{name}", value)
            patch.setattr(sys, "argv", ["cxsurvey", *arguments])
            umask = os.umask(0o022)
            try:
                cli.main()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 0
            else:
                code = 0
            finally:
                os.umask(umask)
        said = capsys.readouterr()
        return Done(code, said.out, said.err)

    return run
