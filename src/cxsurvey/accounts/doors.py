"""The two ways in: a sign-in's cookie and an API key. Each settles who acts, and in which workspace."""

from __future__ import annotations

from datetime import timedelta

from cxsurvey.accounts import keys, queries
from cxsurvey.accounts.permissions import Role, grants_of
from cxsurvey.accounts.queries import SignedIn, team
from cxsurvey.accounts.views import KeyView, PlaceView, Visitor
from cxsurvey.core.context import Actor, ActorKind, Context
from cxsurvey.core.errors import Kind, NotFound, Refusal, Unauthenticated
from cxsurvey.core.signing import digest


class NoWorkspace(Refusal):
    """The user is signed in and belongs to no workspace any more."""

    code = "no_workspace"
    kind = Kind.FORBIDDEN
    message = "You are signed in and belong to no workspace. Ask an admin of yours to invite you."


def enter_by_session(ctx: Context, token: str, slug: str | None) -> Visitor:
    """Lets the bearer of a sign-in into the workspace of `slug` (None: the first one of the user).

    Sets the actor and workspace of the context. Raises `Unauthenticated` for a token that is unknown, ran
    out, lay idle or belongs to a disabled user, `NotFound` for a workspace the user is no member of or is
    disabled in, and `NoWorkspace` for a user who belongs to none.
    """
    found = _signed_in(ctx, token)
    if found is None:
        raise Unauthenticated
    there = team.places_of(ctx, found.user_id)
    place = next((row for row in there if slug is None or row.slug == slug), None)
    if place is None:
        raise NotFound if slug is not None else NoWorkspace
    role = Role(place.role)
    ctx.actor = Actor(ActorKind.USER, found.user_id, found.name, grants_of(role))
    ctx.workspace_id = place.workspace_id
    places = tuple(PlaceView(row.slug, row.name, row.role) for row in there)
    return Visitor(found.user_id, found.id, found.name, found.email, role.value, places)


def signed_in_as(ctx: Context, token: str | None) -> str | None:
    """The compared form of the address of whom a sign-in belongs to; None when it opens nothing."""
    found = _signed_in(ctx, token) if token is not None else None
    return None if found is None else found.email_key


def enter_by_key(ctx: Context, token: str) -> KeyView:
    """Lets the bearer of an API key in; sets actor and workspace, raises `Unauthenticated`."""
    hashed = digest(token)
    found = keys.keys_by_hash(ctx, [hashed]).get(hashed)
    if found is None or not found.valid_at(ctx.now):
        raise Unauthenticated
    ctx.actor = Actor(ActorKind.KEY, found.id, found.name, found.scopes, found.test)
    ctx.workspace_id = found.workspace_id
    return found


def _signed_in(ctx: Context, token: str) -> SignedIn | None:
    found = queries.sign_in_by_hash(ctx, digest(token))
    return found if found is not None and _is_live(ctx, found) else None


def _is_live(ctx: Context, found: SignedIn) -> bool:
    idle = timedelta(hours=ctx.settings.session_idle_hours)
    return found.expires_at > ctx.now and found.last_seen_at + idle > ctx.now and found.disabled_at is None
