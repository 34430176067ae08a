"""The audit log: who did what, when, to what."""

from __future__ import annotations

from typing import Any

from cxsurvey.core.context import Context
from cxsurvey.core.models import AuditEntry


def record(ctx: Context, action: str, subject: str = "", **detail: Any) -> None:
    """Adds an entry to the unit. `action` is a stable word such as `key.revoked`, `subject` an outside id.

    `detail` holds plain values; never a secret, and no more about a person than the action needs.
    """
    ctx.session.add(
        AuditEntry(
            id=ctx.ids.new(),
            workspace_id=ctx.workspace_id,
            at=ctx.now,
            actor_kind=ctx.actor.kind.value,
            actor_id=ctx.actor.id,
            action=action,
            subject=subject,
            detail=detail,
        )
    )
