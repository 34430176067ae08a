"""What the commands share: settings, the open database, and how they speak.

An expected condition ends in one exact sentence on the standard error and exit code 1, never in a traceback.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from cxsurvey.core.db.database import Database
    from cxsurvey.core.db.engines import Engines
    from cxsurvey.core.db.migrate import Schema
    from cxsurvey.settings import Settings


def say(text: str) -> None:
    """One line for the person at the terminal."""
    typer.echo(text)


def warn(text: str) -> None:
    """One line that must not be overlooked, on the standard error."""
    typer.secho(text, fg=typer.colors.RED, bold=True, err=True)


def fail(text: str, code: int = 1) -> NoReturn:
    """Ends the command with one sentence."""
    warn(text)
    raise typer.Exit(code)


def read_settings() -> Settings:
    """The settings; a wrong one ends the command and is named, without the value it had.

    From here on whatever this process logs goes to the standard error, in one form and without private words.
    """
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from cxsurvey.core import logs
    from cxsurvey.core.clock import SystemClock
    from cxsurvey.settings import PREFIX, Settings

    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = ".".join(str(part) for part in problem["loc"])
            reason = str(problem["msg"]).removeprefix("Value error, ")
            warn(f"{PREFIX}{name.upper()}: {reason}" if name else reason)
    except SettingsError as error:
        warn(str(error))
    else:
        logs.configure(settings, SystemClock())
        return settings
    fail("Nothing was started. docs/settings.md describes each setting.", 2)


def read_settings_and_engines() -> tuple[Settings, Engines]:
    """The settings and engines for the database they name; opens nothing yet."""
    from cxsurvey.core.db.engines import open_engines

    settings = read_settings()
    try:
        return settings, open_engines(settings)
    except (ValueError, ImportError) as error:
        fail(str(error), 2)


@contextmanager
def opened_engines() -> Iterator[tuple[Settings, Engines]]:
    """The same for a block of code, after which no connection is left open."""
    settings, engines = read_settings_and_engines()
    try:
        yield settings, engines
    finally:
        engines.dispose()


@contextmanager
def open_database(settings: Settings | None = None, *, checkpoints: bool = False) -> Iterator[Database]:
    """The database of this installation with its lanes running; its schema must be current.

    For a command beside a running server: short units only. `checkpoints` is for whoever is alone or serves.
    """
    from cxsurvey.core.clock import SystemClock
    from cxsurvey.core.db.database import Database
    from cxsurvey.core.ids import SystemIds
    from cxsurvey.core.keyring import load_keys
    from cxsurvey.wiring import reactions

    settings = settings or read_settings()
    ids = SystemIds()
    require_current_schema(settings)
    database = Database.open(
        settings, SystemClock(), ids, load_keys(settings, ids), reactions(), checkpoints=checkpoints
    )
    try:
        yield database
    finally:
        database.close()


def require_current_schema(settings: Settings) -> None:
    """Ends the command when the database has another schema than this program."""
    from cxsurvey.core.db.engines import open_engines
    from cxsurvey.core.db.migrate import schema_of

    engines = open_engines(settings)
    try:
        reason = schema_problem(schema_of(engines))
    finally:
        engines.dispose()
    if reason is not None:
        fail(reason)


def schema_problem(found: Schema) -> str | None:
    """Why this program cannot work with a schema, and what to type; None when it can."""
    from cxsurvey.core.db.migrate import SchemaState

    return {
        SchemaState.CURRENT: None,
        SchemaState.EMPTY: "The database has no tables yet. Type: cxsurvey db upgrade",
        SchemaState.OLDER: (
            f"The database has schema {found.current}, this program needs {found.wanted}. "
            "Make a backup (cxsurvey db backup), then type: cxsurvey db upgrade"
        ),
        SchemaState.NEWER: (
            f"The database has schema {found.current}, which this program does not know (it has {found.wanted}). "
            "Install the newer version again, or restore a backup made with this one."
        ),
    }[found.state]
