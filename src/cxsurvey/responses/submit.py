"""Taking answers in: one use case for a form, a REST batch and an import, written for many at once.

Look-ups and inserts are one statement for all submissions of a call. What is expected to fail comes back as a
value, so that one bad submission does not cost the others their transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from cxsurvey.core.context import NOBODY, RESPONDENT, Context
from cxsurvey.core.db.units import Hot
from cxsurvey.core.errors import Busy, Refusal
from cxsurvey.invitations import service as invitations
from cxsurvey.invitations.service import InvitationView
from cxsurvey.responses import anonymity, change_links, changes, queries
from cxsurvey.responses.adding import Fresh, Row, add
from cxsurvey.responses.checks import check
from cxsurvey.responses.commands import Submission
from cxsurvey.responses.errors import AskedOtherwise, BeingTakenBack, ChangeExpired, ExternalIdTaken, SurveyUnknown
from cxsurvey.responses.facts import as_stored, facts_of, state_of
from cxsurvey.responses.states import ResponseState
from cxsurvey.surveys.asked import Asked, asked_before, asked_in, asked_many, never_published
from cxsurvey.surveys.errors import NotPublished
from cxsurvey.surveys.follow_ups import Given


class Stored(NamedTuple):
    """An answer that is stored. `created` is False when it was there already, changed or not."""

    id: UUID
    survey_id: UUID
    state: str
    score: int | None
    answered_at: datetime
    created: bool
    change_token: str | None = None
    """The secret with which a shared-link answer is changed."""
    locale: str | None = None
    """The language it was given in; None also where that is not kept."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that is not stored, and why."""

    refusal: Refusal


Outcome: TypeAlias = Stored | Refused
SameAnswer: TypeAlias = tuple[Any, ...]
"""A kind of key and its value: two submissions that share one are one answer."""


def submit(ctx: Context, submissions: Sequence[Submission]) -> list[Outcome]:
    """Stores each answer once and returns what became of each, in order.

    A second answer to an invitation, to a form page already posted or through the change link is a change of the
    first, in the version that the first one names: a page that showed another is refused with `AskedOtherwise`. A
    second answer with a known external id leaves the first as it is; it is refused with `BeingTakenBack` while the
    import that brought the first is taken back, also where that will leave the first alone.
    """
    if ctx.actor == NOBODY:
        ctx.actor = RESPONDENT  # only a form is posted by nobody we know
    outcomes: list[Outcome | None] = [None] * len(submissions)
    keys = [_keys(item) for item in submissions]
    waiting = list(range(len(submissions)))
    asked = _asked(ctx, submissions)
    invited = invitations.many(ctx, {item.invitation_id for item in submissions if item.invitation_id is not None})
    unasked = {item.survey_id for item, survey in zip(submissions, asked, strict=True) if survey is None}
    drafts = never_published(ctx, unasked).items()
    while waiting:
        # two submissions of one key in one call: the second meets the first as a stored response
        now, waiting = _without_twins(keys, waiting)
        items = [(submissions[index], keys[index], asked[index]) for index in now]
        for index, outcome in zip(now, _store(ctx, items, invited, drafts), strict=True):
            outcomes[index] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


SUBMIT: Hot[Submission, Outcome] = Hot("responses.submit", submit)
"""`submit` for the lane: submissions that wait together become one call."""


def _asked(ctx: Context, submissions: Sequence[Submission]) -> list[Asked | None]:
    """What each was asked: its survey as it stands, or as its page was opened before a newer version was published."""
    present = asked_many(ctx, survey_ids={submission.survey_id for submission in submissions})
    asked = [present.get(item.survey_id) for item in submissions]
    older = {
        index: (item.survey_id, item.page.version)
        for index, (item, survey) in enumerate(zip(submissions, asked, strict=True))
        if item.page is not None and survey is not None and item.page.version not in {0, survey.version_number}
    }
    shown = asked_before(ctx, present, set(older.values()))
    for index, version in older.items():
        asked[index] = shown.get(version) or asked[index]
    return asked


def _keys(item: Submission) -> list[SameAnswer]:
    """Everything that makes two submissions the same answer."""
    keys: list[SameAnswer] = []
    if item.invitation_id is not None:
        keys.append(("invitation", item.invitation_id))
    if item.page is not None:
        keys.append(("submission", item.page.submission_id))
    if item.change_hash is not None:
        keys.append(("change", item.change_hash))
    if item.external_id is not None:
        keys.append(("external", item.external_id, item.source, item.workspace_id))
    return keys


def _without_twins(keys: Sequence[Sequence[SameAnswer]], waiting: Sequence[int]) -> tuple[list[int], list[int]]:
    every = [key for index in waiting for key in keys[index]]
    if len(set(every)) == len(every):
        return list(waiting), []
    seen: set[SameAnswer] = set()
    now: list[int] = []
    later: list[int] = []
    for index in waiting:
        (later if any(key in seen for key in keys[index]) else now).append(index)
        seen.update(keys[index])
    return now, later


