"""Inviting colleagues: the link is made and shown once, and can be taken back until it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cxsurvey.accounts import joining
from cxsurvey.accounts.commands import InviteMember
from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.accounts.views import InvitationView
from cxsurvey.core.errors import NotFound, Refusal
from cxsurvey.core.ids import decode, encode
from cxsurvey.dashboard.company.team import LIST, TeamPage, team_page
from cxsurvey.web.door import Acting, Visit, Visiting
from cxsurvey.web.forms import AGAIN, SentFields, errors_by_field, show_again
from cxsurvey.web.frame import Frame
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/team/invitations")


@dataclass(frozen=True, slots=True)
class InvitedPage:
    """The only page that ever shows the link."""

    frame: Frame
    invitation: InvitationView
    link: str


@dataclass(frozen=True, slots=True)
class TakeBackPage:
    """Asks whether an invitation is really to be taken back."""

    frame: Frame
    invitation: InvitationView
    id: str


def invitation_in_path(request: Request) -> UUID:
    """The id behind `min_…` in the path; anything else is not there."""
    invitation_id = decode(joining.PREFIX, request.path_params["invitation_id"])
    if invitation_id is None:
        raise NotFound
    return invitation_id


InvitationId = Annotated[UUID, Depends(invitation_in_path)]


@router.post("")
def invite(request: Request, act: Acting, fields: SentFields) -> Response:
    """Makes an invitation and shows its link, this once."""
    typed = {name: fields.get(name, "") for name in ("email", "role")}
    try:
        command = InviteMember.from_fields({**typed, "email": typed["email"].strip()})
        made = act.do(lambda ctx: joining.invite(ctx, command))
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        errors = errors_by_field(refusal)

        def again(visit: Visit) -> TeamPage:
            require(visit.ctx, Grant.TEAM)
            return team_page(visit, typed=typed, errors=errors)

        return show_again(request, LIST, act.look(again), refusal)

    def shown_once(visit: Visit) -> InvitedPage:
        link = f"{visit.ctx.settings.origin}{made.path}"
        return InvitedPage(visit.frame("An invitation", "settings"), made.invitation, link)

    return render(request, "dashboard/company/invited.html", act.look(shown_once))


@router.get("/{invitation_id}/take-back")
def ask_take_back(request: Request, visit: Visiting, invitation_id: InvitationId) -> Response:
    """Asks before taking back."""
    require(visit.ctx, Grant.TEAM)
    found = joining.get(visit.ctx, invitation_id)
    page = TakeBackPage(visit.frame("Take back?", "settings"), found, encode(joining.PREFIX, invitation_id))
    return render(request, "dashboard/company/take_back.html", page)


@router.post("/{invitation_id}/take-back")
def take_back(act: Acting, slug: str, invitation_id: InvitationId) -> Response:
    """Makes the link worthless."""
    act.do(lambda ctx: joining.take_back(ctx, invitation_id))
    return RedirectResponse(f"/w/{slug}/team?done=taken-back", status_code=303)
