"""A database that is locked, away, cut off or full: the server refuses in time, keeps its word and recovers."""

from __future__ import annotations

import asyncio
import errno
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr
from sqlalchemy import make_url

from bench.harness import load
from bench.harness.client import Answer, ask
from bench.harness.installation import Installation, installed
from bench.kill import JSON_HEADERS, Submit
from cxsurvey.core.ids import encode
from cxsurvey.settings import Settings
from tests.databases import server_of
from tests.lane.served import (
    IN_TIME,
    STORED,
    assert_kept,
    assert_refused_in_time,
    assert_stored,
    form_path,
    get,
    send,
    serving,
    status_of,
    submits,
    wait_until,
)
from tests.parts import missing_part


@pytest.fixture
def on_postgres() -> Iterator[Installation]:
    """An installation with a Postgres of its own that may be stopped."""
    with installed("postgres", load.free_port()) as here:
        yield here


def test_a_locked_sqlite_file_is_told_in_time_and_forgotten_at_once(on_sqlite: Installation) -> None:
    file = on_sqlite.settings.data_dir / "cxsurvey.db"
    waiting = submits(on_sqlite, 1, 2)
    with serving(on_sqlite), closing(sqlite3.connect(file, isolation_level=None)) as somebody:
        assert_stored(send(on_sqlite, submits(on_sqlite, 3, 2)))
        somebody.execute("BEGIN IMMEDIATE")

        assert_refused_in_time(send(on_sqlite, waiting))
        paths = (form_path(on_sqlite), "/api/v1/surveys", "/readyz", "/livez")
        assert {path: get(on_sqlite, path).status for path in paths} == dict.fromkeys(paths, 200)

        somebody.execute("ROLLBACK")
        again = send(on_sqlite, waiting)
        assert_stored(again)
        assert max(answer.seconds for answer in again) < IN_TIME
    assert_kept(on_sqlite, waiting, rows=4)


def test_a_postgres_that_is_away_is_told_in_time_and_used_again_when_it_is_back(on_postgres: Installation) -> None:
    postgres = server_of(on_postgres.settings.data_dir / "postgres")
    waiting = submits(on_postgres, 1, 2)
    with serving(on_postgres) as process:
        before = submits(on_postgres, 3, 2)
        assert_stored(send(on_postgres, before))
        postgres.stop()

        assert_refused_in_time(send(on_postgres, waiting))
        read = [get(on_postgres, path) for path in (form_path(on_postgres), "/api/v1/surveys", "/readyz")]
        assert_refused_in_time(read)
        assert get(on_postgres, "/livez").status == 200

        postgres.start()
        wait_until(lambda: status_of(on_postgres, "/readyz") == 200, seconds=5)
        assert_stored(send(on_postgres, waiting))
        assert get(on_postgres, form_path(on_postgres)).status == 200
        assert process.poll() is None
    assert_kept(on_postgres, [*before, *waiting], rows=4)


def test_connections_that_postgres_cut_while_idle_are_not_noticed_by_anybody(on_shared_postgres: Installation) -> None:
    with serving(on_shared_postgres):
        first, second = submits(on_shared_postgres, 1, 8), submits(on_shared_postgres, 9, 8)
        assert_stored(send(on_shared_postgres, first))
        assert cut_all(on_shared_postgres) > 0

        assert get(on_shared_postgres, form_path(on_shared_postgres)).status == 200
        assert_stored(send(on_shared_postgres, second))
    assert_kept(on_shared_postgres, [*first, *second], rows=16)


def test_connections_that_postgres_cuts_under_load_cost_at_most_a_503(on_shared_postgres: Installation) -> None:
    acknowledged: list[Submit] = []
    statuses: set[int] = set()
    with serving(on_shared_postgres):
        for round_ in range(8):
            items = submits(on_shared_postgres, 1 + 40 * round_, 40)
            cutter = threading.Thread(target=cut_all, args=(on_shared_postgres,))
            cutter.start()
            answers = send(on_shared_postgres, items)
            cutter.join()
            acknowledged += [item for item, answer in zip(items, answers, strict=True) if answer.status in STORED]
            statuses |= {answer.status for answer in answers}
            assert all("retry-after" in answer.headers for answer in answers if answer.status not in STORED)
        after = submits(on_shared_postgres, 1001, 4)
        assert_stored(send(on_shared_postgres, after))

    assert statuses <= STORED | {503}
    assert_kept(on_shared_postgres, [*acknowledged, *after])


def cut_all(here: Installation) -> int:
    """Ends every connection to the database but its own; how many there were."""
    address = make_url(here.settings.database).set(drivername="postgresql").render_as_string(hide_password=False)
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
    with psycopg.connect(address, autocommit=True) as connection:
        return connection.execute(query, (connection.info.backend_pid,)).rowcount


