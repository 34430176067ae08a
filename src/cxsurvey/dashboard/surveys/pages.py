"""Pages on surveys around the editor: list, new, publish, close, open again."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.accounts.permissions import Grant, allows, require
from cxsurvey.core.errors import Invalid, Refusal
from cxsurvey.dashboard.surveys import sent as editor_fields
from cxsurvey.dashboard.surveys.formulas import shelves
from cxsurvey.dashboard.surveys.path import CURRENT, SurveyId, address, head, see
from cxsurvey.dashboard.surveys.places import place_of
from cxsurvey.dashboard.surveys.views import ConfirmPage, Gap, ListPage, NewPage, PublishPage
from cxsurvey.scoring.scales import NPS
from cxsurvey.surveys import policy, service
from cxsurvey.surveys.changes import changes
from cxsurvey.surveys.commands import CreateSurvey
from cxsurvey.surveys.completeness import problems
from cxsurvey.surveys.errors import StaleEdit
from cxsurvey.surveys.languages import own_name_of
from cxsurvey.surveys.policy import Step
from cxsurvey.surveys.service import SurveyView
from cxsurvey.surveys.standard import READY
from cxsurvey.web.door import Act, Acting, Visit, Visiting
from cxsurvey.web.forms import AGAIN, Fields, SentFields, errors_by_field, show_again
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/surveys")

FIRST = Fields([("languages", "en"), ("formula", NPS.key)])
"""What is ticked when the form for a new survey opens."""
DELETED = "The draft is deleted."
STALE = "Somebody changed this survey since you opened this page. Look at the changes again before publishing."


@router.get("")
def show_list(request: Request, visit: Visiting, done: str = "") -> Response:
    """All surveys."""
    surveys = tuple(head(visit, survey) for survey in service.listed(visit.ctx))
    may_write = allows(visit.ctx, Grant.SURVEYS_WRITE)
    page = ListPage(visit.frame("Surveys", CURRENT), may_write, surveys, DELETED if done == "deleted" else "")
    return render(request, "dashboard/surveys/list.html", page)


@router.get("/new")
def show_new(request: Request, visit: Visiting) -> Response:
    """The form for a new survey."""
    return render(request, "dashboard/surveys/new.html", _new_page(visit, FIRST, None))


@router.post("/new")
def create(request: Request, act: Acting, sent: SentFields) -> Response:
    """A new draft, opened in the editor."""
    try:
        given = {"name": sent.get("name", ""), "languages": sent.all("languages"), "anonymous": "anonymous" in sent}
        if "formula" in sent:
            given["formula"] = sent["formula"]
        command = CreateSurvey.from_fields(given)
        survey = act.do(lambda ctx: service.create(ctx, command))
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        page = act.look(partial(_new_page, sent=sent, refusal=refusal))
        return show_again(request, "dashboard/surveys/new.html", page, refusal)
    return see(f"{address(act.slug, survey.id)}/edit/{survey.draft.default_language}?done=created")


def _new_page(visit: Visit, sent: Fields, refusal: Refusal | None = None) -> NewPage:
    require(visit.ctx, Grant.SURVEYS_WRITE)
    ticked = sent.all("languages")
    return NewPage(
        frame=visit.frame("New survey", CURRENT),
        shelves=shelves(visit.workspace.name, sent.get("formula", NPS.key)),
        offered=tuple((tag, own_name_of(tag), tag in ticked) for tag in READY),
        values={"name": sent.get("name", ""), "anonymous": sent.get("anonymous", "")},
        errors=errors_by_field(refusal) if refusal else {},
    )


@router.get("/{survey_id}/publish")
def show_publish(request: Request, visit: Visiting, survey_id: SurveyId) -> Response:
    """What publishing would change, before it does."""
    require(visit.ctx, Grant.SURVEYS_WRITE)
    page = _publish_page(visit, service.get(visit.ctx, survey_id))
    return render(request, "dashboard/surveys/publish.html", page)


@router.post("/{survey_id}/publish")
def publish(request: Request, act: Acting, survey_id: SurveyId, sent: SentFields) -> Response:
    """Asks the draft from now on, or shows what keeps it from that."""
    try:
        publication = act.do(lambda ctx: service.publish(ctx, survey_id, editor_fields.revision(sent)))
    except (Invalid, StaleEdit) as refusal:
        notice = STALE if isinstance(refusal, StaleEdit) else ""
        page = act.look(lambda visit: _publish_page(visit, service.get(visit.ctx, survey_id), notice))
        return show_again(request, "dashboard/surveys/publish.html", page, refusal)
    return _done(act, survey_id, "published" if publication.changed else "unchanged")


def _publish_page(visit: Visit, survey: SurveyView, notice: str = "") -> PublishPage:
    survey_head = head(visit, survey)
    gaps = []
    for problem in problems(survey.draft):
        place = place_of(problem.field, survey.draft)
        href = f"{survey_head.base}/edit/{place.part}#field-{place.field}"
        gaps.append(Gap(place.label, problem.message, href))
    return PublishPage(
        frame=visit.frame(f"Publish {survey.name}", CURRENT),
        survey=survey_head,
        outcome=survey.outcome.value,
        next_version=(survey.version_number or 0) + 1,
        gaps=gaps,
        changes=changes(survey.published, survey.draft),
        notice=notice,
    )


@router.get("/{survey_id}/close")
def ask_close(request: Request, visit: Visiting, survey_id: SurveyId) -> Response:
    """Asks before closing."""
    survey = _ready_for(visit, survey_id, Step.CLOSE)
    page = ConfirmPage(
        frame=visit.frame(f"Close {survey.name}?", CURRENT),
        survey=head(visit, survey),
        sentences=(
            "Customers who open its link, or a personal link, are told that the survey has ended.",
            "Who has answered can still change the own answer as long as its link lives, and the score follows.",
            "All other responses, scores and comments stay as they are. You can open it again at any time.",
        ),
        action="close",
        button="Close the survey",
    )
    return render(request, "dashboard/surveys/confirm.html", page)


@router.get("/{survey_id}/reopen")
def ask_reopen(request: Request, visit: Visiting, survey_id: SurveyId) -> Response:
    """Asks before opening again."""
    survey = _ready_for(visit, survey_id, Step.REOPEN)
    page = ConfirmPage(
        frame=visit.frame(f"Open {survey.name} again?", CURRENT),
        survey=head(visit, survey),
        sentences=(
            f"Customers can answer again, with version {survey.version_number} of the texts.",
            "Scores go on in the same trend line.",
        ),
        action="reopen",
        button="Open it again",
    )
    return render(request, "dashboard/surveys/confirm.html", page)


def _ready_for(visit: Visit, survey_id: UUID, step: Step) -> SurveyView:
    require(visit.ctx, Grant.SURVEYS_WRITE)
    survey = service.get(visit.ctx, survey_id)
    policy.after(survey.state, step)
    return survey


@router.post("/{survey_id}/close")
def close(act: Acting, survey_id: SurveyId) -> Response:
    """Takes no more answers."""
    act.do(lambda ctx: service.close(ctx, survey_id))
    return _done(act, survey_id, "closed")


@router.post("/{survey_id}/reopen")
def reopen(act: Acting, survey_id: SurveyId) -> Response:
    """Takes answers again."""
    act.do(lambda ctx: service.reopen(ctx, survey_id))
    return _done(act, survey_id, "reopened")


def _done(act: Act, survey_id: UUID, what: str) -> Response:
    return see(f"{address(act.slug, survey_id)}/share?done={what}")
