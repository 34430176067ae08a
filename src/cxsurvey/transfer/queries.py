"""Every statement on imports."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from cxsurvey.accounts.models import Workspace
from cxsurvey.core.db.fixed import FixedSelect
from cxsurvey.transfer.models import Import

_imports = cast("Table", Import.__table__)
_workspaces = cast("Table", Workspace.__table__)
AT_ONCE: Final = 500

# built once, because each chunk of an import runs most of them
_ONE = FixedSelect(
    select(_imports).where(_imports.c.workspace_id == bindparam("workspace"), _imports.c.id == bindparam("import_id"))
)
_CHANGE = update(_imports).where(_imports.c.id == bindparam("of_import"))
_CHANGE_IN_STATE = _CHANGE.where(_imports.c.state.in_(bindparam("of_states", expanding=True)))
_CHANGE_RUN = _CHANGE.where(_imports.c.state == "running", _imports.c.run == bindparam("of_run"))
_CHANGE_RUN_AT = _CHANGE_RUN.where(_imports.c.rows_read == bindparam("of_rows_read"))


def add(connection: Connection, row: Mapping[str, Any]) -> None:
    """Adds an import; the row has every column."""
    connection.execute(insert(_imports), dict(row))


def get(connection: Connection, workspace_id: UUID, import_id: UUID) -> dict[str, Any] | None:
    """One import of a workspace."""
    for row in _ONE.run(connection, workspace=workspace_id, import_id=import_id):
        return dict(zip(_imports.c.keys(), row, strict=True))
    return None


def newest(
    connection: Connection,
    workspace_id: UUID,
    kinds: Sequence[str],
    limit: int,
    before: tuple[datetime, UUID] | None = None,
) -> list[dict[str, Any]]:
    """The imports of these kinds of a workspace, newest first, after the one that began at `before`.

    What the columns of their files hold is left out, because it is long and in no list.
    """
    stored = _imports.c.file
    told = (stored["text"].label("text"), stored["sheet"].label("sheet"), stored["profile"]["rows"].label("rows"))
    query = select(*(column for column in _imports.c if column is not stored), *told)
    query = query.where(_imports.c.workspace_id == workspace_id, _imports.c.kind.in_(kinds))
    if before is not None:
        query = query.where(tuple_(_imports.c.created_at, _imports.c.id) < tuple_(*before))
    query = query.order_by(_imports.c.created_at.desc(), _imports.c.id.desc()).limit(limit)
    return [_without_columns(dict(row._mapping)) for row in connection.execute(query)]


def _without_columns(row: dict[str, Any]) -> dict[str, Any]:
    profile = {"rows": row.pop("rows"), "columns": []}
    return {**row, "file": {"text": row.pop("text"), "sheet": row.pop("sheet"), "sheets": [], "profile": profile}}


def of_file(
    connection: Connection, workspace_id: UUID, kind: str, digest: str, states: Collection[str], limit: int
) -> list[dict[str, Any]]:
    """The imports of a workspace that brought this content and are, or were, carried out; newest first."""
    query = select(_imports).where(
        _imports.c.workspace_id == workspace_id,
        _imports.c.digest == digest,
        _imports.c.kind == kind,
        _imports.c.state.in_(states),
        _imports.c.rehearsal.is_(False),
    )
    query = query.order_by(_imports.c.created_at.desc(), _imports.c.id.desc()).limit(limit)
    return [dict(row._mapping) for row in connection.execute(query)]


def changing_surveys(connection: Connection, workspace_id: UUID, states: Collection[str]) -> dict[UUID, str]:
    """The surveys of a workspace whose answers an import in one of these states brings or takes away; its state."""
    query = select(_imports.c.survey_id, _imports.c.state).where(
        _imports.c.workspace_id == workspace_id,
        _imports.c.state.in_(states),
        _imports.c.rehearsal.is_(False),
        _imports.c.survey_id.is_not(None),
    )
    return {row.survey_id: row.state for row in connection.execute(query)}


def hold(connection: Connection, workspace_id: UUID) -> None:
    """Has other transactions of Postgres that ask for the same wait until this one ends; responses still come in."""
    connection.execute(select(_workspaces.c.id).where(_workspaces.c.id == workspace_id).with_for_update(key_share=True))


def has_of_source(connection: Connection, workspace_id: UUID, source: str, states: Collection[str], but: UUID) -> bool:
    """Whether another import of responses with this source is in one of these states, dry runs aside."""
    query = select(_imports.c.id).where(
        _imports.c.workspace_id == workspace_id,
        _imports.c.state.in_(states),
        _imports.c.kind == "responses",
        _imports.c.rehearsal.is_(False),
        _imports.c.reading["source"].as_string() == source,
        _imports.c.id != but,
    )
    return connection.execute(query.limit(1)).first() is not None


def later_known(
    connection: Connection, workspace_id: UUID, survey_id: UUID, source: str, after: tuple[datetime, UUID], limit: int
) -> list[dict[str, Any]]:
    """The imports into a survey that began after one of this time and id, and that found rows of this source there."""
    query = select(_imports).where(
        _imports.c.workspace_id == workspace_id,
        _imports.c.survey_id == survey_id,
        _imports.c.state.in_(("done", "failed", "cancelled")),
        _imports.c.rehearsal.is_(False),
        _imports.c.known > 0,
        _imports.c.reading["source"].as_string() == source,
        tuple_(_imports.c.started_at, _imports.c.id) > tuple_(*after),
    )
    query = query.order_by(_imports.c.started_at, _imports.c.id).limit(limit)
    return [dict(row._mapping) for row in connection.execute(query)]


def change(connection: Connection, import_id: UUID, states: tuple[str, ...], values: Mapping[str, Any]) -> bool:
    """Overwrites columns while the import is in one of these states; False when it is in another one."""
    found = {"of_import": import_id, "of_states": states}
    return connection.execute(_CHANGE_IN_STATE.values(dict(values)), found).rowcount == 1


def change_run(
    connection: Connection, import_id: UUID, run: int, values: Mapping[str, Any], *, rows_read: int | None = None
) -> bool:
    """Overwrites columns of a running import; False when this run of it was cancelled, or has moved on from there."""
    found = {"of_import": import_id, "of_run": run}
    if rows_read is None:
        return connection.execute(_CHANGE_RUN.values(dict(values)), found).rowcount == 1
    return connection.execute(_CHANGE_RUN_AT.values(dict(values)), {**found, "of_rows_read": rows_read}).rowcount == 1


def remove(connection: Connection, workspace_id: UUID, import_id: UUID) -> None:
    """Forgets an import."""
    connection.execute(delete(_imports).where(_imports.c.workspace_id == workspace_id, _imports.c.id == import_id))


def known(connection: Connection, import_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these ids that belong to an import of any workspace."""
    found: set[UUID] = set()
    for first in range(0, len(import_ids), AT_ONCE):
        several = import_ids[first : first + AT_ONCE]
        found.update(connection.execute(select(_imports.c.id).where(_imports.c.id.in_(several))).scalars())
    return found