def test_a_full_disk_refuses_keeps_what_it_acknowledged_and_recovers(on_sqlite: Installation, tmp_path: Path) -> None:
    with on_small_disk(on_sqlite, tmp_path) as (process, disk):
        acknowledged = submits(on_sqlite, 1, 20)
        assert_stored(send(on_sqlite, acknowledged))
        fill(disk)
        more = submits(on_sqlite, 101, 400)
        answers = [send(on_sqlite, [item])[0] for item in more]
        acknowledged += [item for item, answer in zip(more, answers, strict=True) if answer.status in STORED]
        refused = [item for item in more if item not in acknowledged]
        assert_refused_in_time([answer for answer in answers if answer.status not in STORED])
        assert len(refused) > 100
        survey = f"/api/v1/surveys/{encode('srv', on_sqlite.survey.id)}"
        paths = (form_path(on_sqlite), survey, "/readyz", "/livez")
        assert {path: get(on_sqlite, path).status for path in paths} == dict.fromkeys(paths, 200)

        (disk / "filler").unlink()
        assert_stored(send(on_sqlite, refused[:2]))
        kept = as_after_a_power_cut(process, disk, tmp_path / "kept", on_sqlite)
    assert_kept(kept, [*acknowledged, *refused[:2]], rows=len(acknowledged) + 2)
    with closing(sqlite3.connect(kept.settings.data_dir / "cxsurvey.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@contextmanager
def on_small_disk(here: Installation, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """Serves a copy of the installation from a disk of a few megabytes; the disk as it is seen from outside."""
    private = ["unshare", "--map-root-user", "--mount"]
    if subprocess.run([*private, "true"], check=False, capture_output=True).returncode != 0:
        missing_part("a mount namespace of one's own", "Permit unprivileged user namespaces.")
    target = folder / "disk"
    target.mkdir()
    program = Path(sys.executable).with_name("cxsurvey")
    make = 'mount -t tmpfs -o size=12m tmpfs "$1" && cp -a "$2/." "$1" && exec "$3" serve'
    command = [*private, "sh", "-c", make, "sh", str(target), str(here.settings.data_dir), str(program)]
    moved = replace(here, settings=settings_in(target, here.settings.port))
    process = subprocess.Popen(command, env=moved.environment, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: status_of(here, "/readyz") == 200)
        yield process, Path(f"/proc/{process.pid}/root{target}")
    finally:
        process.terminate()
        process.wait(60)


def settings_in(folder: Path, port: int) -> Settings:
    return Settings(data_dir=folder, database_url=SecretStr(f"sqlite:///{folder / 'cxsurvey.db'}"), port=port)


def fill(disk: Path) -> None:
    def write_on() -> None:
        with (disk / "filler").open("wb", buffering=0) as filler:
            while True:
                filler.write(bytes(4096))

    with pytest.raises(OSError, match="No space") as full:
        write_on()
    assert full.value.errno == errno.ENOSPC


def as_after_a_power_cut(
    process: subprocess.Popen[bytes], disk: Path, folder: Path, here: Installation
) -> Installation:
    """The installation as its files lie on the disk at one moment."""
    folder.mkdir()
    process.send_signal(signal.SIGSTOP)
    try:
        for name in ("cxsurvey.db", "cxsurvey.db-wal"):
            shutil.copyfile(disk / name, folder / name)
    finally:
        process.send_signal(signal.SIGCONT)
    return replace(here, settings=settings_in(folder, here.settings.port))


def test_crossed_keys_of_two_servers_do_not_hold_each_other_up(on_shared_postgres: Installation) -> None:
    """Both are sent the same twenty answers and the same batch, the other way round, at the same moment."""
    other = replace(
        on_shared_postgres, settings=on_shared_postgres.settings.model_copy(update={"port": load.free_port()})
    )
    statuses: set[int] = set()
    with serving(on_shared_postgres), serving(other):
        for round_ in range(5):
            there, back = crossed(on_shared_postgres, f"{round_}"), crossed(other, f"{round_}")[::-1]
            answers = asyncio.run(all_of([*there, *back]))
            statuses |= {answer.status for answer in answers}
            assert max(answer.seconds for answer in answers) < IN_TIME
            refused = [answer for answer in answers if answer.status in {409, 503}]
            assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)

            again = asyncio.run(all_of(there)) + asyncio.run(all_of(back))
            assert {answer.status for answer in again} <= {200, 201, 207}
            assert [ids_in(answer) for answer in again[:21]] == [ids_in(answer) for answer in again[:20:-1]]
    assert statuses <= {200, 201, 207, 409, 503}
    assert_kept(on_shared_postgres, [], rows=5 * 40)


Request = tuple[int, str, bytes, dict[str, str]]


def crossed(here: Installation, name: str) -> list[Request]:
    """Twenty single answers, and a batch of twenty others; each with a key."""
    survey, port = encode("srv", here.survey.id), here.settings.port

    def one(number: int, kind: str) -> dict[str, object]:
        return {"survey": survey, "score": number % 11, "external_id": f"{kind}-{name}-{number}"}

    singles: list[Request] = [
        (
            port,
            "/api/v1/responses",
            json.dumps(one(number, "single")).encode(),
            {**JSON_HEADERS, "Idempotency-Key": f"{name}-{number}"},
        )
        for number in range(20)
    ]
    batch = json.dumps({"responses": [one(number, "batch") for number in range(20)]}).encode()
    return [*singles, (port, "/api/v1/responses/batch", batch, {**JSON_HEADERS, "Idempotency-Key": f"{name}-batch"})]


async def all_of(requests: list[Request]) -> list[Answer]:
    return await asyncio.gather(*(ask(port, "POST", path, body, headers, 30) for port, path, body, headers in requests))


def ids_in(answer: Answer) -> list[str]:
    """The responses an answer tells of, in the order they were sent."""
    told = json.loads(answer.body)
    return [item["response"]["id"] for item in told["data"]] if answer.status == 207 else [told["id"]]
