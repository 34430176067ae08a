"""Signing in, in three steps: take a turn and look the account up, check the password outside, come in.

The slow check stands between two units. What was looked up is looked at again when the user comes in, so that a
password changed meanwhile opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from cxsurvey.accounts import journal, links, passwords, queries
from cxsurvey.accounts.links import LinkGone, Purpose
from cxsurvey.accounts.models import OneTimeLink, SignIn, User
from cxsurvey.core import audit, limits
from cxsurvey.core.addresses import normal_email
from cxsurvey.core.context import Actor, ActorKind, Context
from cxsurvey.core.errors import Kind, NotFound, Refusal, TooMany
from cxsurvey.core.ids import secret_token
from cxsurvey.core.signing import digest

TRIES_AT_ONCE = 10
TRIES_PER_HOUR = 40
TRIES_AT_ONCE_PER_ADDRESS = 50
TRIES_PER_HOUR_PER_ADDRESS = 400
LONGEST_BROWSER = 200
LINK_LIFE = timedelta(days=1)


class WrongPassword(Refusal):
    """No such account, or not its password; which of the two is not said."""

    code = "wrong_password"
    kind = Kind.INVALID
    message = "This e-mail address and password do not belong together."


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody tries to sign in: the account, if there is one, and the hash to check against."""

    key: str
    user_id: UUID | None
    password_hash: str


def begin(ctx: Context, email: str, address: str) -> Attempt:
    """Takes a turn for this account from this network address; raises `TooMany` when none is left.

    Others who sign in to the same account from elsewhere have turns of their own.
    """
    try:
        email_key = normal_email(email)
    except ValueError:
        email_key = email.casefold()
    key = f"sign-in|{email_key}|{address}"
    wait = max(
        limits.take(ctx, key, TRIES_PER_HOUR, TRIES_AT_ONCE),
        limits.take(ctx, f"sign-in|{address}", TRIES_PER_HOUR_PER_ADDRESS, TRIES_AT_ONCE_PER_ADDRESS),
    )
    if wait:
        raise TooMany("Too many tries to sign in. Please wait a little.", retry_after=wait)
    user = queries.user_by_email(ctx, email_key)
    if user is None or user.disabled_at is not None:
        return Attempt(key, None, passwords.NOBODYS_HASH)
    return Attempt(key, user.id, user.password_hash)


def check(attempt: Attempt, password: str) -> str | None:
    """None when the password is wrong, else the new hash to store, or "" when the old one will do.

    Slow, and equally so whether or not there is such an account.
    """
    fits = passwords.matches(password, attempt.password_hash)
    if not fits or attempt.user_id is None:
        return None
    return passwords.hashed(password) if passwords.is_outdated(attempt.password_hash) else ""


def note_failure(ctx: Context, attempt: Attempt) -> None:
    """Records that a password was wrong. An address that nobody has costs the same write, and is not kept."""
    if attempt.user_id is None:
        audit.record_in(ctx, None, "user.sign_in_failed")
    else:
        journal.about_user(ctx, "user.sign_in_failed", attempt.user_id)


def come_in(ctx: Context, attempt: Attempt, new_hash: str, browser: str) -> str:
    """Makes the sign-in and returns its token; raises `WrongPassword` when the account changed meanwhile."""
    user = queries.user(ctx, attempt.user_id) if attempt.user_id is not None else None
    if user is None or user.disabled_at is not None or user.password_hash != attempt.password_hash:
        raise WrongPassword
    if new_hash:
        user.password_hash = new_hash
    limits.forget(ctx, attempt.key)
    return start(ctx, user.id, user.name, browser)


def link(ctx: Context, email: str) -> str:
    """The path of a page that signs a user in, for the operator to hand over; works once, for a day."""
    user = queries.user_by_email(ctx, normal_email(email))
    if user is None:
        raise NotFound(f"There is no user with the address {email}.", field="email")
    token = links.make(ctx, Purpose.SIGN_IN, LINK_LIFE, user.id)
    journal.about_user(ctx, "user.sign_in_link_made", user.id)
    return f"/enter/{token}"


def check_link(ctx: Context, token: str) -> str:
    """Whom the link would sign in, by name; uses nothing up. Raises `LinkGone`."""
    return _able(ctx, links.opened(ctx, Purpose.SIGN_IN, token)).name


def come_in_by_link(ctx: Context, token: str, browser: str) -> str:
    """Uses the link up and returns the token of the new sign-in; raises `LinkGone`."""
    user = _able(ctx, links.use(ctx, Purpose.SIGN_IN, token))
    return start(ctx, user.id, user.name, browser)


def _able(ctx: Context, found: OneTimeLink) -> User:
    user = queries.user(ctx, found.user_id) if found.user_id is not None else None
    if user is None or user.disabled_at is not None:
        raise LinkGone
    return user


def start(ctx: Context, user_id: UUID, name: str, browser: str) -> str:
    """A new sign-in of a user who has proved who that is; returns the token for the cookie."""
    idle_since = ctx.now - timedelta(hours=ctx.settings.session_idle_hours)
    queries.forget_ended_sign_ins(ctx, user_id, idle_since)
    token = secret_token(ctx.ids)
    ctx.session.add(
        SignIn(
            id=ctx.ids.new(),
            user_id=user_id,
            token_hash=digest(token),
            browser=browser[:LONGEST_BROWSER],
            created_at=ctx.now,
            last_seen_at=ctx.now,
            expires_at=ctx.now + timedelta(days=ctx.settings.session_days),
        )
    )
    ctx.actor = Actor(ActorKind.USER, user_id, name)
    journal.about_user(ctx, "user.signed_in", user_id)
    return token
