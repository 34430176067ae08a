"""The audit log: who did what, when, to what. What is written here is never changed.

An entry belongs to one workspace, whose admins read it. What a user does to the own account belongs to every
workspace the user is a member of at that time: one entry each.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Table, and_, delete, or_, select

from cxsurvey.core.context import Context
from cxsurvey.core.models import AuditEntry

_entries = cast("Table", AuditEntry.__table__)


def record(ctx: Context, action: str, subject: str = "", **detail: Any) -> None:
    """Adds an entry to the unit. `action` is a stable word such as `key.revoked`, `subject` an outside id.

    `detail` holds plain values; never a secret, and nothing about a customer.
    """
    record_in(ctx, ctx.workspace_id, action, subject, **detail)


def record_in(ctx: Context, workspace_id: UUID | None, action: str, subject: str = "", **detail: Any) -> None:
    """As `record`, for a workspace other than that of the unit; None when nobody but the operator may read it."""
    ctx.session.add(
        AuditEntry(
            id=ctx.ids.new(),
            workspace_id=workspace_id,
            at=ctx.now,
            actor_kind=ctx.actor.kind.value,
            actor_id=ctx.actor.id,
            action=action,
            subject=subject,
            detail=detail,
        )
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to find: those of all the parts that are set.

    `actions` are words of `record`; `actor_id` finds what this one did, and `subject` what was done to that thing:
    with both set either is enough. `since` is the first instant, `until` the first one after it.
    """

    actions: Collection[str] | None = None
    actor_id: UUID | None = None
    actor_kind: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def find(ctx: Context, wanted: Wanted, after: tuple[datetime, UUID] | None, limit: int) -> list[Row[Any]]:
    """Entries of the workspace of the unit, newest first, older than the place `after`."""
    conditions: list[ColumnElement[bool]] = [_entries.c.workspace_id == ctx.workspace]
    if wanted.actions is not None:
        conditions.append(_entries.c.action.in_(sorted(wanted.actions)))
    about = []
    if wanted.actor_id is not None:
        about.append(_entries.c.actor_id == wanted.actor_id)
    if wanted.actor_kind is not None:
        about.append(_entries.c.actor_kind == wanted.actor_kind)
    if wanted.subject is not None:
        about.append(_entries.c.subject == wanted.subject)
    if about:
        conditions.append(or_(*about))
    if wanted.since is not None:
        conditions.append(_entries.c.at >= wanted.since)
    if wanted.until is not None:
        conditions.append(_entries.c.at < wanted.until)
    if after is not None:
        at, entry_id = after
        # the first half lets the index begin where the page does
        conditions += [
            _entries.c.at <= at,
            or_(_entries.c.at < at, and_(_entries.c.at == at, _entries.c.id < entry_id)),
        ]
    query = select(_entries).where(*conditions).order_by(_entries.c.at.desc(), _entries.c.id.desc()).limit(limit)
    ctx.session.flush()  # entries are read past the session
    return list(ctx.connection.execute(query))


def instant_of(ctx: Context, entry_id: UUID) -> datetime | None:
    """When an entry of the workspace was written; None when there is no such entry."""
    query = select(_entries.c.at).where(_entries.c.id == entry_id, _entries.c.workspace_id == ctx.workspace)
    return ctx.connection.execute(query).scalar_one_or_none()


def forget_nobodys(connection: Connection, before: datetime, limit: int) -> int:
    """Deletes up to so many entries that belong to no workspace and are older; returns how many it deleted."""
    old = select(_entries.c.id).where(_entries.c.workspace_id.is_(None), _entries.c.at < before).limit(limit)
    return connection.execute(delete(_entries).where(_entries.c.id.in_(old))).rowcount
