"""What customers wrote, newest first, a page at a time."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import Any, Final
from uuid import UUID

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, Invalid
from cxsurvey.insights import folding, queries
from cxsurvey.insights.filters import EVERYTHING, Filter
from cxsurvey.insights.misfits import band_of
from cxsurvey.insights.periods import Period
from cxsurvey.insights.reports import Comment, Comments, SurveyLine
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.people.segments import texts_for

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
CHUNK: Final = 500
"""Comments read at once at most; the first time as many as a page shows, then twice as many each time."""
MOST_LOOKED_AT: Final = 10_000
"""Comments that one page looks through."""
MOST_LETTERS: Final = 2_000_000
"""Letters of comments that one page compares with a search: about a fifth of a second."""
_CURSOR: Final = re.compile(r"([0-9a-f]{1,14})-([0-9a-f]{32})")


def newest(
    ctx: Context,
    surveys: Collection[SurveyLine],
    period: Period,
    only: Filter = EVERYTHING,
    *,
    after: str | None = None,
    limit: int,
) -> Comments:
    """The newest `limit` comments of counted answers in these surveys, older than the cursor `after`.

    With a filter it looks at no more than `MOST_LOOKED_AT` comments and, with a search, about `MOST_LETTERS` letters;
    where that was not enough, `searched_back_to` and `next` say how far it came and where to go on. Anonymous surveys
    are left out where segments are asked for.
    Raises `Invalid` for a cursor that `Comments.next` never gave.
    """
    require(ctx, Grant.RESPONSES_READ)
    cursor = _read_cursor(after) if after else None
    by_line = {survey.line_id: survey for survey in surveys if not (survey.anonymous and only.segments)}
    if not by_line:
        return Comments((), None, only.search)
    walk = _Walk(ctx, by_line, period, _Test(only), cursor)
    shown, following = walk.take(limit)
    texts = texts_for(ctx, (getattr(row, key) for row in shown for key in SEGMENT_KEYS))
    items = tuple(_comment(row, by_line[row.trend_line_id], texts) for row in shown)
    back_to = following.report_day if following is not None and len(shown) < limit else None
    return Comments(items, _cursor(following) if following is not None else None, only.search, back_to)


class _Test:
    """Whether a comment is wanted. Texts are compared here and not by the database: see `folding`.

    `letters` says how many it has compared so far.
    """

    def __init__(self, only: Filter) -> None:
        self.letters = 0
        self._only = only
        self._numbers = only.numbers
        self._words = folding.words(only.search)

    def __call__(self, row: Any, survey: SurveyLine) -> bool:
        band, follow_up, contact = self._only.band, self._only.follow_up, self._only.contact
        return (
            (band is None or band_of(survey.formula, row.score, row.id) is band)
            and (follow_up is None or bool(row.follow_ups) is follow_up)
            and (contact is None or row.may_be_contacted is contact)
            and all(getattr(row, key) == number for key, number in self._numbers.items())
            and self._holds_words(row.comment)
        )

    def _holds_words(self, comment: str) -> bool:
        if self._words:
            self.letters += len(comment)
        return folding.holds(comment, self._words)


@dataclass(slots=True)
class _Walk:
    """Goes back through the comments of several trend lines and keeps what is wanted."""

    ctx: Context
    by_line: Mapping[int, SurveyLine]
    period: Period
    wanted: _Test
    cursor: tuple[datetime, UUID] | None

    def take(self, limit: int) -> tuple[list[Any], Any | None]:
        """The wanted rows, newest first, and the row after which to go on; None at the end."""
        found: list[Any] = []
        last = None
        for looked_at, row in enumerate(self._newest_first(limit + 1)):
            if looked_at == MOST_LOOKED_AT or self.wanted.letters >= MOST_LETTERS:
                return found, last
            if self.wanted(row, self.by_line[row.trend_line_id]):
                if len(found) == limit:
                    return found, last
                found.append(row)
            last = row
        return found, None

    def _newest_first(self, size: int) -> Iterator[Any]:
        lines, few = list(self.by_line), queries.LINES_A_STATEMENT
        parts = (self._chunks(lines[start : start + few], size) for start in range(0, len(lines), few))
        return merge(*parts, key=lambda row: (row.answered_at, row.id), reverse=True)

    def _chunks(self, lines: Sequence[int], size: int) -> Iterator[Any]:
        period, after = self.period, self.cursor
        days, instants = (period.since, period.until), period.instants
        while True:
            rows = queries.comments(self.ctx.connection, lines, days, instants, after, size)
            yield from rows
            if len(rows) < size:
                return
            after, size = (rows[-1].answered_at, rows[-1].id), min(2 * size, CHUNK)


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
        has_follow_ups=bool(row.follow_ups),
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
