"""The page that splits one survey's score by a segment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.accounts.permissions import Grant, allows
from cxsurvey.core.context import Context
from cxsurvey.dashboard.filter_bar import FilterBar, filter_bar
from cxsurvey.dashboard.importing import importing
from cxsurvey.dashboard.period_bar import Choice, PeriodBar, period_bar
from cxsurvey.dashboard.scale_bar import Elsewhere, ScaleBar, counted_by, elsewhere, scale_bar
from cxsurvey.dashboard.segment_views import SegmentsView, segment_href, segments_view
from cxsurvey.dashboard.surveys.path import SurveyId, head
from cxsurvey.dashboard.surveys.views import Head
from cxsurvey.insights import filters as wanted
from cxsurvey.insights import segments, service
from cxsurvey.insights.panels import Panel, panel
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.responses.states import ResponseState
from cxsurvey.surveys import service as surveys
from cxsurvey.web.door import Visiting
from cxsurvey.web.errors import request_id
from cxsurvey.web.frame import Frame
from cxsurvey.web.templating import render

COUNTED: Final = (ResponseState.COUNTED,)

router = APIRouter(prefix="/w/{slug}")


@dataclass(frozen=True, slots=True)
class SegmentsPage:
    """A survey's score by one segment."""

    frame: Frame
    bar: PeriodBar
    filters: FilterBar
    scales: ScaleBar
    importing: str
    survey: Head
    keys: tuple[Choice, ...]
    by: str
    chosen: str
    """The query of the days and filters, for the other pages of the survey."""
    may_write: bool
    may_export: bool
    download: str
    table: Panel[SegmentsView]
    elsewhere: tuple[Elsewhere, ...]
    reference: str


@router.get("/surveys/{survey_id}/segments")
def show_segments(request: Request, visit: Visiting, survey_id: SurveyId, by: str = "", scale: str = "") -> Response:
    """The score by touchpoint, agent or any other segment, each held against the rest."""
    bar = period_bar(request, visit, "by", *wanted.NAMES)
    scales = scale_bar(visit, bar, service.survey_line(visit.ctx, survey_id), scale)
    line = scales.line
    keys = tuple(wanted.offered_of(visit.ctx, line))
    key = segments.checked_key(by) if by else _usual_key(request, keys)
    filters = filter_bar(request, visit, bar, line, without=key)
    survey = head(visit, surveys.get(visit.ctx, survey_id))
    work = partial(_split, survey_id=survey_id, key=key, bar=bar, filters=filters, base=survey.base)
    query = {**bar.period.query, **filters.only.query}
    table = panel(visit.ctx, "segments", work)
    is_empty = table.value is not None and not table.value.rows and not table.value.few
    page = SegmentsPage(
        frame=visit.frame(f"{line.name} by segment", "surveys", bar.unusual),
        bar=bar,
        filters=filters,
        scales=scales,
        importing=importing(visit, survey_id),
        survey=survey,
        keys=tuple(
            Choice(filters.names[each], segment_href(survey.base, each, query), each == key, each)
            for each in dict.fromkeys((*keys, key))
        ),
        by=key,
        chosen=urlencode(query),
        may_write=allows(visit.ctx, Grant.SURVEYS_WRITE),
        may_export=allows(visit.ctx, Grant.EXPORT),
        download=f"{survey.base}/segments/download",
        table=table,
        elsewhere=elsewhere(visit, scales, counted_by(bar, COUNTED, filters.only)) if is_empty else (),
        reference=request_id(request),
    )
    return render(request, "dashboard/survey/segments.html", page, max(bar.status, filters.status))


def _usual_key(request: Request, keys: tuple[str, ...]) -> str:
    """What to split by when nothing is said: a segment that no filter holds to one value already."""
    free = (key for key in keys if not request.query_params.get(key))
    return next(free, next(iter(keys), SEGMENT_KEYS[0]))


def _split(ctx: Context, *, survey_id: UUID, key: str, bar: PeriodBar, filters: FilterBar, base: str) -> SegmentsView:
    found = segments.by_segment(ctx, survey_id, key, bar.period, filters.only)
    return segments_view(found, filters.names, {**bar.period.query, **filters.only.query}, base)
