"""The members of a workspace: their roles, shutting one out, and a link for one who forgot the password.

Nobody gains by this what the own role does not give: only owners make, change and remove owners, and a link that sets
a password is made only for those over whom one stands in every workspace they belong to.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cxsurvey.accounts import deciding, journal, links, queries
from cxsurvey.accounts.commands import ChangeRole
from cxsurvey.accounts.links import Purpose
from cxsurvey.accounts.models import Membership, User
from cxsurvey.accounts.permissions import Grant, Role, allows, require
from cxsurvey.accounts.queries import team as rows
from cxsurvey.accounts.users import RESET_LIFE
from cxsurvey.accounts.views import MemberView
from cxsurvey.core import audit
from cxsurvey.core.addresses import normal_email
from cxsurvey.core.context import ActorKind, Context
from cxsurvey.core.errors import Kind, NotFound, Refusal
from cxsurvey.core.ids import encode


class LastOwner(Refusal):
    """A workspace without an owner could never have one again."""

    code = "last_owner"
    kind = Kind.CONFLICT
    message = "This is the last owner. Make somebody else an owner first."


class OwnersOnly(Refusal):
    """Only an owner makes somebody an owner, or changes one."""

    code = "owners_only"
    kind = Kind.FORBIDDEN
    message = "Only an owner makes, changes or removes an owner."


class NotOneself(Refusal):
    """This cannot be done to the own account."""

    code = "not_oneself"
    kind = Kind.CONFLICT
    message = "You cannot do this to yourself."


class BelongsElsewhere(Refusal):
    """The member's password also opens a workspace that the actor has no say over."""

    code = "belongs_elsewhere"
    kind = Kind.CONFLICT
    message = (
        "This account also opens a workspace that is not yours to manage, so its password is not yours to reset. "
        "Whoever runs the installation can make the link: cxsurvey user reset ADDRESS"
    )


def listed(ctx: Context) -> list[MemberView]:
    """Everybody in the workspace, by name, those who are shut out too."""
    require(ctx, Grant.TEAM_READ)
    return [_view(membership, user, seen) for membership, user, seen in rows.members(ctx)]


def member(ctx: Context, user_id: UUID) -> MemberView:
    """One member of the workspace; raises `NotFound`."""
    require(ctx, Grant.TEAM_READ)
    return _view(*_member(ctx, user_id))


def member_with(ctx: Context, email: str) -> MemberView:
    """The member with this address; raises `NotFound`."""
    require(ctx, Grant.TEAM_READ)
    try:
        user = queries.user_by_email(ctx, normal_email(email))
    except ValueError:
        user = None
    found = rows.member(ctx, user.id) if user is not None else None
    if found is None:
        raise NotFound(f"No member of this workspace has the address {email}.", field="email")
    return _view(*found)


def may_change(ctx: Context, role: Role) -> bool:
    """Whether the actor may change members of this role; for pages that leave out what would be refused."""
    return allows(ctx, Grant.TEAM) and (role is not Role.OWNER or allows(ctx, Grant.OWNERS))


def roles_to_give(ctx: Context) -> tuple[Role, ...]:
    """The roles that the actor may give to somebody."""
    return tuple(role for role in Role if may_change(ctx, role))


def change_role(ctx: Context, user_id: UUID, command: ChangeRole) -> MemberView:
    """Gives a member another role. Raises `OwnersOnly` and `LastOwner`."""
    wanted = Role(command.role)
    membership, user = _changeable(ctx, user_id, wanted)
    before = Role(membership.role)
    if before is wanted:
        return _view(membership, user)
    if before is Role.OWNER:
        _keep_an_owner(ctx, user_id)
    membership.role = wanted.value
    _take_back_what_was_handed_out(ctx, user_id)
    audit.record(ctx, "member.role_changed", encode("usr", user_id), before=before.value, role=wanted.value)
    return _view(membership, user)


def disable(ctx: Context, user_id: UUID) -> MemberView:
    """Shuts a member out of this workspace at once, until `enable`; raises `OwnersOnly`, `LastOwner`, `NotOneself`."""
    membership, user = _changeable(ctx, user_id)
    _not_oneself(ctx, user_id)
    if membership.disabled_at is None:
        if membership.role == Role.OWNER:
            _keep_an_owner(ctx, user_id)
        membership.disabled_at = ctx.now
        _take_back_what_was_handed_out(ctx, user_id)
        audit.record(ctx, "member.disabled", encode("usr", user_id))
    return _view(membership, user)


