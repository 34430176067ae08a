"""A later state of a response: the row, its revision, its day's counters and the event, always together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cxsurvey.core.context import Context
from cxsurvey.responses import contacts, counts, queries
from cxsurvey.responses.events import ResponseChanged
from cxsurvey.responses.states import contribution, difference

KEPT = ("state", "score", "unknown", "comment", "follow_ups", "reason")
"""What a revision remembers of before and after. Not the claims: a contact that was taken back leaves no address."""


def apply(
    ctx: Context,
    found: Mapping[str, Any],
    wanted: Mapping[str, Any],
    *,
    kind: str,
    reason: str | None = None,
    traceless: bool = False,
) -> dict[str, Any] | None:
    """Writes `wanted` over a response as its next revision and returns the new row.

    A `traceless` change leaves no revision, no event and no time: it is the customer's own in an anonymous survey.
    Without a difference in what revisions remember, or in the claims, nothing is written. None when somebody else
    changed the row since it was read.
    """
    after = {**found, **wanted}
    if all(after[name] == found[name] for name in (*KEPT, "claims")) and reason is None:
        return dict(found)
    number = found["revision"] + 1
    after |= {"revision": number, "may_be_contacted": contacts.consent_in(after["claims"]) is not None}
    if not traceless:
        after["changed_at"] = max(ctx.now, found["changed_at"])
    if not queries.change(ctx.connection, found["id"], found["revision"], after):
        return None
    count(ctx, found, after)
    if traceless:
        return after
    queries.add_revisions(ctx.connection, [revision_of(ctx, found, after, kind, reason)])
    ctx.emit(event_of(after))
    return after


def count(ctx: Context, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Moves the counters of a response's day from what it was to what it is."""
    change = difference(_counted(before), _counted(after))
    if change:
        ctx.count(counts.KIND, (after["trend_line_id"], after["report_day"]), **change)


def _counted(row: Mapping[str, Any]) -> dict[str, int]:
    return contribution(row["state"], row["score"], row["comment"] is not None, row["unknown"])


def event_of(row: Mapping[str, Any]) -> ResponseChanged:
    """What is told of a response that has become this row."""
    return ResponseChanged(
        workspace_id=row["workspace_id"],
        response_id=row["id"],
        survey_id=row["survey_id"],
        state=row["state"],
        score=row["score"],
        revision=row["revision"],
    )


def revision_of(
    ctx: Context, before: Mapping[str, Any], after: Mapping[str, Any], kind: str, reason: str | None
) -> dict[str, Any]:
    """The row that remembers a change."""
    return {
        "id": ctx.ids.new(),
        "workspace_id": before["workspace_id"],
        "response_id": before["id"],
        "number": after["revision"],
        "kind": kind,
        "at": ctx.now,
        "actor_kind": ctx.actor.kind.value,
        "actor_id": ctx.actor.id,
        "before": {name: before[name] for name in KEPT},
        "after": {name: after[name] for name in KEPT},
        "reason": reason,
    }
