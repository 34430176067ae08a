"""Another scale or formula for a survey: a step of its own, since it starts a new trend line."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.accounts import service as accounts
from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, Invalid
from cxsurvey.dashboard.surveys import sent as editor_fields
from cxsurvey.dashboard.surveys.formulas import card, shelves
from cxsurvey.dashboard.surveys.path import CURRENT, SurveyId, address, head, see
from cxsurvey.dashboard.surveys.views import ConfirmPage, ScalePage
from cxsurvey.surveys import drafting, service
from cxsurvey.surveys.commands import EditSurvey
from cxsurvey.surveys.looks import OFFERED
from cxsurvey.surveys.service import SurveyView
from cxsurvey.web.door import Acting, Visit, Visiting
from cxsurvey.web.forms import SentFields
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/surveys/{survey_id}/scale")

NEW_LINE = "Publishing it starts a new trend line."
ENDS_THE_LINE = (
    "Numbers from two scales cannot be compared: the line so far stays as it is and ends there, also if you come back"
    " to this scale later."
)


@router.get("")
def show_scales(request: Request, visit: Visiting, survey_id: SurveyId, formula: str = "") -> Response:
    """What may be asked instead; with `formula`, the question whether that is really wanted."""
    require(visit.ctx, Grant.SURVEYS_WRITE)
    survey = service.get(visit.ctx, survey_id)
    if formula in OFFERED and formula != survey.draft.scale.formula:
        return render(request, "dashboard/surveys/confirm.html", _change_page(visit, survey, formula))
    page = ScalePage(
        frame=visit.frame(f"Scale of {survey.name}", CURRENT),
        survey=head(visit, survey),
        shelves=shelves(visit.workspace.name, survey.draft.scale.formula),
    )
    return render(request, "dashboard/surveys/scale.html", page)


@router.post("")
def change_scale(act: Acting, survey_id: SurveyId, sent: SentFields) -> Response:
    """Takes the other scale into the draft; customers meet it once it is published."""
    formula = sent.get("formula", "")
    if formula not in OFFERED:
        raise Invalid(problems=[FieldProblem("formula", "not_offered", "must be a formula that is offered")])
    saved = act.do(lambda ctx: _change(ctx, survey_id, formula, editor_fields.revision(sent)))
    return see(f"{address(act.slug, survey_id)}/edit/{saved.draft.default_language}?done=scale")


def _change(ctx: Context, survey_id: UUID, formula: str, revision: int) -> SurveyView:
    survey = service.get(ctx, survey_id)
    definition = drafting.change_formula(survey.draft, formula, accounts.workspace(ctx).name)
    return service.edit(ctx, survey_id, EditSurvey(revision=revision, name=survey.name, definition=definition))


def _change_page(visit: Visit, survey: SurveyView, formula: str) -> ConfirmPage:
    name, draft = visit.workspace.name, survey.draft
    changed = drafting.change_formula(draft, formula, name)
    starts_a_line = survey.published is not None and survey.published.scale != changed.scale
    has_own_texts = any(texts.question == changed.texts[tag].question for tag, texts in draft.texts.items())
    again = ", so look at your question again before you publish" if has_own_texts else ""
    texts = f"Texts that are still the ready ones change with the scale. What you wrote yourself stays{again}."
    return ConfirmPage(
        frame=visit.frame(f"Another scale for {survey.name}?", CURRENT),
        survey=head(visit, survey),
        scales=(("Now", card(draft.scale.scoring, name)), ("Then", card(OFFERED[formula], name))),
        warning=NEW_LINE if starts_a_line else "",
        sentences=(ENDS_THE_LINE, texts) if starts_a_line else (texts,),
        action="scale",
        formula=formula,
        button="Take the other scale",
        keep="scale",
        keep_label="Keep it as it is",
    )
