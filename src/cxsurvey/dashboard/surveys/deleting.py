"""Deleting a draft that nobody was ever asked."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.dashboard.surveys import sent as editor_fields
from cxsurvey.dashboard.surveys.path import CURRENT, SurveyId, head, see
from cxsurvey.dashboard.surveys.views import ConfirmPage
from cxsurvey.surveys import policy, service
from cxsurvey.surveys.errors import StaleEdit
from cxsurvey.surveys.policy import Step
from cxsurvey.web.door import Acting, Visit, Visiting
from cxsurvey.web.forms import SentFields, show_again
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/surveys/{survey_id}/delete")

TEMPLATE = "dashboard/surveys/confirm.html"
STALE = "Somebody changed this survey since you opened this page. Nothing was deleted."


@router.get("")
def ask_delete(request: Request, visit: Visiting, survey_id: SurveyId) -> Response:
    """Asks before deleting."""
    return render(request, TEMPLATE, _page(visit, survey_id))


@router.post("")
def delete(request: Request, act: Acting, survey_id: SurveyId, sent: SentFields) -> Response:
    """Deletes the draft, unless somebody changed it meanwhile."""
    try:
        act.do(lambda ctx: service.delete(ctx, survey_id, editor_fields.revision(sent)))
    except StaleEdit as refusal:
        return show_again(request, TEMPLATE, act.look(lambda visit: _page(visit, survey_id, STALE)), refusal)
    return see(f"/w/{act.slug}/surveys?done=deleted")


def _page(visit: Visit, survey_id: UUID, notice: str = "") -> ConfirmPage:
    require(visit.ctx, Grant.SURVEYS_WRITE)
    survey = service.get(visit.ctx, survey_id)
    policy.after(survey.state, Step.DELETE)
    return ConfirmPage(
        frame=visit.frame(f"Delete {survey.name}?", CURRENT),
        survey=head(visit, survey),
        sentences=(
            "Its question, its texts in every language and its follow-ups are gone for good.",
            "Nobody was ever asked this survey, so no response is lost.",
        ),
        action="delete",
        button="Delete the draft",
        keep="edit",
        is_final=True,
        notice=notice,
    )
