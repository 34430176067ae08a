"""Downloading answers and numbers: recorded before the first byte; of answers at most two at once in a process."""

from __future__ import annotations

from collections.abc import Iterator
from threading import BoundedSemaphore

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from cxsurvey.accounts import service
from cxsurvey.core.context import Context
from cxsurvey.core.errors import NotFound, Unavailable
from cxsurvey.core.ids import decode
from cxsurvey.dashboard.answer_views import chosen_states
from cxsurvey.dashboard.period_bar import chosen_step
from cxsurvey.dashboard.surveys.path import SurveyId
from cxsurvey.insights import filters, periods
from cxsurvey.transfer import export, follow_ups, numbers, segments
from cxsurvey.transfer.export import Order
from cxsurvey.web.door import Acting
from cxsurvey.web.forms import SentFields

router = APIRouter(prefix="/w/{slug}")

CSV = "text/csv; charset=utf-8"
AT_ONCE = 2
places = BoundedSemaphore(AT_ONCE)


@router.post("/responses/download")
def download(request: Request, act: Acting, sent: SentFields) -> Response:
    """The answers that the list shows, as CSV."""
    survey_id = decode("srv", sent.get("survey", ""))
    if survey_id is None:
        raise NotFound
    states = chosen_states(sent.get("state", ""))

    def work(ctx: Context) -> Order:
        period = periods.parse(sent, ctx.now, service.workspace(ctx).report_zone)
        return export.order(ctx, survey_id, period, states, filters.parse(ctx, sent))

    if not places.acquire(blocking=False):
        raise Unavailable("Two downloads are running already. Please try again in a moment.", retry_after=10)
    try:
        made = act.do(work)
    except BaseException:
        places.release()
        raise
    body = _Body(
        export.as_csv(
            export.rows(made, lambda read: act.look(lambda visit: read(visit.ctx))), bom=sent.get("bom", "") == "yes"
        )
    )
    return StreamingResponse(body, media_type=CSV, headers=as_attachment(made.filename))


@router.post("/surveys/{survey_id}/results/download")
def download_numbers(act: Acting, survey_id: SurveyId, sent: SentFields) -> Response:
    """The numbers of the results page as CSV. They cost one page, so nobody waits for a place."""
    grain = chosen_step(sent.get("step", ""))

    def work(ctx: Context) -> numbers.Order:
        period = periods.parse(sent, ctx.now, service.workspace(ctx).report_zone)
        return numbers.order(ctx, survey_id, period, grain, filters.parse(ctx, sent))

    made = act.do(work)
    lines = act.look(lambda visit: numbers.rows(visit.ctx, made))
    content = b"".join(export.as_csv(iter(lines), bom=sent.get("bom", "") == "yes"))
    return Response(content, media_type=CSV, headers=as_attachment(made.filename))


@router.post("/surveys/{survey_id}/segments/download")
def download_segments(act: Acting, survey_id: SurveyId, sent: SentFields) -> Response:
    """The segment table as CSV."""

    def work(ctx: Context) -> segments.Order:
        period = periods.parse(sent, ctx.now, service.workspace(ctx).report_zone)
        return segments.order(ctx, survey_id, sent.get("by", ""), period, filters.parse(ctx, sent))

    made = act.do(work)
    lines = act.look(lambda visit: segments.rows(visit.ctx, made))
    content = b"".join(export.as_csv(iter(lines), bom=sent.get("bom", "") == "yes"))
    return Response(content, media_type=CSV, headers=as_attachment(made.filename))


@router.post("/surveys/{survey_id}/follow-ups/download")
def download_follow_ups(act: Acting, survey_id: SurveyId, sent: SentFields) -> Response:
    """How the follow-ups were answered, as CSV."""

    def work(ctx: Context) -> follow_ups.Order:
        period = periods.parse(sent, ctx.now, service.workspace(ctx).report_zone)
        return follow_ups.order(ctx, survey_id, period, filters.parse(ctx, sent))

    made = act.do(work)
    lines = act.look(lambda visit: follow_ups.rows(visit.ctx, made))
    content = b"".join(export.as_csv(iter(lines), bom=sent.get("bom", "") == "yes"))
    return Response(content, media_type=CSV, headers=as_attachment(made.filename))


def as_attachment(filename: str) -> dict[str, str]:
    """The header that makes a browser save the answer under this name."""
    return {"Content-Disposition": f'attachment; filename="{filename}"'}


class _Body:
    """The pieces of a download; gives its place back once, whether it was read to the end or dropped."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._holds = True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Gives the place back."""
        if self._holds:
            self._holds = False
            places.release()

    def __del__(self) -> None:
        self.close()
