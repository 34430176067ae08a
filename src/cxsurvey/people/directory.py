"""The people of a workspace, one by one: listed, read, written down, put right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict, Field

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core import audit
from cxsurvey.core.addresses import Email, normal_email
from cxsurvey.core.command import Command, without_defaults
from cxsurvey.core.context import ActorKind, Context
from cxsurvey.core.errors import LiveKeyNeeded, NotFound
from cxsurvey.core.ids import encode
from cxsurvey.core.languages import SpokenLanguage
from cxsurvey.core.text import Line80, Line200, Scalar
from cxsurvey.people import queries
from cxsurvey.people.errors import EmailTaken
from cxsurvey.people.service import PersonInput, PersonView, Written, people, write_down

FIELDS: Final = ("email", "external_id", "name", "locale", "attributes")
"""What is known of a person."""


class ChangePerson(Command):
    """What is to be put right of a person; what is not named stays. An attribute that is null is taken away."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    name: Line200 | None = None
    locale: SpokenLanguage | None = None
    attributes: dict[Line80, Scalar] = Field(default_factory=dict, max_length=50)


class FindPeople(Command):
    """Whom to list: everybody, or who has this address or this external id."""

    email: Email | None = None
    external_id: Line200 | None = None


def listed(ctx: Context, wanted: FindPeople, after: UUID | None, limit: int) -> Sequence[PersonView]:
    """People in the order in which they were first written down, after one of them."""
    require(ctx, Grant.PEOPLE_READ)
    email_key = normal_email(wanted.email) if wanted.email is not None else None
    rows = queries.page(ctx.connection, ctx.workspace, email_key, wanted.external_id, after, limit)
    return [PersonView(*row) for row in rows]


def get(ctx: Context, person_id: UUID) -> PersonView:
    """One person of the workspace."""
    require(ctx, Grant.PEOPLE_READ)
    return _one(ctx, person_id)


def write(ctx: Context, person: PersonInput) -> tuple[PersonView, Written]:
    """Writes a person down, or brings one who is known up to date; who that is, and what became of it.

    The address of who is known by external id gives way to the one that is sent. Raises `EmailTaken` when that belongs
    to somebody with another external id.
    """
    _require_write(ctx)
    known = _known(ctx, person)
    ((person_id, written),) = write_down(ctx, [(ctx.workspace, person)], moves=True)
    view = _one(ctx, person_id)
    if known is not None and written is Written.CHANGED:
        fields = sorted(name for name in FIELDS if known[name] != getattr(view, name))
        audit.record(ctx, "person.changed", encode("per", person_id), fields=fields)
    return view, written


def change(ctx: Context, person_id: UUID, wanted: ChangePerson) -> PersonView:
    """Puts right what is known of a person."""
    _require_write(ctx)
    row = queries.one(ctx.connection, ctx.workspace, person_id)
    if row is None:
        raise NotFound
    attributes = {**row["attributes"], **wanted.attributes}
    changed = {
        **row,
        "name": wanted.name if "name" in wanted.model_fields_set else row["name"],
        "locale": wanted.locale if "locale" in wanted.model_fields_set else row["locale"],
        "attributes": {key: value for key, value in attributes.items() if value is not None},
    }
    if changed != row:
        values = {name: changed[name] for name in queries.CHANGEABLE}
        queries.change_people(ctx.connection, [{"person": person_id, "changed_at": ctx.now, **values}])
        audit.record(ctx, "person.changed", encode("per", person_id), fields=sorted(wanted.model_fields_set))
    return _one(ctx, person_id)


def _known(ctx: Context, person: PersonInput) -> Mapping[str, Any] | None:
    """The row of who is named; raises `EmailTaken` when the address and the external id belong to two people."""
    by_email, by_id = (
        queries.people_by(ctx.connection, ctx.workspace, column, {key}) if key is not None else []
        for column, key in (
            ("email_key", normal_email(person.email) if person.email is not None else None),
            ("external_id", person.external_id),
        )
    )
    named = {row["id"] for row in by_id}
    # who has an address and no external id yet is given the new one
    if person.external_id is not None and any(
        row["id"] not in named and (named or row["external_id"] is not None) for row in by_email
    ):
        raise EmailTaken
    return next(iter((*by_id, *by_email)), None)


def _one(ctx: Context, person_id: UUID) -> PersonView:
    if queries.one(ctx.connection, ctx.workspace, person_id) is None:
        raise NotFound
    return people(ctx, [person_id])[person_id]


def _require_write(ctx: Context) -> None:
    require(ctx, Grant.PEOPLE_WRITE)
    if ctx.actor.kind is ActorKind.KEY and ctx.actor.test:
        raise LiveKeyNeeded
