"""Statements for the release of anonymous answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, literal, select, text, update

from cxsurvey.accounts.models import Workspace
from cxsurvey.responses.models import COUNTERS, LEFT_OUT, Response, ScoreDay
from cxsurvey.surveys.models import EVERYTHING, TrendLine

_lines = cast("Table", TrendLine.__table__)
_responses = cast("Table", Response.__table__)
_days = cast("Table", ScoreDay.__table__)
_workspaces = cast("Table", Workspace.__table__)
_ANONYMOUS = (
    select(
        _lines.c.id,
        _lines.c.survey_id,
        _lines.c.released_through,
        _workspaces.c.report_zone,
        _workspaces.c.minimum_group,
    )
    .where(_workspaces.c.id == _lines.c.workspace_id, _lines.c.released_through != EVERYTHING)
    .order_by(_lines.c.id)
)
_COUNTED = sum((_days.c[name] for name in COUNTERS if name not in {*LEFT_OUT, "comments"}), literal(0))
_MOVED = ("report_day", "answered_at", "changed_at")
_FORGET_ORIGIN = (
    update(_responses)
    .where(_responses.c.id == bindparam("response"))
    .values(
        submission_id=None,
        change_hash=None,
        revision=_responses.c.revision + 1,  # a change that was read before must not be written over it
        **{name: bindparam(f"new_{name}", type_=_responses.c[name].type) for name in _MOVED},
    )
)


def lines(connection: Connection) -> list[Any]:
    """(id, survey, released through, report zone, smallest group) of every trend line that holds answers back."""
    return list(connection.execute(_ANONYMOUS))


def line(connection: Connection, line_id: int) -> Any:
    """One of `lines`; on Postgres locked, so that two processes do not release the same answers."""
    return connection.execute(_ANONYMOUS.where(_lines.c.id == line_id).with_for_update(of=_lines)).one()


def waiting_days(connection: Connection, line_id: int, after: date, through: date) -> list[Any]:
    """(day, number of counted answers) of the days that are not released yet, oldest first."""
    query = select(_days.c.report_day, _COUNTED.label("counted")).where(
        _days.c.trend_line_id == line_id, _days.c.report_day > after, _days.c.report_day <= through
    )
    return list(connection.execute(query.order_by(_days.c.report_day)))


def waiting(connection: Connection, line_id: int, after: date, through: date, limit: int) -> list[dict[str, Any]]:
    """Answers of some days that still know their form, in the order of their ids: a random one. Locked on Postgres."""
    query = select(_responses).where(
        _responses.c.trend_line_id == line_id,
        _responses.c.report_day > after,
        _responses.c.report_day <= through,
        _responses.c.change_hash.is_not(None),
    )
    query = query.order_by(_responses.c.id).limit(limit).with_for_update()
    return [dict(row._mapping) for row in connection.execute(query)]


def forget_origin(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Gives answers (`id`) their new day and takes what tied them to a form."""
    parameters = [{"response": row["id"], **{f"new_{name}": row[name] for name in _MOVED}} for row in rows]
    if parameters:
        connection.execute(_FORGET_ORIGIN, parameters)


def place_anew(connection: Connection, places: Mapping[UUID, bytes]) -> None:
    """Moves answers to random places of the table, where it would otherwise tell in which order they came.

    Postgres writes a changed row anew anyway; SQLite keeps the number that a row got when it was added.
    """
    if connection.dialect.name != "sqlite" or not places:
        return
    statement = text("UPDATE responses SET rowid = :place WHERE id = :id").bindparams(
        bindparam("id", type_=_responses.c.id.type)
    )
    rows = [{"id": row_id, "place": int.from_bytes(place, "big") >> 2} for row_id, place in places.items()]
    connection.execute(statement, rows)


def set_released(connection: Connection, line_id: int, through: date) -> None:
    """Lets everything up to a day be shown."""
    connection.execute(update(_lines).where(_lines.c.id == line_id).values(released_through=through))
