"""What users change about themselves, and how an operator lets one back in.

A password is checked and hashed before the unit; the unit makes sure that what was checked still stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from cxsurvey.accounts import journal, links, passwords, queries
from cxsurvey.accounts.commands import Rename
from cxsurvey.accounts.links import LinkGone, Purpose
from cxsurvey.accounts.models import User
from cxsurvey.accounts.queries import team
from cxsurvey.accounts.views import Visitor
from cxsurvey.core import limits
from cxsurvey.core.addresses import normal_email
from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, Invalid, Kind, NotFound, Refusal, TooMany

RESET_LIFE = timedelta(hours=1)
TRIES_AT_ONCE = 10
TRIES_PER_HOUR = 40


class PasswordChangedMeanwhile(Refusal):
    """Another browser was faster."""

    code = "password_changed_meanwhile"
    kind = Kind.CONFLICT
    message = "Your password was changed in another browser meanwhile. Nothing was changed here."


def add(ctx: Context, email: str, name: str, password_hash: str) -> User:
    """A new account, which is a member of nothing yet; the caller has made sure that nobody has the address."""
    user = User(
        id=ctx.ids.new(),
        email=email,
        email_key=normal_email(email),
        name=name,
        password_hash=password_hash,
        password_changed_at=ctx.now,
        created_at=ctx.now,
        disabled_at=None,
    )
    ctx.session.add(user)
    ctx.session.flush()
    return user


def rename(ctx: Context, visitor: Visitor, command: Rename) -> None:
    """Gives the visitor another name."""
    _user(ctx, visitor.user_id).name = command.name
    journal.about_user(ctx, "user.renamed", visitor.user_id)


def names(ctx: Context, user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names by id, also of those who left; the ids must come from rows of the workspace."""
    wanted = set(user_ids)
    return team.names(ctx, wanted) if wanted else {}


def begin_change(ctx: Context, visitor: Visitor) -> str:
    """Takes a turn and gives the stored hash, to compare outside the unit; raises `TooMany`."""
    wait = limits.take(ctx, f"password|{visitor.user_id}", TRIES_PER_HOUR, TRIES_AT_ONCE)
    if wait:
        raise TooMany("Too many tries. Please wait a little.", retry_after=wait)
    return _user(ctx, visitor.user_id).password_hash


def replacement(present: str, stored: str, wanted: str) -> str:
    """The hash of the wanted password, if the present one is right; raises `Invalid`. Slow."""
    if not passwords.matches(present, stored):
        raise Invalid(problems=[FieldProblem("present", "wrong_password", "is not your present password")])
    return passwords.hashed(wanted)


def change_password(ctx: Context, visitor: Visitor, checked: str, new_hash: str) -> int:
    """Stores a new password and ends every other sign-in at once; returns how many that were.

    `checked` is the hash the present password was compared with.
    """
    user = _user(ctx, visitor.user_id)
    if user.password_hash != checked:
        raise PasswordChangedMeanwhile
    _set_password(ctx, user, new_hash)
    return queries.end_sign_ins(ctx, user.id, but=visitor.sign_in_id)


def reset_link(ctx: Context, email: str) -> str:
    """The path of a page that sets a new password, for the operator to hand over; works once, for an hour."""
    try:
        user = queries.user_by_email(ctx, normal_email(email))
    except ValueError:
        user = None
    if user is None:
        raise NotFound(f"There is no user with the address {email}.", field="email")
    token = links.make(ctx, Purpose.RESET, RESET_LIFE, user.id)
    journal.about_user(ctx, "user.reset_link_made", user.id)
    return f"/reset/{token}"


def check_reset(ctx: Context, token: str) -> str:
    """Whose password the link would set, as an address; uses nothing up. Raises `LinkGone`."""
    found = links.opened(ctx, Purpose.RESET, token)
    user = queries.user(ctx, found.user_id) if found.user_id is not None else None
    if user is None:
        raise LinkGone
    return user.email


def reset_password(ctx: Context, token: str, new_hash: str) -> None:
    """Uses the link up, stores the new password and ends every sign-in and open link of that user."""
    found = links.use(ctx, Purpose.RESET, token)
    user = queries.user(ctx, found.user_id) if found.user_id is not None else None
    if user is None:
        raise LinkGone
    _set_password(ctx, user, new_hash)
    queries.end_sign_ins(ctx, user.id)


def _set_password(ctx: Context, user: User, new_hash: str) -> None:
    user.password_hash = new_hash
    user.password_changed_at = ctx.now
    for purpose in (Purpose.RESET, Purpose.SIGN_IN):
        queries.drop_links(ctx, purpose, user.id)
    journal.about_user(ctx, "user.password_changed", user.id)


def _user(ctx: Context, user_id: UUID) -> User:
    row = queries.user(ctx, user_id)
    if row is None:
        raise NotFound
    return row
