"""Every statement on people and segment values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, select, update

from cxsurvey.core.db.fixed import FixedInsert, FixedSelect
from cxsurvey.core.db.upsert import insert_ignore
from cxsurvey.people.models import Person, SegmentValue

_people = cast("Table", Person.__table__)
_segments = cast("Table", SegmentValue.__table__)


_SEGMENTS = FixedSelect(
    select(_segments.c.text, _segments.c.id).where(
        _segments.c.workspace_id == bindparam("workspace", type_=_segments.c.workspace_id.type),
        _segments.c.key == bindparam("key"),
    ),
    _segments.c.text,
)


def segment_numbers(
    connection: Connection, workspace_id: UUID, key: str, texts: Collection[str]
) -> list[tuple[Any, ...]]:
    """(text, number) of the values of one key that have one of these texts."""
    return _SEGMENTS.run(connection, texts, workspace=workspace_id, key=key)


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


_KNOWN_COLUMNS = ("id", "workspace_id", "email", "email_key", "external_id", "name", "locale", "attributes")
_KNOWN = select(*(_people.c[name] for name in _KNOWN_COLUMNS)).where(
    _people.c.workspace_id == bindparam("workspace", type_=_people.c.workspace_id.type)
)
_BY = {column: FixedSelect(_KNOWN, _people.c[column]) for column in ("email_key", "external_id")}


def people_by(connection: Connection, workspace_id: UUID, column: str, keys: Collection[str]) -> list[dict[str, Any]]:
    """People of a workspace by `email_key` or `external_id`."""
    rows = _BY[column].run(connection, keys, workspace=workspace_id)
    return [dict(zip(_KNOWN_COLUMNS, row, strict=True)) for row in rows]


_ADD_PEOPLE = FixedInsert(_people)


def add_people(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds people; every row has every column."""
    _ADD_PEOPLE.run(connection, rows)


_FREE_ADDRESS = update(_people).where(_people.c.id == bindparam("person")).values(email_key=None)


def free_addresses(connection: Connection, ids: Collection[UUID]) -> None:
    """Lets others have the addresses of people who get other ones in the same unit."""
    connection.execute(_FREE_ADDRESS, [{"person": person_id} for person_id in ids])


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


def whole_people(connection: Connection, ids: Collection[UUID]) -> list[dict[str, Any]]:
    """People by id, with all columns."""
    statement = select(_people).where(_people.c.id.in_(bindparam("ids", expanding=True)))
    return [dict(row._mapping) for row in connection.execute(statement, {"ids": list(ids)})]


CHANGEABLE = ("email", "email_key", "external_id", "name", "locale", "attributes")


def one(connection: Connection, workspace_id: UUID, person_id: UUID) -> dict[str, Any] | None:
    """A person of a workspace, with all columns that can be changed."""
    columns = [_people.c[name] for name in CHANGEABLE]
    query = select(*columns).where(_people.c.workspace_id == workspace_id, _people.c.id == person_id)
    row = connection.execute(query).first()
    return None if row is None else dict(row._mapping)


def page(
    connection: Connection,
    workspace_id: UUID,
    email_key: str | None,
    external_id: str | None,
    after: UUID | None,
    limit: int,
) -> list[Any]:
    """People of a workspace in the order of their ids: (id, email, external_id, name, locale, attributes)."""
    columns = [_people.c[name] for name in ("id", "email", "external_id", "name", "locale", "attributes")]
    query = select(*columns).where(_people.c.workspace_id == workspace_id)
    if email_key is not None:
        query = query.where(_people.c.email_key == email_key)
    if external_id is not None:
        query = query.where(_people.c.external_id == external_id)
    if after is not None:
        query = query.where(_people.c.id > after)
    return list(connection.execute(query.order_by(_people.c.id).limit(limit)))
