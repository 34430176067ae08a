"""Statements on responses and their revisions, with fixed texts where many rows are written at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, or_, select, update

from cxsurvey.core.db.fixed import FixedInsert, FixedSelect
from cxsurvey.responses.models import COUNTERS, Response, ResponseRevision, ScoreDay, TakingBack
from cxsurvey.responses.states import ResponseState
from cxsurvey.surveys.models import TrendLine

_lines = cast("Table", TrendLine.__table__)
_responses = cast("Table", Response.__table__)
_revisions = cast("Table", ResponseRevision.__table__)
_days = cast("Table", ScoreDay.__table__)
_undoings = cast("Table", TakingBack.__table__)


_ADD = FixedInsert(_responses)
_ADD_REVISION = FixedInsert(_revisions)
CHANGEABLE = (
    "state",
    "score",
    "unknown",
    "comment",
    "follow_ups",
    "locale",
    "facts",
    "claims",
    "may_be_contacted",
    "reason",
    "changed_at",
    "revision",
)
_CHANGE = (
    update(_responses)
    .where(_responses.c.id == bindparam("response"), _responses.c.revision == bindparam("seen_revision"))
    .values({name: bindparam(f"new_{name}", type_=_responses.c[name].type) for name in CHANGEABLE})
)


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts new responses; every row has every column, so that one prepared text serves all."""
    _ADD.run(connection, rows)


def change(connection: Connection, response_id: UUID, seen_revision: int, values: Mapping[str, Any]) -> bool:
    """Overwrites the changeable columns; False when somebody else has changed the row meanwhile."""
    parameters = {"response": response_id, "seen_revision": seen_revision}
    parameters |= {f"new_{name}": values[name] for name in CHANGEABLE}
    return connection.execute(_CHANGE, parameters).rowcount == 1


def add_revisions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds revisions; every row has every column."""
    _ADD_REVISION.run(connection, rows)


_NAMES = tuple(_responses.c.keys())
_ALL = select(_responses)
_BY = {
    column: FixedSelect(_ALL, _responses.c[column])
    for column in ("id", "invitation_id", "submission_id", "change_hash")
}
_BEING_TAKEN_BACK = (
    select(_undoings.c.import_id)
    .where(_undoings.c.workspace_id == _responses.c.workspace_id, _undoings.c.import_id == _responses.c.import_id)
    .exists()
    .label("being_taken_back")
)
_BY_EXTERNAL = FixedSelect(
    # in one statement: on Postgres the taking back may end between two
    select(_responses, _BEING_TAKEN_BACK).where(
        _responses.c.workspace_id == bindparam("workspace", type_=_responses.c.workspace_id.type),
        _responses.c.source == bindparam("source"),
    ),
    _responses.c.external_id,
)


def by(connection: Connection, column: str, keys: Collection[Any]) -> dict[Any, dict[str, Any]]:
    """Responses by one of their unique columns."""
    rows = [dict(zip(_NAMES, row, strict=True)) for row in _BY[column].run(connection, keys)]
    return {row[column]: row for row in rows}


def by_external(
    connection: Connection, workspace_id: UUID, source: str, keys: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Responses by the ids that one source gave them.

    `being_taken_back` tells whether their import is, now; a response that somebody has changed is left alone all the
    same.
    """
    found = _BY_EXTERNAL.run(connection, keys, workspace=workspace_id, source=source)
    rows = [dict(zip((*_NAMES, "being_taken_back"), row, strict=True)) for row in found]
    return {row["external_id"]: row for row in rows}


def history(connection: Connection, response_id: UUID) -> list[Any]:
    """The revisions of a response, oldest first."""
    query = select(_revisions).where(_revisions.c.response_id == response_id).order_by(_revisions.c.number)
    return list(connection.execute(query))


