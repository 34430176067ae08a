"""What may be done with stored answers: follow up, void, restore, read. Taking answers in is `responses.submit`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from pydantic import Field

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core import audit
from cxsurvey.core.command import Command
from cxsurvey.core.context import RESPONDENT, Context
from cxsurvey.core.errors import Busy, FieldProblem, Invalid, LiveKeyNeeded, NotFound
from cxsurvey.core.ids import encode
from cxsurvey.core.text import Line200, MaybeLine200
from cxsurvey.people import segments
from cxsurvey.people import service as people
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.responses import anonymity, change_links, changes, contacts, queries, undoing
from cxsurvey.responses.checks import check_follow_ups, unanswered
from cxsurvey.responses.commands import MOST_ANSWERS, FollowUpAnswers
from cxsurvey.responses.errors import ChangeExpired, StateForbids
from cxsurvey.responses.queries import Slice
from cxsurvey.responses.states import ResponseState
from cxsurvey.responses.views import PREFIX, ResponseView, RevisionView, view_of
from cxsurvey.surveys.asked import asked_by_id
from cxsurvey.surveys.definition import Definition


class Contact(Command):
    """Whether the customer may be contacted about the answer, and where. Without consent no address is kept.

    With it `follow_up` wants a mail address or a phone number, which is kept as it was typed: nobody has checked it.
    """

    consent: bool
    address: MaybeLine200 = ""


class AnswerFollowUps(Command):
    """Page two: follow-up id to answer; an empty text or list takes an answer back.

    `contact` is None where it was not asked, and what was said before stays.
    """

    answers: FollowUpAnswers = Field(max_length=MOST_ANSWERS)
    contact: Contact | None = None


class VoidResponse(Command):
    """Why a response is taken out of the scores, or put back."""

    reason: Line200


# ---- respondents: holding the link is the permission


def by_change_token(ctx: Context, token: str) -> ResponseView:
    """The shared-link answer that this change link belongs to; raises NotFound."""
    return _views(ctx, [_by_token(ctx, token)])[0]


def by_invitation(ctx: Context, invitation_id: UUID) -> ResponseView | None:
    """The answer to a personal link, when there is one."""
    row = queries.by(ctx.connection, "invitation_id", [invitation_id]).get(invitation_id)
    return _views(ctx, [row])[0] if row is not None else None


def follow_up(
    ctx: Context,
    command: AnswerFollowUps,
    definition: Definition,
    *,
    token: str | None = None,
    invitation_id: UUID | None = None,
) -> ResponseView:
    """Stores the answers of page two as a revision of the response that the link belongs to.

    Raises NotFound for an unknown link, `ChangeExpired` when the time of a shared-link answer is over, and
    `Invalid` that names every required follow-up without an answer, and the address that a consent needs. A contact
    is a claim: it changes no person and feeds no mail.
    """
    ctx.actor, traceless = RESPONDENT, False
    if token is not None:
        row = _by_token(ctx, token)
        survey = asked_by_id(ctx, row["survey_id"])
        hours = ctx.settings.change_hours
        if survey is None or not anonymity.may_change(row["answered_at"], row["report_day"], survey, ctx.now, hours):
            raise ChangeExpired
        traceless = survey.anonymous
    else:
        found = queries.by(ctx.connection, "invitation_id", [invitation_id]).get(invitation_id)
        if found is None:
            raise NotFound
        row = found
    given = {key: answer for key, answer in command.answers.items() if answer not in ("", [])}
    check_follow_ups(given, definition, row["score"])
    kept = {key: answer for key, answer in row["follow_ups"].items() if key not in command.answers}
    together = {**kept, **given}
    asks_contact = definition.asks_contact and not traceless
    wanted = {"follow_ups": together, "claims": _claims(row["claims"], command.contact if asks_contact else None)}
    missing = unanswered(together, definition, row["score"])
    missing += _unreachable(command.contact)
    if missing:
        raise Invalid(problems=missing)
    changed = changes.apply(ctx, row, wanted, kind="followed_up", traceless=traceless)
    if changed is None:
        raise Busy
    return _views(ctx, [changed])[0]


def _unreachable(contact: Contact | None) -> list[FieldProblem]:
    """The problem of a consent with which nobody could be reached."""
    if contact is None or not contact.consent:
        return []
    if not contact.address:
        return [FieldProblem("contact.address", "address_missing", "is required to be contacted")]
    if not contacts.is_plausible(contact.address):
        return [FieldProblem("contact.address", "not_an_address", "must be a mail address or a phone number")]
    return []


def _claims(known: Mapping[str, Any], contact: Contact | None) -> dict[str, Any]:
    """The claims with what a customer said about being contacted; as they were where that is not asked."""
    if contact is None:
        return dict(known)
    others = {key: value for key, value in known.items() if key != contacts.CONTACT}
    return {**others, contacts.CONTACT: contact.model_dump()} if contact.consent else others


def _by_token(ctx: Context, token: str) -> dict[str, Any]:
    stored = change_links.stored_of(token)
    row = queries.by(ctx.connection, "change_hash", [stored]).get(stored)
    if row is None:
        raise NotFound
    return row


# ---- users and other systems


def void(ctx: Context, response_id: UUID, command: VoidResponse) -> ResponseView:
    """Takes a response out of every score; the reason is kept and the answer stays readable."""
    require(ctx, Grant.RESPONSES_VOID)
    row = _judgeable(ctx, response_id)
    if row["state"] == ResponseState.VOID:
        raise StateForbids("This response is void already.")
    wanted = {"state": ResponseState.VOID.value, "reason": command.reason}
    return _judged(ctx, row, wanted, "voided", command.reason)


def restore(ctx: Context, response_id: UUID, command: VoidResponse) -> ResponseView:
    """Undoes a void: the response is again what it was. A flagged response becomes counted."""
    require(ctx, Grant.RESPONSES_VOID)
    row = _judgeable(ctx, response_id)
    if row["state"] == ResponseState.FLAGGED:
        wanted = {"state": ResponseState.COUNTED.value, "reason": None}
    elif undoing.is_taken_back(row):
        raise StateForbids("This answer was taken back with its import. Import it again to put it back.")
    elif row["state"] == ResponseState.VOID:
        wanted = _before_void(ctx, response_id)
    else:
        raise StateForbids("Only a void or flagged response can be put back into the scores.")
    return _judged(ctx, row, wanted, "restored", command.reason)


def _judgeable(ctx: Context, response_id: UUID) -> dict[str, Any]:
    """A response of the workspace; raises `LiveKeyNeeded` when a key in test mode asks for one that is no test."""
    row = _own(ctx, response_id)
    if ctx.actor.test:
        is_void = row["state"] == ResponseState.VOID
        state = _before_void(ctx, response_id)["state"] if is_void else row["state"]
        if state != ResponseState.TEST:
            raise LiveKeyNeeded
    return row


def _before_void(ctx: Context, response_id: UUID) -> dict[str, Any]:
    for revision in reversed(queries.history(ctx.connection, response_id)):
        if revision.kind == "voided":
            return {"state": revision.before["state"], "reason": revision.before["reason"]}
    return {"state": ResponseState.COUNTED.value, "reason": None}


def _judged(ctx: Context, row: dict[str, Any], wanted: dict[str, Any], kind: str, reason: str) -> ResponseView:
    changed = changes.apply(ctx, row, wanted, kind=kind, reason=reason)
    if changed is None:
        raise Busy
    # the reason stays with the answer: it may be about the customer
    audit.record(ctx, f"response.{kind}", encode(PREFIX, row["id"]))
    return shown(ctx, [changed])[0]


def get(ctx: Context, response_id: UUID) -> ResponseView:
    """One response of the workspace; raises NotFound."""
    require(ctx, Grant.RESPONSES_READ)
    return shown(ctx, [_own(ctx, response_id)])[0]


def history(ctx: Context, response_id: UUID) -> list[RevisionView]:
    """The later states of a response, oldest first."""
    require(ctx, Grant.RESPONSES_READ)
    _own(ctx, response_id)
    return [
        RevisionView(row.number, row.kind, row.at, row.actor_kind, row.actor_id, row.before, row.after, row.reason)
        for row in queries.history(ctx.connection, response_id)
    ]


def newest(ctx: Context, trend_line_ids: Sequence[int], wanted: Slice, limit: int = 50) -> list[ResponseView]:
    """Responses of trend lines of this workspace, newest first.

    The trend lines must come from `surveys`, which scopes them; rows of another workspace are dropped.
    """
    require(ctx, Grant.RESPONSES_READ)
    if limit < 1 or not trend_line_ids:
        return []
    rows = queries.newest_page(ctx.connection, trend_line_ids, wanted, limit)
    return shown(ctx, [row for row in rows if row["workspace_id"] == ctx.workspace])


def _own(ctx: Context, response_id: UUID) -> dict[str, Any]:
    row = queries.by(ctx.connection, "id", [response_id]).get(response_id)
    if row is None or not _released(ctx, [row]):
        raise NotFound
    return row


def _released(ctx: Context, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows of the workspace, without anonymous answers whose group is not released yet."""
    own = [row for row in rows if row["workspace_id"] == ctx.workspace]
    through = queries.released_through(ctx.connection, {row["trend_line_id"] for row in own}) if own else {}
    return [row for row in own if row["report_day"] <= through[row["trend_line_id"]]]


