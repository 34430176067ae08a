"""What the door shows of its rows: plain values that outlive the unit they were read in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cxsurvey.accounts.permissions import Role


@dataclass(frozen=True, slots=True)
class WorkspaceView:
    """A workspace, as pages and reports need it."""

    id: UUID
    slug: str
    name: str
    report_zone: str
    privacy_url: str | None
    accent: str
    is_demo: bool
    minimum_group: int
    segment_names: Mapping[str, str]
    """Names of the declared attributes by key; one without a name is not in use."""
    revision: int
    """Raised by every change."""
    brand_name: str = ""
    footer: str = ""
    logo: str | None = None

    @property
    def shown_name(self) -> str:
        """The name that customers are shown."""
        return self.brand_name or self.name


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A workspace that a user may come into, and what the user is there."""

    slug: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who came in by a sign-in, what that one is in the workspace, and where else it may go (`places` holds all)."""

    user_id: UUID
    sign_in_id: UUID
    name: str
    email: str
    role: str
    places: tuple[PlaceView, ...]


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member of the workspace. `disabled_at` is set while the member may not come in."""

    user_id: UUID
    name: str
    email: str
    role: Role
    joined_at: datetime
    disabled_at: datetime | None
    last_seen_at: datetime | None
    """When the user was last around, in any workspace; None when no sign-in is kept any more."""


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An open invitation of a colleague, without its link."""

    id: UUID
    email: str
    role: Role
    invited_by: str | None
    """Who made it; None for whoever runs the installation."""
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class KeyView:
    """An API key without its secret. `prefix` is what people recognise it by."""

    id: UUID
    workspace_id: UUID
    name: str
    prefix: str
    test: bool
    scopes: frozenset[str]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    created_by: UUID | None = None

    def valid_at(self, now: datetime) -> bool:
        """Whether the key opens anything at this instant."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class SignInView:
    """One signed-in browser of a user."""

    id: UUID
    browser: str
    created_at: datetime
    last_seen_at: datetime
    is_this: bool
