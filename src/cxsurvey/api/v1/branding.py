"""How a workspace looks to customers: read, changed, and its logo."""

from __future__ import annotations

from functools import partial
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter
from starlette.responses import Response

from cxsurvey.accounts import branding
from cxsurvey.accounts.branding import ChangeBranding
from cxsurvey.api import schemas
from cxsurvey.api.body import body_of, empty_body, picture_body
from cxsurvey.api.contract import READS, WRITES, keyed_by, problems, stored, takes
from cxsurvey.api.door import Calling
from cxsurvey.core.context import Context
from cxsurvey.core.pictures import SUFFIXES

router = APIRouter(prefix="/branding", tags=["branding"])

EXAMPLE = {"name": "Northwind", "accent": "#274C84", "privacy_url": "https://example.com/privacy", "footer": ""}
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_FILE: dict[str, Any] = {
    "requestBody": {"required": True, "content": dict.fromkeys(SUFFIXES, _BINARY)},
    **keyed_by(),
}


@router.get(
    "",
    summary="Read the branding",
    operation_id="getBranding",
    response_model=schemas.Branding,
    responses=problems(*READS),
)
async def get_branding(caller: Calling) -> Response:
    """Name, colour, logo, privacy page and foot line, as surveys show them that have nothing of their own."""
    return await caller.read(lambda ctx, _: schemas.describe_branding(branding.get(ctx), ctx.settings.origin))


@router.put(
    "",
    summary="Change the branding",
    operation_id="putBranding",
    openapi_extra=takes(ChangeBranding, EXAMPLE),
    responses={**stored(schemas.Branding, {200: "The branding as it is now."}), **problems(*WRITES)},
)
async def put_branding(caller: Calling) -> Response:
    """Replaces all but the logo; what is left out is as it is for a new workspace."""
    body = await body_of(caller.request)
    command = ChangeBranding.from_json(body)

    def work(ctx: Context) -> schemas.Branding:
        return schemas.describe_branding(branding.change(ctx, command), ctx.settings.origin)

    return await caller.write(work, body=body)


@router.put(
    "/logo",
    summary="Set the logo",
    operation_id="putLogo",
    openapi_extra=_FILE,
    responses={**stored(schemas.Branding, {200: "The branding as it is now."}), **problems(*WRITES)},
)
async def put_logo(caller: Calling) -> Response:
    """Takes a PNG, JPEG or WebP picture of at most 200 kB that does not move; metadata in it is dropped."""
    body = await picture_body(caller.request)
    picture = await run_sync(partial(branding.picture_of, body))

    def work(ctx: Context) -> schemas.Branding:
        return schemas.describe_branding(branding.set_logo(ctx, picture), ctx.settings.origin)

    return await caller.write(work, body=body)


@router.delete(
    "/logo",
    summary="Remove the logo",
    operation_id="deleteLogo",
    openapi_extra=keyed_by(),
    responses={**stored(schemas.Branding, {200: "The branding as it is now."}), **problems(*WRITES)},
)
async def delete_logo(caller: Calling) -> Response:
    """Shows no logo any more. A published version of a survey that has it as its own keeps it."""
    body = await empty_body(caller.request)

    def work(ctx: Context) -> schemas.Branding:
        return schemas.describe_branding(branding.remove_logo(ctx), ctx.settings.origin)

    return await caller.write(work, body=body)
