"""Invitations: personal links that another system hands out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from cxsurvey.api import schemas
from cxsurvey.api.body import body_of, empty_body
from cxsurvey.api.contract import PREFIX, READS, WRITES, keyed_by, problems, stored, takes
from cxsurvey.api.cursors import Cursor, PageLimit, Pages
from cxsurvey.api.door import Calling
from cxsurvey.api.errors import in_query
from cxsurvey.api.ids import InvitationInPath, found, survey_named
from cxsurvey.core.command import Command
from cxsurvey.core.context import Context
from cxsurvey.core.errors import NotFound
from cxsurvey.core.text import Line40
from cxsurvey.invitations import listing, service
from cxsurvey.invitations.service import CreateInvitation, InvitationView
from cxsurvey.people import segments
from cxsurvey.responses.errors import SurveyUnknown

router = APIRouter(prefix=f"{PREFIX}/invitations", tags=["invitations"])


class InvitationInput(CreateInvitation):
    """Ask for one personal link; what the answer will be grouped by is frozen now."""

    survey: Line40


class Nothing(Command):
    """An empty object."""


class Listing(BaseModel):
    """Which invitations to list."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    survey: str | None = Field(default=None, max_length=40, description="Only links to this survey.")
    limit: PageLimit = 50
    after: Cursor = None


@router.get(
    "",
    summary="List personal links",
    operation_id="listInvitations",
    response_model=schemas.InvitationList,
    responses=problems(*READS, 404),
)
async def list_invitations(caller: Calling, wanted: Annotated[Listing, Query()]) -> Response:
    """Pages through the personal links of the workspace, newest first. Follow `next` until it is null.

    A key in test mode sees the links that keys in test mode have made.
    """
    pages = Pages.of(caller, wanted)
    after = pages.after

    def read(ctx: Context, _: object) -> schemas.InvitationList:
        try:
            survey_id = survey_named(wanted.survey) if wanted.survey is not None else None
            views = listing.page(ctx, survey_id=survey_id, after=after, limit=wanted.limit + 1)
        except NotFound:
            raise in_query(SurveyUnknown(field="survey")) from None
        more, views = len(views) > wanted.limit, views[: wanted.limit]
        place = (views[-1].created_at, views[-1].id) if more else None
        following = pages.next(place) if place is not None else None
        texts = segments.texts_for(ctx, {number for view in views for number in view.segments.values()})
        data = [schemas.Invitation.of(view, _link(ctx, view), texts) for view in views]
        return schemas.InvitationList(data=data, next=following)

    return await caller.read(read)


@router.post(
    "",
    summary="Make a personal link",
    operation_id="createInvitation",
    openapi_extra=takes(
        InvitationInput,
        {
            "survey": "srv_0694n1s2vhtlb9hqa83bssdf00",
            "person": {"email": "customer@example.com", "name": "A. Customer"},
            "locale": "de",
            "segments": {"touchpoint": "support", "agent": "Desk 4"},
        },
    ),
    status_code=201,
    responses={**stored(schemas.Invitation, {201: "The link, ready to be sent."}), **problems(*WRITES, 404, 410)},
)
async def create_invitation(caller: Calling) -> Response:
    """Makes a link for one person and one answer. No mail is sent: the link is yours to deliver.

    A secret link is stored nowhere: repeating the request with the same Idempotency-Key gives the same invitation
    as it is then.
    """
    body = await body_of(caller.request)
    command = InvitationInput.from_json(body)
    return await caller.write(
        lambda ctx: _document(ctx, _made(ctx, command)),
        body=body,
        status=201,
        read_again=_by_id,
    )


@router.get(
    "/{invitation_id}",
    summary="Read one invitation",
    operation_id="getInvitation",
    response_model=schemas.Invitation,
    responses=problems(401, 403, 404, 422, 503),
)
async def get_invitation(caller: Calling, invitation_id: InvitationInPath) -> Response:
    """Reads one invitation with its link."""
    return await caller.read(lambda ctx, _: _by_id(ctx, invitation_id))


@router.post(
    "/{invitation_id}/revoke",
    summary="Take a personal link back",
    operation_id="revokeInvitation",
    openapi_extra=keyed_by(),
    responses={**stored(schemas.Invitation, {200: "The invitation as it is now."}), **problems(*WRITES, 404)},
)
async def revoke_invitation(caller: Calling, invitation_id: InvitationInPath) -> Response:
    """Makes the link useless from now on; an answer already given stays."""
    body = await empty_body(caller.request)
    Nothing.from_json(body or b"{}")
    return await caller.write(lambda ctx: _document(ctx, service.revoke(ctx, found("inv", invitation_id))), body=body)


def _made(ctx: Context, command: InvitationInput) -> InvitationView:
    try:
        return service.create(ctx, survey_named(command.survey), command)
    except NotFound:
        raise SurveyUnknown(field="survey") from None


def _by_id(ctx: Context, invitation_id: str) -> schemas.Invitation:
    return _document(ctx, service.get(ctx, found("inv", invitation_id)))


def _document(ctx: Context, view: InvitationView) -> schemas.Invitation:
    return schemas.Invitation.of(view, _link(ctx, view), segments.texts_for(ctx, view.segments.values()))


def _link(ctx: Context, view: InvitationView) -> str:
    return f"{ctx.settings.origin}/r/{view.token(ctx)}"
