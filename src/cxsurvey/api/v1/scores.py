"""The score of a survey, with how sure it is and what was left out."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from cxsurvey.accounts import service as accounts
from cxsurvey.accounts.views import KeyView
from cxsurvey.api import schemas
from cxsurvey.api.contract import PREFIX, READS, problems
from cxsurvey.api.door import Calling
from cxsurvey.api.errors import in_query
from cxsurvey.api.ids import SurveyInPath, found
from cxsurvey.api.v1.filters import Day, StretchOfDays
from cxsurvey.core.command import says
from cxsurvey.core.context import Context
from cxsurvey.core.errors import Invalid
from cxsurvey.insights import filters, follow_ups, periods, segments, service
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.scoring.methods import method_names
from cxsurvey.scoring.scales import Band

router = APIRouter(prefix=f"{PREFIX}/surveys", tags=["scores"])


class OnOneScale(StretchOfDays):
    """Which days, which responses, and on which scale of the survey."""

    scale: Annotated[
        str | None,
        Field(
            pattern=r"^[1-9][0-9]{0,3}$",
            description="The number of an earlier scale of the survey, the first being 1; today's if left out.",
        ),
        says("out_of_range", "must be a whole number from 1 to 9999"),
    ] = None


class Stretch(OnOneScale):
    """The days, and how sure the interval is."""

    confidence: Annotated[
        float,
        Field(ge=0.5, le=0.999, description="Confidence of the interval, as a share."),
        says("out_of_range", "must be a number from 0.5 to 0.999"),
    ] = 0.95


class ScoreQuestion(Stretch):
    """Which score to tell."""

    method: Literal[method_names()] | None = Field(  # type: ignore[valid-type]
        default=None, description="How the interval is computed; the metric's own default when left out."
    )
    compare: Literal["previous"] | None = Field(
        default=None, description="`previous` compares with as many days right before."
    )
    since2: Day | None = Field(default=None, description="The first day of the period to compare with.")
    until2: Day | None = Field(default=None, description="The last day of that period, included; today if left out.")


class SegmentsQuestion(Stretch):
    """What to split the score by."""

    by: Literal[SEGMENT_KEYS] = Field(description="The segment to split the score by.")  # type: ignore[valid-type]


class FollowUpsQuestion(OnOneScale):
    """Whose follow-ups."""

    band: Band | None = Field(default=None, description="Only this group of customers.")


@router.get(
    "/{survey_id}/score",
    summary="Read the score of a survey",
    operation_id="getScore",
    response_model=schemas.Score,
    responses=problems(*READS, 404),
)
async def get_score(caller: Calling, survey_id: SurveyInPath, question: Annotated[ScoreQuestion, Query()]) -> Response:
    """Computes the score from exact counts, with an interval, n, and what was left out and why.

    Values are unrounded and in `unit`: points from −100 to 100, or percent from 0 to 100. They are null when
    there is no response.
    """
    asked = {name: value for name, value in question.model_dump().items() if isinstance(value, str)}

    def score(ctx: Context, _: KeyView) -> schemas.Score:
        try:
            period = periods.parse(asked, ctx.now, accounts.workspace(ctx).report_zone)
            against = periods.against(asked, period, ctx.now)
            only = filters.parse(ctx, asked)
            report = service.score(
                ctx, found("srv", survey_id), period, question.confidence, question.method, against, only
            )
        except Invalid as refusal:
            raise in_query(refusal) from None
        return schemas.Score.of(report, against)

    return await caller.read(score)


@router.get(
    "/{survey_id}/segments",
    summary="Read the score of a survey, split by a segment",
    operation_id="getSegments",
    response_model=schemas.Segments,
    responses=problems(*READS, 404),
)
async def get_segments(
    caller: Calling, survey_id: SurveyInPath, question: Annotated[SegmentsQuestion, Query()]
) -> Response:
    """Splits the score by touchpoint, agent or any other segment, each held against the rest.

    Segments from 10 responses come first, best shrunken score first; then the others by name, then what is left of
    them together, then responses without the segment. `stands_out` is adjusted for the number of tests.
    """
    asked = {name: value for name, value in question.model_dump().items() if isinstance(value, str)}

    def split(ctx: Context, _: KeyView) -> schemas.Segments:
        try:
            period = periods.parse(asked, ctx.now, accounts.workspace(ctx).report_zone)
            only = filters.parse(ctx, asked)
            report = segments.by_segment(ctx, found("srv", survey_id), question.by, period, only, question.confidence)
        except Invalid as refusal:
            raise in_query(refusal) from None
        return schemas.Segments.of(report)

    return await caller.read(split)


@router.get(
    "/{survey_id}/follow-ups",
    summary="Read how the follow-ups of a survey were answered",
    operation_id="getFollowUps",
    response_model=schemas.FollowUps,
    responses=problems(*READS, 404),
)
async def get_follow_ups(
    caller: Calling, survey_id: SurveyInPath, question: Annotated[FollowUpsQuestion, Query()]
) -> Response:
    """Tells for each follow-up how many chose what, of all customers and by group, with a Wilson interval.

    Reads the newest 20,000 counted responses of the period; `looked_at`, `total` and `back_to` say how far that went.
    Of texts only their number is told.
    """
    asked = {name: value for name, value in question.model_dump().items() if isinstance(value, str)}

    def answered(ctx: Context, _: KeyView) -> schemas.FollowUps:
        try:
            period = periods.parse(asked, ctx.now, accounts.workspace(ctx).report_zone)
            only = filters.parse(ctx, asked)
            report = follow_ups.follow_ups(ctx, found("srv", survey_id), period, only)
        except Invalid as refusal:
            raise in_query(refusal) from None
        return schemas.FollowUps.of(report)

    return await caller.read(answered)
