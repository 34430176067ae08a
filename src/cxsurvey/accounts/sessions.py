"""Sign-ins once they exist: seen, listed, ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from cxsurvey.accounts import journal, queries
from cxsurvey.accounts.views import SignInView, Visitor
from cxsurvey.core.context import Context
from cxsurvey.core.errors import NotFound
from cxsurvey.core.signing import digest


def note_use(ctx: Context, sign_ins: Mapping[UUID, datetime], keys: Mapping[UUID, datetime]) -> None:
    """Writes down when sign-ins and keys were last used; an older instant never replaces a newer one."""
    if sign_ins:
        queries.note_sign_ins(ctx, sign_ins)
    if keys:
        queries.note_keys(ctx, keys)


def listed(ctx: Context, visitor: Visitor) -> list[SignInView]:
    """The browsers the visitor is signed in with, last used first."""
    idle_since = ctx.now - timedelta(hours=ctx.settings.session_idle_hours)
    return [
        SignInView(row.id, row.browser, row.created_at, row.last_seen_at, row.id == visitor.sign_in_id)
        for row in queries.sign_ins_of(ctx, visitor.user_id, idle_since)
    ]


def sign_out(ctx: Context, token: str) -> None:
    """Ends the sign-in of this token, if there is one."""
    queries.end_sign_in(ctx, digest(token))


def sign_out_one(ctx: Context, visitor: Visitor, sign_in_id: UUID) -> None:
    """Ends one sign-in of the visitor; raises `NotFound` for one that is over or belongs to somebody else."""
    if not queries.end_one_sign_in(ctx, visitor.user_id, sign_in_id):
        raise NotFound
    journal.about_user(ctx, "user.signed_out_one", visitor.user_id)


def sign_out_elsewhere(ctx: Context, visitor: Visitor) -> int:
    """Ends every other sign-in of the visitor and returns how many there were."""
    ended = queries.end_sign_ins(ctx, visitor.user_id, but=visitor.sign_in_id)
    journal.about_user(ctx, "user.signed_out_elsewhere", visitor.user_id, ended=ended)
    return ended


def sign_out_everywhere(ctx: Context, visitor: Visitor) -> int:
    """Ends every sign-in of the visitor, this one too, and returns how many there were."""
    ended = queries.end_sign_ins(ctx, visitor.user_id)
    journal.about_user(ctx, "user.signed_out_everywhere", visitor.user_id, ended=ended)
    return ended
