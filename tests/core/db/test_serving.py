"""Who may use the database together, and who must be alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cxsurvey.core.db import serving
from cxsurvey.core.db.engines import Engines, open_engines
from cxsurvey.core.db.serving import InUse, ServeLock
from cxsurvey.core.jobs import beats
from tests.application import NOON, copied, settings_for
from tests.databases import drop_postgres_database


@pytest.fixture
def fresh(migrated_url: str, dialect: str, tmp_path: Path) -> Iterator[Engines]:
    """Engines on a migrated database of this test's own."""
    engines = open_engines(settings_for(copied(migrated_url, "fresh", tmp_path), tmp_path))
    yield engines
    engines.dispose()
    if dialect == "postgres":
        drop_postgres_database("fresh")


def begin_serving(engines: Engines) -> ServeLock:
    lock = ServeLock(engines.sqlite_file)
    lock.share()
    with engines.writing.begin() as connection:
        beats.beat(connection, beats.Beat("shop:1", "serve", NOON, NOON, 1))
    return lock


def end_serving(engines: Engines, lock: ServeLock) -> None:
    lock.close()
    with engines.writing.begin() as connection:
        beats.stopped(connection, "shop:1")


def is_in_use(engines: Engines, now: datetime) -> bool:
    try:
        with serving.alone(engines, now):
            return False
    except InUse:
        return True


def test_a_running_server_is_seen_until_it_ends(fresh: Engines) -> None:
    assert not is_in_use(fresh, NOON)
    lock = begin_serving(fresh)
    assert is_in_use(fresh, NOON + timedelta(seconds=14))
    end_serving(fresh, lock)

    assert not is_in_use(fresh, NOON)


def test_nobody_is_alone_beside_a_server(fresh: Engines) -> None:
    lock = begin_serving(fresh)

    with pytest.raises(InUse, match="stop it first"), serving.alone(fresh, NOON):
        pytest.fail("was let in")

    end_serving(fresh, lock)
    with serving.alone(fresh, NOON):
        pass


def test_a_killed_server_does_not_stay_in_the_way(fresh: Engines) -> None:
    # a process that is killed loses its file lock, and its last sign of life grows old
    begin_serving(fresh).close()

    with serving.alone(fresh, NOON + beats.ALIVE + timedelta(seconds=1)):
        pass


def test_a_database_without_tables_is_used_by_nobody(database_url: str, tmp_path: Path) -> None:
    engines = open_engines(settings_for(database_url, tmp_path))

    assert not is_in_use(engines, NOON)
    engines.dispose()


def test_servers_share_and_wait_for_nobody_who_is_alone(tmp_path: Path) -> None:
    one, two, upgrader = (ServeLock(tmp_path / "cxsurvey.db") for _ in range(3))
    one.share()
    two.share()
    assert not upgrader.alone()
    one.close()
    two.close()
    assert upgrader.alone()

    with pytest.raises(InUse, match="upgrades or restores"):
        ServeLock(tmp_path / "cxsurvey.db").share()


def test_whoever_upgraded_goes_on_to_share(tmp_path: Path) -> None:
    first, second = (ServeLock(tmp_path / "cxsurvey.db") for _ in range(2))
    assert first.alone()
    first.share()

    second.share()
