"""What a user does to the own account, or has done to it, in the audit log of every workspace the user belongs to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from cxsurvey.accounts.queries import team
from cxsurvey.core import audit
from cxsurvey.core.context import Context
from cxsurvey.core.ids import encode


def about_user(ctx: Context, action: str, user_id: UUID, **detail: Any) -> None:
    """Adds an entry for each workspace of the user; for one who belongs to none, an entry that only operators see."""
    there: list[UUID | None] = [row.workspace_id for row in team.memberships_of(ctx, user_id)]
    for workspace_id in there or [None]:
        audit.record_in(ctx, workspace_id, action, encode("usr", user_id), **detail)
