"""Workspaces: another one is made, and the settings of one are read and changed."""

from __future__ import annotations

import re
import unicodedata
from typing import Any
from uuid import UUID

from cxsurvey.accounts import queries, service
from cxsurvey.accounts.commands import DECLARED_KEYS, CreateWorkspace, EditWorkspace
from cxsurvey.accounts.links import Purpose
from cxsurvey.accounts.models import Membership, Workspace
from cxsurvey.accounts.permissions import Grant, Role, require
from cxsurvey.accounts.queries import team
from cxsurvey.accounts.views import Visitor, WorkspaceView
from cxsurvey.core import audit
from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, Invalid, Kind, LiveKeyNeeded, Refusal, Stale

LONGEST_SLUG = 40
MOST_WORKSPACES = 50
FIXED_SEGMENTS = frozenset({"touchpoint", "channel", "language", "country", "agent", "team", "department"})
"""What the other segments are called; a name of the workspace's own must be another."""


class StaleSettings(Stale):
    """The settings changed since the caller read them; nothing of this change was stored."""

    message = "Somebody else changed these settings in the meantime. Look at their change, then save again."


class TooManyWorkspaces(Refusal):
    """The user belongs to as many workspaces as anybody may."""

    code = "too_many_workspaces"
    kind = Kind.CONFLICT
    message = f"Nobody belongs to more than {MOST_WORKSPACES} workspaces."


def settings(ctx: Context) -> WorkspaceView:
    """The workspace of this unit, for those who may read its settings."""
    require(ctx, Grant.WORKSPACE_READ)
    return service.workspace(ctx)


def edit(ctx: Context, command: EditWorkspace, revision: int | None = None) -> WorkspaceView:
    """Changes settings. What is as it was writes nothing and raises no revision.

    Another report zone counts for answers that come from now on: the days of those that are there stay.
    Raises `StaleSettings` when the settings are not those of `command.revision`, or of `revision`, which may come from
    beside the command; and `Invalid` for names of attributes that cannot be told apart.
    """
    require(ctx, Grant.WORKSPACE)
    if ctx.actor.test:
        raise LiveKeyNeeded
    before = service.workspace(ctx)
    if not {command.revision, revision} <= {None, before.revision}:
        raise StaleSettings
    return change(ctx, before, _wanted(before, command))


def change(ctx: Context, before: WorkspaceView, wanted: dict[str, Any]) -> WorkspaceView:
    """Stores columns of the workspace, raises its revision and records what became of what.

    For every use case that changes settings; it has asked for permission. `before` is what was read in this unit.
    """
    changed = {name: value for name, value in wanted.items() if getattr(before, name) != value}
    if not changed:
        return before
    stored = dict(changed)
    if "report_zone" in changed:
        one = {"at": ctx.now.isoformat(), "before": before.report_zone, "after": changed["report_zone"]}
        stored["zone_changes"] = [*team.zone_changes(ctx), one]
    if not team.change_workspace(ctx, before.revision, stored):
        raise StaleSettings
    changes = {name: [getattr(before, name), value] for name, value in changed.items()}
    audit.record(ctx, "workspace.changed", before.slug, changes=changes)
    return service.workspace(ctx)


def create(ctx: Context, visitor: Visitor, command: CreateWorkspace) -> WorkspaceView:
    """Another workspace of the installation, with the visitor as its owner; raises `TooManyWorkspaces`."""
    require(ctx, Grant.WORKSPACES_CREATE)
    if len(visitor.places) >= MOST_WORKSPACES:
        raise TooManyWorkspaces
    return found(ctx, visitor.user_id, command)


def found(ctx: Context, owner_id: UUID, command: CreateWorkspace, *, is_demo: bool = False) -> WorkspaceView:
    """Makes a workspace with its owner; what follows in this unit happens in it."""
    workspace = Workspace(
        id=ctx.ids.new(),
        slug=free_slug(ctx, command.name),
        name=command.name,
        report_zone=command.report_zone,
        privacy_url=command.privacy_url,
        is_demo=is_demo,
        created_at=ctx.now,
        accent="#274C84",
        minimum_group=5,
        link_generation=1,
        segment_names={},
        revision=1,
    )
    ctx.session.add(workspace)
    ctx.session.flush()
    ctx.session.add(Membership(workspace_id=workspace.id, user_id=owner_id, role=Role.OWNER.value, created_at=ctx.now))
    queries.drop_links(ctx, Purpose.RESET, owner_id)  # made by somebody who has no say in this workspace
    ctx.session.flush()
    ctx.workspace_id = workspace.id
    audit.record(ctx, "workspace.created", workspace.slug, name=workspace.name)
    return service.view_of(workspace)


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


def _wanted(before: WorkspaceView, command: EditWorkspace) -> dict[str, Any]:
    given = command.model_fields_set
    plain = ("name", "report_zone", "privacy_url", "minimum_group")
    wanted = {name: getattr(command, name) for name in plain if name in given}
    if "attributes" in given:
        wanted["segment_names"] = _names(before, command)
    return wanted


def _names(before: WorkspaceView, command: EditWorkspace) -> dict[str, str]:
    given = {key: getattr(command.attributes, key) for key in command.attributes.model_fields_set}
    merged = {**before.segment_names, **given}
    names = {key: merged[key] for key in DECLARED_KEYS if merged.get(key)}
    problems, taken = [], set(FIXED_SEGMENTS)
    for key, name in names.items():
        if name.casefold() in taken:
            problems.append(FieldProblem(f"attributes.{key}", "name_taken", "must be another name than the others"))
        taken.add(name.casefold())
    if problems:
        raise Invalid(problems=problems)
    return names
