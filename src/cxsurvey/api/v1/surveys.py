"""Surveys: listed, read, made and published."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from cxsurvey.api import schemas
from cxsurvey.api.body import body_of, empty_body
from cxsurvey.api.contract import READS, WRITES, problems, stored, takes
from cxsurvey.api.door import Calling
from cxsurvey.api.ids import SurveyInPath, found
from cxsurvey.core.command import Command
from cxsurvey.core.context import Context
from cxsurvey.surveys import service
from cxsurvey.surveys.commands import CreateSurvey

router = APIRouter(prefix="/surveys", tags=["surveys"])


class PublishSurvey(Command):
    """Publish the draft; with `revision` only if it is still the one that was read."""

    revision: int | None = Field(default=None, ge=1, le=2**31 - 1)


@router.get(
    "",
    summary="List surveys",
    operation_id="listSurveys",
    response_model=schemas.SurveyList,
    responses=problems(401, 403, 503),
)
async def list_surveys(caller: Calling) -> Response:
    """All surveys of the workspace, newest first."""
    origin = caller.database.settings.origin
    return await caller.read(
        lambda ctx, _: schemas.SurveyList(data=[schemas.summarise_survey(view, origin) for view in service.listed(ctx)])
    )


@router.get(
    "/{survey_id}",
    summary="Read one survey",
    operation_id="getSurvey",
    response_model=schemas.Survey,
    responses=problems(*READS, 404),
)
async def get_survey(caller: Calling, survey_id: SurveyInPath) -> Response:
    """Reads one survey with its draft and what customers are asked now."""
    origin = caller.database.settings.origin
    return await caller.read(lambda ctx, _: schemas.describe_survey(service.get(ctx, found("srv", survey_id)), origin))


@router.post(
    "",
    summary="Make a survey",
    operation_id="createSurvey",
    openapi_extra=takes(CreateSurvey, {"name": "After delivery", "formula": "csat-1-5/1", "languages": ["en", "de"]}),
    status_code=201,
    responses={**stored(schemas.Survey, {201: "A draft, asked of nobody yet."}), **problems(*WRITES)},
)
async def create_survey(caller: Calling) -> Response:
    """Makes a draft: with `definition`, or with the ready texts of a formula in `languages`, the first the default."""
    body, origin = await body_of(caller.request), caller.database.settings.origin
    command = CreateSurvey.from_json(body)
    return await caller.write(
        lambda ctx: schemas.describe_survey(service.create(ctx, command), origin), body=body, status=201
    )


@router.post(
    "/{survey_id}/publish",
    summary="Publish a survey",
    operation_id="publishSurvey",
    openapi_extra=takes(PublishSurvey, {"revision": 3}, body_required=False),
    responses={**stored(schemas.Publication, {200: "What publishing came to."}), **problems(*WRITES, 404)},
)
async def publish_survey(caller: Calling, survey_id: SurveyInPath) -> Response:
    """Asks the draft from now on, as a new version. Publishing what is asked already changes nothing."""
    body = await empty_body(caller.request)
    origin = caller.database.settings.origin
    revision = PublishSurvey.from_json(body or b"{}").revision

    def publish(ctx: Context) -> schemas.Publication:
        made = service.publish(ctx, found("srv", survey_id), revision)
        return schemas.Publication(outcome=made.outcome, survey=schemas.describe_survey(made.survey, origin))

    return await caller.write(publish, body=body)
