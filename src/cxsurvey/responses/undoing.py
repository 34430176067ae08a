"""Taking back the answers that one import stored: each becomes void, and its id is free for the import that follows.

One answer keeps one row for ever, so nothing is deleted. What somebody changed since stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from cxsurvey.core.context import Context
from cxsurvey.core.errors import Busy
from cxsurvey.core.ids import encode
from cxsurvey.responses import changes, queries
from cxsurvey.responses.events import ResponseChanged
from cxsurvey.responses.queries import imported
from cxsurvey.responses.states import ResponseState

APART: Final = "undone/"
"""Beginning of the source of an answer that was taken back. Ids count per source, so its id is free again."""


@dataclass(frozen=True, slots=True)
class Undoable:
    """What an import has stored: how many answers would become void, were changed since, and are taken back already."""

    answers: int
    changed_since: int
    undone: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of some answers of an import. `last` is the id to go on after; None when there are no more."""

    undone: int
    left_alone: int
    last: UUID | None


def undoable(ctx: Context, import_id: UUID) -> Undoable:
    """What taking an import back would do. Whether it is one of the workspace is for the caller to know."""
    stored, undone, changed = imported.counted(ctx.connection, import_id, source_of(import_id))
    return Undoable(stored - undone - changed, changed, undone)


def is_left(ctx: Context, import_id: UUID) -> tuple[bool, bool]:
    """Whether an import has stored answers, and whether `take_back` would find any that it voids, or has voided."""
    return imported.has_imported(ctx.connection, import_id, source_of(import_id))


def begin(ctx: Context, import_id: UUID) -> None:
    """From now on until `end` its responses are not told as known to who sends one of them again."""
    imported.begin_taking_back(ctx.connection, ctx.workspace, import_id)


def end(ctx: Context, import_id: UUID) -> None:
    """The taking back has come to its end, or was given up: what is left of the import is known again."""
    imported.end_taking_back(ctx.connection, import_id)


def take_back(ctx: Context, import_id: UUID, reason: str, *, after: UUID | None, limit: int) -> TakenBack:
    """Voids up to `limit` answers of an import in the order of their ids, with their counters and revisions.

    Answers that are taken back already are counted again and left as they are, so that it may be begun anew. Raises
    `Busy` where somebody changed one of them at this moment.
    """
    rows = imported.page(ctx.connection, ctx.workspace, import_id, after, limit)
    source = source_of(import_id)
    fresh = [row for row in rows if row["source"] != source]
    changed = imported.changed_by_others(ctx.connection, import_id, [row["id"] for row in fresh if row["revision"] > 1])
    wanted = {"state": ResponseState.VOID.value, "reason": reason, "source": source}
    undone = [(row, {**row, **wanted, "revision": row["revision"] + 1}) for row in fresh if row["id"] not in changed]
    if imported.set_apart(ctx.connection, [after for _, after in undone], ctx.now) != len(undone):
        raise Busy
    for before, now in undone:
        changes.count(ctx, before, now)
    queries.add_revisions(
        ctx.connection, [changes.revision_of(ctx, before, now, "voided", reason) for before, now in undone]
    )
    if ctx.hears(ResponseChanged):
        for _, now in undone:
            ctx.emit(changes.event_of(now))
    last = rows[-1]["id"] if len(rows) == limit else None
    return TakenBack(len(rows) - len(changed), len(changed), last)


def source_of(import_id: UUID) -> str:
    """The source of the answers that were taken back with an import."""
    return f"{APART}{encode('imp', import_id)}"


def is_taken_back(row: Mapping[str, Any]) -> bool:
    """Whether a response was taken back with its import."""
    return row["import_id"] is not None and row["source"] == source_of(row["import_id"])
