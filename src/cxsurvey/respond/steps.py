"""The pages after the form: follow-ups, thanks, and the way back to change the answer."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.core.context import Context
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Kind, Refusal
from cxsurvey.respond import drawing, faces, places, sentences, showing
from cxsurvey.respond.pages import Problem
from cxsurvey.respond.questions import ADDRESS, FIELD, SPEAK, Said, read_contact, read_follow_ups
from cxsurvey.respond.sent import Sent
from cxsurvey.respond.visits import Find, Visit, arrive, see, sending
from cxsurvey.responses import service as responses
from cxsurvey.responses.contacts import consent_in
from cxsurvey.responses.service import AnswerFollowUps, Contact
from cxsurvey.surveys.follow_ups import FollowUp, Given
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
    return _stopped(visit) or (_more(visit) if _asks_more(visit) else see(visit.step("thanks")))


@sending
async def send_more(request: Request, sent: Sent) -> Response:
    """POST …/more."""
    visit = await _arrive(request)
    if stop := visit.too_late(sent) or _stopped(visit):
        return stop
    answers, found = read_follow_ups(sent, _questions(visit))
    said = read_contact(sent) if _asks_contact(visit) else None
    if SPEAK in sent.fields:
        return faces.page(_draw_more(visit, answers, said or Said()))
    refusal = None if found else await _store(visit, answers, said)
    if not found and refusal is None:
        return see(visit.step("thanks"))
    if refusal is not None and refusal.kind in {Kind.GONE, Kind.NOT_FOUND}:
        return visit.lost(sent, refusal.code, STATUS[refusal.kind])
    return _more_again(visit, answers, said or Said(), found, refusal)


async def _store(visit: Visit, answers: dict[str, Given], said: Said | None) -> Refusal | None:
    place, token = visit.place, visit.request.path_params["token"]
    definition = place.asked.definition

    def unit(ctx: Context) -> None:
        if place.invitation is not None:
            responses.follow_up(ctx, command, definition, invitation_id=place.invitation.id)
        else:
            responses.follow_up(ctx, command, definition, token=token)

    try:
        contact = Contact.from_fields(said._asdict()) if said is not None else None
        command = AnswerFollowUps(answers=answers, contact=contact)
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


def _questions(visit: Visit) -> tuple[FollowUp, ...]:
    band = visit.place.band
    return visit.place.asked.definition.follow_ups_for(band) if band is not None else ()


def _asks_contact(visit: Visit) -> bool:
    return visit.place.asked.definition.asks_contact and not visit.place.asked.anonymous


def _asks_more(visit: Visit) -> bool:
    return bool(_questions(visit)) or _asks_contact(visit)


def _has_open_questions(visit: Visit) -> bool:
    answer = visit.place.answer
    if answer is None or not _asks_more(visit):
        return False
    answered = any(each.id in answer.follow_ups for each in _questions(visit))
    return not answered and consent_in(answer.claims) is None


def _said_before(visit: Visit) -> Said:
    claim = consent_in(visit.place.answer.claims) if visit.place.answer is not None else None
    return Said(claim["consent"], claim["address"]) if claim is not None else Said()


def _more(visit: Visit, *, changed: bool = False) -> Response:
    answer = visit.place.answer
    answers = dict(answer.follow_ups) if answer is not None else {}
    return faces.page(_draw_more(visit, answers, _said_before(visit), changed=changed))


def _more_again(
    visit: Visit, answers: dict[str, Given], said: Said, found: tuple[tuple[str, str], ...], refusal: Refusal | None
) -> Response:
    if refusal is not None:
        found = tuple(_told(refusal))
    shown = sentences.problems(visit.tongue.words, found, visit.place.asked.definition)
    status = STATUS[refusal.kind if refusal else Kind.INVALID]
    response = faces.page(_draw_more(visit, answers, said, problems=shown), status)
    if refusal is not None and refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _told(refusal: Refusal) -> Iterator[tuple[str, str]]:
    """What a refusal is about, as pairs of the field of the page and a code."""
    for problem in refusal.problems:
        yield _on_the_page(problem.field), problem.rule
    if not refusal.problems:
        yield _on_the_page(refusal.field or ""), sentences.code_told(refusal)


def _on_the_page(field: str) -> str:
    return ADDRESS if field in {"address", "contact.address"} else field.replace("follow_ups.", FIELD)


def _draw_more(
    visit: Visit, answers: dict[str, Given], said: Said, *, changed: bool = False, problems: tuple[Problem, ...] = ()
) -> str:
    return drawing.more(
        visit.place.subject(visit.tongue),
        visit.place.band,
        answers,
        said,
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
        drawing.Onward(
            change=visit.step("change"),
            more=visit.step("more") if _asks_more(visit) else "",
            more_answered=not _has_open_questions(visit),
        ),
        changeable=showing.still_changeable(visit.database, place, visit.tongue, visit.now),
        changed=changed,
    )
    return faces.page(shown)