def _store(
    ctx: Context,
    items: Sequence[tuple[Submission, Sequence[SameAnswer], Asked | None]],
    invited: Mapping[UUID, InvitationView],
    drafts: Collection[tuple[UUID, UUID | None]],
) -> list[Outcome]:
    existing = _existing(ctx, [key for _, keys, _ in items for key in keys])
    outcomes: list[Outcome | None] = [None] * len(items)
    fresh: dict[int, Fresh] = {}
    for index, (item, keys, known) in enumerate(items):
        try:
            found = next((existing[key] for key in keys if key in existing), None) if existing else None
            is_own_draft = known is None and (item.survey_id, item.workspace_id) in drafts
            survey = _check(ctx, item, known, invited, found, is_own_draft=is_own_draft)
            if found is None:
                invitation = invited[item.invitation_id] if item.invitation_id is not None else None
                fresh[index] = Fresh(item, survey, invitation)
            else:
                outcomes[index] = _again(ctx, item, survey, found)
        except Refusal as refusal:
            outcomes[index] = Refused(refusal)
    for index, added in zip(fresh, add(ctx, list(fresh.values())), strict=True):
        outcomes[index] = _stored(added.row, created=True, token=added.change_token)
    return [outcome for outcome in outcomes if outcome is not None]


def _check(
    ctx: Context,
    item: Submission,
    survey: Asked | None,
    invited: Mapping[UUID, InvitationView],
    found: Row | None,
    *,
    is_own_draft: bool,
) -> Asked:
    if survey is None or (item.workspace_id is not None and survey.workspace_id != item.workspace_id):
        raise NotPublished.to_answer() if is_own_draft else SurveyUnknown(field="survey")
    if item.change_hash is not None and found is None:
        raise SurveyUnknown
    if item.invitation_id is not None:
        invited[item.invitation_id].check_usable(ctx.now)
    if found is not None and item.page is not None and found["version_id"] != survey.version_id:
        if item.page.version:
            raise AskedOtherwise
        survey = asked_in(ctx, survey, found["version_id"])
    check(item, survey, ctx.now, known=found is not None)
    return survey


# ---- what is there already


def _existing(ctx: Context, keys: Sequence[SameAnswer]) -> dict[SameAnswer, Row]:
    found: dict[SameAnswer, Row] = {}
    wanted: dict[str, set[Any]] = defaultdict(set)
    external: dict[tuple[UUID, str], set[str]] = defaultdict(set)
    for key in keys:
        if key[0] == "external":
            _, external_id, source, workspace_id = key
            external[workspace_id, source].add(external_id)
        else:
            wanted[key[0]].add(key[1])
    columns = {"invitation": "invitation_id", "submission": "submission_id", "change": "change_hash"}
    for kind, values in wanted.items():
        for value, row in queries.by(ctx.connection, columns[kind], values).items():
            found[kind, value] = row
    for (workspace_id, source), values in external.items():
        for value, row in queries.by_external(ctx.connection, workspace_id, source, values).items():
            found["external", value, source, workspace_id] = row
    return found


def _again(ctx: Context, item: Submission, survey: Asked, found: Row) -> Stored:
    """A known answer once more: a change when it comes from a form, the first one as it stands otherwise.

    A change keeps day and segments, that of the language too: it is counted where the answer was given, or numbers of
    the past would move between groups. `locale` alone follows the form, for the pages that speak to the customer.
    """
    if item.page is None:
        if found["survey_id"] != item.survey_id:
            raise ExternalIdTaken(field="external_id")
        if found["being_taken_back"]:
            raise BeingTakenBack
        return _stored(found, created=False)
    hours = ctx.settings.change_hours
    if item.invitation_id is None and not anonymity.may_change(
        found["answered_at"], found["report_day"], survey, ctx.now, hours
    ):
        raise ChangeExpired
    facts = facts_of(item, found["facts"], ctx.now)
    if found["state"] in {ResponseState.VOID, ResponseState.TEST}:
        # taken out by a manager, or never meant to count: what the customer says now is kept, but stays out
        state, reason = found["state"], found["reason"]
    else:
        state, reason = state_of(item, facts)
    wanted = {
        "state": state,
        "reason": reason,
        "score": item.score,
        "unknown": item.unknown,
        "comment": item.comment,
        "locale": item.locale or found["locale"],
        "follow_ups": _kept_follow_ups(found, item, survey),
        "facts": as_stored(facts),
    }
    if survey.anonymous:
        wanted |= {"locale": None, "facts": {}}
    changed = changes.apply(ctx, found, wanted, kind="changed", traceless=survey.anonymous)
    if changed is None:
        raise Busy
    return _stored(changed, created=False, token=_change_token(ctx, changed))


def _kept_follow_ups(found: Row, item: Submission, survey: Asked) -> dict[str, Given]:
    """Answers of page two that still belong to the band of the new score."""
    if item.score is None:
        return dict(item.follow_ups)
    asked = {follow_up.id for follow_up in survey.definition.follow_ups_for(survey.definition.band(item.score))}
    kept = {key: value for key, value in found["follow_ups"].items() if key in asked}
    return {**kept, **item.follow_ups}


def _stored(row: Row, *, created: bool, token: str | None = None) -> Stored:
    return Stored(
        row["id"],
        row["survey_id"],
        row["state"],
        row["score"],
        row["answered_at"],
        created,
        change_token=token,
        locale=row["locale"],
    )


def sent_before(ctx: Context, submission_id: bytes) -> str | None:
    """The change link's secret of the answer that a form page was sent with; None while none is stored."""
    row = queries.by(ctx.connection, "submission_id", [submission_id]).get(submission_id)
    return _change_token(ctx, row) if row is not None else None


def _change_token(ctx: Context, row: Row) -> str | None:
    stored = row["change_hash"]
    return change_links.again(ctx.keys, row["id"], stored) if stored is not None else None
