"""Who is asking: a first request to try a key with."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from cxsurvey.accounts import service
from cxsurvey.api import schemas
from cxsurvey.api.contract import PREFIX, problems
from cxsurvey.api.door import Calling

router = APIRouter(prefix=PREFIX, tags=["me"])


@router.get(
    "/me",
    summary="Read the key and its workspace",
    operation_id="getMe",
    response_model=schemas.Me,
    responses=problems(401, 422, 503),
)
async def get_me(caller: Calling) -> Response:
    """Tells the workspace, mode and scopes of the key that was sent."""
    return await caller.read(lambda ctx, key: schemas.Me.of(key, service.workspace(ctx)))
