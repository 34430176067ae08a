"""The draft as customers would see it, in a sandboxed frame; what is in the frame is drawn by `respond`."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.dashboard.surveys.path import CURRENT, SurveyId, head
from cxsurvey.dashboard.surveys.views import GROUPS, PreviewPage
from cxsurvey.surveys import service
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.languages import name_of
from cxsurvey.web.door import Visiting
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/surveys/{survey_id}/preview")

FORM = "form"
STEPS = (
    (FORM, "Question"),
    *((f"more-{band}", f"Follow-ups, {name.lower()}") for band, name, _ in GROUPS),
    *((f"thanks-{band}", f"Thank-you, {name.lower()}") for band, name, _ in GROUPS),
)


@router.get("")
def show_preview(
    request: Request, visit: Visiting, survey_id: SurveyId, page: str = FORM, language: str = ""
) -> Response:
    """The frame and the ways to the pages of the survey."""
    survey = service.get(visit.ctx, survey_id)
    steps = tuple(step for step in STEPS if _is_asked(step[0], survey.draft))
    step = page if page in dict(steps) else FORM
    shown = survey.draft.language_for(language)
    survey_head = head(visit, survey)
    found = PreviewPage(
        frame=visit.frame(f"Preview of {survey.name}", CURRENT),
        survey=survey_head,
        step=step,
        steps=steps,
        language=shown,
        languages=tuple((tag, name_of(tag)) for tag in survey.draft.languages),
        source=f"{survey_head.base}/preview/{step}?lang={shown}",
    )
    return render(request, "dashboard/surveys/preview.html", found)


def _is_asked(step: str, draft: Definition) -> bool:
    page, _, band = step.partition("-")
    return page != "more" or any(asked.value == band for each in draft.follow_ups for asked in each.bands)
