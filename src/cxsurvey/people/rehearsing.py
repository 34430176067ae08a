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
    rows = _named(
        ctx,
        {each.external_id for each in inputs if each.external_id},
        {normal_email(each.email) for each in inputs if each.email},
    )
    return as_they_are(ctx, {row["id"] for _, row in rows})


def as_they_are(ctx: Context, ids: Collection[UUID]) -> list[PersonAsLeft]:
    """People by id, as they are now."""
    return [PersonAsLeft(row) for row in queries.whole_people(ctx.connection, ids)] if ids else []


def put_there(ctx: Context, known: Sequence[PersonAsLeft], added: Sequence[PersonAsLeft]) -> set[UUID]:
    """Writes people over as they were left, those who are known to the database and those who were added.

    Whoever has a name now that one of them was left with must be among them: all names are free before any is given.
    Where somebody else has come by such a name meanwhile it is theirs: who was left with it is not put there, and is in
    the ids that this gives.
    """
    overtaken = _overtaken(ctx, [*known, *added])
    known = [each for each in known if each.id not in overtaken]
    added = [each for each in added if each.id not in overtaken]
    if known:
        queries.free_addresses(ctx.connection, [each.id for each in known])
        rows = [{name: each.row[name] for name in (*queries.CHANGEABLE, "changed_at")} for each in known]
        people = [{"person": each.id, **row} for each, row in zip(known, rows, strict=True)]
        queries.change_people(ctx.connection, people)
    if added:
        queries.add_people(ctx.connection, [each.row for each in added])
    return overtaken


def _overtaken(ctx: Context, people: Sequence[PersonAsLeft]) -> set[UUID]:
    external_ids = {each.row["external_id"] for each in people} - {None}
    email_keys = {each.row["email_key"] for each in people} - {None}
    holders: dict[tuple[str, str], UUID] = {
        (column, row[column]): row["id"] for column, row in _named(ctx, external_ids, email_keys)
    }
    staying = {each.id: each for each in people}

    def is_overtaken(each: PersonAsLeft) -> bool:
        external_id, email_key = each.names
        holds_id = holders.get(("external_id", external_id or ""), each.id)
        holds_address = holders.get(("email_key", email_key or ""), each.id)
        # an address is given up by whoever is put there as well, an external id by nobody
        return holds_id != each.id or (holds_address != each.id and holds_address not in staying)

    # who is not put there keeps the address that the database knows, which another one may have been left with
    while overtaken := [each.id for each in staying.values() if is_overtaken(each)]:
        for person_id in overtaken:
            del staying[person_id]
    return {each.id for each in people} - staying.keys()


def _named(
    ctx: Context, external_ids: Collection[str], email_keys: Collection[str]
) -> list[tuple[str, dict[str, Any]]]:
    """Everybody who has one of these names now, with the column that it stands in."""
    return [
        (column, row)
        for column, keys in (("external_id", external_ids), ("email_key", email_keys))
        if keys
        for row in queries.people_by(ctx.connection, ctx.workspace, column, keys)
    ]
