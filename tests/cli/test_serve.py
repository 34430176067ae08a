"""`cxsurvey serve` and `worker` as processes: they start by themselves, stop politely and leave nothing behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from cxsurvey.cli import serve
from tests.cli.conftest import Run

PROGRAM = [sys.executable, "-c", "from cxsurvey.cli import main; main()"]


def environment(folder: Path, **settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CXSURVEY_")}
    return {**kept, "CXSURVEY_DATA_DIR": str(folder), **{f"CXSURVEY_{key}": value for key, value in settings.items()}}


@contextmanager
def running(
    command: str, folder: Path, program: Sequence[str] = PROGRAM, **settings: str
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*program, command],
        env=environment(folder, **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # a server that hangs must not hang the tests
    limit = threading.Timer(60, process.kill)
    limit.start()
    try:
        yield process
    finally:
        limit.cancel()
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def port() -> int:
    """A port of 127.0.0.1 that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(stream: Iterator[str], said: str) -> str:
    for line in stream:
        if said in line:
            return line
    pytest.fail(f"it ended without saying {said!r}")


def test_a_first_start_names_a_misspelt_setting_serves_prints_the_setup_link_and_ends_in_order(
    tmp_path: Path, port: int
) -> None:
    with running("serve", tmp_path / "data", PORT=str(port), LOG_FORMAT="json", PROT="9000") as server:
        assert server.stdout is not None
        link = wait_for(server.stdout, "/setup/")
        with urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
            assert answer.status == 200
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate()

    assert said.count("CXSURVEY_PROT is no setting of cxsurvey") == 1
    assert re.fullmatch(rf" *http://127\.0\.0\.1:{port}/setup/[0-9A-Za-z]{{27}}\n", link)
    assert server.returncode == 0, said
    assert "Traceback" not in said
    assert "server process" not in said
    data = tmp_path / "data"
    assert not (data / "cxsurvey.db-wal").exists()
    assert all(file.stat().st_mode & 0o077 == 0 for file in data.iterdir())
    with closing(sqlite3.connect(data / "cxsurvey.db")) as connection:
        assert connection.execute("SELECT count(*) FROM process_beats").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM one_time_links").fetchone() == (1,)


def test_a_taken_port_is_named_before_anything_is_made(cxsurvey: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = cxsurvey("serve", PORT=str(port))

    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1 port {port}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data" / "cxsurvey.db").exists()


def test_a_second_signal_does_not_wait_for_the_first() -> None:
    class Worker:
        told = 0

        def stop_soon(self) -> None:
            self.told += 1
            server.handle_exit(signal.SIGTERM, None)  # as when a signal meets the lock that this one holds

    worker = Worker()
    server = serve._server(None, worker)

    server.handle_exit(signal.SIGTERM, None)

    assert worker.told == 1
    assert server.should_exit


def test_serve_refuses_a_postgres_without_tables_and_says_what_to_type(cxsurvey: Run, postgres_url: str) -> None:
    done = cxsurvey("serve", DATABASE_URL=postgres_url, PORT="0", ALLOW_UNSAFE_DB="1")

    assert done.returncode == 1
    assert "Type: cxsurvey db upgrade" in done.stderr


def test_a_worker_beside_a_server_runs_jobs_and_stops_politely(tmp_path: Path, port: int) -> None:
    data = tmp_path / "data"
    with running("serve", data, PORT=str(port), LOG_FORMAT="json", RUN_WORKER="0") as server:
        assert server.stdout is not None
        wait_for(server.stdout, "/setup/")
        with closing(sqlite3.connect(data / "cxsurvey.db", isolation_level=None)) as connection:
            connection.execute(
                "INSERT INTO jobs (id, name, args, state, due_at, attempts, created_at) VALUES "
                "('00000000000000000000000000000001', 'core.forget_old', '{}', 'waiting', '2026-01-01',0, '2026-01-01')"
            )
        with running("worker", data, LOG_FORMAT="json") as worker:
            assert worker.stderr is not None
            line = wait_for(worker.stderr, "job.ended")
            with closing(sqlite3.connect(data / "cxsurvey.db")) as connection:
                kinds = sorted(kind for (kind,) in connection.execute("SELECT kind FROM process_beats"))
            worker.send_signal(signal.SIGTERM)
            _, said = worker.communicate()
        server.send_signal(signal.SIGTERM)
        _, served = server.communicate()

    assert kinds == ["pages", "worker"], "a server that takes no jobs is told from one that does"
    assert '"outcome": "done"' in line
    assert (worker.returncode, server.returncode) == (0, 0), said
    for program, told in (("worker", said), ("serve", served)):
        lines = [json.loads(each) for each in told.splitlines() if f'"{program}.stop' in each]
        assert [(each["event"], each["signal"]) for each in lines] == [
            (f"{program}.stopping", "SIGTERM"),
            (f"{program}.stopped", "SIGTERM"),
        ]


TWO_SIGNALS_AT_ONCE = """
import signal, threading
put = threading.Event.set
def put_twice(event):
    if threading.get_ident() == threading.main_thread().ident:
        with event._cond:  # the second signal comes while the first holds the lock
            signal.raise_signal(signal.SIGTERM)
    put(event)
threading.Event.set = put_twice
from cxsurvey.cli import main
main()
"""


def test_a_second_signal_does_not_keep_a_worker_from_stopping(tmp_path: Path, migrated_file: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    shutil.copyfile(migrated_file, data / "cxsurvey.db")
    with running("worker", data, program=[sys.executable, "-u", "-c", TWO_SIGNALS_AT_ONCE]) as worker:
        assert worker.stdout is not None
        wait_for(worker.stdout, "Press Ctrl-C")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
