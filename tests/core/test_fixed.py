"""Prepared statements give what ordinary ones give, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, String, Table, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from cxsurvey.core.context import Context
from cxsurvey.core.db.engines import Engines, open_engines
from cxsurvey.core.db.fixed import COPIED_FROM, FixedInsert, FixedSelect
from cxsurvey.core.db.upsert import insert_ignore
from cxsurvey.core.models import AuditEntry, Limit
from cxsurvey.settings import Settings

ENTRIES = cast("Table", AuditEntry.__table__)
LIMITS = cast("Table", Limit.__table__)


def rows(ctx: Context, number: int) -> list[dict[str, object]]:
    return [
        {
            "id": ctx.ids.new(),
            "workspace_id": None,
            "at": ctx.now,
            "actor_kind": "user",
            "actor_id": ctx.ids.new(),
            "action": f"act {index}",
            "subject": "Ünï 'quoted' %s :name ?",
            "detail": {"index": index, "ö": [None, True]} if index % 2 else {},
        }
        for index in range(number)
    ]


ODD = "back\\slash, \ttab,\nline, 'quote', \"double\", \\N and \\. , %s ? :name, Ünï 🙂"


@pytest.mark.parametrize("number", [1, COPIED_FROM - 1, COPIED_FROM, 70])
def test_inserted_rows_read_back_as_sqlalchemy_reads_them(ctx: Context, number: int) -> None:
    given = [{**row, "subject": ODD} for row in rows(ctx, number)]

    FixedInsert(ENTRIES).run(ctx.connection, given)

    found = ctx.connection.execute(select(ENTRIES).order_by(ENTRIES.c.id)).mappings().all()
    assert [dict(row) for row in found] == given


@pytest.mark.parametrize("number", [1, COPIED_FROM])
def test_a_row_that_is_there_already_is_an_integrity_error(ctx: Context, number: int) -> None:
    given = rows(ctx, number)
    FixedInsert(ENTRIES).run(ctx.connection, given)

    with pytest.raises(IntegrityError), ctx.connection.begin_nested():
        FixedInsert(ENTRIES).run(ctx.connection, given)


def test_a_naive_time_reaches_no_database(ctx: Context) -> None:
    given = [{**row, "at": datetime(2026, 1, 1)} for row in rows(ctx, COPIED_FROM)]  # noqa: DTZ001

    with pytest.raises(ValueError, match="naive"):
        FixedInsert(ENTRIES).run(ctx.connection, given)


def test_a_statement_of_ones_own_is_the_one_that_runs(ctx: Context) -> None:
    given = rows(ctx, COPIED_FROM)
    once = FixedInsert(ENTRIES, lambda dialect: insert_ignore(ENTRIES, dialect, ("id",)))

    once.run(ctx.connection, given)
    once.run(ctx.connection, given)

    assert len(ctx.connection.execute(select(ENTRIES.c.id)).all()) == COPIED_FROM


def test_a_list_of_any_length_selects_exactly_its_rows(ctx: Context) -> None:
    given = rows(ctx, 1100)
    ctx.connection.execute(insert(ENTRIES), given)
    by_action = FixedSelect(select(*ENTRIES.c).where(ENTRIES.c.actor_kind == "user"), ENTRIES.c.action)
    names = tuple(ENTRIES.c.keys())

    for number in (0, 1, 2, 5, 64, 65, 1025, 1100):
        wanted = given[:number]
        found = by_action.run(ctx.connection, [row["action"] for row in wanted])
        key = lambda row: str(row["id"])  # noqa: E731 - the two lists are sorted alike
        assert sorted((dict(zip(names, row, strict=True)) for row in found), key=key) == sorted(wanted, key=key)


@pytest.mark.parametrize("text", [ODD, 'a "quoted" one', "back\\slash\\", "{a,b}", "NULL", "null", " ", ","])
def test_a_list_takes_a_text_as_it_is(ctx: Context, text: str) -> None:
    given = [{**row, "subject": subject} for row, subject in zip(rows(ctx, 2), (text, "other"), strict=True)]
    FixedInsert(ENTRIES).run(ctx.connection, given)
    by_subject = FixedSelect(select(ENTRIES.c.id), ENTRIES.c.subject)

    assert by_subject.run(ctx.connection, [text, "nobody"]) == [(given[0]["id"],)]


def test_ids_and_bytes_are_found_in_a_list(ctx: Context) -> None:
    given = rows(ctx, 3)
    FixedInsert(ENTRIES).run(ctx.connection, given)
    by_id = FixedSelect(select(ENTRIES.c.action), ENTRIES.c.id)
    hashes = [bytes(range(place, place + 32)) for place in (0, 34, 92)]
    ctx.connection.execute(insert(LIMITS), [{"key_hash": raw, "free_at": 1} for raw in hashes])
    by_hash = FixedSelect(select(LIMITS.c.key_hash), LIMITS.c.key_hash)

    assert by_id.run(ctx.connection, [given[1]["id"]]) == [("act 1",)]
    assert sorted(by_hash.run(ctx.connection, [*hashes[:2], b"unknown"])) == [(hashes[0],), (hashes[1],)]


def test_a_text_longer_than_its_column_finds_no_row_that_begins_like_it(ctx: Context) -> None:
    longest = cast("String", ENTRIES.c.actor_kind.type).length or 0
    given = [{**row, "actor_kind": "k" * longest} for row in rows(ctx, 1)]
    FixedInsert(ENTRIES).run(ctx.connection, given)

    assert FixedSelect(select(ENTRIES.c.id), ENTRIES.c.actor_kind).run(ctx.connection, ["k" * (longest + 3)]) == []


@pytest.mark.parametrize("number", [1, COPIED_FROM])
@pytest.mark.parametrize("detail", [{}, {"ö": "é", "list": [1, None, True]}, [], [1], 0, False, ""])
def test_json_is_stored_as_it_is_however_many_rows(ctx: Context, number: int, detail: object) -> None:
    given = [{**row, "detail": detail} for row in rows(ctx, number)]

    FixedInsert(ENTRIES).run(ctx.connection, given)

    assert list(ctx.connection.execute(select(ENTRIES.c.detail)).scalars()) == [detail] * number


@pytest.fixture
def young(postgres_url: str, tmp_path: Path) -> Iterator[Engines]:
    """Engines on a Postgres with two tables that have a row each, and statistics that say so."""
    engines = open_engines(Settings(data_dir=tmp_path, database_url=SecretStr(postgres_url)))
    with engines.writing.connect() as connection, connection.begin():
        for statement in (
            "CREATE TABLE parents (id bigint PRIMARY KEY)",
            "CREATE TABLE children (id bigint PRIMARY KEY, parent bigint NOT NULL REFERENCES parents)",
            "INSERT INTO parents VALUES (0)",
            "INSERT INTO children VALUES (0, 0)",
            "ANALYZE parents, children",
        ):
            connection.exec_driver_sql(statement)
    yield engines
    engines.dispose()


def _whole_readings(connection: Connection, table: str) -> int:
    counted = "SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = %(table)s"
    return int(connection.exec_driver_sql(counted, {"table": table}).scalar_one())


@pytest.mark.parametrize("kind", ["writing", "reading"])
def test_no_statement_keeps_a_plan_from_when_its_table_was_young(young: Engines, kind: str) -> None:
    one = "SELECT id FROM parents WHERE id = %(id)s"
    with getattr(young, kind).connect() as connection:
        for _ in range(20):
            connection.exec_driver_sql(one, {"id": 0}).scalar_one()
        connection.commit()  # the driver forgets what it has prepared in a transaction that is rolled back
        with young.writing.connect() as other, other.begin():
            other.exec_driver_sql("INSERT INTO parents SELECT generate_series(1, 20000)")

        before = _whole_readings(connection, "parents")

        assert connection.exec_driver_sql(one, {"id": 7}).scalar_one() == 7

        assert _whole_readings(connection, "parents") == before
        if kind == "writing":  # which index a kept plan would choose is another matter of age
            assert connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements").scalar() == 0


def test_a_foreign_key_is_looked_up_in_a_table_that_was_young(young: Engines) -> None:
    insert_one = "INSERT INTO children VALUES (%(id)s, %(id)s)"
    with young.writing.connect() as connection, connection.begin():
        for number in range(1, 20):  # Postgres keeps the plan of such a check from the sixth on
            connection.exec_driver_sql("INSERT INTO parents VALUES (%(id)s)", {"id": number})
            connection.exec_driver_sql(insert_one, {"id": number})
        connection.exec_driver_sql("INSERT INTO parents SELECT generate_series(20, 20000)")
        before = _whole_readings(connection, "parents")

        connection.exec_driver_sql(insert_one, {"id": 20000})

        assert _whole_readings(connection, "parents") == before


def test_what_writes_reads_most_of_a_table_page_by_page(young: Engines) -> None:
    """And not a page for each row, as where pages by an index are made cheaper than pages in turn."""
    with young.writing.connect() as connection, connection.begin():
        connection.exec_driver_sql("INSERT INTO parents SELECT generate_series(1, 20000)")
        shuffled = "SELECT id, id FROM parents WHERE id > 0 ORDER BY md5(id::text)"
        connection.exec_driver_sql(f"INSERT INTO children {shuffled}")
        connection.exec_driver_sql("CREATE INDEX ON children (parent)")
        connection.exec_driver_sql("ANALYZE parents, children")

        plan = "\n".join(connection.exec_driver_sql("EXPLAIN DELETE FROM children WHERE parent < 15000").scalars())

    assert "Bitmap Heap Scan on children" in plan, plan


def test_the_check_of_a_foreign_key_may_keep_its_plan(young: Engines) -> None:
    """To plan the checks anew for each row took a third of Postgres's time for a response."""
    with young.writing.connect() as connection:
        assert connection.exec_driver_sql("SHOW plan_cache_mode").scalar() == "auto"


