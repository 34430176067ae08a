"""Statements on responses in the order of their last change, for who keeps a copy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, and_, not_, or_, select, tuple_

from cxsurvey.responses.models import Response
from cxsurvey.surveys.models import EVERYTHING, TrendLine

_lines = cast("Table", TrendLine.__table__)
_responses = cast("Table", Response.__table__)
SYNC_LAG = timedelta(seconds=5)
"""On Postgres a list for synchronising stops this long before now: a commit may be later than its `changed_at`."""
ChangedPlace = tuple[datetime, UUID]
"""The time of its last change and the id of a response: where it stands in a list for synchronising."""
_CHANGED = (_responses.c.changed_at, _responses.c.id)
_SAID = (_responses.c.comment, _responses.c.follow_ups)
_OPEN_LINES = select(_lines.c.id).where(_lines.c.released_through == EVERYTHING)
"""The trend lines of surveys that are not anonymous."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which responses of a workspace; all of it must hold, and empty parts ask for nothing.

    `days` is half-open; `segments` are the numbers of segment keys, None for responses without one; with them anonymous
    surveys are left out. `scores` are the wanted ones by the key of each formula.
    """

    survey_id: UUID | None = None
    line_id: int | None = None
    days: tuple[date, date] | None = None
    states: Collection[str] = ()
    segments: Mapping[str, int | None] = field(default_factory=dict)
    scores: Mapping[str, Collection[int]] | None = None
    with_comment: bool = False
    without_contact: bool = False
    """Only of customers who may not be contacted; for the others there is `Stretch.contacts`."""

    def conditions(self, workspace_id: UUID) -> list[ColumnElement[bool]]:
        """What must hold of each response."""
        table, found = _responses, []
        if self.survey_id is not None:
            found.append(table.c.survey_id == self.survey_id)
        if self.line_id is not None:
            found.append(table.c.trend_line_id == self.line_id)
        if self.days is not None:
            found += [table.c.report_day >= self.days[0], table.c.report_day < self.days[1]]
        if self.states:
            found.append(table.c.state.in_(list(self.states)))
        if self.with_comment:
            found.append(table.c.comment.is_not(None))
        if self.without_contact:
            found.append(not_(table.c.may_be_contacted))
        if self.segments:
            found.append(table.c.trend_line_id.in_(_OPEN_LINES))
            columns = ((table.c[key], number) for key, number in self.segments.items())
            found += [column.is_(None) if number is None else column == number for column, number in columns]
        if self.scores is not None:
            found.append(or_(*(_scored(workspace_id, *part) for part in _by_scores(self.scores).items())))
        return found


def _by_scores(scores: Mapping[str, Collection[int]]) -> dict[frozenset[int], list[str]]:
    """The formulas for which the same scores are wanted."""
    found: dict[frozenset[int], list[str]] = {}
    for formula, wanted in scores.items():
        found.setdefault(frozenset(wanted), []).append(formula)
    return found


def _scored(workspace_id: UUID, scores: Collection[int], formulas: Collection[str]) -> ColumnElement[bool]:
    lines = select(_lines.c.id).where(_lines.c.workspace_id == workspace_id, _lines.c.formula.in_(formulas))
    return and_(_responses.c.trend_line_id.in_(lines), _responses.c.score.in_(scores))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the list of changes of a workspace: from `since` on, behind the place `after`, up to that of `last`.

    With `contacts` of the list of those who may be contacted, which has an index of its own.
    """

    workspace_id: UUID
    now: datetime
    since: datetime | None = None
    after: ChangedPlace | None = None
    last: ChangedPlace | None = None
    contacts: bool = False

    def conditions(self, dialect: str) -> list[ColumnElement[bool]]:
        """What must hold of each response; those of anonymous surveys that wait for their group are no part of it."""
        changed_at = _responses.c.changed_at
        found = [
            _responses.c.workspace_id == self.workspace_id,
            changed_at.is_not(None),  # the condition of the index
            # an anonymous answer keeps its link until it is released
            or_(_responses.c.change_hash.is_(None), _responses.c.trend_line_id.in_(_OPEN_LINES)),
        ]
        if self.contacts:
            found.append(_responses.c.may_be_contacted)
        if dialect != "sqlite":
            found.append(changed_at < self.now - SYNC_LAG)
        if self.since is not None:
            found.append(changed_at >= self.since)
        if self.after is not None:
            found.append(tuple_(*_CHANGED) > tuple_(*self.after))
        if self.last is not None:
            found.append(tuple_(*_CHANGED) <= tuple_(*self.last))
        return found


def changed_page(
    connection: Connection, stretch: Stretch, narrowed: Narrowed, limit: int, *, texts_only: bool = False
) -> list[dict[str, Any]]:
    """The first responses of a stretch in the order of their last change.

    With `texts_only` of each only where it stands and what was said, for who looks through many to find a few.
    """
    wanted = [*stretch.conditions(connection.dialect.name), *narrowed.conditions(stretch.workspace_id)]
    columns = (*_CHANGED, *_SAID) if texts_only else (_responses,)
    query = select(*columns).where(*wanted).order_by(*_CHANGED).limit(limit)
    return [dict(row._mapping) for row in connection.execute(query)]


def changed_place(connection: Connection, stretch: Stretch, skip: int) -> ChangedPlace | None:
    """The place of the response that stands behind `skip` others in a stretch; None beyond its end."""
    query = select(*_CHANGED).where(*stretch.conditions(connection.dialect.name))
    row = connection.execute(query.order_by(*_CHANGED).offset(skip).limit(1)).one_or_none()
    return (row.changed_at, row.id) if row is not None else None
