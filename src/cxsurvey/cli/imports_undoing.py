"""How the command line takes an import back: itself where it is alone, else by the worker of a running server."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import typer

from cxsurvey.cli import beside
from cxsurvey.cli.beside import Here
from cxsurvey.cli.choosing import Unclear, enter
from cxsurvey.cli.imports_output import grouped, progress
from cxsurvey.cli.installation import say, tell
from cxsurvey.cli.score_output import printable
from cxsurvey.core.context import Context
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import NotFound, Refusal
from cxsurvey.core.ids import decode
from cxsurvey.core.jobs import queue
from cxsurvey.transfer import imports, undoing
from cxsurvey.transfer.import_views import ImportState, ImportView
from cxsurvey.transfer.pace import ALONE
from cxsurvey.transfer.undoing import Preview, UndoImport


def take_back(text: str, reason: str, workspace: str | None, *, dry_run: bool, as_json: bool) -> bool:
    """Takes an import back, or tells what that would do; whether it came to its end.

    One that was stopped on its way goes on, for the reason that was given then.
    """
    with beside.opened() as here:
        with here.database.read() as ctx:
            slug = enter(ctx, workspace).slug
            view = _named(ctx, text)
            goes_on = view.state is ImportState.UNDOING and not dry_run
            found = undoing.preview(ctx, view.id) if not goes_on else None
        if found is not None and dry_run:
            would = {
                "would_be_undone": found.answers,
                "would_be_left_alone": found.changed_since,
                "undone_already": found.undone,
                "later_imports": [one.public_id for one in found.later],
            }
            _tell(would, as_json, _would(found))
            return True
        command = _command(reason)

        def begin(ctx: Context) -> ImportView:
            enter(ctx, slug)
            return undoing.undo(ctx, view.id, command)

        if goes_on:
            tell(f"Going on with {view.public_id}: {_how_far(view)}.")
        else:
            view = here.database.write(begin, share=Share.JOBS)
        ended = _ended(here, view, slug, quiet=as_json)
    is_done = ended.state is ImportState.UNDONE
    told = {
        "import": ended.public_id,
        "state": ended.state.value,
        "undone": ended.undone,
        "left_alone": ended.left_alone,
    }
    _tell(told, as_json, _became(ended) if is_done else "Not done yet; a worker goes on with it.")
    return is_done


def _command(reason: str) -> UndoImport:
    try:
        return UndoImport.from_fields({"reason": reason})
    except Refusal as refusal:
        raise Unclear(f"--reason {refusal.problems[0].message}.") from None


def _named(ctx: Context, text: str) -> ImportView:
    import_id = decode("imp", text)
    if import_id is not None:
        try:
            return imports.get(ctx, import_id)
        except NotFound:
            pass
    raise Unclear(
        f"There is no import “{text}”. Its id, imp_…, is told when it ends and stands in the address of its page."
    )


def _ended(here: Here, view: ImportView, slug: str, *, quiet: bool) -> ImportView:
    def seen() -> ImportView:
        with here.database.read() as ctx:
            enter(ctx, slug)
            return imports.get(ctx, view.id)

    with here.database.read() as ctx:
        job_id = queue.unfinished(ctx.connection, imports.job_key(view.id, view.run))
    with progress(view.tally["stored"], quiet=quiet, doing="Taking back") as advance:

        def has_ended() -> bool:
            now = seen()
            advance(now.undone + now.left_alone)
            return now.state is not ImportState.UNDOING

        beside.wait(here, job_id, {undoing.JOB: partial(undoing.run, pace=ALONE)}, has_ended)
    return seen()


def _how_far(view: ImportView) -> str:
    return f"{grouped(view.undone + view.left_alone)} of {grouped(view.tally['stored'])} responses are done"


def _would(found: Preview) -> str:
    already = f" {grouped(found.undone)} are void already." if found.undone else ""
    alone = f" {grouped(found.changed_since)} changed since would be left alone." if found.changed_since else ""
    return f"{grouped(found.answers)} responses would become void.{already}{alone}{_later(found)} Nothing was done."


def _later(found: Preview) -> str:
    if not found.later:
        return ""
    names = ", ".join(f"{one.public_id} ({printable(one.file_name)})" for one in found.later)
    return f" Later imports found rows there that may be among them; import those files again afterwards: {names}."


def _became(view: ImportView) -> str:
    alone = f" {grouped(view.left_alone)} changed since were left alone." if view.left_alone else ""
    return f"{grouped(view.undone)} responses are void.{alone} The same file can be imported again."


def _tell(told: dict[str, Any], as_json: bool, sentence: str) -> None:
    if as_json:
        typer.echo(json.dumps(told, indent=2))
    else:
        say(sentence)
