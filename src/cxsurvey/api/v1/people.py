"""People: listed, read, written down, put right."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from cxsurvey.accounts.views import KeyView
from cxsurvey.api import schemas
from cxsurvey.api.body import body_of
from cxsurvey.api.contract import PREFIX, READS, WRITES, problems, stored, takes
from cxsurvey.api.cursors import START, Pages
from cxsurvey.api.door import Calling
from cxsurvey.api.errors import in_query
from cxsurvey.api.ids import found
from cxsurvey.core.command import says
from cxsurvey.core.context import Context
from cxsurvey.core.errors import Invalid
from cxsurvey.people import directory
from cxsurvey.people.directory import ChangePerson, FindPeople
from cxsurvey.people.service import PersonInput

router = APIRouter(prefix=f"{PREFIX}/people", tags=["people"])

PersonInPath = Annotated[str, Path(description="Id of a person.", examples=["per_0694n1sdl5pcb2hnj1ef6tgu2s"])]
PERSON: dict[str, Any] = {
    "email": "customer@example.com",
    "external_id": "c-4711",
    "name": "A. Customer",
    "locale": "de",
    "attributes": {"plan": "basic"},
}


class Listing(BaseModel):
    """Whom to list."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    email: str | None = Field(default=None, max_length=320, description="Only who has this address.")
    external_id: str | None = Field(default=None, max_length=200, description="Only who has this external id.")
    limit: Annotated[
        int,
        Field(ge=1, le=100, description="The most people on one page."),
        says("out_of_range", "must be a whole number from 1 to 100"),
    ] = 50
    after: str | None = Field(default=None, max_length=64, description="A cursor, as it stands in `next`.")


@router.get(
    "",
    summary="List people",
    operation_id="listPeople",
    response_model=schemas.PersonList,
    responses=problems(*READS),
)
async def list_people(caller: Calling, wanted: Annotated[Listing, Query()]) -> Response:
    """Pages through the people of the workspace, those first who were written down first."""
    pages = Pages.of(caller, wanted)
    place = pages.after
    after = place[1] if place is not None else None
    named = {name: text for name in ("email", "external_id") if (text := getattr(wanted, name)) is not None}
    try:
        command = FindPeople.from_fields(named)
    except Invalid as refusal:
        raise in_query(refusal) from None

    def page(ctx: Context, _: KeyView) -> schemas.PersonList:
        views = directory.listed(ctx, command, after, wanted.limit + 1)
        more, views = len(views) > wanted.limit, views[: wanted.limit]
        following = pages.next((START, views[-1].id)) if more else None
        return schemas.PersonList(data=[schemas.Person.of(view) for view in views], next=following)

    return await caller.read(page)


@router.get(
    "/{person_id}",
    summary="Read one person",
    operation_id="getPerson",
    response_model=schemas.Person,
    responses=problems(*READS, 404),
)
async def get_person(caller: Calling, person_id: PersonInPath) -> Response:
    """Reads one person."""
    return await caller.read(lambda ctx, _: schemas.Person.of(directory.get(ctx, found("per", person_id))))


@router.post(
    "",
    summary="Write a person down",
    operation_id="writePerson",
    openapi_extra=takes(PersonInput, PERSON),
    responses={
        **stored(schemas.WrittenPerson, {201: "Somebody new.", 200: "Who was known, brought up to date."}),
        **problems(*WRITES),
    },
)
async def write_person(caller: Calling) -> Response:
    """Adds somebody new, or brings who is known by `external_id`, else by `email`, up to date with what is sent.

    Another `email` takes the place of the one that was known; what is left out stays. Two people never become one: an
    address of somebody with another `external_id` is refused with 409 `email_taken`.
    """
    body = await body_of(caller.request)
    command = PersonInput.from_json(body)
    return await caller.write(lambda ctx: schemas.WrittenPerson.after(*directory.write(ctx, command)), body=body)


@router.patch(
    "/{person_id}",
    summary="Put a person right",
    operation_id="changePerson",
    openapi_extra=takes(ChangePerson, {"name": "A. Customer-Smith", "attributes": {"plan": None}}),
    responses={**stored(schemas.Person, {200: "The person as known now."}), **problems(*WRITES, 404)},
)
async def change_person(caller: Calling, person_id: PersonInPath) -> Response:
    """Overwrites what is named and leaves the rest; an attribute that is null is taken away."""
    body = await body_of(caller.request)
    command = ChangePerson.from_json(body)
    return await caller.write(
        lambda ctx: schemas.Person.of(directory.change(ctx, found("per", person_id), command)), body=body
    )
