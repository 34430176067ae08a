"""Trying a survey out: a personal link whose answer never counts, and deleting what was tried."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.dashboard.surveys.path import CURRENT, SurveyId, head, see
from cxsurvey.dashboard.surveys.views import Head
from cxsurvey.invitations import service as invitations
from cxsurvey.invitations.service import CreateInvitation
from cxsurvey.responses import trials
from cxsurvey.surveys import service
from cxsurvey.web.door import Acting, Visit, Visiting
from cxsurvey.web.frame import Frame
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}")

LIFE_DAYS = 7


@dataclass(frozen=True, slots=True)
class TestLinkPage:
    """A personal link to try the survey with."""

    frame: Frame
    survey: Head
    link: str
    days: int
    responses: str


@dataclass(frozen=True, slots=True)
class DeleteTestsPage:
    """Asks whether the test answers are really to be deleted."""

    frame: Frame
    number: int
    home: str


@router.post("/surveys/{survey_id}/test-link")
def make_test_link(request: Request, act: Acting, survey_id: SurveyId) -> Response:
    """Makes a personal link whose answer never counts, and shows it."""

    def make(ctx: Context) -> str:
        made = invitations.create(ctx, survey_id, CreateInvitation(expires_in_days=LIFE_DAYS), test=True)
        return f"{ctx.settings.origin}/r/{made.token(ctx)}"

    link = act.do(make)

    def page(visit: Visit) -> TestLinkPage:
        survey = head(visit, service.get(visit.ctx, survey_id))
        home = f"/w/{visit.workspace.slug}"
        shown = f"{home}/responses?survey={survey.id}&state=test&period=all"
        return TestLinkPage(visit.frame("Your test link", CURRENT), survey, link, LIFE_DAYS, shown)

    return render(request, "dashboard/surveys/test_link.html", act.look(page))


@router.get("/responses/tests/delete")
def ask_delete(request: Request, visit: Visiting) -> Response:
    """Asks before deleting."""
    require(visit.ctx, Grant.RESPONSES_VOID)
    home = f"/w/{visit.workspace.slug}/responses"
    page = DeleteTestsPage(visit.frame("Delete the test responses?", "responses"), trials.number(visit.ctx), home)
    return render(request, "dashboard/responses/delete_tests.html", page)


@router.post("/responses/tests/delete")
def delete(act: Acting, slug: str) -> Response:
    """Has all test answers of the workspace deleted."""
    act.do(trials.delete_all)
    return see(f"/w/{slug}/responses?tests=deleted")
