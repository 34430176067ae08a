"""Inserts that meet an existing row, for both databases: the only place that spells ON CONFLICT.

Each function gives one statement per (table, dialect, …), made once and kept, so that `executemany` with it
compiles nothing. `dialect` is `connection.dialect.name`.
"""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert

POSTGRES = "postgresql"


@lru_cache(maxsize=64)
def insert_ignore(table: Table, dialect: str, columns: tuple[str, ...], where: str | None = None) -> Insert:
    """An insert that drops a row whose `columns` are taken already; `rowcount` says how many were not.

    `where` is the condition of a partial unique index, spelled as in its definition.
    """
    statement = postgresql.insert(table) if dialect == POSTGRES else sqlite.insert(table)
    condition = None if where is None else text(where)
    dropping = statement.on_conflict_do_nothing(index_elements=columns, index_where=condition)
    return dropping.execution_options(preserve_rowcount=True)


@lru_cache(maxsize=64)
def insert_replacing(table: Table, dialect: str, columns: tuple[str, ...], replaced: tuple[str, ...]) -> Insert:
    """An insert that overwrites `replaced` of the row whose `columns` are taken already."""
    statement = postgresql.insert(table) if dialect == POSTGRES else sqlite.insert(table)
    return statement.on_conflict_do_update(
        index_elements=columns, set_={name: statement.excluded[name] for name in replaced}
    )


@lru_cache(maxsize=64)
def insert_adding(table: Table, dialect: str, columns: tuple[str, ...], added: tuple[str, ...]) -> Insert:
    """An insert that adds its `added` numbers to those of the row whose `columns` are taken already."""
    statement = postgresql.insert(table) if dialect == POSTGRES else sqlite.insert(table)
    return statement.on_conflict_do_update(
        index_elements=columns, set_={name: table.c[name] + statement.excluded[name] for name in added}
    )
