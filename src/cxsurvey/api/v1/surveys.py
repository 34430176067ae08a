"""Surveys: made, read, edited, published, closed and opened again; drafts deleted."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from cxsurvey.api import schemas
from cxsurvey.api.body import body_of, empty_body
from cxsurvey.api.contract import PREFIX, READS, TAGGED, WRITES, conditional, keyed_by, problems, stored, tagged, takes
from cxsurvey.api.door import Caller, Calling
from cxsurvey.api.ids import SurveyInPath, VersionInPath, found
from cxsurvey.api.tags import condition_of
from cxsurvey.core.command import Command
from cxsurvey.core.context import Context
from cxsurvey.core.text import Line80
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys import history, service
from cxsurvey.surveys.commands import CreateSurvey, EditSurvey
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.errors import StaleEdit
from cxsurvey.surveys.service import SurveyView
from cxsurvey.surveys.standard import standard

router = APIRouter(prefix=f"{PREFIX}/surveys", tags=["surveys"])

Change = Callable[[Context, int | None], SurveyView]
"""A use case that changes a survey at a revision; None for whatever it is at."""
MADE = {"name": "After delivery", "formula": "csat-1-5/1", "languages": ["en", "de"]}
EDITED = {"name": "After delivery", "definition": standard(Metric.NPS, "Northwind").stored()}


class PublishSurvey(Command):
    """Publish the draft; with `revision` only if it is still the one that was read."""

    revision: int | None = Field(default=None, ge=1, le=2**31 - 1)


class ReplaceDraft(Command):
    """The whole draft anew, as it was read and then changed. `anonymous` may change until the first publication."""

    name: Line80
    definition: Definition
    anonymous: bool | None = None


class Nothing(Command):
    """An empty object."""


@router.get(
    "",
    summary="List surveys",
    operation_id="listSurveys",
    response_model=schemas.SurveyList,
    responses=problems(*READS),
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
    openapi_extra=TAGGED,
    responses={**tagged(schemas.Survey), **problems(*READS, 404)},
)
async def get_survey(caller: Calling, survey_id: SurveyInPath) -> Response:
    """Reads one survey with its draft and what customers are asked now, and the ETag that changes are based on."""
    origin = caller.database.settings.origin
    return await caller.read(lambda ctx, _: schemas.describe_survey(service.get(ctx, found("srv", survey_id)), origin))


@router.get(
    "/{survey_id}/versions",
    summary="List what a survey has asked",
    operation_id="listVersions",
    response_model=schemas.VersionList,
    responses=problems(*READS, 404),
)
async def list_versions(caller: Calling, survey_id: SurveyInPath) -> Response:
    """Every publication, newest first; none for a draft. Versions of one `trend_line` compare."""

    def read(ctx: Context, _: object) -> schemas.VersionList:
        views = history.versions(ctx, found("srv", survey_id))
        return schemas.VersionList(data=[schemas.VersionSummary.of(view) for view in views])

    return await caller.read(read)


@router.get(
    "/{survey_id}/versions/{number}",
    summary="Read one version of a survey",
    operation_id="getVersion",
    response_model=schemas.Version,
    responses=problems(*READS, 404),
)
async def get_version(caller: Calling, survey_id: SurveyInPath, number: VersionInPath) -> Response:
    """Reads exactly what was asked, in every language, from this publication to the next."""
    return await caller.read(
        lambda ctx, _: schemas.Version.of(history.version(ctx, found("srv", survey_id), int(number)))
    )


@router.get(
    "/{survey_id}/readiness",
    summary="See what publishing would come to",
    operation_id="getReadiness",
    response_model=schemas.Readiness,
    responses=problems(*READS, 404),
)
async def get_readiness(caller: Calling, survey_id: SurveyInPath) -> Response:
    """Tells everything that is missing from the draft, and whether publishing it would begin a new trend line."""
    return await caller.read(lambda ctx, _: schemas.Readiness.of(history.readiness(ctx, found("srv", survey_id))))


@router.post(
    "",
    summary="Make a survey",
    operation_id="createSurvey",
    openapi_extra=takes(CreateSurvey, MADE),
    status_code=201,
    responses={**stored(schemas.Survey, {201: "A draft, asked of nobody yet."}, tagged=True), **problems(*WRITES)},
)
async def create_survey(caller: Calling) -> Response:
    """Makes a draft: with `definition`, or with the ready texts of a formula in `languages`, the first the default."""
    body, origin = await body_of(caller.request), caller.database.settings.origin
    command = CreateSurvey.from_json(body)
    return await caller.write(
        lambda ctx: schemas.describe_survey(service.create(ctx, command), origin),
        body=body,
        status=201,
        tagged=schemas.Survey.model_validate_json,
    )


@router.put(
    "/{survey_id}",
    summary="Edit the draft of a survey",
    operation_id="editSurvey",
    openapi_extra=conditional(
        takes(ReplaceDraft, EDITED),
        required=True,
    ),
    responses={
        **stored(schemas.Survey, {200: "The survey as it is now."}, tagged=True),
        **problems(*WRITES, 404, 412, 428),
    },
)
async def edit_survey(caller: Calling, survey_id: SurveyInPath) -> Response:
    """Replaces the draft as a whole; customers are asked the same as before until it is published.

    If-Match names what the edit is based on, so that no edit of somebody else is lost.
    """
    body = await body_of(caller.request)
    command = ReplaceDraft.from_json(body)

    def edit(ctx: Context, revision: int | None) -> SurveyView:
        survey = found("srv", survey_id)
        at = service.revision_of(ctx, survey) if revision is None else revision
        wanted = EditSurvey(revision=at, name=command.name, definition=command.definition, anonymous=command.anonymous)
        return service.edit(ctx, survey, wanted)

    return await _changed(caller, body, edit, needed=True)


@router.post(
    "/{survey_id}/publish",
    summary="Publish a survey",
    operation_id="publishSurvey",
    openapi_extra=conditional(takes(PublishSurvey, {"revision": 3}, body_required=False)),
    responses={
        **stored(schemas.Publication, {200: "What publishing came to."}, tagged=True),
        **problems(*WRITES, 404, 412),
    },
)
async def publish_survey(caller: Calling, survey_id: SurveyInPath) -> Response:
    """Asks the draft from now on, as a new version. Publishing what is asked already changes nothing.

    With If-Match, or a `revision`, only if it is still the draft that was read.
    """
    body = await empty_body(caller.request)
    origin = caller.database.settings.origin
    revision = PublishSurvey.from_json(body or b"{}").revision
    condition = condition_of(caller.request, needed=False)

    def publish(ctx: Context) -> schemas.Publication:
        with condition.met():
            if revision is not None and condition.revision not in {None, revision}:
                raise StaleEdit
            made = service.publish(ctx, found("srv", survey_id), condition.revision or revision)
        return schemas.Publication(outcome=made.outcome, survey=schemas.describe_survey(made.survey, origin))

    return await caller.write(
        publish, body=body, tagged=lambda answer: schemas.Publication.model_validate_json(answer).survey
    )


@router.post(
    "/{survey_id}/close",
    summary="Close a survey",
    operation_id="closeSurvey",
    openapi_extra=conditional(keyed_by()),
    responses={**stored(schemas.Survey, {200: "The survey as it is now."}, tagged=True), **problems(*WRITES, 404, 412)},
)
async def close_survey(caller: Calling, survey_id: SurveyInPath) -> Response:
    """Takes no more answers; what was answered stays and its score can be read as before."""
    body = await _no_body(caller)
    return await _changed(caller, body, lambda ctx, at: service.close(ctx, found("srv", survey_id), at))


@router.post(
    "/{survey_id}/reopen",
    summary="Open a closed survey again",
    operation_id="reopenSurvey",
    openapi_extra=conditional(keyed_by()),
    responses={**stored(schemas.Survey, {200: "The survey as it is now."}, tagged=True), **problems(*WRITES, 404, 412)},
)
async def reopen_survey(caller: Calling, survey_id: SurveyInPath) -> Response:
    """Takes answers again, with the version that was asked last."""
    body = await _no_body(caller)
    return await _changed(caller, body, lambda ctx, at: service.reopen(ctx, found("srv", survey_id), at))


@router.delete(
    "/{survey_id}",
    summary="Delete a draft",
    operation_id="deleteSurvey",
    openapi_extra=conditional(keyed_by(), required=True),
    responses={**stored(schemas.Deleted, {200: "It is gone."}), **problems(*WRITES, 404, 412, 428)},
)
async def delete_survey(caller: Calling, survey_id: SurveyInPath) -> Response:
    """Deletes a draft that nobody was ever asked. One that was published is closed instead: its answers stay."""
    body = await _no_body(caller)
    condition = condition_of(caller.request, needed=True)

    def delete(ctx: Context) -> schemas.Deleted:
        with condition.met():
            service.delete(ctx, found("srv", survey_id), condition.revision)
        return schemas.Deleted(id=survey_id)

    return await caller.write(delete, body=body)


async def _no_body(caller: Caller) -> bytes:
    body = await empty_body(caller.request)
    Nothing.from_json(body or b"{}")
    return body


async def _changed(caller: Caller, body: bytes, change: Change, *, needed: bool = False) -> Response:
    """Carries out a change, on the revision that If-Match names, and answers with the survey as it is then."""
    condition = condition_of(caller.request, needed=needed)
    origin = caller.database.settings.origin

    def work(ctx: Context) -> schemas.Survey:
        with condition.met():
            view = change(ctx, condition.revision)
        return schemas.describe_survey(view, origin)

    return await caller.write(work, body=body, tagged=schemas.Survey.model_validate_json)
