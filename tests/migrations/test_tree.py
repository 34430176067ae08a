"""The tree of migrations on both databases: one head, no drift, down and up again, and rebuilds that lose nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import sqlite

from cxsurvey import wiring
from cxsurvey.core import paths
from cxsurvey.core.db import migrate
from cxsurvey.core.db.engines import Engines, open_engines
from tests.application import NOON, copied, settings_for
from tests.databases import drop_postgres_database

STAMP = "20261121-120000"


@pytest.fixture
def empty(database_url: str, tmp_path: Path) -> Iterator[Engines]:
    """Engines on a database without tables."""
    engines = open_engines(settings_for(database_url, tmp_path))
    yield engines
    engines.dispose()


@pytest.fixture
def migrated(migrated_url: str, tmp_path: Path) -> Iterator[Engines]:
    """Engines on a database of its own that all migrations have run on."""
    engines = open_engines(settings_for(copied(migrated_url, "tree", tmp_path), tmp_path))
    yield engines
    engines.dispose()
    if not engines.is_sqlite:
        drop_postgres_database("tree")


def migrating(engines: Engines) -> AbstractContextManager[sa.Connection]:
    if engines.sqlite_file is not None:
        return migrate.sqlite_connection(engines.sqlite_file)
    return migrate.postgres_connection(engines)


def tables(engines: Engines) -> set[str]:
    with engines.reading.connect() as connection:
        return set(sa.inspect(connection).get_table_names()) - {"alembic_version"}


def drift(engines: Engines) -> list[Any]:
    with engines.writing.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, wiring.metadata))


def test_there_is_one_head_and_the_quick_look_at_file_names_finds_it() -> None:
    config = Config()
    config.set_main_option("script_location", str(paths.migrations()))
    script = ScriptDirectory.from_config(config)

    assert script.get_heads() == [migrate.revisions()[-1]]
    assert tuple(reversed([step.revision for step in script.walk_revisions()])) == migrate.revisions()


def test_migrations_import_nothing_of_the_program() -> None:
    for file in (paths.migrations() / "versions").glob("*.py"):
        assert "cxsurvey" not in file.read_text(encoding="utf-8"), file.name


def test_an_upgrade_from_nothing_gives_the_models(empty: Engines) -> None:
    done = migrate.upgrade(empty, STAMP)

    assert (done.before, done.after, done.copy) == (None, migrate.revisions()[-1], None)
    assert migrate.schema_of(empty).state is migrate.SchemaState.CURRENT
    assert tables(empty) == set(wiring.metadata.tables)
    assert drift(empty) == []


def test_drift_would_be_noticed(migrated: Engines) -> None:
    with migrated.writing.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE jobs ADD COLUMN surplus INTEGER")

    assert [change[0] for change in drift(migrated)] == ["remove_column"]


def test_down_to_nothing_and_up_again(migrated: Engines) -> None:
    with migrating(migrated) as connection:
        migrate.run(connection, "base")
    assert tables(migrated) == set()

    migrate.upgrade(migrated, STAMP)

    assert drift(migrated) == []


def test_upgrading_again_changes_nothing(migrated: Engines) -> None:
    with migrating(migrated) as connection:
        migrate.run(connection, "head")

    assert migrate.schema_of(migrated).state is migrate.SchemaState.CURRENT


def test_a_newer_schema_is_left_alone(migrated: Engines) -> None:
    with migrated.writing.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '29990101_000000'"))

    assert migrate.schema_of(migrated).state is migrate.SchemaState.NEWER
    with pytest.raises(migrate.MigrationFailed, match="29990101_000000"):
        migrate.upgrade(migrated, STAMP)


def test_an_older_sqlite_database_is_copied_before_it_is_changed(filled: Engines, tmp_path: Path) -> None:
    assert filled.sqlite_file is not None
    before = migrate.Schema(migrate.revisions()[-1], "29990101_000000")

    copy = migrate._copy_before(filled.sqlite_file, before, STAMP)

    assert before.state is migrate.SchemaState.OLDER
    assert copy is not None
    kept = open_engines(settings_for(f"sqlite:///{copy}", tmp_path))
    assert row_counts(kept) == row_counts(filled)
    kept.dispose()


VALUES: dict[type[sa.types.TypeEngine[Any]], Callable[[int], Any]] = {
    sa.Uuid: lambda number: UUID(int=number),
    sa.Integer: int,
    sa.String: str,
    sa.LargeBinary: lambda number: number.to_bytes(16, "big"),
    sa.JSON: lambda number: {"n": number},
    sa.Boolean: lambda number: bool(number % 2),
    sa.Date: lambda _: NOON.date(),
}


def value_for(column: sa.Column[Any], number: int) -> Any:
    for kind, make in VALUES.items():
        if isinstance(column.type, kind):
            return make(number)
    return NOON


def fill(connection: sa.Connection, rows: int = 3) -> None:
    """A few rows in every table, whose foreign keys hold because all keys are the same small numbers."""
    for table in wiring.metadata.sorted_tables:
        connection.execute(
            table.insert(),
            [{column.name: value_for(column, number) for column in table.columns} for number in range(1, rows + 1)],
        )


def row_counts(engines: Engines) -> dict[str, int]:
    with engines.reading.connect() as connection:
        return {
            name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for name, table in wiring.metadata.tables.items()
        }


def definitions(engines: Engines) -> list[tuple[str, str, str]]:
    """Every index and trigger with its table and its text."""
    assert engines.sqlite_file is not None
    with engines.reading.connect() as connection:
        query = "SELECT type, tbl_name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        rows = connection.exec_driver_sql(query)
        return sorted((kind, table, " ".join(sql.split())) for kind, table, sql in rows)


def rebuild_every_table(connection: sa.Connection) -> None:
    """What batch mode does for a change SQLite cannot make in place: new table, copy, drop, rename."""
    operations = Operations(MigrationContext.configure(connection))
    for table in wiring.metadata.sorted_tables:
        with operations.batch_alter_table(table.name, recreate="always"):
            pass


@pytest.fixture
def filled(migrated_file: Path, tmp_path: Path) -> Iterator[Engines]:
    """A migrated SQLite database with rows in every table."""
    engines = open_engines(settings_for(copied(f"sqlite:///{migrated_file}", "filled", tmp_path), tmp_path))
    with engines.writing.begin() as connection:
        fill(connection)
    yield engines
    engines.dispose()


def test_rebuilding_every_table_of_a_filled_database_loses_no_row_and_no_index(filled: Engines) -> None:
    counts, before = row_counts(filled), definitions(filled)
    assert filled.sqlite_file is not None

    with migrate.sqlite_connection(filled.sqlite_file) as connection:
        rebuild_every_table(connection)

    assert set(counts.values()) == {3}
    assert row_counts(filled) == counts
    assert definitions(filled) == before
    assert drift(filled) == []


def test_with_foreign_keys_on_the_same_rebuild_is_refused(filled: Engines) -> None:
    """Why `sqlite_connection` exists: the ordinary writing connection must not migrate."""
    counts = row_counts(filled)

    with pytest.raises(sa.exc.IntegrityError), filled.writing.begin() as connection:
        rebuild_every_table(connection)

    assert row_counts(filled) == counts


def test_a_migration_that_leaves_rows_referring_to_nothing_is_undone(filled: Engines) -> None:
    assert filled.sqlite_file is not None
    counts = row_counts(filled)

    with (
        pytest.raises(migrate.MigrationFailed, match="responses"),
        migrate.sqlite_connection(filled.sqlite_file) as connection,
    ):
        connection.exec_driver_sql("DELETE FROM trend_lines")

    assert row_counts(filled) == counts


def test_own_types_are_written_in_plain_sqlalchemy() -> None:
    text = (paths.migrations() / "versions" / f"{migrate.revisions()[0]}_initial.py").read_text(encoding="utf-8")

    assert "sa.DateTime(timezone=True)" in text
    assert "UtcDateTime" not in text
    assert sa.Uuid().compile(dialect=sqlite.dialect()) == "CHAR(32)"


def test_a_choice_of_one_answer_is_found_under_its_new_name(migrated: Engines) -> None:
    renaming = "20261128_003500"
    before = migrate.revisions()[migrate.revisions().index(renaming) - 1]
    follow_ups = [{"id": "a", "kind": "choice"}, {"id": "b", "kind": "text"}]
    asked = {"follow_ups": follow_ups, "texts": {"ar": {"question": "كيف؟"}}}
    names = {"workspaces": {}, "surveys": {"draft": asked}}
    with migrating(migrated) as connection:
        migrate.run(connection, before)
        for name, values in names.items():
            table = sa.Table(name, sa.MetaData(), autoload_with=connection)
            mapped = wiring.metadata.tables[name]
            row = {column.name: value_for(mapped.columns[column.name], 1) for column in table.columns}
            connection.execute(mapped.insert().values({**row, **values}))
        migrate.run(connection, renaming)
    with migrated.reading.connect() as connection:
        draft = connection.execute(sa.select(wiring.metadata.tables["surveys"].c.draft)).scalar_one()

    assert draft == {**asked, "follow_ups": [{"id": "a", "kind": "single"}, {"id": "b", "kind": "text"}]}


def fill_as_then(connection: sa.Connection, own: dict[str, dict[int, dict[str, Any]]]) -> None:
    """Three rows in every table that a former revision has, with values of `own` in those of a table by number."""
    there = set(sa.inspect(connection).get_table_names())
    for mapped in (table for table in wiring.metadata.sorted_tables if table.name in there):
        columns = [mapped.columns[column["name"]] for column in sa.inspect(connection).get_columns(mapped.name)]
        special = own.get(mapped.name, {})
        rows = [
            {**{column.name: value_for(column, number) for column in columns}, **special.get(number, {})}
            for number in (1, 2, 3)
        ]
        # what the models set by themselves is not there yet
        then = sa.table(mapped.name, *(sa.column(column.name, column.type) for column in columns))
        connection.execute(then.insert(), rows)


def test_those_who_may_be_contacted_already_are_found(migrated: Engines) -> None:
    claims: dict[int, dict[str, Any]] = {
        1: {"claims": {"contact": {"consent": True, "address": "kim@example.com"}, "name": "Kim"}},
        2: {"claims": {}},
        3: {"claims": {"contact": "call me", "name": "contact"}},
    }
    with migrating(migrated) as connection:
        migrate.run(connection, "20261128_040000")
        fill_as_then(connection, {"responses": claims})
        migrate.run(connection, "20261128_051000")
    responses = wiring.metadata.tables["responses"]
    with migrated.reading.connect() as connection:
        flags = connection.execute(sa.select(responses.c.may_be_contacted).order_by(responses.c.id)).scalars().all()

    assert flags == [True, False, False]


def test_an_import_that_is_being_taken_back_during_the_upgrade_is_known_as_such(migrated: Engines) -> None:
    with migrating(migrated) as connection:
        migrate.run(connection, "20261128_051000")
        fill_as_then(connection, {"imports": {2: {"state": "undoing"}}})
        migrate.run(connection, "20261128_053000")
    taken_back = wiring.metadata.tables["imports_taken_back"]
    with migrated.reading.connect() as connection:
        rows = connection.execute(sa.select(taken_back.c.workspace_id, taken_back.c.import_id)).all()

    assert rows == [(UUID(int=2), UUID(int=2))]
