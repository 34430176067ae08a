"""Single answers: the list of a survey, one answer with its history, taking it out of the score and putting it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.accounts.permissions import Grant, allows, require
from cxsurvey.core.context import Context
from cxsurvey.core.errors import NotFound, Refusal
from cxsurvey.core.ids import decode, encode
from cxsurvey.dashboard.answer_views import STATES, AnswerView, Row, answer_view, chosen_states, row_of, wanted_survey
from cxsurvey.dashboard.filter_bar import FilterBar, asks_contact, filter_bar
from cxsurvey.dashboard.importing import importing
from cxsurvey.dashboard.period_bar import Choice, PeriodBar, period_bar
from cxsurvey.dashboard.scale_bar import Elsewhere, ScaleBar, counted_by, elsewhere, scale_bar
from cxsurvey.dashboard.surveys.path import see
from cxsurvey.dashboard.ways_back import Opener, WayBack, carried, leaving, way_back
from cxsurvey.insights import listing, service
from cxsurvey.insights.filters import NAMES, Filter
from cxsurvey.insights.panels import Panel, panel
from cxsurvey.insights.reports import SurveyLine
from cxsurvey.responses import service as responses
from cxsurvey.responses import trials
from cxsurvey.responses.service import VoidResponse
from cxsurvey.responses.states import ResponseState
from cxsurvey.responses.views import ResponseView
from cxsurvey.web.door import Act, Acting, Visit, Visiting
from cxsurvey.web.errors import request_id
from cxsurvey.web.forms import AGAIN, Fields, SentFields, errors_by_field, show_again
from cxsurvey.web.frame import Frame
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/responses")

ANSWERS_A_PAGE = 50
TESTS_GO = "The test responses are being deleted. That takes a moment when there are many."
DONE: Final[Mapping[tuple[str, str], str]] = {
    ("voided", "void"): "This response is out of the score now. It stays readable, and its reason is kept.",
    ("restored", "counted"): "This response is part of the score now.",
    ("restored", "flagged"): "This response is flagged again, as it was before. It is not part of the score.",
    ("restored", "test"): "This is a test response again. It is not part of the score.",
    ("restored", "provisional"): "This response waits to be confirmed again. It is not part of the score.",
}
"""What is said after something was done, by the state that the answer has now."""


@dataclass(frozen=True, slots=True)
class ListView:
    """Some of `total` answers of a survey; `older` is the address of those before them."""

    rows: tuple[Row, ...]
    total: int
    older: str | None


@dataclass(frozen=True, slots=True)
class ListPage:
    """The answers of one survey, by days and state."""

    frame: Frame
    bar: PeriodBar
    filters: FilterBar
    importing: str
    survey: SurveyLine | None
    survey_id: str
    surveys: tuple[Choice, ...]
    scales: ScaleBar | None
    states: tuple[Choice, ...]
    state: str
    may_export: bool
    smallest_group: int
    action: str
    home: str
    answers: Panel[ListView]
    elsewhere: tuple[Elsewhere, ...]
    reference: str
    tests: int
    tests_href: str
    may_judge: bool
    notice: str


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """One answer, and the form that takes it out of the score or puts it back."""

    frame: Frame
    answer: AnswerView
    back: WayBack
    may_judge: bool
    may_reach: bool
    done: str
    typed: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


def response_in_path(request: Request) -> UUID:
    """The id behind `rsp_…` in the path; anything else is not there."""
    response_id = decode("rsp", request.path_params["response_id"])
    if response_id is None:
        raise NotFound
    return response_id


ResponseId = Annotated[UUID, Depends(response_in_path)]


@router.get("")
def show_list(
    request: Request,
    visit: Visiting,
    survey: str = "",
    state: str = "",
    after: str = "",
    tests: str = "",
    scale: str = "",
) -> Response:
    """The answers of one survey on one of its scales: those of the first one, on today's, when none is chosen."""
    bar = period_bar(request, visit, "survey", "state", *NAMES)
    lines = service.survey_lines(visit.ctx)
    line, states = wanted_survey(lines, survey), chosen_states(state)
    scales = scale_bar(visit, bar, line, scale) if line is not None else None
    line = scales.line if scales is not None else None
    filters = filter_bar(
        request,
        visit,
        bar,
        line,
        states=states,
        more=("band", *asks_contact(visit, [line] if line is not None else [])),
    )
    home = f"/w/{visit.workspace.slug}"
    work = partial(
        _listed,
        line=line,
        states=states,
        bar=bar,
        only=filters.only,
        after=after,
        row=partial(row_of, home=home, leaving=leaving(request, Opener.RESPONSES)),
    )
    survey_id = encode("srv", line.survey_id) if line else ""
    answers = panel(visit.ctx, "responses", work)
    asks_elsewhere = filters.only.contact is not None or (answers.value is not None and not answers.value.rows)
    page = ListPage(
        frame=visit.frame("Responses", "responses", bar.unusual),
        bar=bar,
        filters=filters,
        importing=importing(visit, line.survey_id) if line is not None else "",
        survey=line,
        survey_id=survey_id,
        surveys=_choices("survey", [(encode("srv", each.survey_id), each.name) for each in lines], survey_id, bar),
        scales=scales,
        states=_choices("state", [("", "All"), *STATES.items()], state, bar),
        state=state,
        may_export=allows(visit.ctx, Grant.EXPORT),
        smallest_group=visit.workspace.minimum_group,
        action=f"{home}/responses/download",
        home=home,
        answers=answers,
        elsewhere=elsewhere(visit, scales, counted_by(bar, states, filters.only)) if asks_elsewhere else (),
        reference=request_id(request),
        tests=trials.number(visit.ctx),
        tests_href=f"{home}/responses?{urlencode({'survey': survey_id, 'state': 'test', 'period': 'all'})}",
        may_judge=allows(visit.ctx, Grant.RESPONSES_VOID),
        notice=TESTS_GO if tests == "deleted" else "",
    )
    return render(request, "dashboard/responses/list.html", page, max(bar.status, filters.status))