def enable(ctx: Context, user_id: UUID) -> MemberView:
    """Lets a member in again; raises `OwnersOnly`."""
    membership, user = _changeable(ctx, user_id)
    if membership.disabled_at is not None:
        membership.disabled_at = None
        audit.record(ctx, "member.enabled", encode("usr", user_id))
    return _view(membership, user)


def remove(ctx: Context, user_id: UUID) -> None:
    """Ends a membership: from the next request on nothing of this workspace is there for the user.

    What the user did stays, and so do keys, which belong to the workspace. Raises `OwnersOnly` and `LastOwner`.
    """
    membership, _ = _changeable(ctx, user_id)
    if membership.role == Role.OWNER:
        _keep_an_owner(ctx, user_id)
    _take_back_what_was_handed_out(ctx, user_id)
    audit.record(ctx, "member.removed", encode("usr", user_id), role=membership.role)
    rows.forget_membership(ctx, user_id)


def leave(ctx: Context) -> None:
    """Ends the actor's own membership, as `remove` does for others; no grant is needed for it.

    Raises `NotFound` for whoever is no user of this workspace, and `LastOwner`.
    """
    if ctx.actor.kind is not ActorKind.USER or ctx.actor.id is None:
        raise NotFound
    rows.lock_workspace(ctx)
    membership, user = _member(ctx, ctx.actor.id)
    if membership.role == Role.OWNER:
        _keep_an_owner(ctx, user.id)
    _take_back_what_was_handed_out(ctx, user.id)
    audit.record(ctx, "member.left", encode("usr", user.id), role=membership.role)
    rows.forget_membership(ctx, user.id)


def keys_of(ctx: Context, user_id: UUID) -> int:
    """How many working keys of the workspace a member made: they go on working without the member."""
    require(ctx, Grant.TEAM_READ)
    return queries.live_keys_made_by(ctx, user_id)


def reset_link(ctx: Context, user_id: UUID) -> str:
    """The path of a page that sets a new password for a member; works once, for an hour.

    Whoever holds it can become the member, so it is refused for an owner unless an owner asks (`OwnersOnly`), for
    oneself, who must know the present password (`NotOneself`), and for whoever belongs to a workspace that the actor
    does not manage as well (`BelongsElsewhere`). A link is worth nothing any more once the member has gained a role.
    """
    _, user = _changeable(ctx, user_id)
    _not_oneself(ctx, user_id)
    if not all(_stands_over(ctx, membership) for membership in rows.memberships_of(ctx, user_id)):
        raise BelongsElsewhere
    token = links.make(ctx, Purpose.RESET, RESET_LIFE, user.id)
    journal.about_user(ctx, "user.reset_link_made", user.id)
    return f"/reset/{token}"


def _stands_over(ctx: Context, theirs: Membership) -> bool:
    """Whether the actor manages the workspace of a membership, and members like this one in it."""
    if theirs.workspace_id == ctx.workspace or ctx.actor.kind is ActorKind.OPERATOR:
        return True  # in this workspace it was asked before; operators manage every workspace
    if ctx.actor.id is None:
        return False
    own = next((row for row in rows.memberships_of(ctx, ctx.actor.id) if row.workspace_id == theirs.workspace_id), None)
    if own is None or own.disabled_at is not None:
        return False
    return own.role == Role.OWNER or (own.role == Role.ADMIN and theirs.role != Role.OWNER)


def _changeable(ctx: Context, user_id: UUID, wanted: Role | None = None) -> tuple[Membership, User]:
    deciding.begin(ctx)
    membership, user = _member(ctx, user_id)
    if Role.OWNER in (Role(membership.role), wanted) and not allows(ctx, Grant.OWNERS):
        raise OwnersOnly
    return membership, user


def _keep_an_owner(ctx: Context, user_id: UUID) -> None:
    if not rows.other_owners(ctx, user_id):
        raise LastOwner


def _not_oneself(ctx: Context, user_id: UUID) -> None:
    if ctx.actor.id == user_id:
        raise NotOneself


def _take_back_what_was_handed_out(ctx: Context, user_id: UUID) -> None:
    """Makes the open links worthless by which a role that changes now could be had again, or another's taken over."""
    rows.drop_invitations_by(ctx, user_id)
    rows.drop_reset_links_of_members(ctx, Purpose.RESET)


def _member(ctx: Context, user_id: UUID) -> tuple[Membership, User]:
    found = rows.member(ctx, user_id)
    if found is None:
        raise NotFound
    membership, user = found
    return membership, user


def _view(membership: Membership, user: User, seen: datetime | None = None) -> MemberView:
    return MemberView(
        user_id=user.id,
        name=user.name,
        email=user.email,
        role=Role(membership.role),
        joined_at=membership.created_at,
        disabled_at=membership.disabled_at,
        last_seen_at=seen,
    )
