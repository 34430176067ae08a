"""What the door asks about members, their roles, and colleagues who are invited."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Row, Table, bindparam, delete, func, select, update

from cxsurvey.accounts.models import MemberInvitation, Membership, OneTimeLink, SignIn, User, Workspace
from cxsurvey.accounts.queries import affected
from cxsurvey.core.context import Context
from cxsurvey.core.db.fixed import FixedSelect


class Place(NamedTuple):
    """A workspace that a user belongs to, as much of it as whoever comes in needs."""

    role: str
    workspace_id: UUID
    slug: str
    name: str


_members, _workspaces = cast("Table", Membership.__table__), cast("Table", Workspace.__table__)
_PLACES = FixedSelect(
    select(_members.c.role, _workspaces.c.id, _workspaces.c.slug, _workspaces.c.name)
    .join(_workspaces, _workspaces.c.id == _members.c.workspace_id)
    .where(_members.c.user_id == bindparam("user_id"), _members.c.disabled_at.is_(None))
    .order_by(_members.c.created_at, _workspaces.c.id)
)


def places_of(ctx: Context, user_id: UUID) -> list[Place]:
    """Every workspace a user belongs to and may come into, the first joined first; every page begins with it."""
    return [Place(*row) for row in _PLACES.run(ctx.connection, user_id=user_id)]


def memberships_of(ctx: Context, user_id: UUID) -> Sequence[Membership]:
    """Every membership of a user, disabled ones too."""
    return ctx.session.scalars(
        select(Membership).where(Membership.user_id == user_id).order_by(Membership.workspace_id)
    ).all()


def members(ctx: Context) -> list[tuple[Membership, User, datetime | None]]:
    """Everybody in the workspace, by name, with when each was last seen."""
    seen = select(SignIn.user_id, func.max(SignIn.last_seen_at).label("at")).group_by(SignIn.user_id).subquery()
    found = ctx.session.execute(
        select(Membership, User, seen.c.at)
        .join(User, User.id == Membership.user_id)
        .outerjoin(seen, seen.c.user_id == User.id)
        .where(Membership.workspace_id == ctx.workspace)
        .order_by(func.lower(User.name), User.id)
    )
    return [(membership, user, at) for membership, user, at in found]


def member(ctx: Context, user_id: UUID) -> Row[Membership, User] | None:
    """One member of the workspace."""
    return ctx.session.execute(
        select(Membership, User)
        .join(User, User.id == Membership.user_id)
        .where(Membership.workspace_id == ctx.workspace, Membership.user_id == user_id)
    ).one_or_none()


def lock_workspace(ctx: Context) -> None:
    """Makes units that decide who the owners are wait for one another; SQLite has one writer anyway."""
    ctx.session.execute(select(Workspace.id).where(Workspace.id == ctx.workspace).with_for_update())


def role_now(ctx: Context, user_id: UUID) -> str | None:
    """The role of a member as it is in the database now, whatever this unit read before; None for who is shut out."""
    query = select(Membership.role).where(
        Membership.workspace_id == ctx.workspace, Membership.user_id == user_id, Membership.disabled_at.is_(None)
    )
    return ctx.session.scalar(query)


def other_owners(ctx: Context, user_id: UUID) -> int:
    """How many owners besides this user could come in now."""
    query = (
        select(func.count())
        .select_from(Membership)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.workspace_id == ctx.workspace,
            Membership.role == "owner",
            Membership.user_id != user_id,
            Membership.disabled_at.is_(None),
            User.disabled_at.is_(None),
        )
    )
    return ctx.session.scalar(query) or 0


def forget_membership(ctx: Context, user_id: UUID) -> None:
    """Deletes a membership of the workspace; the user and what the user did stay."""
    affected(ctx, delete(Membership).where(Membership.workspace_id == ctx.workspace, Membership.user_id == user_id))


def drop_reset_links_of_members(ctx: Context, purpose: str) -> None:
    """Deletes the open links of one purpose of everybody in the workspace."""
    here = select(Membership.user_id).where(Membership.workspace_id == ctx.workspace)
    affected(ctx, delete(OneTimeLink).where(OneTimeLink.purpose == purpose, OneTimeLink.user_id.in_(here)))


def zone_changes(ctx: Context) -> list[Any]:
    """Every change of the report zone of the workspace, as stored."""
    found: list[Any] = ctx.session.scalars(select(Workspace.zone_changes).where(Workspace.id == ctx.workspace)).one()
    return found


def change_workspace(ctx: Context, revision: int, changes: Mapping[str, Any]) -> bool:
    """Stores settings and raises the revision; False when it is not `revision` any more."""
    statement = (
        update(Workspace)
        .where(Workspace.id == ctx.workspace, Workspace.revision == revision)
        .values(**changes, revision=revision + 1)
    )
    changed = affected(ctx, statement) == 1
    ctx.session.expire_all()  # the statement went past the objects that are loaded
    return changed


def invitations(ctx: Context) -> list[tuple[MemberInvitation, str | None]]:
    """The open invitations of the workspace with the names of who made them, newest first."""
    found = ctx.session.execute(
        select(MemberInvitation, User.name)
        .outerjoin(User, User.id == MemberInvitation.created_by)
        .where(MemberInvitation.workspace_id == ctx.workspace, MemberInvitation.expires_at > ctx.now)
        .order_by(MemberInvitation.created_at.desc(), MemberInvitation.id.desc())
    )
    return [(row, name) for row, name in found]


def count_invitations(ctx: Context) -> int:
    """How many invitations of the workspace are open."""
    query = (
        select(func.count())
        .select_from(MemberInvitation)
        .where(MemberInvitation.workspace_id == ctx.workspace, MemberInvitation.expires_at > ctx.now)
    )
    return ctx.session.execute(query).scalar_one()


def invitation(ctx: Context, invitation_id: UUID) -> MemberInvitation | None:
    """An open invitation of the workspace."""
    return ctx.session.scalars(
        select(MemberInvitation).where(
            MemberInvitation.id == invitation_id,
            MemberInvitation.workspace_id == ctx.workspace,
            MemberInvitation.expires_at > ctx.now,
        )
    ).one_or_none()


def invitation_by_hash(ctx: Context, token_hash: bytes) -> tuple[MemberInvitation, Workspace, str | None] | None:
    """An open invitation, its workspace, and the name of who made it."""
    found = ctx.session.execute(
        select(MemberInvitation, Workspace, User.name)
        .join(Workspace, Workspace.id == MemberInvitation.workspace_id)
        .outerjoin(User, User.id == MemberInvitation.created_by)
        .where(MemberInvitation.token_hash == token_hash, MemberInvitation.expires_at > ctx.now)
    ).one_or_none()
    return None if found is None else (found[0], found[1], found[2])


def drop_invitation(ctx: Context, invitation_id: UUID) -> bool:
    """Deletes an invitation; False when somebody else was faster."""
    return affected(ctx, delete(MemberInvitation).where(MemberInvitation.id == invitation_id)) == 1


def drop_invitations_to(ctx: Context, email_key: str) -> None:
    """Deletes the invitations of one address to the workspace."""
    affected(
        ctx,
        delete(MemberInvitation).where(
            MemberInvitation.workspace_id == ctx.workspace, MemberInvitation.email_key == email_key
        ),
    )


def drop_invitations_by(ctx: Context, user_id: UUID) -> int:
    """Deletes the open invitations that a user made to the workspace; returns how many there were."""
    return affected(
        ctx,
        delete(MemberInvitation).where(
            MemberInvitation.workspace_id == ctx.workspace, MemberInvitation.created_by == user_id
        ),
    )


def names(ctx: Context, user_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names by id, also of those who left."""
    rows = ctx.session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
    return {row.id: row.name for row in rows}
