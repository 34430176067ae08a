"""The editor: one part at a time, every button saves what was typed first.

Without script each button is a submit button of the one form; its value says what to do once the text is
stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.accounts import service as accounts
from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, Invalid, NotFound, Refusal
from cxsurvey.core.languages import canonical
from cxsurvey.dashboard.surveys.editing import (
    editor_again,
    editor_page,
    first_part,
    has_part,
)
from cxsurvey.dashboard.surveys.landing import landing
from cxsurvey.dashboard.surveys.path import SurveyId, address, head, see
from cxsurvey.dashboard.surveys.sent import edit_of
from cxsurvey.dashboard.surveys.views import EditorPage
from cxsurvey.surveys import drafting, service
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.follow_ups import FollowUpKind
from cxsurvey.surveys.service import SurveyView
from cxsurvey.web.door import Act, Acting, Visit, Visiting
from cxsurvey.web.forms import AGAIN, SentFields, show_again
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/surveys/{survey_id}/edit")

TEMPLATE = "dashboard/surveys/editor.html"
NOTICES = {
    "saved": "Saved. Customers see it once you publish.",
    "scale": "The scale is taken over. Look at the texts, then publish.",
    "discarded": "The draft is what customers are asked now.",
    "created": "Created. Look it over, then publish.",
}


@router.get("")
def open_editor(visit: Visiting, survey_id: SurveyId) -> Response:
    """Leads to the texts in the default language."""
    require(visit.ctx, Grant.SURVEYS_WRITE)
    survey = service.get(visit.ctx, survey_id)
    return see(f"{head(visit, survey).base}/edit/{first_part(survey)}")


@router.get("/{part}")
def show_part(request: Request, visit: Visiting, survey_id: SurveyId, part: str, done: str = "") -> Response:
    """One part of the editor."""
    require(visit.ctx, Grant.SURVEYS_WRITE)
    survey = _with_part(visit.ctx, survey_id, part)
    return render(request, TEMPLATE, editor_page(visit, survey, part, NOTICES.get(done, "")))


@router.post("/{part}")
def save_part(request: Request, act: Acting, survey_id: SurveyId, part: str, sent: SentFields) -> Response:
    """Stores what was typed, does what the pressed button says, and leads to the page that follows."""
    action, _, argument = sent.get("then", "save").partition(":")
    try:
        saved, place = act.do(lambda ctx: _save(ctx, survey_id, part, sent, action, argument))
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        return _again(request, act, survey_id, part, sent, refusal)
    return see(_next(address(act.slug, survey_id), saved, part, action, argument, place))


def _again(
    request: Request, act: Act, survey_id: UUID, part: str, sent: Mapping[str, str], refusal: Refusal
) -> Response:
    def page(visit: Visit) -> EditorPage:
        require(visit.ctx, Grant.SURVEYS_WRITE)
        return editor_again(visit, _with_part(visit.ctx, survey_id, part), part, sent, refusal)

    return show_again(request, TEMPLATE, act.look(page), refusal)


def _with_part(ctx: Context, survey_id: UUID, part: str) -> SurveyView:
    survey = service.get(ctx, survey_id)
    if not has_part(survey, part):
        raise NotFound
    return survey


def _save(
    ctx: Context, survey_id: UUID, part: str, sent: Mapping[str, str], action: str, argument: str
) -> tuple[SurveyView, str]:
    """The survey as it is stored now, and the id of what the page that follows begins with."""
    survey = _with_part(ctx, survey_id, part)
    command = edit_of(survey, part, sent)
    changed = _changed(ctx, command.definition, action, argument, sent)
    saved = service.edit(ctx, survey_id, command.model_copy(update={"definition": changed}))
    return saved, landing(action, argument, command.definition, saved.draft)


def _next(base: str, saved: SurveyView, part: str, action: str, argument: str, place: str) -> str:
    if action in {"results", "branding", "preview", "publish", "share", "scale", "discard"}:
        return f"{base}/{action}"
    if action == "go" and has_part(saved, argument):
        return f"{base}/edit/{argument}"
    done = "?done=saved" if action == "save" else ""
    anchor = f"#{quote(place)}" if place else ""
    return f"{base}/edit/{part if has_part(saved, part) else first_part(saved)}{done}{anchor}"


def _changed(ctx: Context, draft: Definition, action: str, argument: str, sent: Mapping[str, str]) -> Definition:
    """The draft after the word before the colon of the pressed button; an unknown word changes nothing."""
    first, _, second = argument.partition("/")
    steps: Mapping[str, Callable[[], Definition]] = {
        "add-language": lambda: _with_language(ctx, draft, argument or sent.get("new_language", "")),
        "remove-language": lambda: drafting.remove_language(draft, argument),
        "add-follow-up": lambda: drafting.add_follow_up(draft, _new_id("q", ctx), _kind(argument)),
        "remove": lambda: drafting.remove_follow_up(draft, argument),
        "up": lambda: drafting.move_follow_up(draft, argument, -1),
        "down": lambda: drafting.move_follow_up(draft, argument, 1),
        "add-option": lambda: drafting.add_option(draft, argument, _new_id("o", ctx)),
        "remove-option": lambda: drafting.remove_option(draft, first, second),
    }
    step = steps.get(action)
    return step() if step else draft


def _with_language(ctx: Context, draft: Definition, wanted: str) -> Definition:
    tag = canonical(wanted.strip())
    if tag is None or len(tag) > 16:
        raise _not_a_language("must be a language tag such as fr, nl or pt-BR")
    if tag in draft.texts:
        raise _not_a_language("is one of the languages already")
    return drafting.add_language(draft, tag, accounts.workspace(ctx).name)


def _not_a_language(message: str) -> Invalid:
    return Invalid(problems=[FieldProblem("new_language", "not_a_language", message)])


def _kind(word: str) -> FollowUpKind:
    return FollowUpKind(word) if word in set(FollowUpKind) else FollowUpKind.TEXT


def _new_id(kind: str, ctx: Context) -> str:
    # never one that an earlier version used: responses keep these ids
    return f"{kind}-{ctx.ids.random(5).hex()}"
