"""Personal links: made, looked up, taken back.

What the answer will be grouped by is frozen here, when the link is made. The token is never stored; it can be
made again from the row and the installation's key.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import Field

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core import audit
from cxsurvey.core.command import Command
from cxsurvey.core.context import ActorKind, Context
from cxsurvey.core.errors import LiveKeyNeeded, NotFound
from cxsurvey.core.ids import encode
from cxsurvey.core.languages import SpokenLanguage
from cxsurvey.core.signing import TOKEN_LENGTH, digest
from cxsurvey.core.text import Line80, Scalar
from cxsurvey.invitations import queries
from cxsurvey.invitations.errors import LinkExpired, LinkRevoked, LinkUnknown
from cxsurvey.people import segments
from cxsurvey.people import service as people
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.people.segments import Segments
from cxsurvey.people.service import PersonInput
from cxsurvey.surveys.asked import asked_of_own
from cxsurvey.surveys.errors import SurveyIsAnonymous, SurveyTakesNoAnswers

PURPOSE = "invitation"
SOURCES = {ActorKind.OPERATOR: "cli", ActorKind.USER: "dashboard"}
PREFIX = "inv"


class CreateInvitation(Command):
    """Ask for one personal link. `person` may be left out: the link then belongs to nobody in particular."""

    person: PersonInput | None = None
    locale: SpokenLanguage | None = None
    segments: Segments = Segments()
    attributes: dict[Line80, Scalar] = Field(default_factory=dict, max_length=50)
    expires_in_days: int | None = Field(default=None, ge=1, le=730)


@dataclass(frozen=True, slots=True)
class InvitationView:
    """One personal link and what is frozen on it; `token` gives the link."""

    id: UUID
    workspace_id: UUID
    survey_id: UUID
    person_id: UUID | None
    person_name: str | None
    locale: str | None
    test: bool
    source: str
    created_at: datetime
    sent_at: datetime | None
    expires_at: datetime
    revoked_at: datetime | None
    key_number: int
    generation: int
    segments: Mapping[str, int] = field(default_factory=dict)
    """Segment key to number of `segment_values`."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    claims: Mapping[str, Any] = field(default_factory=dict)
    """Whom a trial named, who is written down nowhere else."""

    def token(self, ctx: Context) -> str | None:
        """The secret part of the link, the same each time; None when its key is no longer configured."""
        if self.key_number not in ctx.keys.numbers:
            return None
        return ctx.keys.link_token(PURPOSE, self.id, self.generation, self.key_number)

    def check_usable(self, now: datetime) -> None:
        """Raises `LinkRevoked` or `LinkExpired` when the link must not be answered any more."""
        if self.revoked_at is not None:
            raise LinkRevoked
        if now >= self.expires_at:
            raise LinkExpired


def create(ctx: Context, survey_id: UUID, command: CreateInvitation, *, test: bool = False) -> InvitationView:
    """Makes a personal link to a survey.

    The answer to a `test` link, or to one that a key in test mode makes, never counts, and names nobody.
    Raises NotFound for one of another workspace, `NotPublished` for a draft, `SurveyIsAnonymous` for one that knows
    nobody, `SurveyTakesNoAnswers` for a closed one: whoever got the link could not answer.
    """
    test = test or ctx.actor.test
    require(ctx, Grant.INVITATIONS_WRITE)
    survey = asked_of_own(ctx, survey_id)
    if survey.anonymous:
        raise SurveyIsAnonymous(field="survey")
    if not survey.is_open:
        raise SurveyTakesNoAnswers
    person, claims = people.known_or_claimed(command.person, test=test)
    person_id = people.upsert(ctx, [(ctx.workspace, person)])[0] if person is not None else None
    numbers = segments.numbers_for(ctx, command.segments.pairs(ctx.workspace))
    invitation_id = ctx.ids.new()
    days = command.expires_in_days or ctx.settings.personal_link_days
    row = {
        "id": invitation_id,
        "workspace_id": ctx.workspace,
        "survey_id": survey.survey_id,
        "person_id": person_id,
        "token_hash": digest(ctx.keys.link_token(PURPOSE, invitation_id)),
        "key_number": ctx.keys.current,
        "generation": 1,
        "locale": command.locale or (command.person.locale if command.person else None),
        "test": test,
        "source": SOURCES.get(ctx.actor.kind, "rest"),
        **dict.fromkeys(SEGMENT_KEYS),
        **{key: number for (_, key, _), number in numbers.items()},
        "attributes": dict(command.attributes),
        "claims": claims,
        "created_at": ctx.now,
        "expires_at": ctx.now + timedelta(days=days),
    }
    queries.add(ctx.connection, row)
    return get(ctx, invitation_id)


def get(ctx: Context, invitation_id: UUID) -> InvitationView:
    """One invitation of the workspace; raises NotFound."""
    require(ctx, Grant.INVITATIONS_WRITE)
    found = many(ctx, [invitation_id]).get(invitation_id)
    if found is None or found.workspace_id != ctx.workspace:
        raise NotFound
    if ctx.actor.test and not found.test:
        raise LiveKeyNeeded
    return found


def revoke(ctx: Context, invitation_id: UUID) -> InvitationView:
    """Makes the link useless from now on; an answer already given stays."""
    found = get(ctx, invitation_id)
    if found.revoked_at is None:
        queries.revoke(ctx.connection, found.id, ctx.now)
        audit.record(ctx, "invitation.revoked", encode(PREFIX, found.id))
    return get(ctx, invitation_id)


def many(ctx: Context, ids: Collection[UUID]) -> dict[UUID, InvitationView]:
    """Invitations by id, those that exist; for the use cases that answer many at once."""
    if not ids:
        return {}
    return {row.id: view_of(row) for row in queries.by_ids(ctx.connection, ids)}


def by_token(ctx: Context, token: str) -> InvitationView:
    """The invitation a personal link belongs to; raises `LinkUnknown`. Whether it may be used is `check_usable`."""
    row = queries.by_hash(ctx.connection, digest(token)) if len(token) == TOKEN_LENGTH else None
    if row is None or row.key_number not in ctx.keys.numbers:
        raise LinkUnknown
    return view_of(row)


def view_of(row: Any) -> InvitationView:
    """An invitation as `queries` reads it."""
    return InvitationView(
        id=row.id,
        workspace_id=row.workspace_id,
        survey_id=row.survey_id,
        person_id=row.person_id,
        person_name=row.person_name or row.claims.get("name"),
        locale=row.locale or row.person_locale,
        test=row.test,
        source=row.source,
        created_at=row.created_at,
        sent_at=row.sent_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        key_number=row.key_number,
        generation=row.generation,
        segments={key: getattr(row, key) for key in SEGMENT_KEYS if getattr(row, key) is not None},
        attributes=row.attributes,
        claims=row.claims,
    )
