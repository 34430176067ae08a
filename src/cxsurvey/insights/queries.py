"""Every statement of the read side. Those without a filter do not grow with the number of answers.

Counts come from `score_days`, at most one row per trend line and day; comments from their partial index, newest
first, a page at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    Subquery,
    Table,
    case,
    desc,
    func,
    not_,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy import cast as as_type

from cxsurvey.accounts.models import Workspace
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.people.models import Person, SegmentValue
from cxsurvey.responses.models import COUNTERS, Response, ScoreDay
from cxsurvey.responses.queries import is_released
from cxsurvey.responses.states import ResponseState
from cxsurvey.surveys.models import Survey, SurveyVersion, TrendLine

_days = cast(Table, ScoreDay.__table__)
_responses = cast(Table, Response.__table__)
_people = cast(Table, Person.__table__)
_surveys = cast(Table, Survey.__table__)
_versions = cast(Table, SurveyVersion.__table__)
_lines = cast(Table, TrendLine.__table__)
_workspaces = cast(Table, Workspace.__table__)
_values = cast(Table, SegmentValue.__table__)

# A workspace may have changed its zone since: `report_day` decides, and the instants only bound the index range.
ZONE_SLACK = timedelta(days=2)
LINES_A_STATEMENT = 200
"""Trend lines in one UNION; SQLite takes 500 terms."""
KEYS_IN_ORDER = 2
"""How many of the segment keys have, together, fewer values on a day than there are answers: touchpoint and channel."""

Days = tuple[date, date]
"""The first day and the one after the last."""
Place = tuple[date, datetime, UUID]
"""Report day, time and id of a response: where it stands among those that are listed newest first."""
Numbers = Mapping[str, int | None]
"""The number each segment key must have; None for answers that have none."""


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
_SURVEYS: Select[Any] = select(
    _surveys.c.id,
    _surveys.c.name,
    _surveys.c.code,
    _surveys.c.state,
    _surveys.c.anonymous,
    _surveys.c.version_id,
    _surveys.c.trend_line_id,
    _lines.c.formula,
    _versions.c.number.label("version_number"),
).select_from(
    _surveys.outerjoin(_lines, _lines.c.id == _surveys.c.trend_line_id).outerjoin(
        _versions, _versions.c.id == _surveys.c.version_id
    )
)


def surveys(connection: Connection, workspace_id: UUID) -> list[Row[Any]]:
    """Every survey with the formula of its trend line (None for drafts), open ones first, then by name."""
    statement = _SURVEYS.where(_surveys.c.workspace_id == workspace_id)
    # draft < open < closed would not sort by itself: open is the one that is neither of the others
    return list(connection.execute(statement.order_by(_surveys.c.state != "open", _surveys.c.name, _surveys.c.id)))


def survey(connection: Connection, workspace_id: UUID, survey_id: UUID) -> Row[Any] | None:
    """One survey of this workspace, as `surveys` gives it."""
    statement = _SURVEYS.where(_surveys.c.id == survey_id, _surveys.c.workspace_id == workspace_id)
    return connection.execute(statement).one_or_none()


def versions(connection: Connection, survey_id: UUID) -> list[Row[Any]]:
    """(number, trend line, published at) of each version, oldest first."""
    statement = select(_versions.c.number, _versions.c.trend_line_id, _versions.c.published_at)
    return list(connection.execute(statement.where(_versions.c.survey_id == survey_id).order_by(_versions.c.number)))


def score_sums(connection: Connection, line_ids: Collection[int], since: date, until: date) -> list[Row[Any]]:
    """`responses.queries.score_days` summed to one row per trend line; a line without an answer has none."""
    statement = select(_days.c.trend_line_id, *(func.sum(_days.c[name]).label(name) for name in COUNTERS)).where(
        _days.c.trend_line_id.in_(line_ids),
        _days.c.report_day >= since,
        _days.c.report_day < until,
        is_released(_days),
    )
    return list(connection.execute(statement.group_by(_days.c.trend_line_id)))


def lines_with_answers(connection: Connection, line_ids: Collection[int]) -> set[int]:
    """Those of the trend lines that have any day at all."""
    shown = (_days.c.trend_line_id == _lines.c.id, _days.c.report_day <= _lines.c.released_through)
    any_day = select(_days.c.report_day).where(*shown).exists()
    return set(connection.scalars(select(_lines.c.id).where(_lines.c.id.in_(line_ids), any_day)))


def comments(
    connection: Connection,
    line_ids: Sequence[int],
    days: tuple[date, date],
    instants: tuple[datetime, datetime],
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Row[Any]]:
    """The `limit` newest comments of counted answers on these trend lines, newest first.

    There may be `LINES_A_STATEMENT` lines. `days` is half-open; `instants` are the same bounds as points in time;
    `after` leaves out that comment and all newer ones.
    """
    parts = [_comments_of_line(line, days, instants, after) for line in line_ids]
    if connection.dialect.name == "postgresql":
        # SQLite merges the parts by their index and stops at the limit; Postgres does so only if each says it too
        limited = (part.order_by(desc("answered_at"), desc("id")).limit(limit).subquery() for part in parts)
        parts = [select(part) for part in limited]
    found = union_all(*parts) if len(parts) > 1 else parts[0]
    newest = found.order_by(desc("answered_at"), desc("id")).limit(limit).subquery()
    statement = select(newest, _people.c.name.label("person_name")).join_from(
        newest, _people, _people.c.id == newest.c.person_id, isouter=True
    )
    return list(connection.execute(statement.order_by(newest.c.answered_at.desc(), newest.c.id.desc())))


def _comments_of_line(
    line_id: int,
    days: tuple[date, date],
    instants: tuple[datetime, datetime],
    after: tuple[datetime, UUID] | None,
) -> Select[Any]:
    table = _responses
    statement = select(
        table.c.id,
        table.c.trend_line_id,
        table.c.person_id,
        table.c.score,
        table.c.comment,
        table.c.answered_at,
        table.c.report_day,
        table.c.follow_ups,
        table.c.may_be_contacted,
        *(table.c[key] for key in SEGMENT_KEYS),
    ).where(
        table.c.trend_line_id == line_id,
        table.c.comment.is_not(None),
        table.c.state == ResponseState.COUNTED.value,
        table.c.answered_at >= instants[0] - ZONE_SLACK,
        table.c.answered_at < instants[1] + ZONE_SLACK,
        table.c.report_day >= days[0],
        table.c.report_day < days[1],
        is_released(table),
    )
    if after is not None:
        at, response_id = after
        statement = statement.where(table.c.answered_at <= at, or_(table.c.answered_at < at, table.c.id < response_id))
    return statement


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
    wanted = [*_within(line_id, days), _responses.c.state.in_(states), *choice.conditions()]
    return list(connection.execute(_newest_first(select(*_PLACE).where(*wanted), after, limit)))


def contacts_by_day(
    connection: Connection, line_id: int, days: Days, states: Collection[str], choice: Choice
) -> dict[date, int]:
    """How many fit a choice of those who may be contacted, by day; counted in their index alone."""
    table = _responses
    wanted = [*_within(line_id, days), table.c.state.in_(states), *choice.conditions()]
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


def zone_changes(connection: Connection, workspace_id: UUID) -> list[Any]:
    """Every change of the report zone of a workspace, oldest first, as stored."""
    return connection.scalar(select(_workspaces.c.zone_changes).where(_workspaces.c.id == workspace_id)) or []


def segment_names(connection: Connection, workspace_id: UUID) -> dict[str, str]:
    """What the workspace calls the attributes it declared: segment key to name."""
    names = connection.scalar(select(_workspaces.c.segment_names).where(_workspaces.c.id == workspace_id))
    return dict(names or {})


def lines_of(connection: Connection, workspace_id: UUID, survey_id: UUID) -> list[Row[Any]]:
    """(id, formula, created at) of each trend line of a survey, oldest first."""
    statement = select(_lines.c.id, _lines.c.formula, _lines.c.created_at)
    own = (_lines.c.workspace_id == workspace_id, _lines.c.survey_id == survey_id)
    return list(connection.execute(statement.where(*own).order_by(_lines.c.created_at, _lines.c.id)))


def versions_of_line(connection: Connection, line_id: int) -> list[UUID]:
    """The ids of all versions on a trend line, newest first."""
    statement = select(_versions.c.id).where(_versions.c.trend_line_id == line_id)
    return list(connection.scalars(statement.order_by(_versions.c.number.desc())))


# What one covering index answers, `ix_responses_score`: any filter, any grouping, no visit to the table. These walk the
# entries of one trend line in one stretch of days, so they grow with its answers; the daily counters tell the rest.


def chosen(numbers: Numbers) -> list[ColumnElement[bool]]:
    """The conditions of a choice of segments."""
    columns = ((_responses.c[key], number) for key, number in numbers.items())
    return [column.is_(None) if number is None else column == number for column, number in columns]


def _on(line_id: int, days: Collection[date]) -> list[ColumnElement[bool]]:
    """That an answer belongs to a trend line and one of these days, and may be shown."""
    table = _responses
    return [table.c.trend_line_id == line_id, table.c.report_day.in_(days), is_released(table, line_id)]


def _within(line_id: int, days: Days) -> list[ColumnElement[bool]]:
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
    statement = select(*columns, func.count().label("n")).where(*_within(line_id, days), *chosen(numbers))
    return list(connection.execute(statement.group_by(*columns)))


def unknown(connection: Connection, line_id: int, days: Days, numbers: Numbers) -> int:
    """How many of the chosen counted answers said that they do not know; visits those without a score."""
    table = _responses
    statement = select(func.count()).where(
        *_within(line_id, days),
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
    wanted = [*_within(line_id, (before or days[0], days[1])), *chosen(numbers)]
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
