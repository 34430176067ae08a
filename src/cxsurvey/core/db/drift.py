"""What the models have and the tables of a database lack, although its schema is the newest: changes made by hand.

More than the models know does no harm and is not looked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Index, MetaData, Table, UniqueConstraint, inspect
from sqlalchemy.engine import Inspector
from sqlalchemy.schema import CreateIndex

from cxsurvey.core.db.checks import Colour, Finding

ABOUT = "Tables"
RESTORE = "stop the server and restore the newest backup: cxsurvey db restore"


def lacking(connection: Connection, metadata: MetaData) -> list[Finding]:
    """A finding for each table, column, index or unique constraint that is missing; one that is green for none."""
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    found = [
        finding
        for table in metadata.sorted_tables
        for finding in (_of(connection, inspector, table) if table.name in there else [_missing(table.name)])
    ]
    return found or [Finding(Colour.GREEN, ABOUT, "as this version of the program makes them")]


def _of(connection: Connection, inspector: Inspector, table: Table) -> Iterator[Finding]:
    columns = {column["name"] for column in inspector.get_columns(table.name)}
    for column in table.columns:
        if column.name not in columns:
            yield _missing(f"{table.name}.{column.name}")
    indexes = {index["name"] for index in inspector.get_indexes(table.name)}
    for index in sorted(table.indexes, key=lambda each: str(each.name)):
        if index.name not in indexes:
            yield _without_index(connection, index)
    unique = {frozenset(each["column_names"]) for each in inspector.get_unique_constraints(table.name)}
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint) and frozenset(constraint.columns.keys()) not in unique:
            names = ", ".join(constraint.columns.keys())
            yield Finding(Colour.RED, ABOUT, f"{table.name} may hold the same {names} twice; {RESTORE}")


def _missing(name: str) -> Finding:
    return Finding(Colour.RED, ABOUT, f"{name} is missing; {RESTORE}")


def _without_index(connection: Connection, index: Index) -> Finding:
    made = " ".join(str(CreateIndex(index).compile(dialect=connection.dialect)).split())
    colour, harm = (Colour.RED, "rows may come twice") if index.unique else (Colour.YELLOW, "pages are slow")
    return Finding(colour, ABOUT, f"the index {index.name} is missing, {harm}; make it in the database: {made};")
