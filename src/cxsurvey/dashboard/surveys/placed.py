"""A shared link that says where it stands: what it is grouped by is signed, so that nobody can change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.errors import Refusal
from cxsurvey.dashboard.surveys.path import CURRENT, SurveyId, head
from cxsurvey.dashboard.surveys.sharing import qr_code
from cxsurvey.dashboard.surveys.views import PlacedLinkPage
from cxsurvey.insights import listing
from cxsurvey.invitations import signed
from cxsurvey.invitations.signed import SignedLink, SignLink
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.surveys import service
from cxsurvey.surveys.policy import SurveyState
from cxsurvey.web.door import Acting, Visit, Visiting
from cxsurvey.web.forms import AGAIN, Fields, SentFields, errors_by_field, show_again
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/surveys/{survey_id}/links")

TEMPLATE = "dashboard/surveys/placed_link.html"
PLACES: Final = ("touchpoint", "department", "team", "agent")
"""What links are mostly made for; the other keys are folded away."""
LIVES: Final[Mapping[str, str]] = {"30": "30 days", "90": "90 days", "365": "a year", "1095": "three years"}
USUAL_LIFE: Final = "365"


@router.get("")
def ask(request: Request, visit: Visiting, survey_id: SurveyId) -> Response:
    """The form."""
    return render(request, TEMPLATE, _page(visit, survey_id, Fields([])))


@router.post("")
def make(request: Request, act: Acting, survey_id: SurveyId, sent: SentFields) -> Response:
    """Makes the link and shows it with its code; nothing of it is stored, so it can be made again."""
    segments = {key: text for key in SEGMENT_KEYS if (text := sent.get(f"segments.{key}", "").strip())}
    life = sent.get("life", "")
    try:
        command = SignLink.from_fields(
            {"segments": segments, "expires_in_days": int(life if life in LIVES else USUAL_LIFE)}
        )
        made = act.do(lambda ctx: signed.sign(ctx, survey_id, command))
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        errors = errors_by_field(refusal)
        return show_again(request, TEMPLATE, act.look(lambda visit: _page(visit, survey_id, sent, errors)), refusal)
    return render(request, TEMPLATE, act.look(lambda visit: _page(visit, survey_id, sent, made=made)))


def _page(
    visit: Visit,
    survey_id: SurveyId,
    sent: Fields,
    errors: Mapping[str, str] | None = None,
    made: SignedLink | None = None,
) -> PlacedLinkPage:
    require(visit.ctx, Grant.INVITATIONS_WRITE)
    survey = service.get(visit.ctx, survey_id)
    names = listing.segment_names(visit.ctx)
    order = (*PLACES, *(key for key in SEGMENT_KEYS if key not in PLACES))
    return PlacedLinkPage(
        frame=visit.frame("A link for a place", CURRENT),
        survey=head(visit, survey),
        is_possible=survey.state is not SurveyState.DRAFT and not survey.anonymous,
        fields=tuple((f"segments.{key}", names[key], key in PLACES) for key in order),
        lives=tuple(LIVES.items()),
        values={"life": USUAL_LIFE, **{name: value.strip() for name, value in sent.items()}},
        errors=dict(errors or {}),
        link=made.url if made is not None else "",
        expires_at=made.expires_at if made is not None else None,
        code_svg=Markup(qr_code(made.url, inline=True)) if made is not None else "",  # noqa: S704 - drawn by us
    )
