"""`cxsurvey doctor`: what is right, what wants a look and what must be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cxsurvey.core.db.checks import Finding
    from cxsurvey.core.db.engines import Engines
    from cxsurvey.settings import Settings


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("doctor")(doctor)


def doctor() -> None:
    """Check settings, database, disk, clock and waiting jobs. Exit code 1 when something must be changed."""
    from cxsurvey.cli.installation import opened_engines
    from cxsurvey.core.db.checks import Colour

    worst = Colour.GREEN
    with opened_engines(writes=False) as (settings, engines):
        for finding in _findings(settings, engines):
            mark = {Colour.GREEN: "ok  ", Colour.YELLOW: "look", Colour.RED: "BAD "}[finding.colour]
            typer.echo(f"{typer.style(mark, fg=finding.colour.value, bold=True)}  {finding.about}: {finding.text}")
            if finding.colour is Colour.RED:
                worst = Colour.RED
    raise typer.Exit(1 if worst is Colour.RED else 0)


def _findings(settings: Settings, engines: Engines) -> Iterator[Finding]:
    from cxsurvey.core.db import checks

    yield from _unknown_settings()
    yield _address(settings)
    folders = list(_folders(settings, engines))
    yield from folders
    if engines.is_sqlite:
        yield checks.sqlite_library()
    # without its folders nothing that lies in them can be looked at
    if any(finding.colour is checks.Colour.RED for finding in folders):
        return
    yield _secret_key(settings)
    yield checks.disk_space(settings.data_dir)
    yield from _database(engines)


def _unknown_settings() -> Iterator[Finding]:
    from cxsurvey.core.db.checks import Colour, Finding
    from cxsurvey.settings import unknown_names

    for name in unknown_names():
        yield Finding(Colour.YELLOW, "Settings", f"{name} is no setting of cxsurvey and changes nothing")


def _folders(settings: Settings, engines: Engines) -> Iterator[Finding]:
    from cxsurvey.cli.installation import folders
    from cxsurvey.core.db.checks import Colour, Finding
    from cxsurvey.core.folder import why_unusable

    for name, folder in folders(settings, engines).items():
        reason = why_unusable(folder)
        if reason is not None:
            yield Finding(Colour.RED, "Folder", f"{name}: {folder} cannot be used: {reason}")
        else:
            yield Finding(Colour.GREEN, "Folder", f"{folder} can be written to")


def _address(settings: Settings) -> Finding:
    from cxsurvey.core.db.checks import Colour, Finding

    if settings.is_loopback_origin:
        return Finding(
            Colour.YELLOW, "Address", f"{settings.origin}: links work on this machine only; set CXSURVEY_BASE_URL"
        )
    if not settings.is_https:
        return Finding(Colour.RED, "Address", f"{settings.origin}: sign-ins and links travel in clear text")
    return Finding(Colour.GREEN, "Address", settings.origin)


def _secret_key(settings: Settings) -> Finding:
    from cxsurvey.core.db.checks import Colour, Finding
    from cxsurvey.core.keyring import key_file

    path = key_file(settings)
    if path is None:
        return Finding(Colour.GREEN, "Secret key", "from CXSURVEY_SECRET_KEY; it is in no backup, keep it safe")
    if not path.exists():
        return Finding(Colour.YELLOW, "Secret key", f"none yet; the first start makes {path}")
    if path.stat().st_mode & 0o077:
        return Finding(Colour.RED, "Secret key", f"others may read {path}; type: chmod 600 {path}")
    return Finding(Colour.GREEN, "Secret key", f"in {path}; a backup of the database includes it")


def _database(engines: Engines) -> Iterator[Finding]:
    from cxsurvey.cli.installation import schema_problem
    from cxsurvey.core.clock import SystemClock
    from cxsurvey.core.db import checks, drift
    from cxsurvey.core.db.checks import Colour, Finding
    from cxsurvey.core.db.engines import WrongEncoding, unsafe_settings
    from cxsurvey.core.db.migrate import schema_of
    from cxsurvey.wiring import metadata

    if engines.sqlite_file is not None and not engines.sqlite_file.exists():
        yield Finding(Colour.YELLOW, "Database", f"no file {engines.sqlite_file} yet; the first start makes it")
        return
    try:
        found = schema_of(engines)
        problem = schema_problem(found)
        yield Finding(Colour.RED if problem else Colour.GREEN, "Schema", problem or str(found.current))
        with engines.writing.connect() as connection, connection.begin():
            yield from checks.safety(unsafe_settings(connection))
        if problem is None:
            clock = SystemClock()
            with engines.reading.connect() as connection:
                lacking = drift.lacking(connection, metadata)
                yield from lacking
                # what is read from tables that are not there says nothing more
                if not any(finding.colour is Colour.RED for finding in lacking):
                    yield checks.clock(connection, clock)
                    yield checks.jobs(connection, clock.now())
    except WrongEncoding as error:
        yield Finding(Colour.RED, "Database", str(error))
    except Exception as error:
        trouble = checks.trouble(error)
        if trouble is None:
            raise
        yield Finding(Colour.RED, "Database", trouble)
