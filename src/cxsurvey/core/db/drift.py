"""What the models have and the tables of a database lack, although its schema is the newest: changes made by hand.

More than the models know does no harm and is not looked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Index, MetaData, Table, UniqueConstraint, inspect
from sqlalchemy.engine import Inspector
from sqlalchemy.schema import CreateIndex

from cxsurvey.core.db.checks import Colour, Finding

ABOUT = "Tables"
RESTORE = "stop the server and restore the newest backup: cxsurvey db restore"


def lacking(connection: Connection, metadata: MetaData) -> list[Finding]:
    """A finding for each table, column, index or unique constraint that is missing; one that is green for none."""
    # of all tables at once: Postgres would be asked a hundred questions about them one by one
    there = _There.of(inspect(connection), [table.name for table in metadata.sorted_tables])
    found = [
        finding
        for table in metadata.sorted_tables
        for finding in (_of(connection, there, table) if table.name in there.columns else [_missing(table.name)])
    ]
    return found or [Finding(Colour.GREEN, ABOUT, "as this version of the program makes them")]


@dataclass(frozen=True, slots=True)
class _There:
    """What a database has of our tables, by table; those of others are not looked at."""

    columns: dict[str, set[str]]
    indexes: dict[str, set[str | None]]
    unique: dict[str, set[frozenset[str]]]
    """The columns that each unique constraint is over."""

    @classmethod
    def of(cls, inspector: Inspector, names: Sequence[str]) -> _There:
        columns = inspector.get_multi_columns(filter_names=names).items()
        indexes = inspector.get_multi_indexes(filter_names=names).items()
        unique = inspector.get_multi_unique_constraints(filter_names=names).items()
        return cls(
            {table: {column["name"] for column in found} for (_, table), found in columns},
            {table: {index["name"] for index in found} for (_, table), found in indexes},
            {table: {frozenset(each["column_names"]) for each in found} for (_, table), found in unique},
        )


def _of(connection: Connection, there: _There, table: Table) -> Iterator[Finding]:
    for column in table.columns:
        if column.name not in there.columns[table.name]:
            yield _missing(f"{table.name}.{column.name}")
    for index in sorted(table.indexes, key=lambda each: str(each.name)):
        if index.name not in there.indexes[table.name]:
            yield _without_index(connection, index)
    for constraint in table.constraints:
        names = constraint.columns.keys() if isinstance(constraint, UniqueConstraint) else []
        if names and frozenset(names) not in there.unique[table.name]:
            yield Finding(Colour.RED, ABOUT, f"{table.name} may hold the same {', '.join(names)} twice; {RESTORE}")


def _missing(name: str) -> Finding:
    return Finding(Colour.RED, ABOUT, f"{name} is missing; {RESTORE}")


def _without_index(connection: Connection, index: Index) -> Finding:
    made = " ".join(str(CreateIndex(index).compile(dialect=connection.dialect)).split())
    colour, harm = (Colour.RED, "rows may come twice") if index.unique else (Colour.YELLOW, "pages are slow")
    return Finding(colour, ABOUT, f"the index {index.name} is missing, {harm}; make it in the database: {made};")
