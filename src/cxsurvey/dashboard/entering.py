"""Checking a typed password, wherever it is asked for at the door: with its turns, and off the loop."""

from __future__ import annotations

import structlog
from starlette.requests import Request

from cxsurvey.accounts import signin
from cxsurvey.accounts.signin import Attempt
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.web import client
from cxsurvey.web.hashing import Hashing

log = structlog.get_logger("cxsurvey.door")


async def checked(request: Request, email: str, password: str) -> tuple[Attempt, str]:
    """The attempt and what `signin.come_in` needs besides; raises `WrongPassword`, which is recorded, and `TooMany`."""
    database: Database = request.app.state.database
    hashing: Hashing = request.app.state.hashing
    address = client.address(request, database.settings)
    attempt = await database.awrite(lambda ctx: signin.begin(ctx, email, address), share=Share.DASHBOARD)
    new_hash = await hashing.run(lambda: signin.check(attempt, password))
    if new_hash is None:
        log.warning("sign-in refused", client=address)
        await database.awrite(lambda ctx: signin.note_failure(ctx, attempt), share=Share.DASHBOARD)
        raise signin.WrongPassword
    return attempt, new_hash
