"""What the door shows of its rows: plain values that outlive the unit they were read in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


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
    brand_name: str = ""
    footer: str = ""
    logo: str | None = None

    @property
    def shown_name(self) -> str:
        """The name that customers are shown."""
        return self.brand_name or self.name


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who came in by a sign-in, and what that one is in the workspace."""

    user_id: UUID
    sign_in_id: UUID
    name: str
    email: str
    role: str


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
