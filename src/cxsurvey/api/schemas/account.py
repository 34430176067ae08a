"""Who is asking."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from pydantic import Field

from cxsurvey.accounts.views import KeyView, WorkspaceView
from cxsurvey.api.schemas.base import Document, KeyId
from cxsurvey.core.ids import encode


class Key(Document):
    """The API key that made the request."""

    id: KeyId
    name: str
    prefix: str
    """The first characters of the key, by which people recognise it."""
    mode: Literal["live", "test"]
    """Responses made with a test key are kept apart and never counted."""
    scopes: list[str]
    expires_at: datetime | None


class Workspace(Document):
    """The workspace that the key belongs to."""

    slug: str
    name: str
    report_zone: str = Field(examples=["Europe/Berlin"])
    """The time zone in which days and periods are counted."""


class Me(Document):
    """Who is asking."""

    key: Key
    workspace: Workspace

    @classmethod
    def of(cls, key: KeyView, workspace: WorkspaceView) -> Self:
        """The document for a key and its workspace."""
        return cls(
            key=Key(
                id=encode("key", key.id),
                name=key.name,
                prefix=key.prefix,
                mode="test" if key.test else "live",
                scopes=sorted(key.scopes),
                expires_at=key.expires_at,
            ),
            workspace=Workspace(slug=workspace.slug, name=workspace.name, report_zone=workspace.report_zone),
        )
