"""The two ways in: a sign-in's cookie and an API key. Each settles who acts, and in which workspace."""

from __future__ import annotations

from datetime import timedelta

from cxsurvey.accounts import keys, queries
from cxsurvey.accounts.models import SignIn, User
from cxsurvey.accounts.permissions import ROLE_GRANTS, Role
from cxsurvey.accounts.views import KeyView, Visitor
from cxsurvey.core.context import Actor, ActorKind, Context
from cxsurvey.core.errors import NotFound, Unauthenticated
from cxsurvey.core.signing import digest


def enter_by_session(ctx: Context, token: str, slug: str | None) -> Visitor:
    """Lets the bearer of a sign-in into the workspace of `slug` (None: the first one of the user).

    Sets the actor and workspace of the context. Raises `Unauthenticated` for a token that is unknown, ran
    out, lay idle or belongs to a disabled user, and `NotFound` for a workspace the user is no member of.
    """
    found = queries.sign_in_by_hash(ctx, digest(token))
    if found is None:
        raise Unauthenticated
    sign_in, user = found
    if not _is_live(ctx, sign_in, user):
        raise Unauthenticated
    place = queries.membership(ctx, user.id, slug)
    if place is None:
        raise NotFound
    membership, workspace = place
    grants = frozenset(grant.value for grant in ROLE_GRANTS[Role(membership.role)])
    ctx.actor = Actor(ActorKind.USER, user.id, user.name, grants)
    ctx.workspace_id = workspace.id
    return Visitor(user.id, sign_in.id, user.name, user.email, membership.role)


def enter_by_key(ctx: Context, token: str) -> KeyView:
    """Lets the bearer of an API key in; sets actor and workspace, raises `Unauthenticated`."""
    hashed = digest(token)
    found = keys.keys_by_hash(ctx, [hashed]).get(hashed)
    if found is None or not found.valid_at(ctx.now):
        raise Unauthenticated
    ctx.actor = Actor(ActorKind.KEY, found.id, found.name, found.scopes, found.test)
    ctx.workspace_id = found.workspace_id
    return found


def _is_live(ctx: Context, sign_in: SignIn, user: User) -> bool:
    idle = timedelta(hours=ctx.settings.session_idle_hours)
    return sign_in.expires_at > ctx.now and sign_in.last_seen_at + idle > ctx.now and user.disabled_at is None
