"""Invitations: personal links that another system hands out."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from cxsurvey.api import schemas
from cxsurvey.api.body import body_of, empty_body
from cxsurvey.api.contract import WRITES, keyed_by, problems, stored, takes
from cxsurvey.api.door import Calling
from cxsurvey.api.ids import InvitationInPath, found
from cxsurvey.core.command import Command
from cxsurvey.core.context import Context
from cxsurvey.core.text import Line40
from cxsurvey.invitations import service
from cxsurvey.invitations.service import CreateInvitation, InvitationView
from cxsurvey.people import segments

router = APIRouter(prefix="/invitations", tags=["invitations"])


class InvitationInput(CreateInvitation):
    """Ask for one personal link; what the answer will be grouped by is frozen now."""

    survey: Line40


class Nothing(Command):
    """An empty object."""


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
    responses={**stored(schemas.Invitation, {201: "The link, ready to be sent."}), **problems(*WRITES, 404)},
)
async def create_invitation(caller: Calling) -> Response:
    """Makes a link for one person and one answer. No mail is sent: the link is yours to deliver.

    A secret link is stored nowhere: repeating the request with the same Idempotency-Key gives the same invitation
    as it is then.
    """
    body = await body_of(caller.request)
    command = InvitationInput.from_json(body)
    return await caller.write(
        lambda ctx: _document(ctx, service.create(ctx, found("srv", command.survey), command)),
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


def _by_id(ctx: Context, invitation_id: str) -> schemas.Invitation:
    return _document(ctx, service.get(ctx, found("inv", invitation_id)))


def _document(ctx: Context, view: InvitationView) -> schemas.Invitation:
    url = f"{ctx.settings.origin}/r/{view.token(ctx)}"
    return schemas.Invitation.of(view, url, segments.texts_for(ctx, view.segments.values()))
