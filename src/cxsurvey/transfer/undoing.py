"""Taking an import back: its answers become void, in small units like those that stored them.

They count in no score any more, also where a later import has found them there already: that one is imported again. The
answers stay readable, and the same file can come again, because their ids are free. Whoever was written down as a
customer stays one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final
from uuid import UUID

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.command import Command
from cxsurvey.core.context import SYSTEM, Actor, ActorKind, Context
from cxsurvey.core.jobs.runner import JobRun
from cxsurvey.core.text import Line200
from cxsurvey.responses import undoing as responses
from cxsurvey.transfer import imports, queries
from cxsurvey.transfer.errors import ImportInTheWay, ImportStateForbids, NotUndoable
from cxsurvey.transfer.import_views import ENDED, UNDER_WAY, ImportState, ImportView
from cxsurvey.transfer.pace import BESIDE_OTHERS, FIRST, Pace

JOB: Final = "imports.undo"
LATER_TOLD: Final = 20
"""Later imports that are named before one is taken back."""


class UndoImport(Command):
    """Why an import is taken back."""

    reason: Line200


@dataclass(frozen=True, slots=True)
class Preview:
    """What taking an import back would do."""

    answers: int
    """Answers that would become void."""
    changed_since: int
    """Answers that somebody changed since they were imported, and that are left alone."""
    later: tuple[ImportView, ...]
    """Imports after this one that found rows there, the first `LATER_TOLD`: they may hold answers that become void."""
    undone: int
    """Answers that are void already, because taking it back was begun before and given up."""


def preview(ctx: Context, import_id: UUID) -> Preview:
    """What taking an import back would do. Raises `NotUndoable` where nothing can be taken back, and why.

    Raises `ImportInTheWay` while an import of the same source waits or runs: what it finds known must not become void.
    """
    view = _undoable(ctx, import_id)
    found = responses.undoable(ctx, view.id)
    if found.answers == found.undone == 0:
        raise _nothing_left(has_stored=found.changed_since > 0)
    return Preview(found.answers, found.changed_since, _later(ctx, view), found.undone)


def _later(ctx: Context, view: ImportView) -> tuple[ImportView, ...]:
    assert view.survey_id is not None
    assert view.started_at is not None
    began = (view.started_at, view.id)
    found = queries.later_known(ctx.connection, ctx.workspace, view.survey_id, view.reading.source, began, LATER_TOLD)
    return tuple(ImportView.of(row) for row in found)


def undo(ctx: Context, import_id: UUID, command: UndoImport) -> ImportView:
    """Puts the job that takes an import back. Raises what `preview` raises."""
    queries.hold(ctx.connection, ctx.workspace)
    view = _undoable(ctx, import_id)
    has_stored, is_left = responses.is_left(ctx, view.id)
    if not is_left:
        raise _nothing_left(has_stored=has_stored)
    run = view.run + 1
    values = {
        "state": ImportState.UNDOING.value,
        "run": run,
        "undone": 0,
        "left_alone": 0,
        "undo_reason": command.reason,
    }
    if not queries.change(ctx.connection, view.id, tuple(one.value for one in ENDED), values):
        raise ImportStateForbids
    responses.begin(ctx, view.id)
    by = [ctx.actor.kind.value, str(ctx.actor.id) if ctx.actor.id is not None else None]
    ctx.enqueue(JOB, {"import": str(view.id), "run": run, "by": by}, dedupe_key=imports.job_key(view.id, run))
    imports.note(ctx, "import.undo_started", view, reason=command.reason)
    return imports.named(ctx, import_id)


def _nothing_left(*, has_stored: bool) -> NotUndoable:
    return NotUndoable(
        "There is nothing to take back: none of its responses is as this import left it."
        if has_stored
        else "There is nothing to take back: this import is older than the taking back of imports."
    )


def _undoable(ctx: Context, import_id: UUID) -> ImportView:
    require(ctx, Grant.RESPONSES_VOID)
    view = imports.named(ctx, import_id)
    if view.state not in ENDED:
        raise ImportStateForbids
    if not view.has_answers:
        raise NotUndoable
    if imports.is_beside(ctx, view, UNDER_WAY):
        raise ImportInTheWay
    return view


def run(job: JobRun, pace: Pace = BESIDE_OTHERS, on_progress: Callable[[ImportView], None] = lambda _: None) -> None:
    """Handler of `JOB`. Taken over after a crash it walks over all answers again and finishes what was left.

    The history of each answer names who wished it: the person who began it, and not the system that did the work.
    """
    import_id, number, by = UUID(job.args["import"]), job.args["run"], _begun_by(job)
    view = job.write(partial(_begin, import_id=import_id, run=number))
    if view is None:
        return
    size, after = min(FIRST, pace.most), None
    clock = job.database.clock.monotonic
    while True:
        began = clock()
        view, after = job.write(partial(_some, view=view, by=by, after=after, limit=size), lane_key=view.survey_id)
        size = pace.next_size(size, clock() - began)
        on_progress(view)
        if after is None:
            break
        job.pause(pace.pause)
    job.write(partial(_end, view=view))


def _begun_by(job: JobRun) -> Actor:
    """The system, in the name of who began it; in its own where the job was put before jobs knew that."""
    kind, actor_id = job.args.get("by", (SYSTEM.kind.value, None))
    return replace(SYSTEM, kind=ActorKind(kind), id=UUID(actor_id) if actor_id is not None else None)


def _begin(ctx: Context, import_id: UUID, run: int) -> ImportView | None:
    row = queries.get(ctx.connection, ctx.workspace, import_id)
    if row is None or row["run"] != run or row["state"] != ImportState.UNDOING:
        return None
    values = {"undone": 0, "left_alone": 0}
    queries.change(ctx.connection, import_id, (ImportState.UNDOING.value,), values)
    return ImportView.of({**row, **values})


def _some(ctx: Context, view: ImportView, by: Actor, after: UUID | None, limit: int) -> tuple[ImportView, UUID | None]:
    """One unit: some answers are void, and it is told how many."""
    assert view.undo_reason is not None
    ctx.actor = by
    done = responses.take_back(ctx, view.id, view.undo_reason, after=after, limit=limit)
    values: dict[str, Any] = {
        "undone": view.undone + done.undone,
        "left_alone": view.left_alone + done.left_alone,
    }
    queries.change(ctx.connection, view.id, (ImportState.UNDOING.value,), values)
    return replace(view, **values), done.last


def _end(ctx: Context, view: ImportView) -> None:
    values = {"state": ImportState.UNDONE.value, "undone_at": ctx.now}
    if queries.change(ctx.connection, view.id, (ImportState.UNDOING.value,), values):
        responses.end(ctx, view.id)
        imports.note(ctx, "import.undone", view, undone=view.undone, left_alone=view.left_alone)
