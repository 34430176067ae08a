"""`cxsurvey db`: upgrade, verify, rebuild, backup and restore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cxsurvey.cli.installation import (
    fail,
    opened_engines,
    require_current_schema,
    say,
)

if TYPE_CHECKING:
    from collections.abc import Sized
    from datetime import datetime

    from cxsurvey.settings import Settings

DIFFERENCES_SHOWN = 20

commands = typer.Typer(help="Look after the database.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the group of commands."""
    app.add_typer(commands, name="db")


@commands.command()
def upgrade() -> None:
    """Bring the schema to this version of the program; on SQLite after a copy of the file."""
    from cxsurvey.core.db import migrate
    from cxsurvey.core.db.serving import alone

    with opened_engines() as (_, engines):
        found = migrate.schema_of(engines)
        if found.state is migrate.SchemaState.CURRENT:
            say(f"The schema is {found.current}, as this program needs it. Nothing to do.")
            return
        if engines.is_sqlite:
            with alone(engines, _now()):
                done = migrate.upgrade(engines, _stamp(_now()))
        else:
            done = migrate.upgrade(engines, _stamp(_now()))
        say(f"Upgraded the schema from {done.before or 'nothing'} to {done.after}.")
        if done.copy is not None:
            say(f"The database as it was before: {done.copy}")


@commands.command()
def verify() -> None:
    """Recount all responses and compare them with the daily counters; look for scores off their scale and wrong marks.

    Exit code 1 when something is wrong.
    """
    from rich.progress import track

    from cxsurvey.core.db.snapshot import snapshot
    from cxsurvey.core.ids import encode
    from cxsurvey.responses import counts
    from cxsurvey.responses.queries import marks
    from cxsurvey.responses.views import PREFIX

    with opened_engines() as (settings, engines):
        require_current_schema(settings)
        found, misfits, mismarked = [], [], []
        with snapshot(engines) as connection:
            lines = counts.trend_lines(connection)
        for line in track(lines, description="Counting"):
            # a snapshot each: a long one would keep the database from tidying up
            with snapshot(engines) as connection:
                found += [(line, *difference) for difference in counts.differences(connection, line)]
                misfits += [(line, *misfit) for misfit in counts.off_scale(connection, line)]
                mismarked += marks.wrong(connection, line)
        for line, day, counter, stored, true in found[:DIFFERENCES_SHOWN]:
            say(f"trend line {line}, {day}: {counter} is {stored}, the responses give {true}")
        for line, response_id, score in misfits[:DIFFERENCES_SHOWN]:
            say(f"response {encode(PREFIX, response_id)}: its score {score} is not on the scale of trend line {line}")
        for mark in mismarked[:DIFFERENCES_SHOWN]:
            told = "marked for contact, its customer did not agree"
            if not mark.marked:
                told = "not marked for contact, its customer agreed to it"
            say(f"response {encode(PREFIX, mark.response_id)}: it is {told}")
        if misfits:
            say(
                f"{len(misfits)} scores are off their scale{_more(misfits)}: they are in no figure. "
                "Void them on their pages."
            )
        wrong = [
            f"{len(those)} {what} are wrong{_more(those)}"
            for what, those in (("counters", found), ("marks of who may be contacted", mismarked))
            if those
        ]
        if wrong:
            fail(f"{' and '.join(wrong)}. To set them right: cxsurvey db rebuild")
        if misfits:
            raise typer.Exit(1)
        say(f"All counters of {len(lines)} trend line{'' if len(lines) == 1 else 's'} are right.")


def _more(found: Sized) -> str:
    return f" ({len(found) - DIFFERENCES_SHOWN} more)" if len(found) > DIFFERENCES_SHOWN else ""


@commands.command()
def rebuild() -> None:
    """Set the counters and marks anew from the responses; beside a running server its worker does it."""
    from cxsurvey.cli.rebuilding import rebuild_counters

    days = rebuild_counters()
    say(f"Recounted {days} day{'' if days == 1 else 's'}.")


