"""What customers wrote, newest first, a page at a time."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, Invalid
from cxsurvey.insights import queries
from cxsurvey.insights.periods import Period
from cxsurvey.insights.reports import Comment, Comments, SurveyLine
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.people.segments import texts_for

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
_CURSOR: Final = re.compile(r"([0-9a-f]{1,14})-([0-9a-f]{32})")


def newest(
    ctx: Context, surveys: Collection[SurveyLine], period: Period, *, after: str | None = None, limit: int
) -> Comments:
    """The newest `limit` comments of counted answers in these surveys, older than the cursor `after`.

    Raises `Invalid` for a cursor that `Comments.next` never gave.
    """
    require(ctx, Grant.RESPONSES_READ)
    cursor = _read_cursor(after) if after else None
    by_line = {survey.line_id: survey for survey in surveys}
    if not by_line:
        return Comments((), None)
    rows = queries.comments(
        ctx.connection, list(by_line), (period.since, period.until), period.instants, cursor, limit + 1
    )
    rows.sort(key=lambda row: (row.answered_at, row.id), reverse=True)
    shown = rows[:limit]
    texts = texts_for(ctx, (getattr(row, key) for row in shown for key in SEGMENT_KEYS))
    items = tuple(_comment(row, by_line[row.trend_line_id], texts) for row in shown)
    return Comments(items, _cursor(shown[-1]) if len(rows) > limit else None)


def _comment(row: Any, survey: SurveyLine, texts: dict[int, str]) -> Comment:
    return Comment(
        response_id=row.id,
        survey_id=survey.survey_id,
        survey_name=survey.name,
        score=row.score,
        formula=survey.formula,
        text=row.comment,
        answered_at=row.answered_at,
        report_day=row.report_day,
        anonymous=survey.anonymous,
        person_name=row.person_name,
        attribution=tuple(texts[number] for key in SEGMENT_KEYS if (number := getattr(row, key)) is not None),
    )


def _cursor(row: Any) -> str:
    return f"{(row.answered_at - EPOCH) // MICROSECOND:x}-{row.id.hex}"


def _read_cursor(text: str) -> tuple[datetime, UUID]:
    match = _CURSOR.fullmatch(text)
    microseconds = int(match[1], 16) if match else -1
    if match is None or microseconds > 10**16:
        raise Invalid(problems=[FieldProblem("after", "not_a_cursor", "must be a cursor from a former page")])
    return EPOCH + microseconds * MICROSECOND, UUID(hex=match[2])
