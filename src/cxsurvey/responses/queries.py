"""Every statement on responses and their revisions, with fixed texts where many rows are written at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    text,
    tuple_,
    update,
)

from cxsurvey.accounts.models import Workspace
from cxsurvey.core.context import ActorKind
from cxsurvey.core.db.fixed import FixedInsert, FixedSelect
from cxsurvey.responses.models import COUNTERS, LEFT_OUT, Response, ResponseRevision, ScoreDay, TakingBack
from cxsurvey.responses.states import ResponseState
from cxsurvey.surveys.models import EVERYTHING, TrendLine

_lines = cast("Table", TrendLine.__table__)
_responses = cast("Table", Response.__table__)
_revisions = cast("Table", ResponseRevision.__table__)
_days = cast("Table", ScoreDay.__table__)
_undoings = cast("Table", TakingBack.__table__)
_workspaces = cast("Table", Workspace.__table__)

SYNC_LAG = timedelta(seconds=5)
"""On Postgres a list for synchronising stops this long before now: a commit may be later than its `changed_at`."""

ChangedPlace = tuple[datetime, UUID]
"""The time of its last change and the id of a response: where it stands in a list for synchronising."""
_CHANGED = (_responses.c.changed_at, _responses.c.id)
_SAID = (_responses.c.comment, _responses.c.follow_ups)
_OPEN_LINES = select(_lines.c.id).where(_lines.c.released_through == EVERYTHING)
"""The trend lines of surveys that are not anonymous."""

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


_SET_APART = (
    update(_responses)
    .where(_responses.c.id == bindparam("response"), _responses.c.revision == bindparam("new_revision") - 1)
    .values({name: bindparam(f"new_{name}") for name in ("state", "reason", "source", "changed_at", "revision")})
)
_IMPORTED = (
    "id",
    "workspace_id",
    "survey_id",
    "trend_line_id",
    "report_day",
    "source",
    "state",
    "score",
    "unknown",
    "comment",
    "follow_ups",
    "reason",
    "revision",
    "import_id",
)


def imported(connection: Connection, import_id: UUID, apart: str) -> tuple[int, int, int]:
    """How many answers an import has stored, and of those how many have the source `apart`, and whom others changed.

    What nobody touched is counted in its index alone.
    """
    here = _responses.c.import_id == import_id
    touched = (here, _responses.c.revision > 1)
    is_apart = _responses.c.source == apart
    query = select(
        select(func.count()).where(here).scalar_subquery(),
        select(func.count()).where(*touched, is_apart).scalar_subquery(),
        select(func.count()).where(*touched, not_(is_apart), _is_changed(import_id)).scalar_subquery(),
    )
    stored, undone, others = connection.execute(query).one()
    return stored, undone, others


def has_imported(connection: Connection, import_id: UUID, apart: str) -> tuple[bool, bool]:
    """Whether an import has stored answers, and whether any is as it left it or has the source `apart`: no count."""
    here = select(_responses.c.id).where(_responses.c.import_id == import_id)
    own = or_(_responses.c.revision == 1, _responses.c.source == apart, not_(_is_changed(import_id)))
    stored, left = connection.execute(select(here.exists(), here.where(own).exists())).one()
    return bool(stored), bool(left)


def imported_page(
    connection: Connection, workspace_id: UUID, import_id: UUID, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """Answers that an import has stored, in the order of their ids; locked on Postgres."""
    query = select(*(_responses.c[name] for name in _IMPORTED)).where(
        _responses.c.import_id == import_id, _responses.c.workspace_id == workspace_id
    )
    if after is not None:
        query = query.where(_responses.c.id > after)
    query = query.order_by(_responses.c.id).limit(limit).with_for_update()
    return [dict(row._mapping) for row in connection.execute(query)]


def changed_by_others(connection: Connection, import_id: UUID, response_ids: Collection[UUID]) -> set[UUID]:
    """Those of the answers that somebody else changed than their import."""
    if not response_ids:
        return set()
    query = _others_word(import_id).where(_revisions.c.response_id.in_(list(response_ids)))
    return set(connection.execute(query).scalars())


def _is_changed(import_id: UUID) -> ColumnElement[bool]:
    return _others_word(import_id).where(_revisions.c.response_id == _responses.c.id).exists()


def _others_word(import_id: UUID) -> Select[Any]:
    """Answers with a revision that is not of the import itself, whose further rows of a respondent add comments."""
    own = and_(_revisions.c.actor_kind == ActorKind.SYSTEM.value, _revisions.c.actor_id == import_id)
    # who is nobody in particular has no id, and NULL is not unequal to anything
    return select(_revisions.c.response_id).where(or_(_revisions.c.actor_id.is_(None), not_(own)))


def begin_taking_back(connection: Connection, workspace_id: UUID, import_id: UUID) -> None:
    """Notes that an import is being taken back."""
    connection.execute(insert(_undoings), {"workspace_id": workspace_id, "import_id": import_id})


def end_taking_back(connection: Connection, import_id: UUID) -> None:
    """Notes that it is not any more."""
    connection.execute(delete(_undoings).where(_undoings.c.import_id == import_id))


def set_apart(connection: Connection, rows: Sequence[Mapping[str, Any]], now: datetime) -> int:
    """Writes the state, reason, source and revision of answers; how many were as they had been seen."""
    if not rows:
        return 0
    parameters = [
        {
            "response": row["id"],
            "new_state": row["state"],
            "new_reason": row["reason"],
            "new_source": row["source"],
            "new_revision": row["revision"],
            "new_changed_at": now,
        }
        for row in rows
    ]
    return connection.execute(_SET_APART, parameters).rowcount


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
    """Responses by the ids that one source gave them; `being_taken_back` tells whether their import is, now."""
    found = _BY_EXTERNAL.run(connection, keys, workspace=workspace_id, source=source)
    rows = [dict(zip((*_NAMES, "being_taken_back"), row, strict=True)) for row in found]
    return {row["external_id"]: row for row in rows}


def history(connection: Connection, response_id: UUID) -> list[Any]:
    """The revisions of a response, oldest first."""
    query = select(_revisions).where(_revisions.c.response_id == response_id).order_by(_revisions.c.number)
    return list(connection.execute(query))


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


# ---- the release of anonymous answers


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


def anonymous_lines(connection: Connection) -> list[Any]:
    """(id, survey, released through, report zone, smallest group) of every trend line that holds answers back."""
    return list(connection.execute(_ANONYMOUS))


def anonymous_line(connection: Connection, line_id: int) -> Any:
    """One of `anonymous_lines`; on Postgres locked, so that two processes do not release the same answers."""
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
