"""What one covering index answers, `ix_responses_score`: any filter, any grouping, no visit to the table.

These walk the entries of one trend line in one stretch of days, so they grow with its answers; the daily counters tell
the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Subquery,
    Table,
    case,
    func,
    select,
    union_all,
)
from sqlalchemy import cast as as_type

from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.people.models import SegmentValue
from cxsurvey.responses.models import Response
from cxsurvey.responses.queries import is_released
from cxsurvey.responses.states import ResponseState

_responses = cast(Table, Response.__table__)
_values = cast(Table, SegmentValue.__table__)
KEYS_IN_ORDER = 2
"""How many of the segment keys have, together, fewer values on a day than there are answers: touchpoint and channel."""
Days = tuple[date, date]
"""The first day and the one after the last."""
Numbers = Mapping[str, int | None]
"""The number each segment key must have; None for answers that have none."""


def chosen(numbers: Numbers) -> list[ColumnElement[bool]]:
    """The conditions of a choice of segments."""
    columns = ((_responses.c[key], number) for key, number in numbers.items())
    return [column.is_(None) if number is None else column == number for column, number in columns]


def within(line_id: int, days: Days) -> list[ColumnElement[bool]]:
    """That an answer belongs to a trend line and a stretch of days, and may be shown."""
    table = _responses
    return [
        table.c.trend_line_id == line_id,
        table.c.report_day >= days[0],
        table.c.report_day < days[1],
        is_released(table, line_id),
    ]


def by_day(connection: Connection, line_id: int, days: Days, numbers: Numbers) -> list[Row[Any]]:
    """(report day, state, score, n) of the chosen answers of a trend line."""
    table = _responses
    columns = (table.c.report_day, table.c.state, table.c.score)
    statement = select(*columns, func.count().label("n")).where(*within(line_id, days), *chosen(numbers))
    return list(connection.execute(statement.group_by(*columns)))


def unknown(connection: Connection, line_id: int, days: Days, numbers: Numbers) -> int:
    """How many of the chosen counted answers said that they do not know; visits those without a score."""
    table = _responses
    statement = select(func.count()).where(
        *within(line_id, days),
        table.c.state == ResponseState.COUNTED.value,
        table.c.score.is_(None),
        *chosen(numbers),
        table.c.unknown,
    )
    return connection.scalar(statement) or 0


def by_segment(
    connection: Connection, line_id: int, key: str, days: Days, before: date | None, numbers: Numbers
) -> list[Row[Any]]:
    """(number, is now, state, score, n) of the answers, grouped by one segment key; number None where it is not set.

    With `before` the days from there up to `days` are counted too, as those that are not now; else all are now.
    """
    wanted = [*within(line_id, (before or days[0], days[1])), *chosen(numbers)]
    counted: FromClause = _responses
    many: ColumnElement[int] = func.count()
    if key in SEGMENT_KEYS[:KEYS_IN_ORDER]:
        counted, wanted = _counted_in_order(key, wanted), []
        # Postgres sums whole numbers to a decimal
        many = as_type(func.sum(counted.c.n), BigInteger)
    is_now = case((counted.c.report_day >= days[0], 1), else_=0).label("is_now")
    columns = (counted.c[key].label("number"), is_now, counted.c.state, counted.c.score)
    statement = select(*columns, many.label("n")).where(*wanted)
    return list(connection.execute(statement.group_by(*columns)))


def _counted_in_order(key: str, wanted: Sequence[ColumnElement[bool]]) -> Subquery:
    """The wanted answers counted by day, state, score and the segment keys up to this one.

    SQLite groups by sorting every answer, which takes four times as long as reading them, unless the groups come in
    the order of an index; these do, and leave few rows to sort. A condition on the state would spoil it: SQLite then
    takes the state for settled and does not see the order any more.
    """
    table = _responses
    keys = SEGMENT_KEYS[: SEGMENT_KEYS.index(key) + 1]
    columns = (table.c.report_day, table.c.state, table.c.score, *(table.c[each] for each in keys))
    return select(*columns, func.count().label("n")).where(*wanted).group_by(*columns).subquery()


def numbers_of(connection: Connection, workspace_id: UUID, key_and_text: Collection[tuple[str, str]]) -> list[Row[Any]]:
    """(key, text, number) of those segment values that the workspace has."""
    table = _values
    parts = [
        select(table.c.key, table.c.text, table.c.id.label("number")).where(
            table.c.workspace_id == workspace_id, table.c.key == key, table.c.text == text
        )
        for key, text in key_and_text
    ]
    return list(connection.execute(union_all(*parts) if len(parts) > 1 else parts[0]))


def segments_met(connection: Connection, line_id: int, states: Collection[str], newest: int) -> list[tuple[str, str]]:
    """(key, text) of each segment that the `newest` answers in these states belong to; a few milliseconds."""
    table = _responses
    of_line = (table.c.trend_line_id == line_id, table.c.state.in_(states), is_released(table, line_id))
    columns = (table.c[key] for key in SEGMENT_KEYS)
    some = select(*columns).where(*of_line).order_by(table.c.report_day.desc()).limit(newest).cte("newest")
    parts = [select(some.c[key].label("number")).where(some.c[key].is_not(None)).distinct() for key in SEGMENT_KEYS]
    met = union_all(*parts).subquery()
    statement = select(_values.c.key, _values.c.text).join_from(met, _values, _values.c.id == met.c.number)
    return [(row.key, row.text) for row in connection.execute(statement)]


def values_of(connection: Connection, workspace_id: UUID, keys: Collection[str], limit: int) -> list[Row[Any]]:
    """(key, text) of at most `limit` values of each key, in the order of their text."""
    table = _values
    parts = [
        select(
            select(table.c.key, table.c.text)
            .where(table.c.workspace_id == workspace_id, table.c.key == key)
            .order_by(table.c.text)
            .limit(limit)
            .subquery()
        )
        for key in keys
    ]
    return list(connection.execute(union_all(*parts)))