def under_way(connection: Connection) -> list[tuple[UUID, int, str]]:
    """The imports of all workspaces that some job is busy with: id, number of the run, state."""
    columns = select(_imports.c.id, _imports.c.run, _imports.c.state)
    rows = connection.execute(columns.where(_imports.c.state.in_(("waiting", "running", "undoing"))))
    return [(import_id, run, state) for import_id, run, state in rows]


def fail(connection: Connection, import_id: UUID, run: int, values: Mapping[str, Any]) -> None:
    """Overwrites columns of an import whose run still waits or runs."""
    here = update(_imports).where(
        _imports.c.id == import_id, _imports.c.run == run, _imports.c.state.in_(("waiting", "running"))
    )
    connection.execute(here.values(dict(values)))


def with_files(connection: Connection, drafts_before: datetime, ended_before: datetime) -> set[UUID]:
    """The imports whose files are still needed."""
    query = select(_imports.c.id).where(_has_file(drafts_before, ended_before))
    return set(connection.execute(query).scalars())


def kept(
    connection: Connection, workspace_id: UUID, drafts_before: datetime, ended_before: datetime
) -> tuple[int, int]:
    """How many drafts of a workspace have files, and how many bytes all its files have as they were brought."""
    drafts = func.count().filter(_imports.c.state == "draft")
    query = select(drafts, func.coalesce(func.sum(_imports.c.size), 0))
    query = query.where(_imports.c.workspace_id == workspace_id, _has_file(drafts_before, ended_before))
    number, size = connection.execute(query).one()
    return number, int(size)


def _has_file(drafts_before: datetime, ended_before: datetime) -> ColumnElement[bool]:
    return or_(
        _imports.c.state.in_(("waiting", "running")),
        and_(_imports.c.state == "draft", _imports.c.created_at >= drafts_before),
        _imports.c.finished_at >= ended_before,
    )
