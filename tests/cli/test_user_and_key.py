from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cxsurvey.accounts import doors, setup, users
from cxsurvey.accounts.commands import SetUp
from cxsurvey.cli import app
from cxsurvey.cli.choosing import Unclear
from cxsurvey.cli.installation import open_database
from cxsurvey.core.context import Context
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import NotFound

OWNER = SetUp(
    name="Ada", email="ada@example.com", password="four words nobody guesses", workspace="Northwind", zone="UTC"
)


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation with one user and one workspace."""
    monkeypatch.setenv("CXSURVEY_DATA_DIR", str(tmp_path))
    assert run("db", "upgrade").exit_code == 0

    def found(ctx: Context) -> None:
        setup.found(ctx, OWNER, "unusable")

    with open_database() as database:
        database.write(found, share=Share.DASHBOARD)


def test_reset_prints_a_link_that_works() -> None:
    printed = run("user", "reset", "Ada@example.com").output

    found = re.search(r"http://127\.0\.0\.1:8000/reset/([0-9A-Za-z]{27})\s*$", printed)
    assert found
    with open_database() as database, database.read() as ctx:
        assert users.check_reset(ctx, found[1]) == "ada@example.com"


def test_reset_for_a_server_elsewhere() -> None:
    printed = run("user", "reset", "Ada@example.com", "--base-url", "http://localhost:8123").output
    assert "http://localhost:8123/reset/" in printed


@pytest.mark.parametrize("email", ["ida@example.com", "nobody", ""])
def test_reset_of_an_unknown_user_makes_nothing(email: str) -> None:
    result = run("user", "reset", email)

    assert isinstance(result.exception, NotFound)
    assert "/reset/" not in result.output


def test_create_prints_nothing_but_the_key() -> None:
    token = run("key", "create", "--workspace", "northwind", "--name", "Shop", "--expires-days", "30").output.strip()

    assert re.fullmatch("cxs_live_[0-9A-Za-z]{27}", token)
    with open_database() as database, database.read() as ctx:
        view = doors.enter_by_key(ctx, token)
    assert (view.name, view.test) == ("Shop", False)
    assert view.expires_at is not None


def test_create_makes_a_test_key() -> None:
    token = run("key", "create", "--workspace", "northwind", "--name", "Trial", "--test").output.strip()

    assert token.startswith("cxs_test_")
    with open_database() as database, database.read() as ctx:
        assert doors.enter_by_key(ctx, token).test


def test_create_finds_the_only_workspace_by_itself() -> None:
    token = run("key", "create", "--name", "Shop").output.strip()

    with open_database() as database, database.read() as ctx:
        assert doors.enter_by_key(ctx, token).name == "Shop"


def test_create_in_an_unknown_workspace_makes_nothing() -> None:
    refusal = run("key", "create", "--workspace", "nope", "--name", "Shop").exception

    assert isinstance(refusal, Unclear)
    assert str(refusal) == "There is no workspace “nope”. There are: northwind."


def test_create_names_the_option_that_is_not_right() -> None:
    result = run("key", "create", "--workspace", "northwind", "--name", "Shop", "--expires-days", "0")

    assert result.exit_code == 1
    assert "--expires-days must be 1 or more" in result.output


def run(*words: str) -> Result:
    """Types a command."""
    return CliRunner().invoke(app, list(words))
