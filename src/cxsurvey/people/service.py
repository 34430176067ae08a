"""People: found by address or external id, added when new, never merged.

Only personal links, REST, import and users write people. What a public form says about a person is a claim of
the response and never comes here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self, TypeAlias
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from cxsurvey.core.addresses import Email, normal_email
from cxsurvey.core.command import Command
from cxsurvey.core.context import Context
from cxsurvey.core.languages import SpokenLanguage
from cxsurvey.core.text import Line80, Line200, Scalar
from cxsurvey.people import queries


class PersonInput(Command):
    """A customer as another system names one; at least an address or an external id."""

    email: Email | None = None
    external_id: Line200 | None = None
    name: Line200 | None = None
    locale: SpokenLanguage | None = None
    attributes: dict[Line80, Scalar] = Field(default_factory=dict, max_length=50)

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if self.email is None and self.external_id is None:
            raise PydanticCustomError("nobody_named", "must have an email or an external_id")
        return self

    def as_claims(self) -> dict[str, Any]:
        """What was said about a person nobody writes down: the named facts, and the attributes beside them."""
        return {**self.attributes, **self.model_dump(exclude={"attributes"}, exclude_none=True)}


def known_or_claimed(person: PersonInput | None, *, test: bool) -> tuple[PersonInput | None, dict[str, Any]]:
    """Whom a door that was told of a person writes down, and what is only kept as it was said.

    A trial makes and changes nobody: whom it named stays with what it made, like the word of a public form.
    """
    if person is None or not test:
        return person, {}
    return None, person.as_claims()


@dataclass(frozen=True, slots=True)
class PersonView:
    """A customer as pages and the API show one."""

    id: UUID
    email: str | None
    external_id: str | None
    name: str | None
    locale: str | None
    attributes: dict[str, Any]


class Written(StrEnum):
    """What became of a person who was named."""

    ADDED = "added"
    CHANGED = "changed"
    KNOWN = "known"
    """There already, with all that was said."""


def upsert(ctx: Context, inputs: Sequence[tuple[UUID, PersonInput]]) -> list[UUID]:
    """The id of each (workspace, person); see `write_down`."""
    return [person_id for person_id, _ in write_down(ctx, inputs)]


def write_down(
    ctx: Context, inputs: Sequence[tuple[UUID, PersonInput]], *, moves: bool = False
) -> list[tuple[UUID, Written]]:
    """Adds who is new and updates what was sent about who is known; the id of each, and what became of it.

    Found by external id first, then by address. Two known people are never merged: the external id wins and the
    address of the other stays with the other. A known address gives way to another one only where the caller `moves`
    people, whose input is about them and not about an answer that may be old.
    """
    email_keys = [normal_email(person.email) if person.email else None for _, person in inputs]
    found = _find(ctx, inputs, email_keys)
    written: list[tuple[UUID, Written]] = []
    added: list[dict[str, Any]] = []
    changed: dict[UUID, dict[str, Any]] = {}
    moved: set[UUID] = set()
    for (workspace_id, person), email_key in zip(inputs, email_keys, strict=True):
        known = found.get((workspace_id, "external_id", person.external_id)) or found.get(
            (workspace_id, "email", email_key)
        )
        former = known["email_key"] if known is not None else None
        if known is None:
            known = _new_row(ctx, workspace_id, person, email_key)
            added.append(known)
            _remember(found, known)
            outcome = Written.ADDED
        elif merged := _merged(ctx, known, person, email_key if moves or not known["email_key"] else None, found):
            changed[known["id"]] = merged
            if former is not None and former != merged["email_key"]:
                moved.add(known["id"])
            outcome = Written.CHANGED
        else:
            outcome = Written.KNOWN
        written.append((known["id"], outcome))
    fresh = {row["id"] for row in added}
    updates = [row for row in changed.values() if row["person"] not in fresh]
    # whoever takes an address, in whatever order, finds it free: people who move leave theirs first, new ones come last
    if moved - fresh:
        queries.free_addresses(ctx.connection, moved - fresh)
    if updates:
        queries.change_people(ctx.connection, updates)
    if added:
        queries.add_people(ctx.connection, added)
    return written


_Found: TypeAlias = dict[tuple[UUID, str, str | None], dict[str, Any]]


def _find(ctx: Context, inputs: Sequence[tuple[UUID, PersonInput]], email_keys: Sequence[str | None]) -> _Found:
    wanted: dict[tuple[UUID, str], set[str]] = defaultdict(set)
    for (workspace_id, person), email_key in zip(inputs, email_keys, strict=True):
        if email_key:
            wanted[workspace_id, "email_key"].add(email_key)
        if person.external_id:
            wanted[workspace_id, "external_id"].add(person.external_id)
    found: _Found = {}
    for (workspace_id, column), keys in wanted.items():
        for row in queries.people_by(ctx.connection, workspace_id, column, keys):
            _remember(found, row)
    return found


def _remember(found: _Found, row: dict[str, Any]) -> None:
    if row["email_key"]:
        found[row["workspace_id"], "email", row["email_key"]] = row
    if row["external_id"]:
        found[row["workspace_id"], "external_id", row["external_id"]] = row


def _new_row(ctx: Context, workspace_id: UUID, person: PersonInput, email_key: str | None) -> dict[str, Any]:
    return {
        "id": ctx.ids.new(),
        "workspace_id": workspace_id,
        "email": person.email,
        "email_key": email_key,
        "external_id": person.external_id,
        "name": person.name,
        "locale": person.locale,
        "attributes": dict(person.attributes),
        "created_at": ctx.now,
        "changed_at": ctx.now,
    }


def _merged(
    ctx: Context, known: dict[str, Any], person: PersonInput, email_key: str | None, found: _Found
) -> dict[str, Any] | None:
    """The row to write when the input says something new about a known person, else None.

    `email_key` is the address to give, if nobody else has it; None leaves the one that is known.
    """
    wanted = dict(known)
    if email_key and email_key != known["email_key"] and (known["workspace_id"], "email", email_key) not in found:
        found.pop((known["workspace_id"], "email", known["email_key"]), None)
        wanted["email_key"], wanted["email"] = email_key, person.email
    if person.external_id and not known["external_id"]:
        wanted["external_id"] = person.external_id
    wanted["name"] = person.name or known["name"]
    wanted["locale"] = person.locale or known["locale"]
    wanted["attributes"] = {**known["attributes"], **person.attributes}
    if wanted == known:
        return None
    known.update(wanted)
    _remember(found, known)
    columns = ("email", "email_key", "external_id", "name", "locale", "attributes")
    return {"person": known["id"], "changed_at": ctx.now, **{column: known[column] for column in columns}}


def people(ctx: Context, ids: Collection[UUID]) -> dict[UUID, PersonView]:
    """People by id, those that exist."""
    if not ids:
        return {}
    return {row.id: PersonView(*row) for row in queries.people_by_id(ctx.connection, ids)}
