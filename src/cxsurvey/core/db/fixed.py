"""Statements compiled once per dialect and handed to the driver as they are; for the few on the busiest paths.

SQLAlchemy spends more time on preparing an ordinary execution than the database on carrying it out. Here the
text, the order of its parameters and the conversion of each value are found out once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import repeat
from operator import attrgetter, is_, itemgetter
from typing import Any, TypeAlias, cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    JSON,
    Column,
    Connection,
    Date,
    Dialect,
    Select,
    String,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    insert,
)
from sqlalchemy import cast as cast_to
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Insert
from sqlalchemy.types import NullType, TypeEngine

from cxsurvey.core.db.driver import cursor_of, for_each, is_watched, rows_of
from cxsurvey.core.db.engines import as_json
from cxsurvey.core.db.types import UtcDateTime
from cxsurvey.core.db.upsert import POSTGRES

Convert: TypeAlias = Callable[[Any], Any] | None
Bind: TypeAlias = Callable[[Mapping[str, Any]], tuple[Any, ...]]
ConvertRow: TypeAlias = Callable[[tuple[Any, ...]], tuple[Any, ...]]
BindMany: TypeAlias = Callable[[Sequence[Mapping[str, Any]]], list[tuple[Any, ...]]]
SIZES = (1, 4, 16, 64, 128, 256, 1024)
"""Lists are filled up to one of these lengths, so that only so many texts exist."""
LISTED = "listed"
_LISTED = [f"{LISTED}_{place}" for place in range(SIZES[-1])]
COPIED_FROM = 4
"""Rows from which a COPY, which takes two more messages than an insert, is the quicker one."""


class FixedInsert:
    """An insert of whole rows of one table; `make` builds the statement for a dialect, by its name.

    Without `make` it is a plain insert, which Postgres takes as one COPY when there are several rows: one message
    for all of them instead of one each.
    """

    def __init__(self, table: Table, make: Callable[[str], Insert] | None = None) -> None:
        numbered = table.autoincrement_column
        self._make = make or (lambda _: insert(table))
        self._copied = make is None
        self._columns = [column for column in table.columns if column is not numbered]
        self._names = [column.name for column in self._columns]
        self._prepared: dict[tuple[str, bool], tuple[str, BindMany]] = {}

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Inserts the rows; each has a value for every column, but for a number that the database gives."""
        if not rows:
            return
        dialect = connection.dialect
        copied = self._copied and dialect.name == POSTGRES and len(rows) >= COPIED_FROM
        if (dialect.name, copied) not in self._prepared:
            self._prepared[dialect.name, copied] = self._copy() if copied else self._insert(dialect)
        text, bind = self._prepared[dialect.name, copied]
        if copied:
            _copy(connection, text, bind(rows))
        else:
            for_each(connection, text, bind(rows))

    def _insert(self, dialect: Dialect) -> tuple[str, BindMany]:
        counting = _counting_places(dialect)
        statement = self._make(dialect.name)
        compiled = statement.compile(dialect=counting, column_keys=self._names, for_executemany=True)
        assert isinstance(compiled, SQLCompiler)
        names = list(compiled.positiontup or ())
        return str(compiled), _binding_many(names, [_to_driver(compiled.binds[name].type, counting) for name in names])

    def _copy(self) -> tuple[str, BindMany]:
        table = self._columns[0].table
        named = ", ".join(f'"{name}"' for name in self._names)
        converts = [_to_text(column.type) for column in self._columns]
        return f'COPY "{table}" ({named}) FROM STDIN', _binding_many(self._names, converts)