def test_rows_that_are_kept_are_read_anew_and_converted_once(ctx: Context) -> None:
    given = rows(ctx, 4)
    FixedInsert(ENTRIES).run(ctx.connection, given)
    columns = select(ENTRIES.c.id, ENTRIES.c.at, ENTRIES.c.subject)
    kept, plain = (FixedSelect(columns, ENTRIES.c.action, kept=number) for number in (2, 0))
    one, all_ = ["act 1"], [row["action"] for row in given]

    first, again = kept.run(ctx.connection, one), kept.run(ctx.connection, one)
    assert first == again == [(given[1]["id"], ctx.now, given[1]["subject"])]
    assert first[0] is again[0]

    ctx.connection.execute(ENTRIES.update().where(ENTRIES.c.action == "act 1").values(subject="changed"))
    assert kept.run(ctx.connection, one) == [(given[1]["id"], ctx.now, "changed")]
    # more rows than are kept
    assert sorted(kept.run(ctx.connection, all_)) == sorted(plain.run(ctx.connection, all_))

    ctx.connection.execute(ENTRIES.delete())
    assert kept.run(ctx.connection, one) == []


def test_nothing_to_insert_asks_nothing(ctx: Context) -> None:
    FixedInsert(ENTRIES).run(ctx.connection, [])

    assert ctx.connection.execute(select(ENTRIES)).first() is None


def test_a_parameter_without_a_type_is_refused_before_anything_is_asked(ctx: Context) -> None:
    statement = FixedSelect(select(ENTRIES.c.id).where(bindparam("nobody_knows").is_(None)))

    with pytest.raises(TypeError, match="has no type"):
        statement.run(ctx.connection, nobody_knows=None)
