"""Every statement on invitations."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Table, insert, select, tuple_, update

from cxsurvey.core.db.fixed import FixedSelect
from cxsurvey.invitations.models import Invitation
from cxsurvey.people.models import Person

_invitations = cast("Table", Invitation.__table__)
_people = cast("Table", Person.__table__)
_COLUMNS = (*_invitations.c, _people.c.name.label("person_name"), _people.c.locale.label("person_locale"))
_JOINED = select(*_COLUMNS).select_from(_invitations.outerjoin(_people, _people.c.id == _invitations.c.person_id))
_BY_HASH = FixedSelect(_JOINED, _invitations.c.token_hash)
_BY_ID = FixedSelect(_JOINED, _invitations.c.id)
_NAMES = [column.key for column in _COLUMNS]
_ADD = insert(_invitations)


def _row(values: tuple[Any, ...]) -> Any:
    return SimpleNamespace(**dict(zip(_NAMES, values, strict=True)))


def add(connection: Connection, row: Mapping[str, Any]) -> None:
    """Adds one invitation."""
    connection.execute(_ADD, dict(row))


def by_hash(connection: Connection, token_hash: bytes) -> Any | None:
    """The invitation of a token, with the name and language of its person; None when there is none."""
    rows = _BY_HASH.run(connection, [token_hash])
    return _row(rows[0]) if rows else None


def by_ids(connection: Connection, ids: Collection[UUID]) -> list[Any]:
    """Invitations by id, those that exist."""
    return [_row(row) for row in _BY_ID.run(connection, ids)]


def page(
    connection: Connection,
    workspace_id: UUID,
    *,
    survey_id: UUID | None,
    tests_only: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Any]:
    """Invitations, newest first; those before `after` (instant and id of the last one seen)."""
    statement = _JOINED.where(_invitations.c.workspace_id == workspace_id)
    if survey_id is not None:
        statement = statement.where(_invitations.c.survey_id == survey_id)
    if tests_only:
        statement = statement.where(_invitations.c.test)
    if after is not None:
        statement = statement.where(tuple_(_invitations.c.created_at, _invitations.c.id) < tuple_(*after))
    newest_first = (_invitations.c.created_at.desc(), _invitations.c.id.desc())
    rows = connection.execute(statement.order_by(*newest_first).limit(limit))
    return [_row(tuple(row)) for row in rows]


def revoke(connection: Connection, invitation_id: UUID, now: datetime) -> None:
    """Takes the link back; its generation rises, so that the old token never fits again."""
    connection.execute(
        update(_invitations)
        .where(_invitations.c.id == invitation_id, _invitations.c.revoked_at.is_(None))
        .values(revoked_at=now, generation=_invitations.c.generation + 1)
    )
