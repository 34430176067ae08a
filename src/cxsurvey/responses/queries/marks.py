"""Statements on the mark of who may be contacted, held against the claims it is derived from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import cast
from uuid import UUID

from sqlalchemy import Connection, Table, Text, bindparam, or_, select, update
from sqlalchemy import cast as sql_cast

from cxsurvey.responses.contacts import CONTACT, consent_in
from cxsurvey.responses.models import Response

_responses = cast("Table", Response.__table__)
# a change that came since has set the mark itself
_SET = (
    update(_responses)
    .where(_responses.c.id == bindparam("response"), _responses.c.revision == bindparam("seen_revision"))
    .values(may_be_contacted=bindparam("mark"))
)


@dataclass(frozen=True, slots=True)
class WrongMark:
    """A response whose mark says other than its claims."""

    response_id: UUID
    revision: int
    marked: bool


def wrong(connection: Connection, trend_line_id: int, day: date | None = None) -> list[WrongMark]:
    """Where mark and claims of a trend line disagree, in all or on one day; empty is how it should be."""
    table = _responses.c
    query = select(table.id, table.revision, table.may_be_contacted, table.claims).where(
        table.trend_line_id == trend_line_id,
        or_(table.may_be_contacted, sql_cast(table.claims, Text).contains(f'"{CONTACT}"')),
    )
    if day is not None:
        query = query.where(table.report_day == day)
    return [
        WrongMark(row.id, row.revision, row.may_be_contacted)
        for row in connection.execute(query.order_by(table.id))
        if row.may_be_contacted is (consent_in(row.claims) is None)
    ]


def mend(connection: Connection, trend_line_id: int, day: date) -> None:
    """Sets the marks of one day of one trend line as the claims have it; no revision, for nobody changed an answer."""
    found = [
        {"response": mark.response_id, "seen_revision": mark.revision, "mark": not mark.marked}
        for mark in wrong(connection, trend_line_id, day)
    ]
    if found:
        connection.execute(_SET, found)
