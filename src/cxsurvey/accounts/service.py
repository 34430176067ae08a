"""Workspaces: found by the context or by their slug."""

from __future__ import annotations

from uuid import UUID

from cxsurvey.accounts import queries
from cxsurvey.accounts.models import Workspace
from cxsurvey.accounts.views import WorkspaceView
from cxsurvey.core.context import Context
from cxsurvey.core.errors import NotFound


def workspace(ctx: Context) -> WorkspaceView:
    """The workspace of this unit."""
    found = queries.workspace_view(ctx, ctx.workspace)
    if found is None:
        raise NotFound
    return found


def workspace_by_slug(ctx: Context, slug: str) -> WorkspaceView:
    """The workspace with this slug, for operators and jobs; raises `NotFound`."""
    row = queries.workspace_by_slug(ctx, slug)
    if row is None:
        raise NotFound(f"There is no workspace “{slug}”.", field="workspace")
    return view_of(row)


def workspaces(ctx: Context) -> list[WorkspaceView]:
    """All workspaces of the installation, by slug; for operators, who belong to none."""
    return [view_of(row) for row in queries.workspaces(ctx)]


def link_generation(ctx: Context, workspace_id: UUID) -> int:
    """Which signed shared links of a workspace are valid: those of this generation. Needs nobody to be signed in."""
    row = queries.workspace(ctx, workspace_id)
    if row is None:
        raise NotFound
    return row.link_generation


def view_of(row: Workspace) -> WorkspaceView:
    """A workspace as a plain value."""
    return WorkspaceView(
        id=row.id,
        slug=row.slug,
        name=row.name,
        report_zone=row.report_zone,
        privacy_url=row.privacy_url,
        accent=row.accent,
        is_demo=row.is_demo,
        minimum_group=row.minimum_group,
        segment_names=dict(row.segment_names),
        revision=row.revision,
        brand_name=row.brand_name,
        footer=row.footer,
        logo=row.logo,
    )
