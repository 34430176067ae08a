"""The survey in the path of a request, and the parts that every route on surveys needs."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse

from cxsurvey.core.errors import NotFound
from cxsurvey.core.ids import decode, encode
from cxsurvey.dashboard.surveys.views import Head, head_of
from cxsurvey.surveys.asked import AskedWorkspace
from cxsurvey.surveys.service import SurveyView
from cxsurvey.web.door import Visit

CURRENT = "surveys"


def survey_in_path(request: Request) -> UUID:
    """The id behind `srv_…` in the path; anything else is not there."""
    survey_id = decode("srv", request.path_params["survey_id"])
    if survey_id is None:
        raise NotFound
    return survey_id


SurveyId = Annotated[UUID, Depends(survey_in_path)]


def address(slug: str | None, survey_id: UUID) -> str:
    """Where the pages of a survey begin."""
    return f"/w/{slug}/surveys/{encode('srv', survey_id)}"


def head(visit: Visit, survey: SurveyView) -> Head:
    """The head of a survey on a page of this visit."""
    of = visit.workspace
    base = address(of.slug, survey.id)
    return head_of(survey, asker(visit, survey), base, visit.ctx.settings.origin, of.minimum_group)


def asker(visit: Visit, survey: SurveyView) -> AskedWorkspace:
    """Who asks in a survey, as its customers are shown."""
    return AskedWorkspace.of(visit.workspace).in_theme((survey.published or survey.draft).theme)


def see(address: str) -> RedirectResponse:
    """Leads the browser on after something was done, so that reloading does not do it again."""
    return RedirectResponse(address, status_code=303)
