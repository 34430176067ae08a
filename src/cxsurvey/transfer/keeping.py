"""How many files of imports are kept, and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import ActorKind, Context
from cxsurvey.core.jobs.runner import JobRun
from cxsurvey.settings import Settings
from cxsurvey.transfer import queries, uploads
from cxsurvey.transfer.errors import TooManyFiles

FORGET: Final = "imports.forget_files"
KEEP_DRAFTS: Final = timedelta(days=7)
KEEP_FILES: Final = timedelta(days=30)
"""How long the file of an import, and its refused rows, are kept after its end."""
BRINGING: Final = timedelta(days=1)
"""How long a file without an import is left alone: it may still be coming in, or be read for the first time."""
MOST_DRAFTS: Final = 20
MOST_FILES: Final = 40
"""How many files of the largest permitted size the imports of a workspace may keep."""


def check_room(ctx: Context, size: int = 0) -> None:
    """Raises `TooManyFiles` where the workspace has no room for another file of `size` bytes."""
    left = room(ctx)
    if left is not None and size > left:
        raise no_room(ctx.settings)


def room(ctx: Context) -> int | None:
    """How many bytes another file of the workspace may have; None for as many as it likes.

    Whoever works on the machine itself may fill its disk in any way. Raises `TooManyFiles` where no file may come.
    """
    require(ctx, Grant.RESPONSES_WRITE)
    if ctx.actor.kind is ActorKind.OPERATOR:
        return None
    drafts, kept = queries.kept(ctx.connection, ctx.workspace, ctx.now - KEEP_DRAFTS, ctx.now - KEEP_FILES)
    if drafts >= MOST_DRAFTS:
        raise TooManyFiles(f"There are {drafts} drafts of imports already. Start or discard one first.", field="file")
    left = MOST_FILES * ctx.settings.import_megabytes * 1024 * 1024 - kept
    if left <= 0:
        raise no_room(ctx.settings)
    return left


def no_room(settings: Settings) -> TooManyFiles:
    """What is said to a file that does not fit in beside the others."""
    return TooManyFiles(
        f"The files of imports may take {MOST_FILES * settings.import_megabytes} MB together, and this one does not "
        f"fit in. Discard drafts, or wait: a file goes {KEEP_FILES.days} days after its import has ended.",
        field="file",
    )


def forget_files(run: JobRun) -> None:
    """Handler of `FORGET`: removes files of drafts nobody carried out and of imports that ended long ago."""
    settings = run.database.settings
    there = uploads.folders(settings)
    with run.read() as ctx:
        kept = queries.with_files(ctx.connection, ctx.now - KEEP_DRAFTS, ctx.now - KEEP_FILES)
        known = queries.known(ctx.connection, list(there))
        now = ctx.now
    for import_id, touched in there.items():
        # a file that is being brought has no row yet
        if import_id not in kept and (import_id in known or touched < now - BRINGING):
            uploads.remove(settings, import_id)
