"""The table of jobs: putting in, claiming, renewing, finishing. Every change is one conditional statement.

A claim is an update that names the state and lease it has seen; whoever changes exactly one row has the job.
That holds on both databases without row locks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, Table

from cxsurvey.core.context import NewJob
from cxsurvey.core.db.upsert import insert_ignore
from cxsurvey.core.ids import Ids
from cxsurvey.core.jobs.models import Job

JOBS = cast("Table", Job.__table__)
DEDUPE = ("dedupe_key",)
DEDUPE_WHERE = "dedupe_key IS NOT NULL"


def write(connection: Connection, jobs: Sequence[NewJob], ids: Ids, now: datetime) -> None:
    """Puts jobs into the queue within the caller's transaction; a taken dedupe key drops its job."""
    if not jobs:
        return
    rows = [
        {
            "id": ids.new(),
            "workspace_id": job.workspace_id,
            "name": job.name,
            "args": dict(job.args),
            "state": "waiting",
            "due_at": job.due_at or now,
            "attempts": 0,
            "dedupe_key": job.dedupe_key,
            "created_at": now,
        }
        for job in jobs
    ]
    connection.execute(insert_ignore(JOBS, connection.dialect.name, DEDUPE, DEDUPE_WHERE), rows)
