"""A later state of a response: the row, its revision, its day's counters and the event, always together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cxsurvey.core.context import Context
from cxsurvey.responses import counts, queries
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
    after |= {"revision": number}
    if not traceless:
        after["changed_at"] = max(ctx.now, found["changed_at"])
    if not queries.change(ctx.connection, found["id"], found["revision"], after):
        return None
    change = difference(_counted(found), _counted(after))
    if change:
        ctx.count(counts.KIND, (found["trend_line_id"], found["report_day"]), **change)
    if traceless:
        return after
    queries.add_revisions(ctx.connection, [revision_of(ctx, found, after, kind, reason)])
    ctx.emit(
        ResponseChanged(
            workspace_id=found["workspace_id"],
            response_id=found["id"],
            survey_id=found["survey_id"],
            state=after["state"],
            score=after["score"],
            revision=number,
        )
    )
    return after


def _counted(row: Mapping[str, Any]) -> dict[str, int]:
    return contribution(row["state"], row["score"], row["comment"] is not None, row["unknown"])


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
