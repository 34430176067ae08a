"""Giving up a draft: what customers are asked now becomes the draft again."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.dashboard.surveys import sent as editor_fields
from cxsurvey.dashboard.surveys.path import CURRENT, SurveyId, address, head, see
from cxsurvey.dashboard.surveys.views import ConfirmPage
from cxsurvey.surveys import service
from cxsurvey.surveys.changes import changes
from cxsurvey.surveys.errors import NotPublished
from cxsurvey.web.door import Acting, Visiting
from cxsurvey.web.forms import SentFields
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/surveys/{survey_id}/discard")

LOST = " The changes below are lost."


@router.get("")
def ask_discard(request: Request, visit: Visiting, survey_id: SurveyId) -> Response:
    """What would be lost, before it is."""
    require(visit.ctx, Grant.SURVEYS_WRITE)
    survey = service.get(visit.ctx, survey_id)
    if survey.published is None:
        raise NotPublished
    survey_head, lost = head(visit, survey), changes(survey.published, survey.draft)
    ask = partial(ConfirmPage, visit.frame(f"Discard the changes of {survey.name}?", CURRENT), survey_head, keep="edit")
    if lost:
        page = ask(
            sentences=(f"The draft becomes what customers are asked now, version {survey.version_number}.{LOST}",),
            action="discard",
            button="Discard the changes",
            keep_label="Keep them",
            is_final=True,
            changes=lost,
        )
    else:
        page = ask(
            sentences=("The draft is what customers are asked already: there is nothing to discard.",),
            action="",
            button="",
            keep_label="Back to the editor",
        )
    return render(request, "dashboard/surveys/confirm.html", page)


@router.post("")
def discard(act: Acting, survey_id: SurveyId, sent: SentFields) -> Response:
    """Goes back to what is asked now."""
    survey = act.do(lambda ctx: service.discard(ctx, survey_id, editor_fields.revision(sent)))
    return see(f"{address(act.slug, survey_id)}/edit/{survey.draft.default_language}?done=discarded")
