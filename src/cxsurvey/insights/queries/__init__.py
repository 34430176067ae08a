"""Statements of the read side on surveys, sums of days and comments; none grows with the number of answers.

Counts come from `score_days`, at most one row per trend line and day; comments from their partial index, newest
first, a page at a time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Row, Select, Table, desc, func, or_, select, union_all

from cxsurvey.accounts.models import Workspace
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.people.models import Person
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

# A workspace may have changed its zone since: `report_day` decides, and the instants only bound the index range.
ZONE_SLACK = timedelta(days=2)
LINES_A_STATEMENT = 200
"""Trend lines in one UNION; SQLite takes 500 terms."""


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
