"""The daily counters: written by the lane's finisher, recounted by `verify` and `rebuild`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Connection, Table, case, func, or_, select, update

from cxsurvey.core import metrics
from cxsurvey.core.context import Context, DeltaKey
from cxsurvey.core.db.fixed import FixedInsert
from cxsurvey.core.db.upsert import insert_adding, insert_ignore
from cxsurvey.responses.models import COUNTERS, LEFT_OUT, Response, ScoreDay
from cxsurvey.surveys.models import TrendLine

KIND = "score_days"
_days = cast("Table", ScoreDay.__table__)
_responses = cast("Table", Response.__table__)
_lines = cast("Table", TrendLine.__table__)
_KEY = ("trend_line_id", "report_day")
_ZERO = dict.fromkeys(COUNTERS, 0)
_ADD = FixedInsert(_days, lambda dialect: insert_adding(_days, dialect, _KEY, COUNTERS))


def flush(connection: Connection, sums: Mapping[DeltaKey, Mapping[str, int]]) -> Callable[[], None]:
    """Adds the sums of a batch to their days; `sums` comes sorted, so that two writers cannot cross.

    Gives what tells the metrics, for after the commit.
    """
    rows = [{"trend_line_id": line, "report_day": day, **_ZERO, **amounts} for (line, day), amounts in sums.items()]
    _ADD.run(connection, rows)
    return partial(_note, sums)


def _note(sums: Mapping[DeltaKey, Mapping[str, int]]) -> None:
    """Tells the metrics of the process; a response that changes its state is one more in the new one."""
    by_state = dict.fromkeys(("counted", *LEFT_OUT), 0)
    for amounts in sums.values():
        for name, number in amounts.items():
            if name != "comments":
                by_state[name if name in LEFT_OUT else "counted"] += number
    for state, number in by_state.items():
        if number > 0:
            metrics.stored(state, number)


def _counters() -> list[Any]:
    """One expression per counter over the rows of `responses`."""
    counted = _responses.c.state == "counted"

    def total(condition: Any) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    scores = [total(counted & (_responses.c.score == score)).label(f"n{score}") for score in range(11)]
    left_out = [total(_responses.c.state == state).label(state) for state in LEFT_OUT]
    scoreless = counted & _responses.c.score.is_(None)
    unknown = total(scoreless & _responses.c.unknown).label("unknown")
    unscored = total(scoreless & ~_responses.c.unknown).label("unscored")
    comments = total(counted & _responses.c.comment.is_not(None)).label("comments")
    return [*scores, *left_out, unknown, unscored, comments]


def recounted(connection: Connection, trend_line_id: int, day: date | None = None) -> dict[date, dict[str, int]]:
    """The counters as the answers themselves give them, per day of a trend line."""
    query = select(_responses.c.report_day, *_counters()).where(_responses.c.trend_line_id == trend_line_id)
    if day is not None:
        query = query.where(_responses.c.report_day == day)
    rows = connection.execute(query.group_by(_responses.c.report_day))
    return {row.report_day: {name: int(row._mapping[name]) for name in COUNTERS} for row in rows}


def stored(connection: Connection, trend_line_id: int) -> dict[date, dict[str, int]]:
    """The counters as they stand in the table, per day of a trend line."""
    rows = connection.execute(select(_days).where(_days.c.trend_line_id == trend_line_id))
    return {row.report_day: {name: row._mapping[name] for name in COUNTERS} for row in rows}


def differences(connection: Connection, trend_line_id: int) -> list[tuple[date, str, int, int]]:
    """(day, counter, stored, recounted) wherever the two disagree; empty is how it should be."""
    kept = stored(connection, trend_line_id)
    true = recounted(connection, trend_line_id)
    return [
        (day, name, kept.get(day, _ZERO)[name], true.get(day, _ZERO)[name])
        for day in sorted(kept.keys() | true.keys())
        for name in COUNTERS
        if kept.get(day, _ZERO)[name] != true.get(day, _ZERO)[name]
    ]


def off_scale(connection: Connection, trend_line_id: int) -> list[tuple[UUID, int]]:
    """(id, score) of responses whose score is not on the scale of their trend line; there should be none."""
    query = select(_responses.c.id, _responses.c.score).where(
        _lines.c.id == trend_line_id,
        _responses.c.trend_line_id == _lines.c.id,
        or_(_responses.c.score < _lines.c.minimum, _responses.c.score > _lines.c.maximum),
    )
    return [(row.id, row.score) for row in connection.execute(query.order_by(_responses.c.id))]


def rebuild_day(ctx: Context, trend_line_id: int, day: date) -> None:
    """Recounts one day of one trend line and overwrites its row.

    The row is made and locked first and counted in the next statement: a batch that is about to add to it has
    then either committed, and is counted, or waits for this unit.
    """
    key = {"trend_line_id": trend_line_id, "report_day": day}
    ctx.connection.execute(insert_ignore(_days, ctx.connection.dialect.name, _KEY), {**key, **_ZERO})
    here = (_days.c.trend_line_id == trend_line_id, _days.c.report_day == day)
    ctx.connection.execute(update(_days).where(*here).values(n0=_days.c.n0))
    counts = recounted(ctx.connection, trend_line_id, day).get(day, _ZERO)
    ctx.connection.execute(update(_days).where(*here).values(**counts))


def days_of(connection: Connection, trend_line_id: int) -> list[date]:
    """Every day on which a trend line has answers or counters."""
    answered = select(_responses.c.report_day).where(_responses.c.trend_line_id == trend_line_id).distinct()
    counted = select(_days.c.report_day).where(_days.c.trend_line_id == trend_line_id)
    return sorted(row.report_day for row in connection.execute(answered.union(counted)))


def trend_lines(connection: Connection) -> list[int]:
    """Every trend line with answers or counters."""
    query = select(_responses.c.trend_line_id).distinct().union(select(_days.c.trend_line_id).distinct())
    return sorted(row.trend_line_id for row in connection.execute(query))