def _listed(
    ctx: Context,
    *,
    line: SurveyLine | None,
    states: tuple[ResponseState, ...],
    bar: PeriodBar,
    only: Filter,
    after: str,
    row: Callable[[ResponseView, SurveyLine], Row],
) -> ListView:
    if line is None:
        return ListView((), 0, None)
    found = listing.page(ctx, line, bar.period, states, only, after=after, limit=ANSWERS_A_PAGE)
    older = f"?{bar.query}&{urlencode({'after': found.next})}" if found.next else None
    rows = tuple(row(answer, line) for answer in found.items)
    return ListView(rows, found.total, older)


def _choices(name: str, options: list[tuple[str, str]], chosen: str, bar: PeriodBar) -> tuple[Choice, ...]:
    kept = {key: value for key, value in {**bar.kept, **bar.period.query}.items() if key not in {name, "scale"}}
    if name == "state" and "scale" in bar.kept:
        kept["scale"] = bar.kept["scale"]
    return tuple(
        Choice(label, f"?{urlencode({**kept, name: value} if value else kept)}", value == chosen, value)
        for value, label in options
    )


@router.get("/{response_id}")
def show_answer(request: Request, visit: Visiting, response_id: ResponseId, done: str = "") -> Response:
    """One answer with all that is known about it."""
    page = _answer_page(request, visit, response_id, done=done)
    return render(request, "dashboard/responses/answer.html", page)


@router.post("/{response_id}/void")
def void(request: Request, act: Acting, response_id: ResponseId, sent: SentFields) -> Response:
    """Takes the answer out of the score, with a reason."""
    return _judged(request, act, response_id, sent, VOID)


@router.post("/{response_id}/restore")
def restore(request: Request, act: Acting, response_id: ResponseId, sent: SentFields) -> Response:
    """Puts the answer back as it was."""
    return _judged(request, act, response_id, sent, RESTORE)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a user decides about an answer, and the word for it once it is done."""

    work: Callable[[Context, UUID, VoidResponse], ResponseView]
    done: str


VOID = Judgement(responses.void, "voided")
RESTORE = Judgement(responses.restore, "restored")


def _judged(request: Request, act: Act, response_id: UUID, sent: Fields, judgement: Judgement) -> Response:
    try:
        command = VoidResponse.from_fields({"reason": sent.get("reason", "")})
        act.do(lambda ctx: judgement.work(ctx, response_id, command))
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        again = partial(
            _answer_again, request=request, response_id=response_id, judgement=judgement, sent=sent, refusal=refusal
        )
        return show_again(request, "dashboard/responses/answer.html", act.look(again), refusal)
    query = urlencode({**carried(request), "done": judgement.done})
    return see(f"/w/{act.slug}/responses/{encode('rsp', response_id)}?{query}")


def _answer_page(request: Request, visit: Visit, response_id: UUID, *, done: str = "") -> AnswerPage:
    home = f"/w/{visit.workspace.slug}"
    view = answer_view(visit.ctx, responses.get(visit.ctx, response_id), visit.workspace)
    return AnswerPage(
        frame=visit.frame("One response", "responses", period_bar(request, visit).unusual),
        answer=view,
        back=way_back(request, home, view.answer.survey_id, view.survey_name),
        may_judge=allows(visit.ctx, Grant.RESPONSES_VOID),
        may_reach=allows(visit.ctx, Grant.PEOPLE_READ),
        done=DONE.get((done, view.answer.state), ""),
    )


def _answer_again(
    visit: Visit, *, request: Request, response_id: UUID, judgement: Judgement, sent: Fields, refusal: Refusal
) -> AnswerPage:
    """The page with why nothing was done; a reason typed for what is not offered any more is dropped."""
    require(visit.ctx, Grant.RESPONSES_VOID)
    page = _answer_page(request, visit, response_id)
    offered = RESTORE if page.answer.can_be_restored else VOID
    typed = sent.get("reason", "") if judgement is offered else ""
    return replace(page, typed=typed, errors=errors_by_field(refusal))