class FixedSelect:
    """A select with plain parameters, and at most one column that must be in a list.

    `kept` is for few rows that are read all the time: so many of them are remembered with what they were converted
    to. They are read from the database each time all the same.
    """

    def __init__(self, statement: Select[Any], listed: Column[Any] | None = None, kept: int = 0) -> None:
        self._statement = statement
        self._listed = listed
        self._kept = kept
        self._prepared: dict[tuple[str, int], tuple[str, Bind, ConvertRow]] = {}

    def run(self, connection: Connection, listed: Collection[Any] = (), **parameters: Any) -> list[tuple[Any, ...]]:
        """The rows, as tuples of converted values in the order of the columns. A long list is asked in pieces."""
        if self._listed is None:
            return self._piece(connection, parameters, 0)
        values = list(listed)
        rows: list[tuple[Any, ...]] = []
        for start in range(0, len(values), SIZES[-1]):
            piece = values[start : start + SIZES[-1]]
            if connection.dialect.name == POSTGRES:
                rows += self._piece(connection, parameters | {LISTED: _array(piece)}, 1)
                continue
            size = next(size for size in SIZES if size >= len(piece))
            filled = piece + piece[-1:] * (size - len(piece))
            rows += self._piece(connection, parameters | dict(zip(_LISTED, filled, strict=False)), size)
        return rows

    def _piece(self, connection: Connection, parameters: Mapping[str, Any], size: int) -> list[tuple[Any, ...]]:
        dialect = connection.dialect
        if (dialect.name, size) not in self._prepared:
            self._prepared[dialect.name, size] = self._prepare(dialect, size)
        text, bind, convert = self._prepared[dialect.name, size]
        return [convert(row) for row in rows_of(connection, text, bind(parameters))]

    def _prepare(self, dialect: Dialect, size: int) -> tuple[str, Bind, ConvertRow]:
        statement, dialect = self._statement, _counting_places(dialect)
        if self._listed is not None and dialect.name == POSTGRES:
            # one parameter instead of one for each value, of which the driver makes much
            # as texts without a length: a cast to VARCHAR(n) would cut a longer value and find a wrong row
            element = Text() if isinstance(self._listed.type, String) else self._listed.type
            listed = cast_to(bindparam(LISTED, type_=Text()), ARRAY(element))
            statement = statement.where(self._listed == any_(listed))
        elif self._listed is not None:
            places = [bindparam(name, type_=self._listed.type) for name in _LISTED[:size]]
            statement = statement.where(self._listed.in_(places))
        compiled = statement.compile(dialect=dialect)
        converts = [_from_driver(column.type, dialect) for column in statement.selected_columns]

        def convert(row: tuple[Any, ...]) -> tuple[Any, ...]:
            pairs = zip(row, converts, strict=True)
            return tuple([value if each is None else each(value) for value, each in pairs])

        return str(compiled), _binding(compiled, dialect), lru_cache(self._kept)(convert) if self._kept else convert


def _copy(connection: Connection, text: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Sends rows of plain texts, numbers and bytes to Postgres at once."""
    if is_watched(connection):
        # a COPY would go past whoever listens to statements
        places = ", ".join(["%s"] * len(rows[0]))
        into = text.removeprefix("COPY").removesuffix("FROM STDIN")
        connection.exec_driver_sql(f"INSERT INTO{into}VALUES ({places})", list(rows))
        return
    with cursor_of(connection, text) as cursor, cursor.copy(text) as copy:
        for row in rows:
            copy.write_row(row)


def _array(values: Sequence[Any]) -> str:
    """Texts, ids, bytes or whole numbers as Postgres writes an array of them."""
    return f"{{{','.join(map(_element, values))}}}"


def _element(value: Any) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    if isinstance(value, int):
        return str(value)
    raise TypeError(f"a list cannot hold a {type(value).__name__}")


def _counting_places(dialect: Dialect) -> Dialect:
    """The dialect with parameters by their place, which spares a mapping per row; both drivers take them."""
    return dialect if dialect.positional else cast("type[DefaultDialect]", type(dialect))(paramstyle="format")


def _binding(compiled: Any, dialect: Dialect) -> Bind:
    """How named values become the tuple that the driver takes."""
    assert isinstance(compiled, SQLCompiler)
    constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    names = list(compiled.positiontup or ())
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

    return in_order


def _binding_many(names: Sequence[str], converts: Sequence[Convert]) -> BindMany:
    """The same for many rows, column by column: the rows of a batch share many values."""

    def in_order(rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
        columns = []
        for name, convert in zip(names, converts, strict=True):
            values = [row[name] for row in rows]
            columns.append(values if convert is None else _converted(values, convert))
        return list(zip(*columns, strict=True))

    return in_order


def _converted(values: Sequence[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """Each value converted, one that stands in several rows (a survey, the time) only once."""
    first = values[0]
    if all(map(is_, values, repeat(first))):
        return [convert(first)] * len(values)
    different = dict(zip(map(id, values), values, strict=True))
    if len(different) == len(values):
        return list(map(convert, values))
    done = dict(zip(different, map(convert, different.values()), strict=True))
    return [done[id(value)] for value in values]


def _to_driver(type_: TypeEngine[Any], dialect: Dialect) -> Convert:
    if isinstance(type_, NullType):
        # a value that nobody converts works on one database and fails on the other
        raise TypeError("a parameter of a fixed statement has no type")
    return type_.dialect_impl(dialect).bind_processor(dialect)


def _to_text(type_: TypeEngine[Any]) -> Convert:
    """How a value is written for a COPY, where it is not a plain text, number or some bytes already."""
    if isinstance(type_, Uuid):
        return _unless_none(attrgetter("hex"))
    if isinstance(type_, UtcDateTime):
        return _unless_none(_instant)
    if isinstance(type_, Date):
        return _unless_none(lambda day: day.isoformat())
    if isinstance(type_, JSON):
        return as_json
    return None


def _unless_none(convert: Callable[[Any], str]) -> Convert:
    return lambda value: None if value is None else convert(value)


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a naive time must not reach the database")
    return value.isoformat()


def _from_driver(type_: TypeEngine[Any], dialect: Dialect) -> Convert:
    return type_.dialect_impl(dialect).result_processor(dialect, None)
