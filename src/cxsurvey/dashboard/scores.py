"""The pages of the numbers: the overview, one survey's results, and all comments."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.accounts.permissions import Grant, allows
from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode
from cxsurvey.dashboard.answer_views import wanted_survey
from cxsurvey.dashboard.comment_views import CommentsView, comments_view
from cxsurvey.dashboard.filter_bar import FilterBar, asks_contact, filter_bar
from cxsurvey.dashboard.follow_up_views import FollowUpsView, follow_ups_view
from cxsurvey.dashboard.importing import importing
from cxsurvey.dashboard.period_bar import Choice, PeriodBar, chosen_step, period_bar
from cxsurvey.dashboard.scale_bar import AtLeast, Elsewhere, ScaleBar, counted_by, elsewhere, scale_bar
from cxsurvey.dashboard.score_views import (
    OverviewView,
    ResultsView,
    overview_view,
    results_view,
)
from cxsurvey.dashboard.surveys.path import SurveyId, asker, head
from cxsurvey.dashboard.surveys.views import Head
from cxsurvey.dashboard.ways_back import Opener, leaving
from cxsurvey.insights import comments, follow_ups, service
from cxsurvey.insights.filters import NAMES
from cxsurvey.insights.panels import Panel, panel
from cxsurvey.insights.reports import SurveyLine
from cxsurvey.insights.texts import newest_texts
from cxsurvey.responses.states import ResponseState
from cxsurvey.surveys import service as surveys
from cxsurvey.web.door import Visit, Visiting
from cxsurvey.web.errors import request_id
from cxsurvey.web.frame import Frame
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}")

NEWEST_SHOWN = 6
COMMENTS_A_PAGE = 20
MOST_COUNTED = 100
"""Comments up to which those of another scale are counted."""
COUNTED = (ResponseState.COUNTED,)


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """What is the score, did it move, who said what, what was left out."""

    frame: Frame
    bar: PeriodBar
    numbers: Panel[OverviewView]
    comments: Panel[CommentsView]
    importing: str
    reference: str
    home: str
    may_write: bool


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """Everything about one survey's score."""

    frame: Frame
    bar: PeriodBar
    filters: FilterBar
    scales: ScaleBar
    importing: str
    survey: Head
    list_href: str
    plan_href: str
    chosen: str
    """The query of the days and filters, for the other pages of the survey."""
    may_write: bool
    may_export: bool
    download: str
    numbers: Panel[ResultsView]
    elsewhere: tuple[Elsewhere, ...]
    follow_ups: Panel[FollowUpsView]
    comments: Panel[CommentsView]
    reference: str


@dataclass(frozen=True, slots=True)
class CommentsPage:
    """What customers wrote, in all surveys or in one."""

    frame: Frame
    bar: PeriodBar
    filters: FilterBar
    surveys: tuple[Choice, ...]
    survey: SurveyLine | None
    scales: ScaleBar | None
    comments: Panel[CommentsView]
    elsewhere: tuple[Elsewhere, ...]
    reference: str


@router.get("/")
def show_overview(request: Request, visit: Visiting) -> Response:
    """The first page of every morning."""
    bar, home = period_bar(request, visit), f"/w/{visit.workspace.slug}"

    def numbers(ctx: Context) -> OverviewView:
        return overview_view(service.overview(ctx, bar.period), home, bar)

    newest = partial(_newest_of_all, visit=visit, bar=bar, leaving=leaving(request, Opener.OVERVIEW))
    page = OverviewPage(
        frame=visit.frame("Overview", "overview", bar.unusual),
        bar=bar,
        numbers=panel(visit.ctx, "overview", numbers),
        comments=panel(visit.ctx, "newest comments", newest),
        importing=importing(visit),
        reference=request_id(request),
        home=home,
        may_write=allows(visit.ctx, Grant.SURVEYS_WRITE),
    )
    return render(request, "dashboard/overview/overview.html", page, bar.status)


