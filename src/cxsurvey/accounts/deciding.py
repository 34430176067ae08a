"""Deciding about members: one unit after the other, each by what its actor is at that moment."""

from __future__ import annotations

from dataclasses import replace

from cxsurvey.accounts.permissions import ROLE_GRANTS, Grant, Role, require
from cxsurvey.accounts.queries import team as rows
from cxsurvey.core.context import ActorKind, Context
from cxsurvey.core.errors import Forbidden


def begin(ctx: Context) -> None:
    """Lets no other decision about members of the workspace happen until this unit ends.

    What a user may do was read when the unit began. It may have changed while this one waited, so it is read again:
    whoever was demoted meanwhile decides nothing any more. Raises `Forbidden`, and what `require` raises.
    """
    require(ctx, Grant.TEAM)
    rows.lock_workspace(ctx)
    if ctx.actor.kind is ActorKind.USER and ctx.actor.id is not None:
        role = rows.role_now(ctx, ctx.actor.id)
        if role is None:
            raise Forbidden
        ctx.actor = replace(ctx.actor, grants=ROLE_GRANTS[Role(role)])
        require(ctx, Grant.TEAM)