def trial_days(connection: Connection, workspace_id: UUID) -> list[Any]:
    """(trend_line_id, report_day, test) of the days of a workspace that hold test answers."""
    statement = select(_days.c.trend_line_id, _days.c.report_day, _days.c.test).where(
        _lines.c.workspace_id == workspace_id, _lines.c.id == _days.c.trend_line_id, _days.c.test > 0
    )
    return list(connection.execute(statement.order_by(_days.c.trend_line_id, _days.c.report_day)))


def delete_trials(connection: Connection, trend_line_id: int, day: date, limit: int) -> int:
    """Deletes up to `limit` test answers of a day with their revisions; returns how many."""
    wanted = select(_responses.c.id).where(
        _responses.c.trend_line_id == trend_line_id,
        _responses.c.report_day == day,
        _responses.c.state == ResponseState.TEST.value,
    )
    ids = list(connection.execute(wanted.limit(limit)).scalars())
    if not ids:
        return 0
    connection.execute(delete(_revisions).where(_revisions.c.response_id.in_(ids)))
    return connection.execute(delete(_responses).where(_responses.c.id.in_(ids))).rowcount


@dataclass(frozen=True, slots=True)
class Slice:
    """Which responses: report day in [since, until), of these states (all when empty), older than `before`."""

    since: date
    until: date
    states: Collection[str] = ()
    with_comment: bool = False
    before: tuple[datetime, UUID] | None = None
    """`answered_at` and id of the last response of the page before."""


def is_released(table: Table, line_id: int | None = None) -> ColumnElement[bool]:
    """The condition that a row of `responses` or `score_days` may be shown; only anonymous surveys hold any back.

    Where a statement is about one trend line, `line_id` lets the database look it up once and not for each row.
    """
    line = _lines.c.id == (table.c.trend_line_id if line_id is None else line_id)
    through = select(_lines.c.released_through).where(line)
    return table.c.report_day <= (through.correlate(table) if line_id is None else through).scalar_subquery()


def released_through(connection: Connection, trend_line_ids: Collection[int]) -> dict[int, date]:
    """The last report day of each trend line whose answers may be shown."""
    query = select(_lines.c.id, _lines.c.released_through).where(_lines.c.id.in_(list(trend_line_ids)))
    return {row.id: row.released_through for row in connection.execute(query)}


def newest_page(
    connection: Connection, trend_line_ids: Collection[int], wanted: Slice, limit: int
) -> list[dict[str, Any]]:
    """Responses of some trend lines, newest first, by keyset."""
    query = select(_responses).where(
        _responses.c.trend_line_id.in_(list(trend_line_ids)),
        _responses.c.report_day >= wanted.since,
        _responses.c.report_day < wanted.until,
        is_released(_responses),
    )
    if wanted.states:
        query = query.where(_responses.c.state.in_(list(wanted.states)))
    if wanted.with_comment:
        query = query.where(_responses.c.comment.is_not(None))
    if wanted.before is not None:
        at, response_id = wanted.before
        query = query.where(
            or_(
                _responses.c.answered_at < at,
                and_(_responses.c.answered_at == at, _responses.c.id < response_id),
            )
        )
    query = query.order_by(_responses.c.answered_at.desc(), _responses.c.id.desc()).limit(limit)
    return [dict(row._mapping) for row in connection.execute(query)]


def score_days(
    connection: Connection, trend_line_ids: Collection[int], since: date | None, until: date | None
) -> list[Any]:
    """Daily counters with `since` <= day < `until`, by trend line and day: at most one row a day and line."""
    columns = [_days.c[name] for name in COUNTERS]
    query = select(_days.c.trend_line_id, _days.c.report_day, *columns).where(
        _days.c.trend_line_id.in_(bindparam("lines", expanding=True)), is_released(_days)
    )
    if since is not None:
        query = query.where(_days.c.report_day >= since)
    if until is not None:
        query = query.where(_days.c.report_day < until)
    query = query.order_by(_days.c.trend_line_id, _days.c.report_day)
    return list(connection.execute(query, {"lines": list(trend_line_ids)}))
