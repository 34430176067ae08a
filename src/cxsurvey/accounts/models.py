"""Tables of the door: workspaces, users, sessions, one-time links and API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ForeignKey, Integer, LargeBinary, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cxsurvey.core.db.base import Base


class Workspace(Base):
    """One brand or company unit; every row of a domain belongs to exactly one."""

    __tablename__ = "workspaces"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    report_zone: Mapped[str] = mapped_column(String(64))
    privacy_url: Mapped[str | None] = mapped_column(String(500))
    accent: Mapped[str] = mapped_column(String(7), default="#274C84")
    brand_name: Mapped[str] = mapped_column(String(80), default="")
    """What customers are shown in place of the name; "" for the name itself."""
    footer: Mapped[str] = mapped_column(String(300), default="")
    """A line at the foot of every page of customers."""
    logo: Mapped[str | None] = mapped_column(String(60))
    """The name of a picture, `core.pictures.Picture.name`."""
    minimum_group: Mapped[int] = mapped_column(SmallInteger, default=5)
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)
    link_generation: Mapped[int] = mapped_column(SmallInteger, default=1)
    """Raised to make every signed shared link of the workspace invalid."""
    segment_names: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Names of the declared attributes: {"attribute_1": "Plan", …}."""
    zone_changes: Mapped[list[Any]] = mapped_column(default=list)
    """Every change of the report zone, oldest first: {"at": instant, "before": zone, "after": zone}."""
    revision: Mapped[int] = mapped_column(Integer, default=1)
    """Raised by every change of the settings; who changes them may say which one was read."""
    created_at: Mapped[datetime]


class Image(Base):
    """A picture that customers are shown. Its bytes never change; other bytes have another name."""

    __tablename__ = "images"
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id))
    name: Mapped[str] = mapped_column(String(60), index=True)
    media_type: Mapped[str] = mapped_column(String(20))
    width: Mapped[int] = mapped_column(SmallInteger)
    height: Mapped[int] = mapped_column(SmallInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime]
    content: Mapped[bytes] = mapped_column(LargeBinary)


class User(Base):
    """A person of the company who signs in."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(320))
    email_key: Mapped[str] = mapped_column(String(320), unique=True)
    """The address in the one form that is compared: lower case, ASCII domain."""
    name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(200))
    password_changed_at: Mapped[datetime]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Membership(Base):
    """What a user is in a workspace: owner, admin, manager or viewer."""

    __tablename__ = "memberships"

    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    """Since when the user may not come into this workspace; what else the user belongs to is not touched."""


class MemberInvitation(Base):
    """A link by which a colleague joins a workspace: shown once, kept as its SHA-256, for one address."""

    __tablename__ = "member_invitations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id), index=True)
    email: Mapped[str] = mapped_column(String(320))
    email_key: Mapped[str] = mapped_column(String(320))
    role: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id))
    """The user who made it; None for the operator."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignIn(Base):
    """A session: one browser of one user. The cookie holds the token, the row its SHA-256."""

    __tablename__ = "sign_ins"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    browser: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class OneTimeLink(Base):
    """A link that works once: the first set-up, or a new password."""

    __tablename__ = "one_time_links"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiKey(Base):
    """A key of another system. Shown once; the row keeps its SHA-256 and its first characters."""

    __tablename__ = "api_keys"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id), index=True)
    name: Mapped[str] = mapped_column(String(80))
    prefix: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    test: Mapped[bool] = mapped_column(Boolean, default=False)
    """Responses made with a test key are kept apart and never counted."""
    scopes: Mapped[str] = mapped_column(Text, default="")
    """Space separated words of `accounts.permissions`."""
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
