"""What may be done, who may do it by role, and the one question every use case asks first.

`docs/permissions.md` and the team page show this table; a test holds the two together.
"""

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
    WORKSPACE_READ = "workspace:read"
    WORKSPACE = "workspace:manage"
    WORKSPACES_CREATE = "workspaces:create"
    TEAM_READ = "team:read"
    TEAM = "team:manage"
    OWNERS = "owners:manage"
    KEYS = "keys:manage"
    AUDIT = "audit:read"


MEANING: Mapping[Grant, str] = {
    Grant.SURVEYS_READ: "Read surveys",
    Grant.SURVEYS_WRITE: "Create and change surveys",
    Grant.RESPONSES_READ: "Read responses",
    Grant.RESPONSES_WRITE: "Record responses",
    Grant.RESPONSES_VOID: "Take responses out of the scores, and back",
    Grant.EXPORT: "Export responses",
    Grant.INVITATIONS_WRITE: "Make personal links",
    Grant.PEOPLE_READ: "Read people",
    Grant.PEOPLE_WRITE: "Write people down",
    Grant.SCORES_READ: "Read scores",
    Grant.WORKSPACE_READ: "Read the settings of the workspace",
    Grant.WORKSPACE: "Change the settings of the workspace",
    Grant.WORKSPACES_CREATE: "Create another workspace",
    Grant.TEAM_READ: "See who belongs to the workspace",
    Grant.TEAM: "Invite, change and remove members",
    Grant.OWNERS: "Make and remove owners",
    Grant.KEYS: "Make and revoke API keys",
    Grant.AUDIT: "Read the audit log",
}
"""What each grant is called, in the order in which it is shown."""


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
_ADMIN = _MANAGER | {
    Grant.WORKSPACE_READ,
    Grant.WORKSPACE,
    Grant.WORKSPACES_CREATE,
    Grant.TEAM_READ,
    Grant.TEAM,
    Grant.KEYS,
    Grant.AUDIT,
}

ROLE_GRANTS: Mapping[Role, frozenset[Grant]] = {
    Role.OWNER: _ADMIN | {Grant.OWNERS},
    Role.ADMIN: _ADMIN,
    Role.MANAGER: _MANAGER,
    Role.VIEWER: _VIEWER,
}

KEY_SCOPES: frozenset[Grant] = frozenset(Grant) - {
    Grant.KEYS,
    Grant.TEAM,
    Grant.OWNERS,
    Grant.WORKSPACES_CREATE,
}
"""What a key may be given. Never what lets its bearer make another way in: keys, members, workspaces."""

USUAL_SCOPES: frozenset[Grant] = _MANAGER
"""What a key may do when nobody says otherwise: everything about surveys, nothing about the company."""


def require(ctx: Context, grant: Grant) -> None:
    """Raises `Unauthenticated` when nobody is known, `Forbidden` when the actor lacks `grant`."""
    if ctx.actor.kind is ActorKind.NOBODY:
        raise Unauthenticated
    if not allows(ctx, grant):
        raise scope_lacking(grant) if ctx.actor.kind is ActorKind.KEY else Forbidden()


def scope_lacking(grant: Grant) -> Forbidden:
    """The refusal to a key without a scope, which it names."""
    return Forbidden(f"The key lacks the scope {grant}.")


def allows(ctx: Context, grant: Grant) -> bool:
    """Whether the actor holds `grant`; for pages that leave out what would be refused."""
    return ALL in ctx.actor.grants or grant in ctx.actor.grants


def grants_of(role: Role) -> frozenset[str]:
    """What a user of this role may do, as an actor holds it."""
    return frozenset(grant.value for grant in ROLE_GRANTS[role])
