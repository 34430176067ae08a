"""People as a dry run has left them: looked at, and put there again after they were undone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cxsurvey.core.addresses import normal_email
from cxsurvey.core.context import Context
from cxsurvey.people import queries
from cxsurvey.people.service import PersonInput


@dataclass(frozen=True, slots=True)
class PersonAsLeft:
    """One person; `row` has every column."""

    row: dict[str, Any]

    @property
    def id(self) -> UUID:
        person_id: UUID = self.row["id"]
        return person_id

    @property
    def names(self) -> tuple[str | None, str | None]:
        """External id and address that the person is found by."""
        return self.row["external_id"], self.row["email_key"]


def found(ctx: Context, inputs: Sequence[PersonInput]) -> list[PersonAsLeft]:
    """Everybody whom one of these names now, by external id or by address."""
    wanted = {
        "external_id": {each.external_id for each in inputs if each.external_id},
        "email_key": {normal_email(each.email) for each in inputs if each.email},
    }
    ids = {
        row["id"]
        for column, keys in wanted.items()
        if keys
        for row in queries.people_by(ctx.connection, ctx.workspace, column, keys)
    }
    return as_they_are(ctx, ids)


def as_they_are(ctx: Context, ids: Collection[UUID]) -> list[PersonAsLeft]:
    """People by id, as they are now."""
    return [PersonAsLeft(row) for row in queries.whole_people(ctx.connection, ids)] if ids else []


def put_there(ctx: Context, known: Sequence[PersonAsLeft], added: Sequence[PersonAsLeft]) -> None:
    """Writes people over as they were left, those who are known to the database and those who were added.

    Whoever has a name now that one of them was left with must be among them: all names are free before any is given.
    """
    if known:
        queries.free_addresses(ctx.connection, [each.id for each in known])
        rows = [{name: each.row[name] for name in (*queries.CHANGEABLE, "changed_at")} for each in known]
        people = [{"person": each.id, **row} for each, row in zip(known, rows, strict=True)]
        queries.change_people(ctx.connection, people)
    if added:
        queries.add_people(ctx.connection, [each.row for each in added])
