"""API keys: made, shown once, found by their hash, revoked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from cxsurvey.accounts import queries
from cxsurvey.accounts.commands import CreateKey
from cxsurvey.accounts.models import ApiKey
from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.accounts.views import KeyView
from cxsurvey.core import audit, ids
from cxsurvey.core.context import ActorKind, Context
from cxsurvey.core.errors import Kind, NotFound, Refusal
from cxsurvey.core.signing import digest

MOST_KEYS = 100
SHOWN = len("cxs_live_") + 4


class TooManyKeys(Refusal):
    """The workspace holds as many living keys as it may."""

    code = "too_many_keys"
    kind = Kind.CONFLICT
    message = f"A workspace has at most {MOST_KEYS} keys. Revoke one that is not used any more."


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made: the only time its token is known."""

    key: KeyView
    token: str


def create(ctx: Context, command: CreateKey) -> NewKey:
    """Makes a key for the workspace; raises `TooManyKeys`."""
    require(ctx, Grant.KEYS)
    if queries.live_keys(ctx) >= MOST_KEYS:
        raise TooManyKeys
    token = f"cxs_{'test' if command.test else 'live'}_{ids.secret_token(ctx.ids)}"
    row = ApiKey(
        id=ctx.ids.new(),
        workspace_id=ctx.workspace,
        name=command.name,
        prefix=token[:SHOWN],
        token_hash=digest(token),
        test=command.test,
        scopes=" ".join(sorted(set(command.scopes))),
        created_by=ctx.actor.id if ctx.actor.kind is ActorKind.USER else None,
        created_at=ctx.now,
        last_used_at=None,
        expires_at=ctx.now + timedelta(days=command.expires_days) if command.expires_days else None,
        revoked_at=None,
    )
    ctx.session.add(row)
    audit.record(ctx, "key.created", ids.encode("key", row.id), name=row.name, test=row.test, scopes=row.scopes)
    ctx.session.flush()  # keys are looked up without the session
    return NewKey(view_of(row), token)


def listed(ctx: Context) -> list[KeyView]:
    """The keys of the workspace, newest first."""
    require(ctx, Grant.KEYS)
    return [view_of(row) for row in queries.keys_of_workspace(ctx)]


def get(ctx: Context, key_id: UUID) -> KeyView:
    """One key of the workspace; raises `NotFound`."""
    require(ctx, Grant.KEYS)
    return view_of(_key(ctx, key_id))


def revoke(ctx: Context, key_id: UUID) -> KeyView:
    """Makes a key worthless from now on; revoking it again changes nothing."""
    require(ctx, Grant.KEYS)
    row = _key(ctx, key_id)
    if row.revoked_at is None:
        row.revoked_at = ctx.now
        audit.record(ctx, "key.revoked", ids.encode("key", row.id), name=row.name)
        ctx.session.flush()  # as above
    return view_of(row)


def keys_by_hash(ctx: Context, hashes: Collection[bytes]) -> dict[bytes, KeyView]:
    """The keys with these hashes, valid or not; unknown hashes are left out."""
    return {row.token_hash: view_of(row) for row in queries.keys_by_hash(ctx, hashes)}


def view_of(row: Any) -> KeyView:
    """A key, mapped or plain row, without its secret."""
    return KeyView(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        prefix=row.prefix,
        test=row.test,
        scopes=frozenset(row.scopes.split()),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        created_by=row.created_by,
    )


def _key(ctx: Context, key_id: UUID) -> ApiKey:
    row = queries.key(ctx, key_id)
    if row is None:
        raise NotFound
    return row
