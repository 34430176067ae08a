"""Where a link leads: to a survey, to an invitation, or to an answer that is there already. One short read each."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from cxsurvey.core.context import Context
from cxsurvey.core.errors import NotFound
from cxsurvey.core.ids import BASE32, CODE_LENGTH
from cxsurvey.invitations import service as invitations
from cxsurvey.invitations.service import InvitationView
from cxsurvey.respond.drawing import Subject
from cxsurvey.respond.stamp import Target
from cxsurvey.respond.tongue import Tongue
from cxsurvey.responses import service as responses
from cxsurvey.responses.anonymity import may_change
from cxsurvey.responses.states import ResponseState
from cxsurvey.responses.views import ResponseView
from cxsurvey.scoring.scales import Band
from cxsurvey.surveys import asked as surveys
from cxsurvey.surveys import merge
from cxsurvey.surveys.asked import Asked

CODE = re.compile(f"[{BASE32}]{{{CODE_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Place:
    """What one link gives access to. `base` is its path; the later steps lie below it.

    `asked` is the survey in the version that its answer names; without an answer in the one that is asked now.
    """

    base: str
    asked: Asked
    invitation: InvitationView | None = None
    answer: ResponseView | None = None
    carry: str = ""
    """What the shared link says about the answer, to be appended to the addresses of the form; begins with &."""

    @property
    def target(self) -> tuple[Target, UUID]:
        """What a form page of this place is made for."""
        if self.invitation is not None:
            return Target.INVITATION, self.invitation.id
        if self.answer is not None:
            return Target.ANSWER, self.answer.id
        return Target.SURVEY, self.asked.survey_id

    @property
    def following(self) -> str:
        """Where the customer goes after the form."""
        return f"{self.base}/next" if self.invitation is not None else self.base

    @property
    def first_name(self) -> str | None:
        """The first word of the invited person's name, if it may stand in a text."""
        name = (self.invitation.person_name or "") if self.invitation is not None else ""
        return merge.safe_value(name.split()[0]) if name.split() else None

    @property
    def own_words(self) -> ResponseView | None:
        """The answer that may be shown in the form again; never one that a machine seems to have sent."""
        kept = self.answer is not None and self.answer.state != ResponseState.FLAGGED
        return self.answer if kept else None

    @property
    def band(self) -> Band | None:
        """The band of the stored answer; None when there is none, or none with a score on its scale."""
        score = self.answer.score if self.answer is not None else None
        if score is None or score not in self.asked.definition.scale.scoring.scale:
            return None
        return self.asked.definition.band(score)

    def obstacle(self, now: datetime, hours: int) -> str | None:
        """The code of what stands against going on here; None when nothing does."""
        if self.invitation is not None and self.invitation.revoked_at is not None:
            return "link_revoked"
        if self.invitation is not None and now >= self.invitation.expires_at:
            return "link_expired"
        if self.answer is None:
            return None if self.asked.is_open else "survey_closed"
        answer = self.answer
        if self.invitation is None and not may_change(answer.answered_at, answer.report_day, self.asked, now, hours):
            return "change_expired"
        return None

    def subject(self, tongue: Tongue) -> Subject:
        """What a page of this place is about."""
        return Subject(self.asked.definition, self.asked.workspace, tongue, self.asked.anonymous, self.first_name)


def shared(ctx: Context, code: str, base: str, carry: str = "") -> Place:
    """The survey behind a shared link, its code in small letters or capitals; raises NotFound."""
    code = code.lower()
    asked = surveys.asked_by_code(ctx, code) if CODE.fullmatch(code) else None
    if asked is None:
        raise NotFound
    return Place(base, asked, carry=carry)


def personal(ctx: Context, token: str) -> Place:
    """The survey behind a personal link, with the answer if there is one; raises NotFound."""
    invitation = invitations.by_token(ctx, token)
    asked = surveys.asked_by_id(ctx, invitation.survey_id)
    if asked is None:
        raise NotFound
    answer = responses.by_invitation(ctx, invitation.id)
    if answer is not None:
        asked = surveys.asked_in(ctx, asked, answer.version_id)
    return Place(f"/r/{token}", asked, invitation, answer)


def answered(ctx: Context, token: str) -> Place:
    """The answer behind a change link; raises NotFound."""
    answer = responses.by_change_token(ctx, token)
    asked = surveys.asked_by_id(ctx, answer.survey_id)
    if asked is None:
        raise NotFound
    return Place(f"/a/{token}", surveys.asked_in(ctx, asked, answer.version_id), None, answer)


def as_shown(ctx: Context, place: Place, version: int) -> Place:
    """The place with the version of this number, which a page of it showed."""
    survey_id = place.asked.survey_id
    shown = surveys.asked_before(ctx, {survey_id: place.asked}, {(survey_id, version)})
    return replace(place, asked=shown.get((survey_id, version), place.asked))
