"""Statements compiled once per dialect and handed to the driver as they are; for the few on the busiest paths.

SQLAlchemy spends more time on preparing an ordinary execution than the database on carrying it out. Here the
text, the order of its parameters and the conversion of each value are found out once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy import Column, Connection, Dialect, Select, Table, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert
from sqlalchemy.types import NullType, TypeEngine

Convert: TypeAlias = Callable[[Any], Any] | None
Bind: TypeAlias = Callable[[Mapping[str, Any]], Any]
SIZES = (1, 4, 16, 64, 256, 1024)
"""Lists are filled up to one of these lengths, so that only so many texts exist."""


class FixedInsert:
    """An insert of whole rows of one table; `make` builds the statement for a dialect, by its name."""

    def __init__(self, table: Table, make: Callable[[str], Insert]) -> None:
        numbered = table.autoincrement_column
        self._make = make
        self._columns = [column.name for column in table.columns if column is not numbered]
        self._prepared: dict[str, tuple[str, Bind]] = {}

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Inserts the rows; each has a value for every column, but for a number that the database gives."""
        if not rows:
            return
        dialect = connection.dialect
        if dialect.name not in self._prepared:
            statement = self._make(dialect.name)
            compiled = statement.compile(dialect=dialect, column_keys=self._columns, for_executemany=True)
            self._prepared[dialect.name] = str(compiled), _binding(compiled, dialect)
        text, bind = self._prepared[dialect.name]
        connection.exec_driver_sql(text, [bind(row) for row in rows])


class FixedSelect:
    """A select with plain parameters, and at most one column that must be in a list."""

    def __init__(self, statement: Select[Any], listed: Column[Any] | None = None) -> None:
        self._statement = statement
        self._listed = listed
        self._prepared: dict[tuple[str, int], tuple[str, Bind, list[Convert]]] = {}

    def run(self, connection: Connection, listed: Collection[Any] = (), **parameters: Any) -> list[tuple[Any, ...]]:
        """The rows, as tuples of converted values in the order of the columns. A long list is asked in pieces."""
        if self._listed is None:
            return self._piece(connection, parameters, 0)
        values = list(listed)
        rows: list[tuple[Any, ...]] = []
        for start in range(0, len(values), SIZES[-1]):
            piece = values[start : start + SIZES[-1]]
            size = next(size for size in SIZES if size >= len(piece))
            filled = piece + piece[-1:] * (size - len(piece))
            numbered = {f"listed_{place}": value for place, value in enumerate(filled)}
            rows += self._piece(connection, parameters | numbered, size)
        return rows

    def _piece(self, connection: Connection, parameters: Mapping[str, Any], size: int) -> list[tuple[Any, ...]]:
        dialect = connection.dialect
        if (dialect.name, size) not in self._prepared:
            self._prepared[dialect.name, size] = self._prepare(dialect, size)
        text, bind, converts = self._prepared[dialect.name, size]
        return [
            tuple([value if convert is None else convert(value) for value, convert in zip(row, converts, strict=True)])
            for row in _fetched(connection, text, bind(parameters))
        ]

    def _prepare(self, dialect: Dialect, size: int) -> tuple[str, Bind, list[Convert]]:
        statement = self._statement
        if self._listed is not None:
            places = [bindparam(f"listed_{place}", type_=self._listed.type) for place in range(size)]
            statement = statement.where(self._listed.in_(places))
        compiled = statement.compile(dialect=dialect)
        converts = [_from_driver(column.type, dialect) for column in statement.selected_columns]
        return str(compiled), _binding(compiled, dialect), converts


def _fetched(connection: Connection, text: str, parameters: Any) -> list[tuple[Any, ...]]:
    """The driver's rows for a select, with the driver's errors as SQLAlchemy would give them."""
    if connection.dispatch.before_cursor_execute:
        # somebody listens to statements
        return [tuple(row) for row in connection.exec_driver_sql(text, parameters)]
    driver = connection.connection.driver_connection
    assert driver is not None
    cursor = driver.cursor()
    try:
        cursor.execute(text, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    except connection.dialect.loaded_dbapi.Error as error:
        base = connection.dialect.loaded_dbapi.Error
        raise DBAPIError.instance(text, None, error, base, dialect=connection.dialect) from error
    finally:
        cursor.close()
    return rows


def _binding(compiled: Any, dialect: Dialect) -> Bind:
    """How named values become what the driver takes: a tuple where it counts places, else a mapping."""
    assert isinstance(compiled, SQLCompiler)
    constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    names = list((compiled.positiontup if compiled.positional else compiled.binds) or ())
    converts = [
        (place, convert)
        for place, name in enumerate(names)
        if (convert := _to_driver(compiled.binds[name].type, dialect)) is not None
    ]
    # one call picks all values; it gives a tuple only for two names and more
    pick = itemgetter(*names) if len(names) > 1 else lambda row: tuple(row[name] for name in names)

    def in_order(values: Mapping[str, Any]) -> tuple[Any, ...]:
        row = list(pick({**constants, **values} if constants else values))
        for place, convert in converts:
            row[place] = convert(row[place])
        return tuple(row)

    if compiled.positional:
        return in_order
    return lambda values: dict(zip(names, in_order(values), strict=True))


def _to_driver(type_: TypeEngine[Any], dialect: Dialect) -> Convert:
    if isinstance(type_, NullType):
        # a value that nobody converts works on one database and fails on the other
        raise TypeError("a parameter of a fixed statement has no type")
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _from_driver(type_: TypeEngine[Any], dialect: Dialect) -> Convert:
    return type_.dialect_impl(dialect).result_processor(dialect, None)