def shown(ctx: Context, rows: Sequence[Mapping[str, Any]]) -> list[ResponseView]:
    """Views for somebody of the workspace: how a customer can be reached only for who may read people."""
    views = _views(ctx, rows)
    return views if contacts.may_reach(ctx) else [_without_contact(view) for view in views]


def _without_contact(view: ResponseView) -> ResponseView:
    person = contacts.without_contact(view.person) if view.person is not None else None
    return replace(view, person=person, claims=contacts.claims_without_contact(view.claims))


def _views(ctx: Context, rows: Sequence[Mapping[str, Any]]) -> list[ResponseView]:
    texts = segments.texts_for(ctx, (row[key] for row in rows for key in SEGMENT_KEYS))
    known = people.people(ctx, {row["person_id"] for row in rows if row["person_id"] is not None})
    return [view_of(row, texts, known) for row in rows]


def some(ctx: Context, response_ids: Sequence[UUID]) -> list[ResponseView]:
    """These responses of the workspace, in the order asked for; ids of others are left out."""
    require(ctx, Grant.RESPONSES_READ)
    found = queries.by(ctx.connection, "id", response_ids) if response_ids else {}
    rows = [row for response_id in response_ids if (row := found.get(response_id)) is not None]
    return shown(ctx, _released(ctx, rows))
