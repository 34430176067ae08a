"""`cxsurvey demo`: a made-up company to look at, set up and served with one command."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cxsurvey.cli.installation import (
    fail,
    open_database,
    read_settings,
    require_folders,
    warn_of_unknown_settings,
)

if TYPE_CHECKING:
    import socket

    from cxsurvey.cli.demo_output import Doors
    from cxsurvey.core.clock import FixedClock
    from cxsurvey.core.context import Context
    from cxsurvey.core.db.database import Database
    from cxsurvey.core.db.engines import Engines
    from cxsurvey.settings import Settings

FOLDER = Path("data/demo")
ASIDE = "making.db"
KEY_NAME = "Start screen of the demo"
PATIENCE_SECONDS = 30.0


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("demo")(demo)


def demo(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Where to listen; default CXSURVEY_PORT, or 8000.")
    ] = None,
) -> None:
    """Serve a made-up company with eighteen months of made-up responses. Its data stays for the next time."""
    from cxsurvey.cli import serve
    from cxsurvey.core import logs
    from cxsurvey.core.clock import SystemClock
    from cxsurvey.core.db.engines import open_engines

    settings = _settings(port)
    warn_of_unknown_settings()
    logs.configure(settings, SystemClock())
    engines = open_engines(settings)
    require_folders(settings, engines)
    try:
        if _is_missing(settings, engines):
            _make(settings, engines)
        serve.run(settings, engines, _greet)
    finally:
        engines.dispose()


def _settings(port: int | None) -> Settings:
    """The settings with a folder and a quietness of the demo's own, where none are chosen."""
    settings = read_settings()
    own: dict[str, object] = {"log_level": "warning", "data_dir": FOLDER}
    changes = {name: value for name, value in own.items() if name not in settings.model_fields_set}
    if port is not None:
        changes["port"] = port
    return settings.model_copy(update=changes)


def _is_missing(settings: Settings, engines: Engines) -> bool:
    """Whether the company still has to be made; ends the command when the database holds something else."""
    from cxsurvey.accounts import service
    from cxsurvey.core.db.migrate import SchemaState, schema_of

    if schema_of(engines).state is SchemaState.EMPTY:
        return True
    with open_database(settings) as database, database.read() as ctx:
        there = service.workspaces(ctx)
    if any(not workspace.is_demo for workspace in there):
        fail("This database holds a workspace that is no demo. Choose another CXSURVEY_DATA_DIR for the demo.", 2)
    return not there


def _make(settings: Settings, engines: Engines) -> None:
    """Makes the company; on SQLite in a file beside, so that an interrupted making leaves nothing half done."""
    from cxsurvey.core.db.engines import open_engines

    if engines.sqlite_file is None:
        _furnish(settings, engines)
        return
    aside = engines.sqlite_file.with_name(ASIDE)
    for left in aside.parent.glob(f"{ASIDE}*"):
        left.unlink()
    elsewhere = settings.model_copy(update={"database_url": _secret(f"sqlite:///{aside.absolute()}")})
    making = open_engines(elsewhere)
    try:
        _furnish(elsewhere, making)
    finally:
        making.dispose()
    aside.replace(engines.sqlite_file)


def _secret(text: str) -> object:
    from pydantic import SecretStr

    return SecretStr(text)


def _furnish(settings: Settings, engines: Engines) -> None:
    from cxsurvey.cli.demo_output import making
    from cxsurvey.core.clock import FixedClock, SystemClock
    from cxsurvey.core.db import migrate
    from cxsurvey.transfer.demo.furnish import furnish

    now = SystemClock().now()
    migrate.upgrade(engines, now.strftime("%Y%m%d-%H%M%S"))
    clock = FixedClock(now)
    with _opened_at(settings, clock) as database, making() as on_progress:
        furnish(database, clock, now, on_progress)


@contextmanager
def _opened_at(settings: Settings, clock: FixedClock) -> Iterator[Database]:
    """The database with a clock that is moved through the past."""
    from cxsurvey.core.db.database import Database
    from cxsurvey.core.ids import SystemIds
    from cxsurvey.core.keyring import load_keys
    from cxsurvey.wiring import reactions

    ids = SystemIds()
    database = Database.open(settings, clock, ids, load_keys(settings, ids), reactions(), checkpoints=True)
    try:
        yield database
    finally:
        database.close()


def _greet(database: Database, listener: socket.socket) -> None:
    """Prints the start screen as soon as the server answers."""
    from cxsurvey.core.db.units import Share

    doors = database.write(_doors, share=Share.DASHBOARD)
    threading.Thread(target=_greet_when_it_answers, args=(listener, doors), daemon=True).start()


def _greet_when_it_answers(listener: socket.socket, doors: Doors) -> None:
    from http.client import HTTPConnection

    from cxsurvey.cli.demo_output import greet

    host, port = listener.getsockname()[:2]
    connection = HTTPConnection(host, port, timeout=PATIENCE_SECONDS)
    try:
        # the port is taken already, so this waits until the server takes its first connection
        connection.request("GET", "/livez")
        connection.getresponse()
    finally:
        connection.close()
    greet(doors)


def _doors(ctx: Context) -> Doors:
    """Fresh ways in: a sign-in link and a key. The key of the last start stops working."""
    from cxsurvey.accounts import keys, signin
    from cxsurvey.accounts.commands import CreateKey
    from cxsurvey.cli.choosing import enter
    from cxsurvey.cli.demo_output import Doors
    from cxsurvey.core.ids import encode
    from cxsurvey.surveys import service as surveys
    from cxsurvey.transfer.demo import company
    from cxsurvey.transfer.demo.furnish import OWNER

    enter(ctx, None)
    for key in keys.listed(ctx):
        if key.name == KEY_NAME:
            keys.revoke(ctx, key.id)
    # whoever looks around may have made another survey of this name, or renamed the first one
    survey = min(surveys.listed(ctx), key=lambda each: (each.name != company.DELIVERY, each.created_at))
    return Doors(
        origin=ctx.settings.origin,
        sign_in=signin.link(ctx, OWNER),
        survey=f"/s/{survey.code}",
        survey_id=encode("srv", survey.id),
        key=keys.create(ctx, CreateKey(name=KEY_NAME)).token,
        folder=None if ctx.settings.database_url is not None else str(ctx.settings.data_dir),
    )
