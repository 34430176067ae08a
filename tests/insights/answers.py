"""Answers for tests of the read side, stored through the use case that stores every answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from cxsurvey.core.context import Context
from cxsurvey.people.segments import Segments
from cxsurvey.people.service import PersonInput
from cxsurvey.responses.commands import Submission
from cxsurvey.responses.submit import Stored, submit

CHUNK = 500


def answer(
    ctx: Context,
    survey_id: UUID,
    score: int | None,
    at: datetime,
    comment: str | None = None,
    *,
    test: bool = False,
    person: PersonInput | None = None,
    segments: Segments | None = None,
) -> Submission:
    """One answer as another system sends it."""
    return Submission(
        survey_id,
        "rest",
        score=score,
        comment=comment,
        answered_at=at,
        test=test,
        person=person,
        segments=segments,
        workspace_id=ctx.workspace_id,
    )


def store(ctx: Context, answers: Iterable[Submission]) -> list[UUID]:
    """Stores answers and gives their ids; a refused one fails the test."""
    waiting, ids = list(answers), []
    for start in range(0, len(waiting), CHUNK):
        for outcome in submit(ctx, waiting[start : start + CHUNK]):
            assert isinstance(outcome, Stored), outcome
            ids.append(outcome.id)
    return ids


def plan_of(ctx: Context, statement: str, parameters: Any) -> str:
    """How the database goes about a statement when it may not read a small table whole, nor sort few rows.

    Postgres counts its tables first; else the plan depends on whether it did so by itself in the meantime.
    """
    if ctx.connection.dialect.name == "sqlite":
        return "\n".join(
            row[3] for row in ctx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        )
    ctx.connection.execute(text("ANALYZE"))
    for way in ("seqscan", "bitmapscan", "sort"):
        ctx.connection.execute(text(f"SET LOCAL enable_{way} = off"))
    return "\n".join(row[0] for row in ctx.connection.exec_driver_sql(f"EXPLAIN {statement}", parameters))
