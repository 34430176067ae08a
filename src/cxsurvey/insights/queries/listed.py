"""Single answers of a trend line, newest first or oldest day first, on days that are known to hold them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, func, not_, select, tuple_

from cxsurvey.insights.queries.indexed import Days, Numbers, chosen, within
from cxsurvey.responses.models import Response
from cxsurvey.responses.queries import is_released
from cxsurvey.responses.states import ResponseState

_responses = cast(Table, Response.__table__)
Place = tuple[date, datetime, UUID]
"""Report day, time and id of a response: where it stands among those that are listed newest first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which answers of a list are wanted: by the numbers of their segments, by score, by whether there is consent.

    None takes any score, or answers whose customers may be contacted and others.
    """

    numbers: Numbers
    scores: frozenset[int] | None
    contact: bool | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What must hold of each answer."""
        found = chosen(self.numbers)
        if self.scores is not None:
            found.append(_responses.c.score.in_(self.scores))
        if self.contact is not None:
            found.append(_of_contacts if self.contact else not_(_of_contacts))
        return found


_of_contacts = _responses.c.may_be_contacted
_PLACE = (_responses.c.id, _responses.c.report_day, _responses.c.answered_at)


def newest_ids(
    connection: Connection,
    line_id: int,
    days: Collection[date],
    states: Collection[str],
    after: Place | None,
    limit: int,
    choice: Choice,
) -> list[Row[Any]]:
    """(id, report day, answered at) of responses on these days in one of these states, newest first.

    The caller names days that hold enough answers, so that no other day is looked at.
    """
    table = _responses
    wanted = [*_on(line_id, days), table.c.state.in_(states), *choice.conditions()]
    return list(connection.execute(_newest_first(select(*_PLACE).where(*wanted), after, limit)))


def newest_contacts(
    connection: Connection,
    line_id: int,
    days: Days,
    states: Collection[str],
    after: Place | None,
    limit: int,
    choice: Choice,
) -> list[Row[Any]]:
    """What `newest_ids` gives, of those who may be contacted in a stretch of days; stops in its index at the limit."""
    wanted = [*within(line_id, days), _responses.c.state.in_(states), *choice.conditions()]
    return list(connection.execute(_newest_first(select(*_PLACE).where(*wanted), after, limit)))


def contacts_by_day(
    connection: Connection, line_id: int, days: Days, states: Collection[str], choice: Choice
) -> dict[date, int]:
    """How many fit a choice of those who may be contacted, by day; counted in their index alone."""
    table = _responses
    wanted = [*within(line_id, days), table.c.state.in_(states), *choice.conditions()]
    statement = select(table.c.report_day, func.count().label("n")).where(*wanted).group_by(table.c.report_day)
    return {row.report_day: row.n for row in connection.execute(statement)}


def has_contacts(connection: Connection, line_ids: Collection[int]) -> bool:
    """Whether anybody on these trend lines may be contacted."""
    those = select(_responses.c.id).where(_responses.c.trend_line_id.in_(line_ids), _of_contacts)
    return connection.execute(those.limit(1)).first() is not None


def newest_follow_ups(
    connection: Connection, line_id: int, days: Collection[date], after: Place | None, limit: int, choice: Choice
) -> list[Row[Any]]:
    """(id, report day, answered at, version, score, follow-ups) of counted responses on these days, newest first."""
    table = _responses
    wanted = [*_on(line_id, days), table.c.state == ResponseState.COUNTED.value, *choice.conditions()]
    statement = select(*_PLACE, table.c.version_id, table.c.score, table.c.follow_ups).where(*wanted)
    return list(connection.execute(_newest_first(statement, after, limit)))


def _newest_first(statement: Select[Any], after: Place | None, limit: int) -> Select[Any]:
    """The responses of a statement by day, time and id, `limit` of those that are older than `after`."""
    places = (_PLACE[1], _PLACE[2], _PLACE[0])
    if after is not None:
        statement = statement.where(tuple_(*places) < tuple_(*after))
    return statement.order_by(*(column.desc() for column in places)).limit(limit)


def ids_of_days(
    connection: Connection, line_id: int, days: Collection[date], states: Collection[str], choice: Choice
) -> list[UUID]:
    """The ids of all responses on these days in one of these states, oldest day first."""
    table = _responses
    statement = select(table.c.id).where(*_on(line_id, days), table.c.state.in_(states), *choice.conditions())
    return list(connection.scalars(statement.order_by(table.c.report_day, table.c.id)))


def _on(line_id: int, days: Collection[date]) -> list[ColumnElement[bool]]:
    """That an answer belongs to a trend line and one of these days, and may be shown."""
    table = _responses
    return [table.c.trend_line_id == line_id, table.c.report_day.in_(days), is_released(table, line_id)]
