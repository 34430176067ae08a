"""Processes of the program that begin where its modules are loaded already.

To load them takes most of what a server needs to start. One process of the test run does it once, and each server or
command is a fork of that: for the rest a process like any other, which is sent signals, killed and waited for. Tests of
how the program starts begin it from nothing, as operators do.

Each of these processes loads this module, so it takes along nothing but the program.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from cxsurvey import cli
from cxsurvey.cli.serve import PARTS

LOADED = (
    *PARTS,
    "cxsurvey.core.db.migrate",
    "sqlalchemy.dialects.postgresql.psycopg",
    "psycopg",
    "uvloop",
    "uvicorn.protocols.http.httptools_impl",
    "anyio._backends._asyncio",
    "babel.numbers",
)
"""What the process holds ready that the others are forks of."""


@cache
def nursery() -> ForkServerContext:
    """Makes processes as `multiprocessing` does, each a fork of one that has loaded the program."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(LOADED))
    return context


class Forked:
    """A running command, which is asked and told what one of `subprocess` would be."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """How it ended, less than zero for a signal; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Waits for its end and says how it ended; raises `subprocess.TimeoutExpired`."""
        self._process.join(timeout)
        ended = self.poll()
        if ended is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return ended

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def forked(
    arguments: Sequence[str], environment: Mapping[str, str], stdout: Path | None = None, stderr: Path | None = None
) -> Forked:
    """Begins a command of `cxsurvey` in an environment.

    What it says goes to files. Without one, its standard output goes nowhere, its standard error to that of the tests.
    """
    process = nursery().Process(
        target=_type,
        args=(list(arguments), dict(environment), stdout or Path(os.devnull), stderr),
        name=" ".join(arguments),
        # whatever fails: nothing outlives the tests
        daemon=True,
    )
    process.start()
    return Forked(process)


def _type(arguments: list[str], environment: dict[str, str], stdout: Path, stderr: Path | None) -> None:
    """What the new process does."""
    os.environ.clear()
    os.environ.update(environment)
    _send(1, stdout)
    if stderr is not None:
        _send(2, stderr)
    sys.argv = ["cxsurvey", *arguments]
    cli.main()


def _send(stream: int, file: Path) -> None:
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(opened, stream)
    os.close(opened)
