"""The statement behind `core.limits`, for both databases."""

from __future__ import annotations

from functools import lru_cache
from typing import cast

from sqlalchemy import BigInteger, Table, bindparam, case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from cxsurvey.core.db.upsert import POSTGRES
from cxsurvey.core.models import Limit


@lru_cache(maxsize=2)
def move_ahead(dialect: str) -> ReturningInsert[tuple[int]]:
    """Moves `free_at` of one key ahead by `interval` and gives a row, unless it lies after `latest`."""
    now, interval, latest = (bindparam(name, type_=BigInteger) for name in ("now", "interval", "latest"))
    table = cast("Table", Limit.__table__)
    insert = (postgresql.insert if dialect == POSTGRES else sqlite.insert)(table)
    behind = table.c.free_at < now
    statement = insert.values(key_hash=bindparam("key_hash"), free_at=now + interval)
    return statement.on_conflict_do_update(
        index_elements=["key_hash"],
        set_={"free_at": case((behind, now), else_=table.c.free_at) + interval},
        where=table.c.free_at <= latest,
    ).returning(table.c.free_at)
