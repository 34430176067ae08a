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
from cxsurvey.api.contract import PREFIX, READS, TAGGED, WRITES, conditional, keyed_by, problems, stored, tagged, takes
from cxsurvey.api.door import Calling
from cxsurvey.api.tags import condition_of
from cxsurvey.core.command import Command
from cxsurvey.core.context import Context
from cxsurvey.core.pictures import SUFFIXES
from cxsurvey.core.text import Line200, Line500, Passage1000

router = APIRouter(prefix=f"{PREFIX}/branding", tags=["branding"])

EXAMPLE = {"name": "Northwind", "accent": "#274C84", "privacy_url": "https://example.com/privacy", "footer": ""}
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_FILE: dict[str, Any] = {
    "requestBody": {"required": True, "content": dict.fromkeys(SUFFIXES, _BINARY)},
    **keyed_by(),
}


class LogoAsRead(Command):
    """The logo as `GET` tells it."""

    name: Line200
    url: Line500
    width: int
    height: int


class BrandingInput(ChangeBranding):
    """The branding as it shall be. What only `GET` tells may stand there, so that its answer can be sent back."""

    shown_name: Passage1000 = ""
    logo: LogoAsRead | None = None
    revision: int | None = None

    @property
    def command(self) -> ChangeBranding:
        """What there is to change."""
        return ChangeBranding(**{name: getattr(self, name) for name in ChangeBranding.model_fields})


@router.get(
    "",
    summary="Read the branding",
    operation_id="getBranding",
    openapi_extra=TAGGED,
    responses={**tagged(schemas.Branding), **problems(*READS)},
)
async def get_branding(caller: Calling) -> Response:
    """Name, colour, logo, privacy page and foot line, as surveys show them that have nothing of their own."""
    return await caller.read(lambda ctx, _: schemas.describe_branding(branding.get(ctx), ctx.settings.origin))


@router.put(
    "",
    summary="Change the branding",
    operation_id="putBranding",
    openapi_extra=conditional(takes(BrandingInput, EXAMPLE)),
    responses={**stored(schemas.Branding, {200: "The branding as it is now."}, tagged=True), **problems(*WRITES, 412)},
)
async def put_branding(caller: Calling) -> Response:
    """Replaces all but the logo; what is left out is as it is for a new workspace.

    What `GET` answers with may be sent back as it is: `shown_name`, `logo` and `revision` change nothing. With If-Match
    only what was read is replaced.
    """
    body = await body_of(caller.request)
    command = BrandingInput.from_json(body).command
    condition = condition_of(caller.request, needed=False)

    def work(ctx: Context) -> schemas.Branding:
        with condition.met():
            return schemas.describe_branding(branding.change(ctx, command, condition.revision), ctx.settings.origin)

    return await caller.write(work, body=body, tagged=schemas.Branding.model_validate_json)


@router.put(
    "/logo",
    summary="Set the logo",
    operation_id="putLogo",
    openapi_extra=conditional(_FILE),
    responses={**stored(schemas.Branding, {200: "The branding as it is now."}, tagged=True), **problems(*WRITES, 412)},
)
async def put_logo(caller: Calling) -> Response:
    """Takes a PNG, JPEG or WebP picture of at most 200 kB that does not move; metadata in it is dropped."""
    body = await picture_body(caller.request)
    condition = condition_of(caller.request, needed=False)
    picture = await run_sync(partial(branding.picture_of, body))

    def work(ctx: Context) -> schemas.Branding:
        with condition.met():
            return schemas.describe_branding(branding.set_logo(ctx, picture, condition.revision), ctx.settings.origin)

    return await caller.write(work, body=body, tagged=schemas.Branding.model_validate_json)


@router.delete(
    "/logo",
    summary="Remove the logo",
    operation_id="deleteLogo",
    openapi_extra=conditional(keyed_by()),
    responses={**stored(schemas.Branding, {200: "The branding as it is now."}, tagged=True), **problems(*WRITES, 412)},
)
async def delete_logo(caller: Calling) -> Response:
    """Shows no logo any more. A published version of a survey that has it as its own keeps it."""
    body = await empty_body(caller.request)
    condition = condition_of(caller.request, needed=False)

    def work(ctx: Context) -> schemas.Branding:
        with condition.met():
            return schemas.describe_branding(branding.remove_logo(ctx, condition.revision), ctx.settings.origin)

    return await caller.write(work, body=body, tagged=schemas.Branding.model_validate_json)
