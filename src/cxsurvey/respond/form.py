"""The form: opened by a GET that writes nothing, stored by a POST, shown again with everything when it is not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Kind, Refusal, Unavailable, Unconfirmed
from cxsurvey.invitations import service as invitations
from cxsurvey.invitations import signed
from cxsurvey.invitations.signed import Carried
from cxsurvey.respond import faces, places, sentences, showing
from cxsurvey.respond import stamp as stamps
from cxsurvey.respond.places import Place
from cxsurvey.respond.questions import SPEAK
from cxsurvey.respond.reading import Answer, read_answer
from cxsurvey.respond.sent import FORBIDDEN_CHARACTERS, Sent
from cxsurvey.respond.sentences import COMMENT
from cxsurvey.respond.stamp import Stamp, Target
from cxsurvey.respond.visits import Find, Visit, arrive, preselected, see, sending
from cxsurvey.responses import change_links
from cxsurvey.responses.commands import Submission
from cxsurvey.responses.submit import SUBMIT, Refused, Stored, sent_before
from cxsurvey.responses.views import ResponseView
from cxsurvey.web.errors import STATUS
from cxsurvey.web.forms import AGAIN

Store = Callable[[Request, str, Answer], Awaitable[Stored | Refusal | None]]
"""Stores an answer behind a token; None when the page was for something else."""


async def show_shared(request: Request) -> Response:
    """GET /s/{code}."""
    visit = await arrive(request, _shared(request), request.path_params["code"])
    return visit.obstacle() or faces.page(showing.blank_form(visit.database, visit.place, visit.tongue, visit.now))


async def show_personal(request: Request) -> Response:
    """GET /r/{token}."""
    visit = await arrive(request, places.personal, request.path_params["token"])
    if stop := visit.obstacle():
        return stop
    place, now = visit.place, visit.now
    assert place.invitation is not None
    scale = place.asked.definition.scale.scoring.scale
    chosen = preselected(request, place.invitation, scale, visit.database.settings, now)
    if place.own_words is None:
        return faces.page(showing.blank_form(visit.database, place, visit.tongue, now, chosen))
    shown = showing.form_with_answer(visit.database, place, visit.tongue, now, chosen=chosen, change=False)
    return faces.page(shown)


@sending
async def send_shared(request: Request, sent: Sent) -> Response:
    """POST /s/{code}. The signed stamp names the survey, so nothing is read before the answer is stored."""
    answer = _answer(request, sent)
    outcome: Stored | Refusal | None = None
    if SPEAK in sent.fields:
        return await _in_another_language(request, _shared(request), request.path_params["code"], sent, answer)
    if not answer.problems and answer.stamp is not None and answer.stamp.target is Target.SURVEY:
        outcome = await _store_shared(request, answer, answer.stamp)
        if isinstance(outcome, Stored):
            return see(f"/a/{outcome.change_token}{_in_its_language(outcome, answer)}")
    return await _not_stored(request, _shared(request), request.path_params["code"], sent, answer, outcome)


async def _store_shared(request: Request, answer: Answer, stamp: Stamp) -> Stored | Refusal:
    known = Submission(stamp.target_id, "link")
    if query := _told(request):
        try:
            known = await _with_what_it_says(request, known, query, stamp.issued_at)
        except Unavailable as refusal:
            return refusal
    return await _store(request, _submission(answer, known))


@sending
async def send_personal(request: Request, sent: Sent) -> Response:
    """POST /r/{token}."""
    return await _send_by_token(request, sent, places.personal, _store_personal, "/r")


@sending
async def send_change(request: Request, sent: Sent) -> Response:
    """POST /a/{token}/change."""
    return await _send_by_token(request, sent, places.answered, _store_change, "/a")


async def _send_by_token(request: Request, sent: Sent, find: Find, store: Store, home: str) -> Response:
    token = request.path_params["token"]
    answer = _answer(request, sent)
    outcome: Stored | Refusal | None = None
    if SPEAK in sent.fields:
        return await _in_another_language(request, find, token, sent, answer)
    if not answer.problems and answer.stamp is not None:
        outcome = await store(request, token, answer)
        if isinstance(outcome, Stored):
            step = "changed" if answer.stamp.change else "next"
            return see(f"{home}/{token}/{step}{_in_its_language(outcome, answer)}")
    return await _not_stored(request, find, token, sent, answer, outcome)


def _in_its_language(stored: Stored, answer: Answer) -> str:
    """The language for the next address, where the answer does not remember it."""
    return "" if stored.locale or answer.stamp is None else f"?lang={answer.stamp.language}"


async def _store_personal(request: Request, token: str, answer: Answer) -> Stored | Refusal | None:
    database: Database = request.app.state.database
    try:
        invitation = await database.aread(lambda ctx: invitations.by_token(ctx, token))
    except Unavailable as refusal:
        return refusal
    if answer.stamp is None or not answer.stamp.is_for(Target.INVITATION, invitation.id):
        return None
    known = Submission(invitation.survey_id, "invitation", invitation_id=invitation.id)
    return await _store(request, _submission(answer, known))


async def _store_change(request: Request, token: str, answer: Answer) -> Stored | Refusal | None:
    database: Database = request.app.state.database
    try:
        place = await database.aread(lambda ctx: places.answered(ctx, token))
    except Unavailable as refusal:
        return refusal
    if answer.stamp is None or not answer.stamp.is_for(*place.target):
        return None
    known = Submission(place.asked.survey_id, "link", change_hash=change_links.stored_of(token))
    return await _store(request, _submission(answer, known))


def _shared(request: Request) -> Find:
    carry = urlencode(_told(request))
    return lambda ctx, code: places.shared(ctx, code, request.scope["path"], f"&{carry}" if carry else "")


def _told(request: Request) -> signed.Pairs:
    """What the shared link of this request says about the answer; nothing for most."""
    if not request.scope["query_string"]:
        return ()
    return signed.carries(request.query_params.multi_items())


async def _with_what_it_says(
    request: Request, known: Submission, query: signed.Pairs, opened_at: datetime
) -> Submission:
    """A submission with what its link says. Of a link that expired meanwhile the form that was open may be sent."""
    database: Database = request.app.state.database
    code = request.path_params["code"]

    def read(ctx: Context) -> Carried:
        asked = places.shared(ctx, code, "").asked
        same = asked.survey_id == known.survey_id
        return signed.carried_by(ctx, asked, query, opened_at) if same else signed.NOTHING

    carried = await database.aread(read)
    return replace(known, segments=carried.segments, attributes=carried.attributes, claims=carried.claims)


def _answer(request: Request, sent: Sent) -> Answer:
    database: Database = request.app.state.database
    life = timedelta(hours=database.settings.form_hours)
    return read_answer(sent, database.keys, database.clock.now(), life)


def _submission(answer: Answer, known: Submission) -> Submission:
    return Submission(
        known.survey_id,
        known.source,
        score=answer.score,
        unknown=answer.unknown,
        comment=answer.comment or None,
        locale=answer.stamp.language if answer.stamp is not None else None,
        page=answer.page,
        invitation_id=known.invitation_id,
        change_hash=known.change_hash,
        segments=known.segments,
        attributes=known.attributes,
        claims=known.claims,
    )


async def _store(request: Request, submission: Submission) -> Stored | Refusal:
    database: Database = request.app.state.database
    try:
        outcomes = await database.ahot(SUBMIT, [submission], share=Share.RESPONDENT, lane_key=submission.survey_id)
    except Refusal as refusal:
        return refusal
    outcome = outcomes[0]
    return outcome.refusal if isinstance(outcome, Refused) else outcome


async def _not_stored(
    request: Request, find: Find, key: str, sent: Sent, answer: Answer, outcome: Stored | Refusal | None
) -> Response:
    """What is shown when the answer is not stored. Without a refusal and a problem the page was for something else."""
    refusal = outcome if isinstance(outcome, Refusal) else None
    try:
        visit = await arrive(request, find, key)
    except Unavailable as unreadable:
        raise (refusal if isinstance(refusal, Unavailable) else unreadable) from None
    if stop := visit.too_late(sent):
        # what ended meanwhile says nothing about an answer that may have been stored before it ended
        return faces.keep_for_later(request, sent.fields, refusal) if isinstance(refusal, Unconfirmed) else stop
    if refusal is not None and refusal.kind not in AGAIN:
        return visit.lost(sent, refusal.code, STATUS[refusal.kind])
    answer = answer._replace(problems=answer.problems or (_problem(refusal),))
    stamp = answer.stamp or stamps.read(visit.database.keys, answer.stamp_text)
    before = await _answered_before(visit, stamp) if refusal is None and stamp is not None else None
    if before is None or stamp is None:
        return await _form_again(visit, answer, refusal)
    if _is_stored(answer, before.answer) or _is_final(visit, before):
        return see(before.base)
    # it may have been open for too long, and is the same submission all the same: a change, however quickly it is made
    kept = answer.stamp or stamp._replace(issued_at=visit.now, change=True)
    return await _form_again(visit, answer._replace(stamp=kept), refusal, replaces=True)


async def _answered_before(visit: Visit, stamp: Stamp) -> Place | None:
    """The answer of this page of a shared link, when it was sent and stored before and has a problem now.

    Who goes back to a form that had a problem sends it again with the problem, though it was mended and stored; or
    goes back to change the answer, perhaps when the page is too old.
    """
    if stamp.target is not Target.SURVEY or not stamp.is_for(*visit.place.target):
        return None

    def read(ctx: Context) -> Place | None:
        token = sent_before(ctx, stamp.submission)
        return places.answered(ctx, token) if token is not None else None

    return await visit.database.aread(read)


def _is_stored(answer: Answer, stored: ResponseView | None) -> bool:
    """Whether the stored answer holds all that was chosen and typed.

    A page without a choice shows it only while it may be sent: later it must not open the answer of whoever sent it.
    """
    if stored is None:
        return False
    if answer.score is None and not answer.unknown:
        return answer.stamp is not None and answer.comment in {"", stored.comment}
    same_choice = (answer.score, answer.unknown) == (stored.score, stored.unknown)
    return same_choice and answer.comment == (stored.comment or "")


def _is_final(visit: Visit, place: Place) -> bool:
    return place.obstacle(visit.now, visit.database.settings.change_hours) is not None


async def _in_another_language(request: Request, find: Find, key: str, sent: Sent, answer: Answer) -> Response:
    """The form in the language that its address asks for now, with all that was typed; nothing is stored or judged."""
    visit = await arrive(request, find, key)
    if stop := visit.too_late(sent):
        return stop
    mended = tuple(problem for problem in answer.problems if problem == (COMMENT, FORBIDDEN_CHARACTERS))
    return await _form_again(visit, answer._replace(problems=mended), None, spoken=True)


def _problem(refusal: Refusal | None) -> tuple[str, str]:
    if refusal is None:
        return "", "page_expired"
    return refusal.field or "", sentences.code_told(refusal)


async def _form_again(
    visit: Visit, answer: Answer, refusal: Refusal | None, *, spoken: bool = False, replaces: bool = False
) -> Response:
    change = visit.request.url.path.endswith("/change")
    place = await _as_shown(visit, answer)
    if answer.stamp is not None and answer.stamp.version not in {0, place.asked.version_number}:
        answer = answer._replace(score=None, unknown=False, stamp=None)
    shown = showing.form_again(visit.database, place, visit.tongue, answer, visit.now, change=change, replaces=replaces)
    status = 200 if spoken else STATUS[Kind.INVALID]
    response = faces.page(shown, STATUS[refusal.kind] if refusal is not None else status)
    if refusal is not None and refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


async def _as_shown(visit: Visit, answer: Answer) -> Place:
    """The place in the version that the page showed; where there is an answer, in that of the answer."""
    place = visit.place
    if place.answer is not None:
        return place
    stamp = stamps.read(visit.database.keys, answer.stamp_text)
    if stamp is None or not stamp.is_for(*place.target) or stamp.version == place.asked.version_number:
        return place
    return await visit.database.aread(lambda ctx: places.as_shown(ctx, place, stamp.version))