@commands.command()
def backup(
    to: Annotated[Path | None, typer.Argument(help="File to write; default: a dated one in the data folder.")] = None,
) -> None:
    """Copy the database and its secret key, while it is served. The copy is checked before it gets its name."""
    from rich.console import Console

    from cxsurvey.core.db.backup import copy_private, copy_sqlite, dump_postgres
    from cxsurvey.core.keyring import key_file

    with opened_engines(writes=to is None) as (settings, engines):
        end = ".db" if engines.is_sqlite else ".dump"
        target = to or _own_folder(settings) / f"cxsurvey-{_stamp(_now())}{end}"
        if target.exists():
            fail(f"{target} exists already; nothing was written.")
        with Console(stderr=True).status(f"Copying to {target}"):
            if engines.sqlite_file is not None:
                copy_sqlite(engines.sqlite_file, target)
            else:
                dump_postgres(engines.writing.url, target)
        say(f"Wrote {target} ({_megabytes(target)}).")
        key = key_file(settings)
        if key is None:
            say("The secret key comes from the settings and is not in this backup. Keep it as safe.")
        elif key.exists():
            copy_private(key, _key_beside(target))
            say(f"Wrote {_key_beside(target)}: the secret key. Who has both files can open every link.")


@commands.command()
def restore(
    source: Annotated[Path, typer.Argument(help="A file that `cxsurvey db backup` wrote.")],
) -> None:
    """Put a backup in the place of the database; what was there is kept. No server may run meanwhile."""
    from cxsurvey.core.db.backup import copy_sqlite, put_in_place
    from cxsurvey.core.db.serving import alone

    with opened_engines() as (settings, engines):
        live = engines.sqlite_file
        if live is None:
            fail(
                "On Postgres restore with its own program into an empty database: "
                "pg_restore --no-owner --dbname=ADDRESS FILE; docs/operate.md shows how."
            )
        stamp = _stamp(_now())
        checked = live.with_name(f".{live.name}.{stamp}.restoring")
        aside = live.with_name(f"{live.stem}-replaced-{stamp}{live.suffix}")
        with alone(engines, _now()):
            try:
                copy_sqlite(source, checked)
                _check_contents(checked)
                put_in_place(checked, live, aside)
            finally:
                checked.unlink(missing_ok=True)
            say(f"Restored {source} to {live}.")
            if aside.exists():
                say(f"What was there before: {aside}")
            _restore_key(settings, source, stamp)


def _check_contents(file: Path) -> None:
    """Refuses a file with a schema this program does not know, or with counters that are wrong."""
    from pydantic import SecretStr

    from cxsurvey.cli.installation import read_settings, schema_problem
    from cxsurvey.core.db import migrate
    from cxsurvey.core.db.engines import open_engines
    from cxsurvey.core.db.snapshot import snapshot
    from cxsurvey.responses import counts

    settings = read_settings().model_copy(update={"database_url": SecretStr(f"sqlite:///{file.absolute()}")})
    engines = open_engines(settings)
    try:
        with snapshot(engines) as connection:
            found = migrate.schema(connection)
            if found.state in {migrate.SchemaState.EMPTY, migrate.SchemaState.NEWER}:
                fail(f"Nothing was replaced. The backup does not fit: {schema_problem(found)}")
            if found.state is migrate.SchemaState.OLDER:
                say(f"The backup has schema {found.current}; `serve` will upgrade it when it starts.")
                return
            wrong = [line for line in counts.trend_lines(connection) if counts.differences(connection, line)]
        if wrong:
            say("Some daily counters of the backup are wrong. After this: cxsurvey db rebuild")
    finally:
        engines.dispose()
        for end in ("-wal", "-shm"):
            Path(f"{file}{end}").unlink(missing_ok=True)


def _restore_key(settings: Settings, source: Path, stamp: str) -> None:
    from cxsurvey.core.db.backup import copy_private
    from cxsurvey.core.keyring import key_file

    key, saved = key_file(settings), _key_beside(source)
    if key is None:
        say("The secret key comes from the settings: it must be the one the backup was made with.")
        return
    if not saved.exists():
        say(f"There is no {saved}: links sent before work only if {key} is still the same key.")
        return
    if key.exists() and key.read_bytes() != saved.read_bytes():
        copy_private(key, key.with_name(f"{key.stem}-replaced-{stamp}{key.suffix}"))
    key.parent.mkdir(parents=True, exist_ok=True)
    copy_private(saved, key)
    say(f"Restored the secret key to {key}.")


def _own_folder(settings: Settings) -> Path:
    folder = settings.data_dir / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _key_beside(backup_file: Path) -> Path:
    return backup_file.with_name(backup_file.name + ".key")


def _megabytes(file: Path) -> str:
    return f"{file.stat().st_size / 1_000_000:.1f} MB"


def _now() -> datetime:
    from cxsurvey.core.clock import SystemClock

    return SystemClock().now()


def _stamp(now: datetime) -> str:
    return now.strftime("%Y%m%d-%H%M%S")
