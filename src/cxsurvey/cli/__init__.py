"""The command line of an installation. Each command loads what it needs when it runs, so that help is quick."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

import typer

from cxsurvey import __version__

COMMANDS = ("serve", "worker", "demo", "db", "user", "key", "invitations", "imports", "score", "doctor")
"""The modules of this package that have commands, in the order in which help lists them."""

app = typer.Typer(
    name="cxsurvey",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"cxsurvey {__version__}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """Ask one good question, keep every response, tell the truth about the score."""


def main() -> None:
    """Runs the command that was typed. Expected conditions end in one sentence and exit code 1."""
    import os
    import sys

    from cxsurvey.cli.installation import warn

    # whatever this makes holds what customers wrote, or keys
    os.umask(0o077)
    try:
        app()
    except Exception as error:
        sentence = expected(error)
        if sentence is None:
            raise
        warn(sentence)
        sys.exit(1)


def expected(error: Exception) -> str | None:
    """The sentence for a condition that is nobody's bug; None for a bug."""
    from cxsurvey.core.db import checks
    from cxsurvey.core.db.backup import BackupFailed
    from cxsurvey.core.db.engines import UnsafeDatabase, WrongEncoding
    from cxsurvey.core.db.migrate import MigrationFailed
    from cxsurvey.core.db.serving import InUse
    from cxsurvey.core.errors import Refusal
    from cxsurvey.core.keyring import KeyUnusable

    if isinstance(error, Refusal):
        return error.text
    if isinstance(error, (BackupFailed, MigrationFailed, InUse, KeyUnusable, UnsafeDatabase, WrongEncoding)):
        return f"{error}."
    trouble = checks.trouble(error)
    return None if trouble is None else f"The database cannot be used: {trouble}."


for name in COMMANDS:
    import_module(f"{__name__}.{name}").register(app)
