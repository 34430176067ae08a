"""Colleagues join by a link that works once: made and shown by an admin, used up by a POST, for one address.

Who has an account joins with it; who has none makes one. No mail is needed: the admin hands the link over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from cxsurvey.accounts import deciding, doors, queries, signin, users
from cxsurvey.accounts.commands import InviteMember, JoinAsNew
from cxsurvey.accounts.links import Purpose
from cxsurvey.accounts.models import MemberInvitation, Membership, User, Workspace
from cxsurvey.accounts.permissions import Grant, Role, allows, require
from cxsurvey.accounts.queries import team as rows
from cxsurvey.accounts.signin import Attempt
from cxsurvey.accounts.team import OwnersOnly
from cxsurvey.accounts.views import InvitationView
from cxsurvey.core import audit
from cxsurvey.core.addresses import normal_email
from cxsurvey.core.context import Actor, ActorKind, Context
from cxsurvey.core.errors import Kind, NotFound, Refusal, Unauthenticated
from cxsurvey.core.ids import encode, secret_token
from cxsurvey.core.signing import digest

PREFIX = "min"
LINK_LIFE = timedelta(days=7)
MOST_OPEN = 200


class AlreadyMember(Refusal):
    """The address belongs to a member."""

    code = "already_member"
    kind = Kind.CONFLICT
    message = "belongs to a member already"


class TooManyInvitations(Refusal):
    """More invitations are open than anybody will use."""

    code = "too_many_invitations"
    kind = Kind.CONFLICT
    message = f"At most {MOST_OPEN} invitations are open at once. Take some back first."


class InvitationGone(Refusal):
    """The invitation was used, taken back or ran out, or never existed: these look alike."""

    code = "link_gone"
    kind = Kind.GONE
    message = "This invitation does not work any more. Ask whoever sent it for a new one."


class AccountNeeded(Refusal):
    """Somebody made an account with the address while the page was open, or the other way round."""

    code = "account_changed"
    kind = Kind.CONFLICT
    message = "The account of this address changed meanwhile. Open the link again."


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation just made: the only time its path is known."""

    invitation: InvitationView
    path: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation offers, and to whom. `has_account`: the address signs in here already."""

    workspace: str
    email: str
    email_key: str
    role: Role
    invited_by: str | None
    has_account: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody is a member now. `cookie` is the token of a new sign-in, None for whoever was signed in."""

    slug: str
    cookie: str | None


def invite(ctx: Context, command: InviteMember) -> NewInvitation:
    """Makes an invitation; a former one to the same address stops working.

    Raises `OwnersOnly`, `AlreadyMember` naming the address, and `TooManyInvitations`.
    """
    deciding.begin(ctx)
    role = Role(command.role)
    if role is Role.OWNER and not allows(ctx, Grant.OWNERS):
        raise OwnersOnly
    email_key = normal_email(command.email)
    user = queries.user_by_email(ctx, email_key)
    if user is not None and rows.member(ctx, user.id) is not None:
        raise AlreadyMember(field="email")
    rows.drop_invitations_to(ctx, email_key)
    if rows.count_invitations(ctx) >= MOST_OPEN:
        raise TooManyInvitations
    token = secret_token(ctx.ids)
    row = MemberInvitation(
        id=ctx.ids.new(),
        workspace_id=ctx.workspace,
        email=command.email,
        email_key=email_key,
        role=role.value,
        token_hash=digest(token),
        created_by=ctx.actor.id if ctx.actor.kind is ActorKind.USER else None,
        created_at=ctx.now,
        expires_at=ctx.now + LINK_LIFE,
    )
    ctx.session.add(row)
    audit.record(ctx, "member.invited", encode(PREFIX, row.id), email=row.email, role=row.role)
    ctx.session.flush()
    made_by = ctx.actor.name if row.created_by is not None else None
    return NewInvitation(_view(row, made_by), f"/join/{token}")


def open_ones(ctx: Context) -> list[InvitationView]:
    """The invitations that nobody has used yet, newest first."""
    require(ctx, Grant.TEAM_READ)
    return [_view(row, name) for row, name in rows.invitations(ctx)]


