"""How often somebody may do something: the generic cell rate algorithm, one statement per question.

A row holds the instant at which its caller has caught up with the rate. Each use moves it ahead by one
interval; a use that would move it further ahead than the burst allows is refused and moves nothing.
"""

from __future__ import annotations

from sqlalchemy import delete, select

from cxsurvey.core.context import Context
from cxsurvey.core.db.pace import move_ahead
from cxsurvey.core.models import Limit
from cxsurvey.core.signing import digest

HOUR = 3_600_000_000
"""In microseconds, the unit of `free_at`."""


def take(ctx: Context, key: str, rate_per_hour: int, burst: int) -> int:
    """Uses one of `burst` turns, which come back at `rate_per_hour`; 0, or the seconds to wait for one.

    `key` names who and what, such as `sign-in|ada@example.com|192.0.2.1`; only its hash is kept.
    """
    key_hash, interval = digest(key), HOUR // rate_per_hour
    now = int(ctx.now.timestamp() * 1_000_000)
    latest = now + interval * (burst - 1)
    row = {"key_hash": key_hash, "now": now, "interval": interval, "latest": latest}
    if ctx.connection.execute(move_ahead(ctx.connection.dialect.name), row).first() is not None:
        return 0
    free_at = ctx.connection.execute(select(Limit.free_at).where(Limit.key_hash == key_hash)).scalar_one()
    return max(1, -((latest - free_at) // 1_000_000))


def forget(ctx: Context, key: str) -> None:
    """Gives all turns back; for somebody who has proved to be who they say."""
    ctx.connection.execute(delete(Limit).where(Limit.key_hash == digest(key)))
