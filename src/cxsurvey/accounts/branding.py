"""How a workspace looks to customers: name, logo, colour, privacy page and a line at the foot of every page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cxsurvey.accounts import queries
from cxsurvey.accounts.commands import WebAddress
from cxsurvey.accounts.models import Image, Workspace
from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.accounts.queries import team
from cxsurvey.accounts.workspaces import StaleSettings
from cxsurvey.core import audit
from cxsurvey.core.command import Command
from cxsurvey.core.context import Context
from cxsurvey.core.errors import Invalid, Kind, LiveKeyNeeded, NotFound, Refusal
from cxsurvey.core.pictures import NAME, NotAPicture, Picture, read
from cxsurvey.core.text import Colour, MaybeLine80, MaybeLine300

MOST_PICTURES = 100
"""Kept of one workspace, with those of earlier versions of its surveys."""


class TooManyPictures(Refusal):
    """The workspace has as many pictures as it may."""

    code = "too_many_pictures"
    kind = Kind.CONFLICT
    message = f"This workspace has {MOST_PICTURES} pictures already; those that nothing uses go within a day."


class PictureRefused(Invalid):
    """The file is no picture that is taken; the problem says why."""

    code = "not_a_picture"


class ChangeBranding(Command):
    """All of it anew, but for the logo. An empty `name` shows customers the name of the workspace."""

    name: MaybeLine80 = ""
    accent: Colour = "#274C84"
    privacy_url: WebAddress | None = None
    footer: MaybeLine300 = ""


@dataclass(frozen=True, slots=True)
class BrandingView:
    """How a workspace looks to customers. `logo` is the name of its picture."""

    workspace_id: UUID
    name: str
    shown_name: str
    accent: str
    privacy_url: str | None
    footer: str
    logo: str | None
    revision: int
    """Raised by every change of the settings, of which these are some."""


def get(ctx: Context) -> BrandingView:
    """The branding of the workspace."""
    require(ctx, Grant.SURVEYS_READ)
    return _view(_workspace(ctx))


def change(ctx: Context, command: ChangeBranding, revision: int | None = None) -> BrandingView:
    """Changes all but the logo; customers see it at once. Raises `StaleSettings` when it is not that of `revision`."""
    _permit(ctx)
    row = _on(ctx, revision)
    wanted = {
        "brand_name": command.name,
        "accent": command.accent,
        "privacy_url": command.privacy_url,
        "footer": command.footer,
    }
    changed = sorted(name for name, value in wanted.items() if getattr(row, name) != value)
    if changed:
        _store(ctx, row, {name: wanted[name] for name in changed})
        audit.record(ctx, "branding.changed", row.slug, fields=changed)
    return _view(row)


def set_logo(ctx: Context, picture: Picture, revision: int | None = None) -> BrandingView:
    """Shows customers this logo; `picture` comes from `picture_of`, outside the unit. Raises `StaleSettings`."""
    _permit(ctx)
    row = _on(ctx, revision)
    if row.logo != picture.name:
        _store(ctx, row, {"logo": _kept(ctx, picture)})
        audit.record(ctx, "branding.logo_set", row.slug, logo=row.logo)
    return _view(row)


def remove_logo(ctx: Context, revision: int | None = None) -> BrandingView:
    """Shows no logo any more. Its bytes stay while a survey or one of its versions shows it. Raises `StaleSettings`."""
    _permit(ctx)
    row = _on(ctx, revision)
    if row.logo is not None:
        _store(ctx, row, {"logo": None})
        audit.record(ctx, "branding.logo_removed", row.slug)
    return _view(row)


def keep_for_survey(ctx: Context, picture: Picture) -> str:
    """Keeps a picture that a survey shall show, and gives its name."""
    require(ctx, Grant.SURVEYS_WRITE)
    return _kept(ctx, picture)


def has_picture(ctx: Context, name: str) -> bool:
    """Whether the workspace has a picture of this name."""
    return queries.has_image(ctx, name)


def picture_of(content: bytes) -> Picture:
    """The picture in an uploaded file; raises `PictureRefused`. Takes a while: call it outside a unit."""
    try:
        return read(content)
    except NotAPicture as problem:
        raise PictureRefused(str(problem), field="logo") from None


def served(ctx: Context, name: str) -> tuple[str, bytes]:
    """Media type and bytes of a picture by its name, of any workspace: customers see it. Raises NotFound."""
    found = queries.image(ctx, name) if NAME.fullmatch(name) else None
    if found is None:
        raise NotFound
    return found


def _permit(ctx: Context) -> None:
    """Raises `LiveKeyNeeded` for a key in test mode: customers would see what it does."""
    require(ctx, Grant.WORKSPACE)
    if ctx.actor.test:
        raise LiveKeyNeeded


def _kept(ctx: Context, picture: Picture) -> str:
    if not queries.has_image(ctx, picture.name):
        if queries.count_images(ctx) >= MOST_PICTURES:
            raise TooManyPictures(field="logo")
        ctx.session.add(_row(ctx, picture))
        ctx.session.flush()
    return picture.name


def _row(ctx: Context, picture: Picture) -> Image:
    return Image(
        id=ctx.ids.new(),
        workspace_id=ctx.workspace,
        name=picture.name,
        media_type=picture.media_type,
        width=picture.width,
        height=picture.height,
        sha256=picture.digest,
        created_at=ctx.now,
        content=picture.content,
    )


def _workspace(ctx: Context) -> Workspace:
    row = queries.workspace(ctx, ctx.workspace)
    if row is None:
        raise NotFound
    return row


def _on(ctx: Context, revision: int | None) -> Workspace:
    """The row to change, as long as it is that of `revision`; None takes it as it is."""
    row = _workspace(ctx)
    if revision not in {None, row.revision}:
        raise StaleSettings
    return row


def _store(ctx: Context, row: Workspace, values: Mapping[str, Any]) -> None:
    """Writes columns and raises the revision, which is that of all settings; `StaleSettings` when it has changed."""
    if not team.change_workspace(ctx, row.revision, dict(values)):
        raise StaleSettings


def _view(row: Any) -> BrandingView:
    return BrandingView(
        workspace_id=row.id,
        name=row.brand_name,
        shown_name=row.brand_name or row.name,
        accent=row.accent,
        privacy_url=row.privacy_url,
        footer=row.footer,
        logo=row.logo,
        revision=row.revision,
    )
