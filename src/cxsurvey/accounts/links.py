"""Links that work once: random, stored as a hash, used up by a POST and never by opening them."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from cxsurvey.accounts import queries
from cxsurvey.accounts.models import OneTimeLink
from cxsurvey.core.context import Context
from cxsurvey.core.errors import Kind, Refusal
from cxsurvey.core.ids import secret_token
from cxsurvey.core.signing import digest


class Purpose(StrEnum):
    """What a link is for; a link opens nothing else."""

    SETUP = "setup"
    RESET = "reset"
    SIGN_IN = "sign-in"


class LinkGone(Refusal):
    """The link was used, replaced or ran out, or never existed: these look alike."""

    code = "link_gone"
    kind = Kind.GONE
    message = "This link does not work any more. It can be used once, and only the newest one counts."


def make(ctx: Context, purpose: Purpose, life: timedelta, user_id: UUID | None = None) -> str:
    """A new token for this purpose and user; earlier ones stop working."""
    queries.drop_links(ctx, purpose, user_id)
    token = secret_token(ctx.ids)
    ctx.session.add(
        OneTimeLink(
            id=ctx.ids.new(),
            purpose=purpose.value,
            token_hash=digest(token),
            user_id=user_id,
            created_at=ctx.now,
            expires_at=ctx.now + life,
            used_at=None,
        )
    )
    return token


def opened(ctx: Context, purpose: Purpose, token: str) -> OneTimeLink:
    """The link of this token as it stands, unused; raises `LinkGone`."""
    found = queries.open_link(ctx, purpose, digest(token))
    if found is None:
        raise LinkGone
    return found


def use(ctx: Context, purpose: Purpose, token: str) -> OneTimeLink:
    """Uses the link up; raises `LinkGone` when it is gone or somebody else was faster."""
    found = opened(ctx, purpose, token)
    if not queries.use_link(ctx, found.id):
        raise LinkGone
    return found
