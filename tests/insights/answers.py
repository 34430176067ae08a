"""Answers for tests of the read side, stored through the use case that stores every answer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

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
