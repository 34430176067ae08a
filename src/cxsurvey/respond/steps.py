"""The pages after the form: follow-ups, thanks, and the way back to change the answer."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.core.context import Context
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Kind, NotFound, Refusal
from cxsurvey.respond import drawing, faces, places, sentences, showing
from cxsurvey.respond.drawing import FOLLOW_UP
from cxsurvey.respond.pages import Problem
from cxsurvey.respond.reading import read_follow_ups
from cxsurvey.respond.visits import Find, Visit, arrive, form_of, see
from cxsurvey.responses import service as responses
from cxsurvey.responses.service import FollowUpAnswers
from cxsurvey.web.errors import STATUS


async def show_next(request: Request) -> Response:
    """GET /r/{token}/next and /a/{token}: page two while its questions are open, else the last page."""
    visit = await _arrive(request)
    return _stopped(visit) or (_more(visit) if _has_open_questions(visit) else _thanks(visit))


async def show_changed(request: Request) -> Response:
    """GET …/changed: as `show_next`, after the answer was changed."""
    visit = await _arrive(request)
    return _stopped(visit) or (
        _more(visit, changed=True) if _has_open_questions(visit) else _thanks(visit, changed=True)
    )


async def show_thanks(request: Request) -> Response:
    """GET …/thanks."""
    visit = await _arrive(request)
    return _stopped(visit) or _thanks(visit)


async def show_change(request: Request) -> Response:
    """GET …/change: the form with the answer as it is stored."""
    visit = await _arrive(request)
    if stop := _stopped(visit):
        return stop
    return faces.page(
        showing.form_with_answer(visit.database, visit.place, visit.tongue, visit.now, chosen=None, change=True)
    )


async def show_more(request: Request) -> Response:
    """GET …/more: page two, also when it was answered before."""
    visit = await _arrive(request)
    return _stopped(visit) or (_more(visit) if _questions(visit) else see(visit.step("thanks")))


async def send_more(request: Request) -> Response:
    """POST …/more."""
    sent = await form_of(request)
    visit = await _arrive(request)
    if stop := _stopped(visit):
        return stop
    answers, found = read_follow_ups(sent)
    known = {follow_up.id for follow_up in visit.place.asked.definition.follow_ups}
    answers = {key: text for key, text in answers.items() if key in known}
    refusal = None if found else await _store(visit, answers)
    if not found and refusal is None:
        return see(visit.step("thanks"))
    if refusal is not None and refusal.kind in {Kind.GONE, Kind.NOT_FOUND}:
        raise refusal
    return _more_again(visit, answers, found, refusal)


async def _store(visit: Visit, answers: dict[str, str]) -> Refusal | None:
    place, token = visit.place, visit.request.path_params["token"]
    definition = place.asked.definition

    def unit(ctx: Context) -> None:
        command = FollowUpAnswers(answers=answers)
        if place.invitation is not None:
            responses.follow_up(ctx, command, definition, invitation_id=place.invitation.id)
        else:
            responses.follow_up(ctx, command, definition, token=token)

    try:
        await visit.database.awrite(unit, share=Share.RESPONDENT, lane_key=place.asked.survey_id)
    except Refusal as refusal:
        return refusal
    return None


async def _arrive(request: Request) -> Visit:
    find: Find = places.personal if request.url.path.startswith("/r/") else places.answered
    return await arrive(request, find, request.path_params["token"])


def _stopped(visit: Visit) -> Response | None:
    """What is shown instead: a notice, or the form when nothing has been answered yet."""
    if stop := visit.obstacle():
        return stop
    return see(visit.place.base) if visit.place.answer is None else None


def _questions(visit: Visit) -> list[str]:
    band = visit.place.band
    return [asked.id for asked in visit.place.asked.definition.follow_ups_for(band)] if band is not None else []


def _has_open_questions(visit: Visit) -> bool:
    questions, answer = _questions(visit), visit.place.answer
    return answer is not None and bool(questions) and not any(answer.follow_ups.get(key) for key in questions)


def _more(visit: Visit, *, changed: bool = False) -> Response:
    answer = visit.place.answer
    answers = dict(answer.follow_ups) if answer is not None else {}
    return faces.page(_draw_more(visit, answers, changed=changed))


def _more_again(
    visit: Visit, answers: dict[str, str], found: tuple[tuple[str, str], ...], refusal: Refusal | None
) -> Response:
    if refusal is not None:
        field = (refusal.field or "").replace("follow_ups.", FOLLOW_UP)
        found = ((field, sentences.code_told(refusal)),)
    shown = sentences.problems(visit.tongue.words, found, visit.place.asked.definition)
    response = faces.page(_draw_more(visit, answers, problems=shown), STATUS[refusal.kind if refusal else Kind.INVALID])
    if refusal is not None and refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _draw_more(
    visit: Visit, answers: dict[str, str], *, changed: bool = False, problems: tuple[Problem, ...] = ()
) -> str:
    band = visit.place.band
    if band is None:
        raise NotFound
    return drawing.more(
        visit.place.subject(visit.tongue),
        band,
        answers,
        drawing.Ways(visit.step("more"), visit.step("thanks"), visit.step("change")),
        changed=changed,
        problems=problems,
    )


def _thanks(visit: Visit, *, changed: bool = False) -> Response:
    place = visit.place
    shown = drawing.thanks(
        place.subject(visit.tongue),
        place.answer.score if place.answer is not None else None,
        place.band,
        change=visit.step("change"),
        changeable=showing.still_changeable(visit.database, place, visit.tongue, visit.now),
        changed=changed,
    )
    return faces.page(shown)
