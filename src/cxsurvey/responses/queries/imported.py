"""Statements on what an import has stored: counted, looked through and taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from cxsurvey.core.context import ActorKind
from cxsurvey.responses.models import Response, ResponseRevision, TakingBack

_responses = cast("Table", Response.__table__)
_revisions = cast("Table", ResponseRevision.__table__)
_undoings = cast("Table", TakingBack.__table__)
_SET_APART = (
    update(_responses)
    .where(_responses.c.id == bindparam("response"), _responses.c.revision == bindparam("new_revision") - 1)
    .values({name: bindparam(f"new_{name}") for name in ("state", "reason", "source", "changed_at", "revision")})
)
_IMPORTED = (
    "id",
    "workspace_id",
    "survey_id",
    "trend_line_id",
    "report_day",
    "source",
    "state",
    "score",
    "unknown",
    "comment",
    "follow_ups",
    "reason",
    "revision",
    "import_id",
)


def counted(connection: Connection, import_id: UUID, apart: str) -> tuple[int, int, int]:
    """How many answers an import has stored, and of those how many have the source `apart`, and whom others changed.

    What nobody touched is counted in its index alone.
    """
    here = _responses.c.import_id == import_id
    touched = (here, _responses.c.revision > 1)
    is_apart = _responses.c.source == apart
    query = select(
        select(func.count()).where(here).scalar_subquery(),
        select(func.count()).where(*touched, is_apart).scalar_subquery(),
        select(func.count()).where(*touched, not_(is_apart), _is_changed(import_id)).scalar_subquery(),
    )
    stored, undone, others = connection.execute(query).one()
    return stored, undone, others


def has_imported(connection: Connection, import_id: UUID, apart: str) -> tuple[bool, bool]:
    """Whether an import has stored answers, and whether any is as it left it or has the source `apart`: no count."""
    here = select(_responses.c.id).where(_responses.c.import_id == import_id)
    own = or_(_responses.c.revision == 1, _responses.c.source == apart, not_(_is_changed(import_id)))
    stored, left = connection.execute(select(here.exists(), here.where(own).exists())).one()
    return bool(stored), bool(left)


def page(
    connection: Connection, workspace_id: UUID, import_id: UUID, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Answers that an import has stored, in the order of their ids; locked on Postgres."""
    query = select(*(_responses.c[name] for name in _IMPORTED)).where(
        _responses.c.import_id == import_id, _responses.c.workspace_id == workspace_id
    )
    if after is not None:
        query = query.where(_responses.c.id > after)
    query = query.order_by(_responses.c.id).limit(limit).with_for_update()
    return [dict(row._mapping) for row in connection.execute(query)]


def changed_by_others(connection: Connection, import_id: UUID, response_ids: Collection[UUID]) -> set[UUID]:
    """Those of the answers that somebody else changed than their import."""
    if not response_ids:
        return set()
    query = _others_word(import_id).where(_revisions.c.response_id.in_(list(response_ids)))
    return set(connection.execute(query).scalars())


def _is_changed(import_id: UUID) -> ColumnElement[bool]:
    return _others_word(import_id).where(_revisions.c.response_id == _responses.c.id).exists()


def _others_word(import_id: UUID) -> Select[Any]:
    """Answers with a revision that is not of the import itself, whose further rows of a respondent add comments."""
    own = and_(_revisions.c.actor_kind == ActorKind.SYSTEM.value, _revisions.c.actor_id == import_id)
    # who is nobody in particular has no id, and NULL is not unequal to anything
    return select(_revisions.c.response_id).where(or_(_revisions.c.actor_id.is_(None), not_(own)))


def begin_taking_back(connection: Connection, workspace_id: UUID, import_id: UUID) -> None:
    """Notes that an import is being taken back."""
    connection.execute(insert(_undoings), {"workspace_id": workspace_id, "import_id": import_id})


def end_taking_back(connection: Connection, import_id: UUID) -> None:
    """Notes that it is not any more."""
    connection.execute(delete(_undoings).where(_undoings.c.import_id == import_id))


def set_apart(connection: Connection, rows: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Writes the state, reason, source and revision of answers; how many were as they had been seen."""
    if not rows:
        return 0
    parameters = [
        {
            "response": row["id"],
            "new_state": row["state"],
            "new_reason": row["reason"],
            "new_source": row["source"],
            "new_revision": row["revision"],
            "new_changed_at": now,
        }
        for row in rows
    ]
    return connection.execute(_SET_APART, parameters).rowcount
