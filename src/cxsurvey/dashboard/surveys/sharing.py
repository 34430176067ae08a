"""How customers come to a survey: the shared link, its QR code, and another system."""

from __future__ import annotations

import io
import json

import segno
from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.accounts.permissions import Grant, allows
from cxsurvey.dashboard.surveys.path import CURRENT, SurveyId, asker, head
from cxsurvey.dashboard.surveys.snippet import score_links
from cxsurvey.dashboard.surveys.views import Head, SharePage
from cxsurvey.scoring.scales import Direction
from cxsurvey.surveys import service
from cxsurvey.surveys.asked import AskedWorkspace
from cxsurvey.surveys.languages import name_of
from cxsurvey.surveys.policy import SurveyState
from cxsurvey.surveys.service import SurveyView
from cxsurvey.web.door import Visiting
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/surveys/{survey_id}")

NOTICES = {
    "published": "Published. Customers are asked this version from now on.",
    "unchanged": "Nothing has changed since the last version, so nothing was published.",
    "closed": "Closed. It takes no more responses.",
    "reopened": "Open again. Customers can answer.",
}


@router.get("/share")
def show_share(request: Request, visit: Visiting, survey_id: SurveyId, done: str = "") -> Response:
    """The link, the code to print, and what another system sends."""
    survey = service.get(visit.ctx, survey_id)
    survey_head = head(visit, survey)
    origin = visit.ctx.settings.origin
    best = _best_score(survey)
    page = SharePage(
        frame=visit.frame(f"Share {survey.name}", CURRENT),
        survey=survey_head,
        code_svg=Markup(qr_code(survey_head.link, inline=True)),  # noqa: S704 - drawn by us
        language_links=_language_links(survey, survey_head),
        curl_response=_curl(f"{origin}/api/v1/responses", {"survey": survey_head.id, "score": best}),
        curl_invitation=_curl(f"{origin}/api/v1/invitations", {"survey": survey_head.id}),
        best_score=best,
        snippets=_snippets(survey, asker(visit, survey)),
        notice=NOTICES.get(done, ""),
        may_write=allows(visit.ctx, Grant.SURVEYS_WRITE),
        may_link=survey.published is not None and not survey.anonymous and allows(visit.ctx, Grant.INVITATIONS_WRITE),
        may_test=_takes_trials(survey) and allows(visit.ctx, Grant.INVITATIONS_WRITE),
    )
    return render(request, "dashboard/surveys/share.html", page)


@router.get("/qr.svg")
def download_code(visit: Visiting, survey_id: SurveyId) -> Response:
    """The QR code of the shared link as a file."""
    survey = service.get(visit.ctx, survey_id)
    return Response(
        qr_code(head(visit, survey).link, inline=False),
        media_type="image/svg+xml",
        headers={"Content-Disposition": f'attachment; filename="survey-{survey.code}.svg"'},
    )


def qr_code(address: str, *, inline: bool) -> str:
    """A QR code as SVG, black on white: cameras want that in the dark scheme too. `inline` gives the element alone."""
    code = segno.make(address, error="m", micro=False)
    if inline:
        drawn: str = code.svg_inline(border=0, svgclass="qr", lineclass="", omitsize=True)
        return drawn
    file = io.BytesIO()
    code.save(file, kind="svg", scale=8, border=4, dark="#000", light="#fff", xmldecl=True)
    return file.getvalue().decode()


def _takes_trials(survey: SurveyView) -> bool:
    """Whether a personal link can be made; an anonymous survey has none."""
    return survey.state is SurveyState.OPEN and not survey.anonymous


def _language_links(survey: SurveyView, survey_head: Head) -> tuple[tuple[str, str], ...]:
    languages = (survey.published or survey.draft).languages
    if len(languages) < 2:
        return ()
    return tuple((name_of(tag), f"{survey_head.link}?lang={tag}") for tag in languages)


def _best_score(survey: SurveyView) -> int:
    scale = (survey.published or survey.draft).scale
    return scale.maximum if scale.direction is Direction.HIGHER_IS_BETTER else scale.minimum


def _snippets(survey: SurveyView, workspace: AskedWorkspace) -> tuple[tuple[str, str], ...]:
    """Score links for a mail, by the name of their language; none where personal links are not possible."""
    asked = survey.published or survey.draft
    if survey.anonymous:
        return ()
    return tuple((name_of(tag), score_links(asked, tag, workspace)) for tag in asked.languages)


def _curl(address: str, body: dict[str, object]) -> str:
    return "\n".join(
        (
            f"curl {address} \\",
            '  -H "Authorization: Bearer $CXSURVEY_KEY" \\',
            '  -H "Content-Type: application/json" \\',
            '  -H "Idempotency-Key: order-4711" \\',
            f"  -d '{json.dumps(body)}'",
        )
    )
