"""Shared links with attributes, for a receipt, a shelf, a kiosk or a page."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from cxsurvey.api import schemas
from cxsurvey.api.body import body_of
from cxsurvey.api.contract import PREFIX, WRITES, problems, stored, takes
from cxsurvey.api.door import Calling
from cxsurvey.api.ids import SurveyInPath, found
from cxsurvey.core.context import Context
from cxsurvey.invitations import signed
from cxsurvey.invitations.signed import SignLink

router = APIRouter(prefix=f"{PREFIX}/surveys", tags=["invitations"])

EXAMPLE = {"segments": {"touchpoint": "checkout", "department": "Shop 12"}, "attributes": {"till": "3"}}


@router.post(
    "/{survey_id}/links",
    summary="Make a shared link with attributes",
    operation_id="signLink",
    openapi_extra=takes(SignLink, EXAMPLE),
    responses={**stored(schemas.SignedLink, {200: "The link, ready to be printed."}), **problems(*WRITES, 404)},
)
async def sign_link(caller: Calling, survey_id: SurveyInPath) -> Response:
    """Signs what an answer will be grouped by, so that nobody can change it in the link.

    Anybody who has the link can answer, as often as they like; each answer belongs to these segments.
    """
    body = await body_of(caller.request)
    command = SignLink.from_json(body)

    def work(ctx: Context) -> schemas.SignedLink:
        made = signed.sign(ctx, found("srv", survey_id), command)
        return schemas.SignedLink(id=survey_id, url=made.url, expires_at=made.expires_at)

    return await caller.write(work, body=body)
