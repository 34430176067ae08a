"""The driver below a connection, for the few statements on the busiest paths.

SQLAlchemy spends as much on the execution of a short statement as the database, for nothing that these need: they
have their text and their values ready, and nobody asks for their result as an object. Who listens before
statements hears them all the same; who listens after them or to errors does not. A connection that is lost here is not
known to its pool as lost: whoever uses this gives it back as broken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def is_watched(connection: Connection) -> bool:
    """Whether somebody listens before the statements of this connection."""
    return bool(connection.dispatch.before_cursor_execute)


@contextmanager
def cursor_of(connection: Connection, text: str) -> Iterator[Any]:
    """A cursor of the driver for one statement, with the driver's errors of the class that SQLAlchemy gives them."""
    driver = connection.connection.driver_connection
    assert driver is not None
    cursor = driver.cursor()
    try:
        yield cursor
    except connection.dialect.loaded_dbapi.Error as error:
        base = connection.dialect.loaded_dbapi.Error
        raise DBAPIError.instance(text, None, error, base, dialect=connection.dialect) from error
    finally:
        cursor.close()


def command(connection: Connection, text: str) -> None:
    """Runs a statement that has no parameters and gives no rows."""
    if is_watched(connection):
        connection.exec_driver_sql(text)
        return
    with cursor_of(connection, text) as cursor:
        cursor.execute(text)


def for_each(connection: Connection, text: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Runs a statement once for each row of parameters."""
    if is_watched(connection):
        connection.exec_driver_sql(text, list(rows))
        return
    with cursor_of(connection, text) as cursor:
        cursor.executemany(text, rows)


def rows_of(connection: Connection, text: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """The driver's rows for a select."""
    if is_watched(connection):
        return [tuple(row) for row in connection.exec_driver_sql(text, parameters)]
    with cursor_of(connection, text) as cursor:
        cursor.execute(text, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
