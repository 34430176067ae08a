"""How one survey looks where it differs from its workspace; a part of the draft, and of each version published."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.accounts import branding
from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.core.errors import Invalid, Refusal
from cxsurvey.core.pictures import Picture
from cxsurvey.dashboard.branding.views import FIELDS, TAKE, BrandingPage, judged, sights
from cxsurvey.dashboard.surveys.path import CURRENT, SurveyId, address, head, see
from cxsurvey.dashboard.surveys.preview import QUESTION
from cxsurvey.dashboard.surveys.sent import revision
from cxsurvey.surveys import service
from cxsurvey.surveys.commands import EditSurvey
from cxsurvey.surveys.definition import Theme
from cxsurvey.web.door import Acting, Visit, Visiting
from cxsurvey.web.forms import AGAIN, Fields, errors_by_field, show_again
from cxsurvey.web.templating import render
from cxsurvey.web.uploads import SentForm

router = APIRouter(prefix="/w/{slug}/surveys/{survey_id}/branding")

SAVED = "Saved in the draft. Customers see it when you publish."
PATH = "definition.theme."


@router.get("")
def show(request: Request, visit: Visiting, survey_id: SurveyId, done: str = "") -> Response:
    """The form with what the draft has of its own."""
    page = _page(visit, survey_id=survey_id, notice=SAVED if done == "saved" else "")
    return render(request, "dashboard/branding/survey.html", page)


@router.post("")
def save(request: Request, act: Acting, survey_id: SurveyId, sent: SentForm) -> Response:
    """Stores it in the draft."""
    try:
        theme = _theme(sent.fields)
        picture = branding.picture_of(sent.content) if sent.content else None
        act.do(partial(_stored, survey_id=survey_id, theme=theme, picture=picture, sent=sent.fields))
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        errors = {path.removeprefix(PATH): said for path, said in errors_by_field(refusal).items()}
        page = act.look(partial(_page, survey_id=survey_id, sent=sent.fields, errors=errors))
        return show_again(request, "dashboard/branding/survey.html", page, refusal)
    return see(f"{address(act.slug, survey_id)}/branding?done=saved")


def _theme(fields: Fields) -> Theme:
    values = {name: fields.get(name, "").strip() for name in FIELDS}
    if fields.get("then", "").startswith(TAKE):
        values["accent"] = fields["then"].removeprefix(TAKE)
    return Theme.from_fields(values)


def _stored(ctx: Context, *, survey_id: UUID, theme: Theme, picture: Picture | None, sent: Fields) -> None:
    require(ctx, Grant.SURVEYS_WRITE)
    survey = service.get(ctx, survey_id)
    if picture is not None:
        logo = branding.keep_for_survey(ctx, picture)
    else:
        logo = "" if "remove_logo" in sent else survey.draft.theme.logo
    draft = survey.draft.model_copy(update={"theme": theme.model_copy(update={"logo": logo})})
    service.edit(ctx, survey_id, EditSurvey(revision=_seen(sent), name=survey.name, definition=draft))


def _seen(sent: Fields) -> int:
    found = revision(sent)
    if not found:
        raise Invalid("This page is not complete. Open it again.")
    return found


def _page(
    visit: Visit,
    *,
    survey_id: UUID,
    sent: Fields | None = None,
    errors: dict[str, str] | None = None,
    notice: str = "",
) -> BrandingPage:
    require(visit.ctx, Grant.SURVEYS_WRITE)
    survey, of = service.get(visit.ctx, survey_id), visit.workspace
    theme, survey_head = survey.draft.theme, head(visit, survey)
    values = {name: getattr(theme, name) if sent is None else sent.get(name, "") for name in FIELDS}
    colour = values["accent"] or of.accent
    checks, nearest = judged(colour)
    inherited = {"name": of.shown_name, "accent": of.accent, "privacy_url": of.privacy_url or "", "footer": of.footer}
    return BrandingPage(
        frame=visit.frame(f"Branding of {survey.name}", CURRENT),
        action=f"{survey_head.base}/branding",
        values=values,
        inherited=inherited,
        logo=theme.logo or of.logo,
        own_logo=bool(theme.logo),
        colour=colour,
        checks=checks,
        nearest=nearest,
        sights=sights(f"{survey_head.base}/preview/{QUESTION}", survey.draft.languages),
        survey=survey_head,
        revision=survey.revision,
        errors=errors or {},
        notice=notice,
    )
