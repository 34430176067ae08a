"""The personal links of a workspace, newest first, page by page."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.core.errors import NotFound
from cxsurvey.invitations import queries
from cxsurvey.invitations.service import InvitationView, view_of
from cxsurvey.surveys import service as surveys


def page(
    ctx: Context, *, survey_id: UUID | None = None, after: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[InvitationView]:
    """Invitations before `after`, the instant and id of the last one seen; of one survey when it is named.

    Raises NotFound for a survey of another workspace. A key in test mode sees its own kind only.
    """
    require(ctx, Grant.INVITATIONS_WRITE)
    if survey_id is not None and not surveys.exists(ctx, survey_id):
        raise NotFound
    rows = queries.page(
        ctx.connection,
        ctx.workspace,
        survey_id=survey_id,
        tests_only=ctx.actor.test,
        after=after,
        limit=limit,
    )
    return [view_of(row) for row in rows]
