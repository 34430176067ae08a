"""The workspace itself: its settings, who belongs to it, and what happened in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import Field

from cxsurvey.accounts.audit_log import EntryView
from cxsurvey.accounts.commands import DECLARED_KEYS
from cxsurvey.accounts.joining import PREFIX
from cxsurvey.accounts.views import InvitationView, MemberView, WorkspaceView
from cxsurvey.api.schemas.base import AuditEntryId, Document, MemberId, MemberInvitationId
from cxsurvey.core.ids import encode

RoleName = Literal["owner", "admin", "manager", "viewer"]


class WorkspaceSettings(Document):
    """The settings of the workspace that the key belongs to."""

    slug: str
    """The word in its addresses. It never changes."""
    name: str
    report_zone: str = Field(examples=["Europe/Berlin"])
    """The time zone in which days and periods are counted. Another one counts for answers from then on."""
    privacy_url: str | None
    """Linked from every survey."""
    minimum_group: int
    """A group with fewer answers is not shown in anonymous surveys, nor in what is shared or mailed."""
    attributes: dict[str, str | None]
    """What the segments `attribute_1` to `attribute_4` are called; null for one without a name."""
    revision: int
    """Raised by every change."""

    @property
    def tag_revision(self) -> int:
        """Every change of the settings raises their revision."""
        return self.revision

    @classmethod
    def of(cls, view: WorkspaceView) -> Self:
        """The document for a workspace."""
        return cls(
            slug=view.slug,
            name=view.name,
            report_zone=view.report_zone,
            privacy_url=view.privacy_url,
            minimum_group=view.minimum_group,
            attributes={key: view.segment_names.get(key) for key in DECLARED_KEYS},
            revision=view.revision,
        )


class Member(Document):
    """Somebody who belongs to the workspace."""

    id: MemberId
    name: str
    email: str
    role: RoleName
    disabled_at: datetime | None
    """Since when this member may not come in; null for everybody else."""
    joined_at: datetime

    @classmethod
    def of(cls, view: MemberView) -> Self:
        """The document for a member."""
        return cls(
            id=encode("usr", view.user_id),
            name=view.name,
            email=view.email,
            role=view.role.value,
            disabled_at=view.disabled_at,
            joined_at=view.joined_at,
        )


class MemberList(Document):
    """Everybody in the workspace, by name."""

    data: list[Member]


class MemberInvitation(Document):
    """A colleague who is invited and has not joined yet. The link is shown to nobody again."""

    id: MemberInvitationId
    email: str
    role: RoleName
    invited_by: str | None
    """The name of who made it; null for whoever runs the installation."""
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, view: InvitationView) -> Self:
        """The document for an open invitation."""
        return cls(
            id=encode(PREFIX, view.id),
            email=view.email,
            role=view.role.value,
            invited_by=view.invited_by,
            created_at=view.created_at,
            expires_at=view.expires_at,
        )


class MemberInvitationList(Document):
    """Colleagues who are invited, the newest first."""

    data: list[MemberInvitation]


class AuditActor(Document):
    """Who did it."""

    kind: Literal["nobody", "respondent", "user", "key", "operator", "system"]
    id: str | None
    name: str
    """What this one is called today."""


class AuditEntry(Document):
    """Something that was done. Entries are added and never changed."""

    id: AuditEntryId
    at: datetime
    kind: str | None = Field(examples=["surveys"])
    """What it is about, such as `surveys`, `team` or `downloads`."""
    action: str = Field(examples=["survey.published"])
    actor: AuditActor
    subject: str = Field(examples=["srv_0694n1s2vhtlb9hqa83bssdf00"])
    """The id of what it was done to; empty when there is none."""
    detail: dict[str, Any]
    text: str = Field(examples=["Ada published the survey “After delivery” as version 2."])
    """The entry as a sentence; words may change."""

    @classmethod
    def of(cls, view: EntryView) -> Self:
        """The document for an entry."""
        prefix = "key" if view.actor_kind == "key" else "usr"
        actor_id = encode(prefix, view.actor_id) if view.actor_id is not None else None
        return cls(
            id=view.public_id,
            at=view.at,
            kind=view.kind.value if view.kind else None,
            action=view.action,
            actor=AuditActor.model_validate({"kind": view.actor_kind, "id": actor_id, "name": view.actor_name}),
            subject=view.subject,
            detail=dict(view.detail),
            text=view.sentence,
        )


class AuditEntryList(Document):
    """Some entries, newest first; `next` is the address of those before them, null on the last page."""

    data: list[AuditEntry]
    next: str | None
