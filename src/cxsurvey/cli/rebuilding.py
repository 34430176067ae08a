"""How `cxsurvey db rebuild` carries its job out and shows how far it is."""

from __future__ import annotations

from uuid import UUID

from rich.console import Console
from rich.progress import Progress

from cxsurvey.cli import beside
from cxsurvey.cli.beside import Here
from cxsurvey.cli.installation import fail
from cxsurvey.core.db.units import Share
from cxsurvey.core.jobs import queue
from cxsurvey.responses import rebuilding


def rebuild_counters() -> int:
    """Sets the counters anew; how many days there were."""
    with beside.opened() as here:
        here.database.write(rebuilding.order, share=Share.JOBS)
        with here.database.read() as ctx:
            job_id = queue.unfinished(ctx.connection, rebuilding.JOB)
        if job_id is None:
            fail("Another process has just done the same.")
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("Recounting", total=None)

            def has_ended() -> bool:
                seen = _progress(here, job_id)
                bar.update(task, completed=seen.steps_done or 0, total=seen.steps)
                return seen.has_ended

            beside.wait(here, job_id, {rebuilding.JOB: rebuilding.rebuild}, has_ended)
        ended = _progress(here, job_id)
        if ended.state != "done":
            fail(f"Not all days were recounted: {ended.error or 'the job was taken away'}.")
        return ended.steps or 0


def _progress(here: Here, job_id: UUID) -> queue.Progress:
    with here.database.read() as ctx:
        found = queue.progress(ctx.connection, job_id)
    return found or queue.Progress("done", None, None, None)
