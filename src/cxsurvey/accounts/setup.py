"""The first run: one link, one page, and from then on an installation with an owner and a workspace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from cxsurvey.accounts import links, queries, users, workspaces
from cxsurvey.accounts.commands import CreateWorkspace, SetUp
from cxsurvey.accounts.links import Purpose
from cxsurvey.accounts.views import WorkspaceView
from cxsurvey.core.context import Actor, ActorKind, Context
from cxsurvey.core.errors import Kind, Refusal

LINK_LIFE = timedelta(days=7)


class AlreadySetUp(Refusal):
    """Somebody has an account already."""

    code = "already_set_up"
    kind = Kind.GONE
    message = "This installation is set up already. Sign in instead."


@dataclass(frozen=True, slots=True)
class Founded:
    """What the set-up made."""

    user_id: UUID
    workspace: WorkspaceView


def fresh_link(ctx: Context) -> str | None:
    """The path of the set-up page under a new token, or None when there is a user; earlier links stop working."""
    if queries.any_user(ctx):
        return None
    return f"/setup/{links.make(ctx, Purpose.SETUP, LINK_LIFE)}"


def is_needed(ctx: Context) -> bool:
    """Whether nobody can sign in yet."""
    return not queries.any_user(ctx)


def check_link(ctx: Context, token: str) -> None:
    """Raises `AlreadySetUp` or `LinkGone` unless the set-up page may be shown; uses nothing up."""
    if queries.any_user(ctx):
        raise AlreadySetUp
    links.opened(ctx, Purpose.SETUP, token)


def set_up(ctx: Context, token: str, command: SetUp, password_hash: str) -> Founded:
    """Uses the link up and founds the installation. The password is hashed before, outside the unit."""
    if queries.any_user(ctx):
        raise AlreadySetUp
    links.use(ctx, Purpose.SETUP, token)
    return found(ctx, command, password_hash)


def found(ctx: Context, command: SetUp, password_hash: str, *, is_demo: bool = False) -> Founded:
    """Makes a user and the workspace that this user owns, and who acts in it from here on."""
    user = users.add(ctx, command.email, command.name, password_hash)
    ctx.actor = Actor(ActorKind.USER, user.id, user.name)
    wanted = CreateWorkspace(name=command.workspace, report_zone=command.zone, privacy_url=command.privacy_url)
    return Founded(user.id, workspaces.found(ctx, user.id, wanted, is_demo=is_demo))
