"""Responses: taken in one by one or in batches, listed for systems that keep a copy, voided and restored."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.routing import APIRoute
from pydantic import AwareDatetime, BeforeValidator, Field
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.accounts import service as accounts
from cxsurvey.accounts.views import KeyView
from cxsurvey.api import schemas
from cxsurvey.api.body import MANY, body_of
from cxsurvey.api.contract import PREFIX, READS, SECURED, WRITES, problems, stored, takes
from cxsurvey.api.credential import token_of
from cxsurvey.api.cursors import Cursor, PageLimit, Pages
from cxsurvey.api.door import JSON, Calling
from cxsurvey.api.errors import IdempotencyKeyRequired, in_query
from cxsurvey.api.ids import ResponseInPath, found, survey_named
from cxsurvey.api.once import REPLAYED, Once, idempotency_key_of, request_hash
from cxsurvey.api.query import strict
from cxsurvey.api.turns import take_more
from cxsurvey.api.v1.batches import Batch, item_of, items_of
from cxsurvey.api.v1.filters import StretchOfDays
from cxsurvey.api.v1.intake import INTAKE, Item, Post
from cxsurvey.core.command import says
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Invalid, Refusal
from cxsurvey.core.signing import digest
from cxsurvey.insights import changes, filters, periods
from cxsurvey.insights.filters import LONGEST_SEARCH, YES_OR_NO
from cxsurvey.responses import service
from cxsurvey.responses.commands import AnswerInput
from cxsurvey.responses.errors import SurveyUnknown
from cxsurvey.responses.service import VoidResponse
from cxsurvey.responses.states import ResponseState
from cxsurvey.scoring.scales import Band
from cxsurvey.web import seen
from cxsurvey.web.ready import Ready, raw

router = APIRouter(prefix=f"{PREFIX}/responses", tags=["responses"])


class Direct(APIRoute):
    """A route whose endpoint takes the request and makes the reply: nothing to resolve before, nothing to encode after.

    That layer costs as much as storing a response. The description of the route is made as for any other.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint itself."""
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return endpoint


intake = APIRouter(prefix=f"{PREFIX}/responses", tags=["responses"], route_class=Direct)
"""The routes that take responses in; the application asks them first."""

_HEADERS = raw({"Content-Type": JSON})
_REPLAYED = raw({"Content-Type": JSON, **REPLAYED})
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2199, 12, 31, tzinfo=UTC)


def _no_number(text: object) -> object:
    """Seconds since 1970 would be taken for an instant without a word, and so would milliseconds."""
    if isinstance(text, str) and "-" not in text.removeprefix("-"):
        raise ValueError
    return text


def _no_space(text: object) -> object:
    """A plus in an address stands for a space, so that what was meant is no offset any more."""
    if isinstance(text, str) and LOST_PLUS.fullmatch(text):
        raise PydanticCustomError("not_an_instant", "must be sent with %2B in place of +, or in UTC with Z")
    return text


LOST_PLUS = re.compile(r"[0-9-]+T[0-9:.]+ [0-9]{2}:?[0-9]{2}")
Instant = Annotated[
    AwareDatetime,
    Field(ge=EARLIEST, le=LATEST),
    BeforeValidator(_no_number),
    says("not_an_instant", "must be an instant with an offset such as 2026-03-02T09:30:00Z, from 2000 to 2199"),
    BeforeValidator(_no_space),
]
ANSWER: dict[str, Any] = {
    "survey": "srv_0694n1s2vhtlb9hqa83bssdf00",
    "score": 9,
    "comment": "Quick and friendly.",
    "external_id": "order-4711",
    "answered_at": "2026-03-02T09:30:00Z",
    "person": {"email": "customer@example.com"},
    "segments": {"touchpoint": "delivery", "country": "DE"},
    "attributes": {"plan": "basic"},
}


class Listing(StretchOfDays):
    """Which responses to list: all when nothing is named, else those for which everything that is named holds."""

    survey: str | None = Field(default=None, max_length=40, description="Only responses to this survey.")
    scale: str | None = Field(
        default=None,
        pattern="^[1-9][0-9]{0,3}$",
        description="Only those on this scale of the survey: 1 is the first it was asked on. Needs `survey`.",
    )
    state: ResponseState | None = Field(default=None, description="Only those in this state.")
    band: Band | None = Field(default=None, description="Only scores of this group, as each survey reads them.")
    follow_up: Literal[YES_OR_NO] | None = Field(  # type: ignore[valid-type]
        default=None, description="`yes`: only those that answered a follow-up; `no`: only the others."
    )
    contact: Literal[YES_OR_NO] | None = Field(  # type: ignore[valid-type]
        default=None,
        description="`yes`: only those whose customer may be contacted; `no`: only the others. Needs `people:read`.",
    )
    q: Annotated[
        str | None,
        Field(max_length=LONGEST_SEARCH, description="Only those whose comment holds all of these words."),
        says("length", f"must have at most {LONGEST_SEARCH} characters"),
    ] = None
    updated_since: Instant | None = Field(
        default=None, description="Only what changed at or after this instant (RFC 3339 with an offset)."
    )
    limit: PageLimit = 50
    after: Cursor = None


@intake.post(
    "",
    summary="Store one response",
    operation_id="createResponse",
    openapi_extra={**takes(AnswerInput, ANSWER), **SECURED},
    status_code=201,
    responses={
        **stored(schemas.Receipt, {201: "Stored.", 200: "Its `external_id` was there already; nothing changed."}),
        **problems(*WRITES, 404, 410),
    },
)
async def create_response(request: Request) -> Response:
    """Stores one answer.

    An `external_id` that this source has sent before gives the stored response again with status 200; it is not
    changed. A key in test mode stores a response that never counts.
    """
    token = token_of(request)
    strict(request, takes_any=False)
    body = await body_of(request)
    return await _take_in(request, token, body, (item_of(AnswerInput.from_json(body)),), is_batch=False)


@intake.post(
    "/batch",
    summary="Store up to 100 responses",
    operation_id="createResponses",
    openapi_extra={**takes(Batch, {"responses": [ANSWER]}, key_required=True), **SECURED},
    status_code=207,
    responses={
        **stored(schemas.BatchResult, {207: "What became of each item."}),
        **problems(*WRITES),
    },
)
async def create_responses(request: Request) -> Response:
    """Stores each answer by itself: one that is refused does not keep the others out.

    Each item uses one turn of the key. The batch as a whole needs an Idempotency-Key; give each item an
    `external_id` as well, then any repetition, also in another batch, stores nothing twice.
    """
    token = token_of(request)
    strict(request, takes_any=False)
    if idempotency_key_of(request) is None:
        raise IdempotencyKeyRequired
    body = await body_of(request, MANY)
    items = items_of(body)
    take_more(request, len(items) - 1)
    return await _take_in(request, token, body, items, is_batch=True)


async def _take_in(
    request: Request, token: str, body: bytes, items: tuple[Item | Refusal, ...], *, is_batch: bool
) -> Response:
    database: Database = request.app.state.database
    path = request.scope["path"]
    # no id stands in these two paths, so the path is the route
    once = Once(f"POST {path}", idempotency_key_of(request), request_hash(path, body))
    post = Post(digest(token), once, items, is_batch)
    lane_key = next((item.survey_id for item in items if isinstance(item, Item)), None)
    (result,) = await database.ahot(INTAKE, [post], share=Share.API, lane_key=lane_key)
    if isinstance(result, Refusal):
        raise result
    seen.buffer(database).key(result.key_id, result.at)
    headers = [*(_REPLAYED if result.replayed else _HEADERS)]
    if result.answer.status == 201:
        headers.append((b"location", f"{path}/{schemas.id_in(result.answer.body)}".encode()))
    return Ready(result.answer.body, result.answer.status, headers)


@router.get(
    "",
    summary="List responses in the order of their last change",
    operation_id="listResponses",
    response_model=schemas.ResponseList,
    responses=problems(*READS, 404),
)
async def list_responses(caller: Calling, wanted: Annotated[Listing, Query()]) -> Response:
    """Pages through responses, oldest change first, so that a copy can be kept up to date.

    Follow `next` until it is null; later start again with `updated_since` set to the last `changed_at` seen. A
    response that changes meanwhile appears again further on; none is skipped.
    """
    pages = Pages.of(caller, wanted)
    after = pages.after

    def page(ctx: Context, _: KeyView) -> schemas.ResponseList:
        try:
            found = changes.changed(
                ctx, _wanted(ctx, wanted), since=wanted.updated_since, after=after, limit=wanted.limit
            )
        except (Invalid, SurveyUnknown) as refusal:
            raise in_query(refusal) from None
        following = pages.next(found.next) if found.next is not None else None
        return schemas.ResponseList(data=[schemas.Response.of(view) for view in found.items], next=following)

    return await caller.read(page)


def _wanted(ctx: Context, listing: Listing) -> changes.Wanted:
    named = {name: str(value) for name, value in listing.model_dump(mode="json").items() if value is not None}
    has_days = not named.keys().isdisjoint({"period", "since", "until"})
    return changes.Wanted(
        survey_id=survey_named(listing.survey) if listing.survey is not None else None,
        period=periods.parse(named, ctx.now, accounts.workspace(ctx).report_zone) if has_days else None,
        states=filters.states(named.get("state", "")),
        only=filters.parse(ctx, named),
    )


@router.get(
    "/{response_id}",
    summary="Read one response",
    operation_id="getResponse",
    response_model=schemas.Response,
    responses=problems(*READS, 404),
)
async def get_response(caller: Calling, response_id: ResponseInPath) -> Response:
    """Reads one response with its attribution."""
    return await caller.read(lambda ctx, _: schemas.Response.of(service.get(ctx, found("rsp", response_id))))


@router.post(
    "/{response_id}/void",
    summary="Take a response out of every score",
    operation_id="voidResponse",
    openapi_extra=takes(VoidResponse, {"reason": "Entered by a colleague as a trial"}),
    responses={**stored(schemas.Response, {200: "The response as it is now."}), **problems(*WRITES, 404)},
)
async def void_response(caller: Calling, response_id: ResponseInPath) -> Response:
    """Keeps the response readable and counts it no longer; the reason is kept."""
    body = await body_of(caller.request)
    command = VoidResponse.from_json(body)
    return await caller.write(
        lambda ctx: schemas.Response.of(service.void(ctx, found("rsp", response_id), command)), body=body
    )


@router.post(
    "/{response_id}/restore",
    summary="Put a void or flagged response back",
    operation_id="restoreResponse",
    openapi_extra=takes(VoidResponse, {"reason": "It was a customer after all"}),
    responses={**stored(schemas.Response, {200: "The response as it is now."}), **problems(*WRITES, 404)},
)
async def restore_response(caller: Calling, response_id: ResponseInPath) -> Response:
    """Undoes a void; a flagged response becomes counted."""
    body = await body_of(caller.request)
    command = VoidResponse.from_json(body)
    return await caller.write(
        lambda ctx: schemas.Response.of(service.restore(ctx, found("rsp", response_id), command)), body=body
    )
