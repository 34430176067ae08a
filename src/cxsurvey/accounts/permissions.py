"""What may be done, who may do it by role, and the one question every use case asks first."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from cxsurvey.core.context import ActorKind, Context
from cxsurvey.core.errors import Forbidden, Unauthenticated

ALL = "*"
"""In an actor's grants: everything. Held by the operator and by the system itself."""


class Grant(StrEnum):
    """One thing that may be allowed."""

    SURVEYS_READ = "surveys:read"
    SURVEYS_WRITE = "surveys:write"
    RESPONSES_READ = "responses:read"
    RESPONSES_WRITE = "responses:write"
    RESPONSES_VOID = "responses:void"
    INVITATIONS_WRITE = "invitations:write"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    SCORES_READ = "scores:read"
    EXPORT = "responses:export"
    KEYS = "keys:manage"
    WORKSPACE = "workspace:manage"


class Role(StrEnum):
    """What a user is in a workspace."""

    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    VIEWER = "viewer"


_VIEWER = frozenset({Grant.SURVEYS_READ, Grant.RESPONSES_READ, Grant.SCORES_READ})
_MANAGER = _VIEWER | {
    Grant.SURVEYS_WRITE,
    Grant.RESPONSES_WRITE,
    Grant.RESPONSES_VOID,
    Grant.INVITATIONS_WRITE,
    Grant.PEOPLE_READ,
    Grant.PEOPLE_WRITE,
    Grant.EXPORT,
}
_ADMIN = _MANAGER | {Grant.KEYS, Grant.WORKSPACE}

ROLE_GRANTS: Mapping[Role, frozenset[Grant]] = {
    Role.OWNER: _ADMIN,
    Role.ADMIN: _ADMIN,
    Role.MANAGER: _MANAGER,
    Role.VIEWER: _VIEWER,
}

KEY_SCOPES: frozenset[Grant] = frozenset(Grant) - {Grant.KEYS, Grant.WORKSPACE}
"""What a key may be given: never the making of keys, nor the workspace itself."""


def require(ctx: Context, grant: Grant) -> None:
    """Raises `Unauthenticated` when nobody is known, `Forbidden` when the actor lacks `grant`."""
    if ctx.actor.kind is ActorKind.NOBODY:
        raise Unauthenticated
    if not allows(ctx, grant):
        raise Forbidden


def allows(ctx: Context, grant: Grant) -> bool:
    """Whether the actor holds `grant`; for pages that leave out what would be refused."""
    return ALL in ctx.actor.grants or grant in ctx.actor.grants
