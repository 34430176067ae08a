"""The draft as customers would see it, in a sandboxed frame; what is in the frame is drawn by the customers' side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from cxsurvey.accounts.permissions import Grant, allows, require
from cxsurvey.core.errors import Invalid, NotFound
from cxsurvey.dashboard.surveys.groups import groups_of
from cxsurvey.dashboard.surveys.path import CURRENT, SurveyId, head
from cxsurvey.dashboard.surveys.sent import edit_of
from cxsurvey.dashboard.surveys.views import Head, Preview, PreviewPage
from cxsurvey.scoring.scales import Band
from cxsurvey.surveys import service
from cxsurvey.surveys.asked import AskedWorkspace
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.languages import name_of
from cxsurvey.web.door import Acting, Visit, Visiting
from cxsurvey.web.forms import SentFields
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/surveys/{survey_id}/preview")

QUESTION = "question"
FOLLOW_UPS = "follow-ups-"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)

SCHEMES = ("light", "dark")


class Draw(Protocol):
    """Draws one page of a survey as customers see it, from definition, language, workspace and step."""

    def __call__(
        self,
        definition: Definition,
        language: str,
        workspace: AskedWorkspace,
        step: str,
        *,
        anonymous: bool = False,
        scheme: str = "",
    ) -> str: ...


NOT_YET = "Something in the form is not right yet. Save it to see what, then look here again."


@router.get("")
def show_preview(
    request: Request, visit: Visiting, survey_id: SurveyId, page: str = QUESTION, language: str = ""
) -> Response:
    """The frame and the ways to the pages of the survey."""
    survey = service.get(visit.ctx, survey_id)
    steps = tuple((step, name) for step, name in _steps(survey.draft) if _is_asked(step, survey.draft))
    step = page if page in dict(steps) else QUESTION
    shown = survey.draft.language_for(language)
    survey_head = head(visit, survey)
    found = PreviewPage(
        frame=visit.frame(f"Preview of {survey.name}", CURRENT),
        survey=survey_head,
        step=step,
        steps=steps,
        language=shown,
        languages=tuple((tag, name_of(tag)) for tag in survey.draft.languages),
        source=f"{survey_head.base}/preview/{step}?language={shown}",
        may_write=allows(visit.ctx, Grant.SURVEYS_WRITE),
    )
    return render(request, "dashboard/surveys/preview.html", found)


@router.post("/draft")
def show_typed(request: Request, act: Acting, survey_id: SurveyId, sent: SentFields) -> Response:
    """One page of the draft with what is typed in the editor and not saved; nothing is stored."""

    def draw(visit: Visit) -> Response:
        require(visit.ctx, Grant.SURVEYS_WRITE)
        survey = service.get(visit.ctx, survey_id)
        typed = edit_of(survey, sent.get("part", ""), sent).definition
        language, step = sent.get("preview_language", ""), sent.get("preview_step", "")
        scheme = sent.get("preview_scheme", "")
        return drawn(request, visit, typed, language, step, anonymous=survey.anonymous, scheme=scheme)

    try:
        return act.look(draw)
    except Invalid:
        return PlainTextResponse(NOT_YET, 422, headers={"Content-Security-Policy": POLICY})


@router.get("/{step}")
def show_step(
    request: Request, visit: Visiting, survey_id: SurveyId, step: str, language: str = "", scheme: str = ""
) -> Response:
    """One page of the draft, framed by nobody but ourselves; nothing in it can be sent."""
    survey = service.get(visit.ctx, survey_id)
    return drawn(request, visit, survey.draft, language, step, anonymous=survey.anonymous, scheme=scheme)


def drawn(
    request: Request,
    visit: Visit,
    definition: Definition,
    language: str,
    step: str = QUESTION,
    *,
    anonymous: bool = False,
    scheme: str = "",
) -> Response:
    """A page of customers as it stands in the frame of a preview; raises NotFound for a step there is not."""
    draw: Draw | None = request.app.state.draw_survey
    if draw is None or step not in dict(_steps(definition)):
        raise NotFound
    chosen, workspace = definition.language_for(language), AskedWorkspace.of(visit.workspace)
    wanted = scheme if scheme in SCHEMES else ""
    page = draw(definition, chosen, workspace, step, anonymous=anonymous, scheme=wanted)
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})


def preview_of(survey: Head, draft: Definition, language: str, *, of_follow_ups: bool = False) -> Preview:
    """What the frame beside the editor can show, beginning with the question or the first page of follow-ups."""
    steps = dict(_steps(draft))
    asked = (step for step in steps if step.startswith(FOLLOW_UPS) and _is_asked(step, draft))
    first = next(asked, QUESTION) if of_follow_ups else QUESTION
    return Preview(
        steps=tuple(steps.items()),
        languages=tuple((tag, name_of(tag)) for tag in draft.languages),
        step=first,
        language=language,
        source=f"{survey.base}/preview/{first}?language={language}",
    )


def _steps(draft: Definition) -> Iterator[tuple[str, str]]:
    """The pages of a survey with their names."""
    groups = groups_of(draft)
    yield QUESTION, "Question"
    for group in groups:
        yield f"{FOLLOW_UPS}{group.band}", f"Follow-ups, {group.name.lower()}"
    for group in groups:
        yield f"thanks-{group.band}", f"Thank-you, {group.name.lower()}"


def _is_asked(step: str, draft: Definition) -> bool:
    band = step.removeprefix(FOLLOW_UPS)
    return band == step or draft.asks_contact or bool(draft.follow_ups_for(Band(band)))