def get(ctx: Context, invitation_id: UUID) -> InvitationView:
    """One open invitation of the workspace; raises `NotFound`."""
    require(ctx, Grant.TEAM_READ)
    for view in open_ones(ctx):
        if view.id == invitation_id:
            return view
    raise NotFound


def take_back(ctx: Context, invitation_id: UUID) -> None:
    """Makes an invitation worthless; raises `NotFound` for one that is not open."""
    require(ctx, Grant.TEAM)
    row = rows.invitation(ctx, invitation_id)
    if row is None:
        raise NotFound
    audit.record(ctx, "member.invitation_taken_back", encode(PREFIX, row.id), email=row.email)
    rows.drop_invitation(ctx, row.id)


def offered(ctx: Context, token: str) -> Offer:
    """What the link offers; uses nothing up. Raises `InvitationGone`."""
    row, workspace, invited_by = _opened(ctx, token)
    has_account = queries.user_by_email(ctx, row.email_key) is not None
    return Offer(workspace.name, row.email, row.email_key, Role(row.role), invited_by, has_account)


def join_as_new(ctx: Context, token: str, command: JoinAsNew, password_hash: str, browser: str) -> Joined:
    """Makes the account and the membership, and signs in; raises `InvitationGone` and `AccountNeeded`."""
    row, workspace, _ = _opened(ctx, token)
    if queries.user_by_email(ctx, row.email_key) is not None:
        raise AccountNeeded
    user = users.add(ctx, row.email, command.name, password_hash)
    _join(ctx, row, workspace, user)
    return Joined(workspace.slug, signin.start(ctx, user.id, user.name, browser))


def join_with_password(ctx: Context, token: str, attempt: Attempt, new_hash: str, browser: str) -> Joined:
    """Signs the invited user in, whose password was checked, and makes the membership.

    Raises `InvitationGone`, and `WrongPassword` for anybody else.
    """
    row, workspace, _ = _opened(ctx, token)
    user = queries.user_by_email(ctx, row.email_key)
    if user is None or user.id != attempt.user_id:
        raise signin.WrongPassword
    cookie = signin.come_in(ctx, attempt, new_hash, browser)
    _join(ctx, row, workspace, user)
    return Joined(workspace.slug, cookie)


def join_signed_in(ctx: Context, token: str, session_token: str) -> Joined:
    """Makes the membership of whoever is signed in; raises `InvitationGone`, and `Unauthenticated` for anybody else."""
    row, workspace, _ = _opened(ctx, token)
    user = queries.user_by_email(ctx, row.email_key)
    if user is None or doors.signed_in_as(ctx, session_token) != row.email_key:
        raise Unauthenticated
    _join(ctx, row, workspace, user)
    return Joined(workspace.slug, None)


def _opened(ctx: Context, token: str) -> tuple[MemberInvitation, Workspace, str | None]:
    found = rows.invitation_by_hash(ctx, digest(token))
    if found is None:
        raise InvitationGone
    row, workspace, invited_by = found
    return row, workspace, invited_by


def _join(ctx: Context, row: MemberInvitation, workspace: Workspace, user: User) -> None:
    role, email, invitation_id = row.role, row.email, row.id
    if not rows.drop_invitation(ctx, invitation_id):
        raise InvitationGone
    ctx.actor, ctx.workspace_id = Actor(ActorKind.USER, user.id, user.name), workspace.id
    if rows.member(ctx, user.id) is not None:
        raise InvitationGone
    # whoever could set this password for a lesser role shall not have the new one by it
    queries.drop_links(ctx, Purpose.RESET, user.id)
    ctx.session.add(Membership(workspace_id=workspace.id, user_id=user.id, role=role, created_at=ctx.now))
    audit.record(ctx, "member.joined", encode("usr", user.id), email=email, role=role)
    ctx.session.flush()


def _view(row: MemberInvitation, invited_by: str | None) -> InvitationView:
    return InvitationView(row.id, row.email, Role(row.role), invited_by, row.created_at, row.expires_at)
