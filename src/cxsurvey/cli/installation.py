"""What the commands share: settings, the open database, and how they speak.

An expected condition ends in one exact sentence on the standard error and exit code 1, never in a traceback.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from cxsurvey.core.folder import why_unusable

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from cxsurvey.core.db.database import Database
    from cxsurvey.core.db.engines import Engines
    from cxsurvey.core.db.migrate import Schema
    from cxsurvey.settings import Settings

RULES = {
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "is out of range",
    "bool_parsing": "must be 1 or 0",
    "literal_error": "must be {expected}",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
}
"""What a setting must be, by the kind of what was found wrong with it."""

BaseUrl = Annotated[
    str | None, typer.Option(help="Where customers and users reach the server, if CXSURVEY_BASE_URL does not say so.")
]


def say(text: str) -> None:
    """One line for the person at the terminal."""
    typer.echo(text)


def tell(text: str) -> None:
    """One line for the person at the terminal that is no part of the result, on the standard error."""
    typer.echo(text, err=True)


def warn(text: str) -> None:
    """One line that must not be overlooked, on the standard error."""
    typer.secho(text, fg=typer.colors.RED, bold=True, err=True)


def fail(text: str, code: int = 1) -> NoReturn:
    """Ends the command with one sentence."""
    warn(text)
    raise typer.Exit(code)


def read_settings(base_url: str | None = None) -> Settings:
    """The settings; a wrong one ends the command and is named, without the value it had.

    `base_url` takes the place of the setting of that name, for a command that prints links.
    From here on whatever this process logs goes to the standard error, in one form and without private words.
    """
    from pydantic import ValidationError
    from pydantic_settings import SettingsError

    from cxsurvey.core import logs
    from cxsurvey.core.clock import SystemClock
    from cxsurvey.settings import PREFIX, SecretUnreadable, Settings

    try:
        settings = Settings() if base_url is None else Settings(base_url=base_url)
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = ".".join(str(part) for part in problem["loc"])
            reason = _rule(problem)
            warn(f"{PREFIX}{name.upper()}: {reason}" if name else reason)
    except (SettingsError, SecretUnreadable) as error:
        warn(str(error))
    else:
        logs.configure(settings, SystemClock())
        return settings
    fail("Nothing was started. docs/settings.md describes each setting.", 2)


def _rule(problem: ErrorDetails) -> str:
    """What a setting must be, in our words."""
    rule = RULES.get(problem["type"])
    if rule is None:
        return str(problem["msg"]).removeprefix("Value error, ")
    return rule.format_map(problem.get("ctx", {})).replace("'", "")


def tell_assumed_origin(settings: Settings) -> None:
    """Says which server a link is for when nobody has named its address; the server may have been told another port."""
    if settings.base_url is None:
        tell(f"Made for a server at {settings.origin}; --base-url names another one.")


def warn_of_unknown_settings() -> None:
    """Names what looks like a setting and is none; such a word is most often misspelt."""
    from cxsurvey.settings import unknown_names

    for name in unknown_names():
        warn(f"{name} is no setting of cxsurvey and changes nothing; docs/settings.md lists them.")


def require_folders(settings: Settings, engines: Engines) -> None:
    """Ends the command when a folder that it will write to can neither be written to nor made."""
    for name, folder in folders(settings, engines).items():
        reason = why_unusable(folder)
        if reason is not None:
            fail(f"{name}: {folder} cannot be used: {reason}.", 2)


def folders(settings: Settings, engines: Engines) -> dict[str, Path]:
    """The folders this installation writes to, by the setting that names them."""
    found = {"CXSURVEY_DATA_DIR": settings.data_dir}
    if engines.sqlite_file is not None and settings.database_url is not None:
        found["CXSURVEY_DATABASE_URL"] = engines.sqlite_file.parent
    return found


def read_settings_and_engines(*, writes: bool = True) -> tuple[Settings, Engines]:
    """The settings and engines for the database they name; opens nothing yet.

    A command that `writes` nothing into the folders of the installation does without their being writable.
    """
    from cxsurvey.core.db.engines import open_engines

    settings = read_settings()
    try:
        engines = open_engines(settings)
    except (ValueError, ImportError) as error:
        fail(str(error), 2)
    if writes:
        require_folders(settings, engines)
    return settings, engines


@contextmanager
def opened_engines(*, writes: bool = True) -> Iterator[tuple[Settings, Engines]]:
    """The same for a block of code, after which no connection is left open."""
    settings, engines = read_settings_and_engines(writes=writes)
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
    """Ends the command when its folders cannot be used or the database has another schema than this program."""
    from cxsurvey.core.db.engines import open_engines
    from cxsurvey.core.db.migrate import schema_of

    engines = open_engines(settings)
    try:
        require_folders(settings, engines)
        reason = _folder_missing(settings, engines) or schema_problem(schema_of(engines))
    finally:
        engines.dispose()
    if reason is not None:
        fail(reason)


def _folder_missing(settings: Settings, engines: Engines) -> str | None:
    """That the folder of a SQLite database is not there, which is more often a slip than a new installation."""
    if engines.sqlite_file is None or engines.sqlite_file.parent.exists():
        return None
    name = "CXSURVEY_DATA_DIR" if settings.database_url is None else "CXSURVEY_DATABASE_URL"
    return (
        f"{name}: {engines.sqlite_file.parent} does not exist, so there is no installation in it. "
        "To begin one there, type: cxsurvey db upgrade"
    )


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