@router.get("/comments")
def show_comments(request: Request, visit: Visiting, survey: str = "", after: str = "", scale: str = "") -> Response:
    """What customers wrote, in all surveys or in one, with a search; of one also on an earlier scale."""
    bar = period_bar(request, visit, "survey", *NAMES)
    lines = service.survey_lines(visit.ctx)
    line = wanted_survey(lines, survey) if survey else None
    scales = scale_bar(visit, bar, line, scale) if line is not None else None
    line = scales.line if scales is not None else None
    asked = [line] if line is not None else lines
    more = ("band", "follow_up", *asks_contact(visit, asked), "q")
    chosen = filter_bar(request, visit, bar, line, more=more)

    def found(ctx: Context) -> CommentsView:
        page = comments.newest(ctx, asked, bar.period, chosen.only, after=after, limit=COMMENTS_A_PAGE)
        return comments_view(page, f"/w/{visit.workspace.slug}", bar, leaving(request, Opener.COMMENTS))

    def of_line(ctx: Context, other: SurveyLine) -> AtLeast:
        page = comments.newest(ctx, [other], bar.period, chosen.only, limit=MOST_COUNTED)
        return AtLeast(len(page.items), is_exact=page.next is None)

    shown = panel(visit.ctx, "comments", found)
    is_empty = shown.value is not None and not shown.value.items and not shown.value.searched_back_to
    asks_elsewhere = is_empty or chosen.only.contact is not None
    names = [("", "All surveys"), *((encode("srv", each.survey_id), each.name) for each in lines)]
    page = CommentsPage(
        frame=visit.frame("Comments", "comments", bar.unusual),
        bar=bar,
        filters=chosen,
        surveys=tuple(Choice(name, "", value == survey, value) for value, name in names),
        survey=line,
        scales=scales,
        comments=shown,
        elsewhere=elsewhere(visit, scales, of_line, "comment") if asks_elsewhere else (),
        reference=request_id(request),
    )
    return render(request, "dashboard/overview/comments.html", page, max(bar.status, chosen.status))


@router.get("/surveys/{survey_id}/results")
def show_results(
    request: Request, visit: Visiting, survey_id: SurveyId, step: str = "", after: str = "", scale: str = ""
) -> Response:
    """One survey's score and all that belongs to it, on today's scale or an earlier one."""
    bar, grain = period_bar(request, visit, "step", *NAMES), chosen_step(step)
    scales = scale_bar(visit, bar, service.survey_line(visit.ctx, survey_id), scale)
    line = scales.line
    chosen = filter_bar(request, visit, bar, line)
    stored = surveys.get(visit.ctx, survey_id)
    survey, home = head(visit, stored), f"/w/{visit.workspace.slug}"
    query = {**bar.period.query, **chosen.only.query}

    def numbers(ctx: Context) -> ResultsView:
        found = service.survey_report(ctx, survey_id, bar.period, grain, chosen.only)
        return results_view(found, query, survey.base)

    def answered(ctx: Context) -> FollowUpsView:
        found = follow_ups.follow_ups(ctx, survey_id, bar.period, chosen.only)
        texts, fill = newest_texts(ctx, found), asker(visit, stored).fill
        return follow_ups_view(found, fill, texts, home, leaving(request, Opener.FOLLOW_UPS))

    def newest(ctx: Context) -> CommentsView:
        found = comments.newest(ctx, [line], bar.period, chosen.only, after=after, limit=COMMENTS_A_PAGE)
        return comments_view(found, home, bar, leaving(request, Opener.RESULTS))

    score = panel(visit.ctx, "results", numbers)
    is_empty = score.value is not None and not score.value.number.result.n
    page = ResultsPage(
        frame=visit.frame(line.name, "surveys", bar.unusual),
        bar=bar,
        importing=importing(visit, survey_id),
        survey=survey,
        filters=chosen,
        scales=scales,
        list_href=f"{home}/responses?{urlencode({'survey': survey.id, **query})}",
        plan_href=f"{home}/planning?{urlencode({'like': survey.id, **bar.period.query})}",
        chosen=urlencode(query),
        may_write=allows(visit.ctx, Grant.SURVEYS_WRITE),
        may_export=allows(visit.ctx, Grant.EXPORT),
        download=f"{survey.base}/results/download",
        numbers=score,
        elsewhere=elsewhere(visit, scales, counted_by(bar, COUNTED, chosen.only)) if is_empty else (),
        follow_ups=panel(visit.ctx, "follow-ups", answered),
        comments=panel(visit.ctx, "comments", newest),
        reference=request_id(request),
    )
    return render(request, "dashboard/survey/results.html", page, max(bar.status, chosen.status))


def _newest_of_all(ctx: Context, *, visit: Visit, bar: PeriodBar, leaving: str) -> CommentsView:
    found = comments.newest(ctx, service.survey_lines(ctx), bar.period, limit=NEWEST_SHOWN)
    return comments_view(found, f"/w/{visit.workspace.slug}", bar, leaving)
