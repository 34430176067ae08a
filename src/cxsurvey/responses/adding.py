"""New responses: the people and segments they name, their rows, their counters and what is told of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from cxsurvey.core.context import Context
from cxsurvey.invitations.service import InvitationView
from cxsurvey.people import segments
from cxsurvey.people import service as people
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.people.segments import SegmentPair, Segments
from cxsurvey.responses import anonymity, change_links, contacts, counts, queries
from cxsurvey.responses.commands import Submission
from cxsurvey.responses.events import ResponseSubmitted
from cxsurvey.responses.facts import as_stored, facts_of, state_of
from cxsurvey.responses.states import contribution
from cxsurvey.surveys.asked import Asked
from cxsurvey.surveys.languages import name_of

Row: TypeAlias = dict[str, Any]


class Fresh(NamedTuple):
    """A submission that no stored response belongs to, with what it was asked and its invitation, if any."""

    item: Submission
    survey: Asked
    invitation: InvitationView | None


class Added(NamedTuple):
    """The row of a new response, and the secret with which one from a shared link is changed."""

    row: Row
    change_token: str | None


def add(ctx: Context, fresh: Sequence[Fresh]) -> list[Added]:
    """Stores them and returns their rows, in order."""
    if not fresh:
        return []
    person_ids = _people(ctx, fresh)
    columns = _segment_columns(ctx, fresh)
    named = zip(fresh, person_ids, columns, strict=True)
    added = [_added(ctx, each, person_id, own_segments) for each, person_id, own_segments in named]
    rows = [each.row for each in added]
    _count(ctx, rows)
    if ctx.hears(ResponseSubmitted):
        # whoever hears of an anonymous one would write down which answer came at this moment
        _tell(ctx, [row for row, each in zip(rows, fresh, strict=True) if not each.survey.anonymous])
    queries.add(ctx.connection, rows)
    return added


def _added(ctx: Context, fresh: Fresh, person_id: UUID | None, own_segments: Mapping[str, int | None]) -> Added:
    row = _new_row(ctx, fresh, person_id, own_segments)
    if fresh.item.page is None or fresh.invitation is not None:
        return Added(row, None)
    link = change_links.new(ctx.keys, row["id"], anonymous=fresh.survey.anonymous)
    row["change_hash"] = link.stored
    return Added(row, link.token)


def _count(ctx: Context, rows: Iterable[Row]) -> None:
    """Adds to the counters of their days; most responses of a batch are counted alike."""
    alike = Counter(
        (
            row["trend_line_id"],
            row["report_day"],
            row["state"],
            row["score"],
            row["comment"] is not None,
            row["unknown"],
        )
        for row in rows
    )
    for (line, day, *counted), number in alike.items():
        ctx.count(counts.KIND, (line, day), **{name: one * number for name, one in contribution(*counted).items()})


def _tell(ctx: Context, rows: Iterable[Row]) -> None:
    for row in rows:
        ctx.emit(
            ResponseSubmitted(
                workspace_id=row["workspace_id"],
                response_id=row["id"],
                survey_id=row["survey_id"],
                state=row["state"],
                score=row["score"],
            )
        )


def _people(ctx: Context, fresh: Sequence[Fresh]) -> Sequence[UUID | None]:
    named = [
        (position, survey.workspace_id, item.person)
        for position, (item, survey, _) in enumerate(fresh)
        if item.person is not None
    ]
    ids: list[UUID | None] = [None] * len(fresh)
    if not named:
        return ids
    for (position, _, _), person_id in zip(
        named, people.upsert(ctx, [(workspace_id, person) for _, workspace_id, person in named]), strict=True
    ):
        ids[position] = person_id
    return ids


def _segment_columns(ctx: Context, fresh: Sequence[Fresh]) -> Sequence[Mapping[str, int | None]]:
    """The segment columns of each; submissions of one workspace that share what they name share these too.

    An invitation has its own segments already and takes none but the language of the form from here.
    """
    named = [
        (item.segments if item.invitation_id is None else None, _language(item, survey), survey.workspace_id)
        for item, survey, _ in fresh
    ]
    shared = [(id(own), *rest) for own, *rest in named]
    different = {key: _pairs(*each) for key, each in zip(shared, named, strict=True)}
    numbers = segments.numbers_for(ctx, {pair for pairs in different.values() for pair in pairs})
    columns = {
        key: {**_NO_SEGMENTS, **{pair[1]: numbers[pair] for pair in pairs}} if pairs else _NO_SEGMENTS
        for key, pairs in different.items()
    }
    return [columns[key] for key in shared]


def _language(item: Submission, survey: Asked) -> str | None:
    """The language that a form was answered in; of an anonymous survey none is kept."""
    if item.page is None or item.locale is None or survey.anonymous:
        return None
    return name_of(item.locale)


def _pairs(own: Segments | None, language: str | None, workspace_id: UUID) -> list[SegmentPair]:
    """What is named by the sender, and where it names no language that of the form."""
    pairs = own.pairs(workspace_id) if own is not None else []
    if language is not None and (own is None or own.language is None):
        pairs.append((workspace_id, "language", language))
    return pairs


def _new_row(ctx: Context, fresh: Fresh, person_id: UUID | None, own_segments: Mapping[str, int | None]) -> Row:
    item, survey, invitation = fresh
    facts = facts_of(item, _NOTHING, ctx.now)
    state, reason = state_of(item, facts, test=invitation is not None and invitation.test)
    claims = item.claims if invitation is None else invitation.claims
    answered_at = item.answered_at or ctx.now
    report_day = answered_at.astimezone(anonymity.zone(survey.workspace.report_zone)).date()
    row: Row = {
        "id": ctx.ids.new(),
        "workspace_id": survey.workspace_id,
        "survey_id": survey.survey_id,
        "version_id": survey.version_id,
        "trend_line_id": survey.trend_line_id,
        "invitation_id": item.invitation_id,
        "person_id": invitation.person_id if invitation is not None else person_id,
        "submission_id": item.page.submission_id if item.page is not None else None,
        "change_hash": None,
        "source": item.source,
        "external_id": item.external_id,
        "state": state,
        "score": item.score,
        "unknown": item.unknown,
        "comment": item.comment,
        "follow_ups": dict(item.follow_ups) or _NOTHING,
        "locale": item.locale,
        "report_day": report_day,
        "answered_at": answered_at,
        "changed_at": ctx.now,
        "revision": 1,
        **own_segments,
        "attributes": dict(item.attributes) or _NOTHING,
        "claims": dict(claims) or _NOTHING,
        "may_be_contacted": contacts.consent_in(claims) is not None,
        "facts": as_stored(facts) or _NOTHING,
        "reason": reason,
        "import_id": item.import_id,
    }
    if invitation is not None:
        row.update(invitation.segments)
        row["attributes"] = dict(invitation.attributes)
    if survey.anonymous:
        day = anonymity.day_as_instant(report_day)
        row |= {**anonymity.KEPT_OUT, "id": UUID(bytes=ctx.ids.random(16)), "answered_at": day, "changed_at": day}
    return row


_NO_SEGMENTS: dict[str, int | None] = dict.fromkeys(SEGMENT_KEYS)
_NOTHING: dict[str, Any] = {}
"""One for all rows, so that it is written out once for all of them."""
