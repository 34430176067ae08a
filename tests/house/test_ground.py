"""What tests stand on one after the other: each finds it as it was, however the one before it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from cxsurvey.core.db.engines import open_engines
from tests.application import Ground, copied, settings_for
from tests.databases import drop_postgres_database


@pytest.fixture
def own_ground(migrated_url: str, tmp_path: Path, dialect: str) -> Iterator[Ground]:
    made = Ground(open_engines(settings_for(copied(migrated_url, "ground", tmp_path), tmp_path)))
    yield made
    made.close()
    if dialect == "postgres":
        drop_postgres_database("ground")


def driven(connection: Connection) -> object:
    """The connection of the driver below."""
    return connection.connection.driver_connection


def count(connection: Connection) -> int:
    counted: int = connection.execute(text("SELECT count(*) FROM once_a_test")).scalar_one()
    return counted


def test_the_next_one_finds_nothing_of_the_last_on_the_same_connection(own_ground: Ground) -> None:
    heard: list[object] = []
    with own_ground.begun() as first:
        below = driven(first)
        first.execute(text("CREATE TABLE once_a_test (x INTEGER)"))
        event.listen(first, "before_cursor_execute", lambda *said: heard.append(said))
        assert count(first) == 0
    assert len(heard) == 1

    with own_ground.begun() as second:
        assert driven(second) is below
        assert "once_a_test" not in second.dialect.get_table_names(second)
    assert len(heard) == 1


def fail(connection: Connection) -> None:
    raise RuntimeError


def lose(connection: Connection) -> None:
    connection.invalidate()


@pytest.mark.parametrize("end", [fail, lose])
def test_whatever_became_of_the_connection_the_next_one_gets_a_sound_one(
    own_ground: Ground, end: Callable[[Connection], None]
) -> None:
    try:
        with own_ground.begun() as first:
            first.execute(text("CREATE TABLE once_a_test (x INTEGER)"))
            end(first)
    except RuntimeError:
        assert end is fail

    with own_ground.begun() as second:
        assert "once_a_test" not in second.dialect.get_table_names(second)
