"""Personal links."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, Self

from cxsurvey.api.schemas.base import Document, InvitationId, PersonId, Scalar, SurveyId, maybe
from cxsurvey.core.ids import encode
from cxsurvey.invitations.service import InvitationView


class Invitation(Document):
    """A personal link. What its answer will be grouped by is frozen on it."""

    id: InvitationId
    survey: SurveyId
    url: str | None
    """The personal link, to be handed to this person only; null once it is revoked."""
    person: PersonId | None
    locale: str | None
    mode: Literal["live", "test"]
    segments: dict[str, str]
    attributes: dict[str, Scalar]
    created_at: datetime
    sent_at: datetime | None
    expires_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, view: InvitationView, url: str, texts: Mapping[int, str]) -> Self:
        """The document for an invitation; `texts` are those behind the numbers of its segments."""
        return cls(
            id=encode("inv", view.id),
            survey=encode("srv", view.survey_id),
            url=url if view.revoked_at is None else None,
            person=maybe("per", view.person_id),
            locale=view.locale,
            mode="test" if view.test else "live",
            segments={key: texts[number] for key, number in view.segments.items()},
            attributes=dict(view.attributes),
            created_at=view.created_at,
            sent_at=view.sent_at,
            expires_at=view.expires_at,
            revoked_at=view.revoked_at,
        )


class InvitationList(Document):
    """A page of personal links, newest first."""

    data: list[Invitation]
    next: str | None
    """Address of the page after this one; null on the last."""


class SignedLink(Document):
    """A shared link that says where it stands, for everybody who is given it."""

    id: SurveyId
    """The survey it leads to."""
    url: str
    expires_at: datetime
    """After this its attributes count no longer; the form still opens."""
