"""The first run: one link, one page, and from then on an installation with an owner and a workspace."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from cxsurvey.accounts import links, queries, service
from cxsurvey.accounts.commands import SetUp
from cxsurvey.accounts.links import Purpose
from cxsurvey.accounts.models import Membership, User, Workspace
from cxsurvey.accounts.permissions import Role
from cxsurvey.accounts.views import WorkspaceView
from cxsurvey.core import audit
from cxsurvey.core.addresses import normal_email
from cxsurvey.core.context import Actor, ActorKind, Context
from cxsurvey.core.errors import Kind, Refusal

LINK_LIFE = timedelta(days=7)
LONGEST_SLUG = 40


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
    """Makes a workspace and its owner, who acts from here on."""
    workspace = Workspace(
        id=ctx.ids.new(),
        slug=free_slug(ctx, command.workspace),
        name=command.workspace,
        report_zone=command.zone,
        privacy_url=command.privacy_url,
        is_demo=is_demo,
        created_at=ctx.now,
        accent="#274C84",
        minimum_group=5,
        link_generation=1,
        segment_names={},
    )
    user = User(
        id=ctx.ids.new(),
        email=command.email,
        email_key=normal_email(command.email),
        name=command.name,
        password_hash=password_hash,
        password_changed_at=ctx.now,
        created_at=ctx.now,
        disabled_at=None,
    )
    ctx.session.add_all([workspace, user])
    ctx.session.flush()
    ctx.session.add(Membership(workspace_id=workspace.id, user_id=user.id, role=Role.OWNER.value, created_at=ctx.now))
    ctx.actor, ctx.workspace_id = Actor(ActorKind.USER, user.id, user.name), workspace.id
    audit.record(ctx, "workspace.created", workspace.slug)
    return Founded(user.id, service.view_of(workspace))


def free_slug(ctx: Context, name: str) -> str:
    """The word for a workspace in addresses, made from its name; numbered when it is taken."""
    wanted = slug_of(name)
    taken = queries.slugs_beginning(ctx, wanted)
    numbered = (f"{wanted[: LONGEST_SLUG - 4]}-{number}" for number in range(2, 1000))
    return next(slug for slug in (wanted, *numbered) if slug not in taken)


def slug_of(name: str) -> str:
    """`name` in small letters, digits and hyphens; “workspace” when nothing of it remains."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].rstrip("-") or "workspace"
