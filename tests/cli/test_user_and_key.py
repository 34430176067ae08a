from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cxsurvey.accounts import doors, joining, setup, team, users
from cxsurvey.accounts.commands import JoinAsNew, SetUp
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
def installation(migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation with one user and one workspace."""
    monkeypatch.setenv("CXSURVEY_DATA_DIR", str(tmp_path))
    shutil.copyfile(migrated_file, tmp_path / "cxsurvey.db")

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


def test_a_colleague_is_invited_listed_and_given_another_role() -> None:
    printed = run("user", "invite", "max@example.com", "--role", "viewer").output

    found = re.search(r"http://127\.0\.0\.1:8000/join/([0-9A-Za-z]{27})\s*$", printed)
    assert found
    listed = run("user", "list").output.splitlines()
    assert [line.split()[:2] for line in listed] == [["owner", "ada@example.com"], ["viewer", "max@example.com"]]
    with open_database() as database:
        joined = database.write(
            lambda ctx: joining.join_as_new(
                ctx, found[1], JoinAsNew(name="Max", password="four words nobody guesses"), "unusable", "Firefox"
            ),
            share=Share.DASHBOARD,
        )
    assert joined.slug == "northwind"
    assert run("user", "role", "max@example.com", "admin").output.strip() == "Max is admin in Northwind."
    assert "admin    max@example.com  Max" in run("user", "list").output


def test_the_last_owner_stays_one() -> None:
    assert isinstance(run("user", "role", "ada@example.com", "viewer").exception, team.LastOwner)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("invite", "nobody"), "email must be an e-mail address"),
        (("invite", "max@example.com", "--role", "king"), "role must be"),
        (("role", "ada@example.com", "king"), "The role must be"),
    ],
)
def test_a_slip_is_told_in_one_sentence(words: tuple[str, ...], said: str) -> None:
    result = run("user", *words)

    assert result.exit_code == 2
    assert said in result.output


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

    assert result.exit_code == 2
    assert "--expires-days must be 1 or more" in result.output


def test_create_gives_the_scopes_that_are_named() -> None:
    token = run(
        "key", "create", "--name", "Till", "--scope", "responses:write", "--scope", "scores:read"
    ).output.strip()

    with open_database() as database, database.read() as ctx:
        assert doors.enter_by_key(ctx, token).scopes == {"responses:write", "scores:read"}


@pytest.mark.parametrize("scope", ["keys:manage", "nonsense", ""])
def test_create_refuses_what_no_key_may_do(scope: str) -> None:
    result = run("key", "create", "--name", "Till", "--scope", "responses:write", "--scope", scope)

    assert result.exit_code == 2
    said = " ".join(result.output.split())
    assert said.startswith(f"--scope {scope}: is not a scope; choose from audit:read, invitations:write, people:read, ")
    assert said.count("--scope") == 1
    assert "text" not in said
    assert "cxs_" not in result.output


def run(*words: str) -> Result:
    """Types a command."""
    return CliRunner().invoke(app, list(words))
