"""An installation as the command line meets it: a migrated database of its own, named by the environment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cxsurvey import cli
from cxsurvey.cli.installation import open_database
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey
from tests.application import copied
from tests.databases import drop_postgres_database
from tests.factories import make_place

FURNISHED = "furnished"
"""What that database is called on Postgres."""


def furnished(migrated_url: str, folder: Path) -> str:
    """The address of a copy of the migrated database with the survey “Relationship” and a draft."""
    url = copied(migrated_url, FURNISHED, folder)
    with pytest.MonkeyPatch.context() as patch:
        _name(patch, url, folder)
        with open_database() as database:
            database.write(_furnish, share=Share.JOBS)
    return url


@contextmanager
def installation(furnished_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> Iterator[None]:
    """The commands meet a copy of the furnished database."""
    url = copied(furnished_url, name, folder, FURNISHED)
    _name(monkeypatch, url, folder)
    yield
    if not url.startswith("sqlite"):
        drop_postgres_database(name)


def _name(patch: pytest.MonkeyPatch, url: str, folder: Path) -> None:
    """Names an installation to the commands."""
    patch.setenv("CXSURVEY_DATABASE_URL", url)
    patch.setenv("CXSURVEY_DATA_DIR", str(folder))
    patch.setenv("CXSURVEY_ALLOW_UNSAFE_DB", "1")


def _furnish(ctx: Context) -> None:
    make_place(ctx)
    surveys.create(ctx, CreateSurvey(name="Draft"))


def run(*arguments: object) -> Result:
    """One command, on a terminal of 80 columns."""
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments], env={"COLUMNS": "80"})


def run_json(*arguments: object) -> Any:
    """What a command that ends well prints with `--json`."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@contextmanager
def opened() -> Iterator[Database]:
    """The installation's database."""
    with open_database() as database:
        yield database
