"""Every statement on people and segment values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, insert, or_, select, update

from cxsurvey.core.db.upsert import insert_ignore
from cxsurvey.people.models import Person, SegmentValue

_people = cast("Table", Person.__table__)
_segments = cast("Table", SegmentValue.__table__)


def segment_rows(
    connection: Connection, workspace_ids: Collection[UUID], texts: Collection[str]
) -> list[tuple[UUID, str, str, int]]:
    """(workspace, key, text, number) of every value that has one of these texts."""
    statement = select(_segments.c.workspace_id, _segments.c.key, _segments.c.text, _segments.c.id).where(
        _segments.c.workspace_id.in_(bindparam("workspaces", expanding=True)),
        _segments.c.text.in_(bindparam("texts", expanding=True)),
    )
    rows = connection.execute(statement, {"workspaces": list(workspace_ids), "texts": list(texts)})
    return [tuple(row) for row in rows]


def add_segments(connection: Connection, values: Sequence[tuple[UUID, str, str]]) -> None:
    """Adds values that are not there yet; one that somebody else has just added stays."""
    connection.execute(
        insert_ignore(_segments, connection.dialect.name, ("workspace_id", "key", "text")),
        [{"workspace_id": workspace, "key": key, "text": text} for workspace, key, text in values],
    )


def segment_texts(connection: Connection, numbers: Collection[int]) -> dict[int, str]:
    """The text behind each number."""
    statement = select(_segments.c.id, _segments.c.text).where(_segments.c.id.in_(bindparam("numbers", expanding=True)))
    return {row.id: row.text for row in connection.execute(statement, {"numbers": list(numbers)})}


def people_by_key(
    connection: Connection,
    workspace_ids: Collection[UUID],
    email_keys: Collection[str],
    external_ids: Collection[str],
) -> list[Any]:
    """People of these workspaces with one of these addresses or external ids."""
    statement = select(
        _people.c.id,
        _people.c.workspace_id,
        _people.c.email,
        _people.c.email_key,
        _people.c.external_id,
        _people.c.name,
        _people.c.locale,
        _people.c.attributes,
    ).where(
        _people.c.workspace_id.in_(bindparam("workspaces", expanding=True)),
        or_(
            _people.c.email_key.in_(bindparam("emails", expanding=True)),
            _people.c.external_id.in_(bindparam("externals", expanding=True)),
        ),
    )
    return list(
        connection.execute(
            statement,
            {"workspaces": list(workspace_ids), "emails": list(email_keys), "externals": list(external_ids)},
        )
    )


_ADD_PEOPLE = insert(_people)


def add_people(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds people; every row has every column."""
    connection.execute(_ADD_PEOPLE, list(rows))


_CHANGE_PERSON = (
    update(_people)
    .where(_people.c.id == bindparam("person"))
    .values(
        email=bindparam("email"),
        email_key=bindparam("email_key"),
        external_id=bindparam("external_id"),
        name=bindparam("name"),
        locale=bindparam("locale"),
        attributes=bindparam("attributes"),
        changed_at=bindparam("changed_at"),
    )
)


def change_people(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Overwrites what is known of people."""
    connection.execute(_CHANGE_PERSON, list(rows))


def people_by_id(connection: Connection, ids: Collection[UUID]) -> list[Any]:
    """People by id: (id, email, external_id, name, locale, attributes)."""
    statement = select(
        _people.c.id,
        _people.c.email,
        _people.c.external_id,
        _people.c.name,
        _people.c.locale,
        _people.c.attributes,
    ).where(_people.c.id.in_(bindparam("ids", expanding=True)))
    return list(connection.execute(statement, {"ids": list(ids)}))
