"""The first answer given to a request of another system, kept in the same transaction as what the request did.

A repeated request with the same key gets that answer again, byte for byte. Of an answer that holds a secret, `body` is
only the id of what it describes. A request that is refused or undone keeps nothing, so it may be sent again with the
same key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy import Connection, Table, bindparam, delete, select, tuple_

from cxsurvey.core.context import Context
from cxsurvey.core.db.fixed import FixedInsert, FixedSelect
from cxsurvey.core.models import IdempotencyKey

KEEP = timedelta(days=7)
"""How long an answer is kept; after that the key is as good as new."""

_kept = cast("Table", IdempotencyKey.__table__)
_FIND = FixedSelect(
    select(_kept.c.key, _kept.c.request_hash, _kept.c.status, _kept.c.body, _kept.c.created_at).where(
        _kept.c.api_key_id == bindparam("caller", type_=_kept.c.api_key_id.type),
        _kept.c.route == bindparam("route"),
    ),
    _kept.c.key,
)
_REMEMBER = FixedInsert(_kept)
_FORGET = delete(_kept).where(
    _kept.c.api_key_id == bindparam("caller"), _kept.c.route == bindparam("at"), _kept.c.key == bindparam("name")
)


class Scope(NamedTuple):
    """What a key is unique within: the calling API key and the route. `key` is what the caller sent."""

    api_key_id: UUID
    route: str
    key: str


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The first answer: its status and body, and the SHA-256 of the request it belongs to."""

    request_hash: bytes
    status: int
    body: bytes


def find_many(ctx: Context, scopes: Collection[Scope]) -> dict[Scope, KeptAnswer]:
    """The answers kept under these keys. One that has been kept for its time is forgotten here and now."""
    by_route: dict[tuple[UUID, str], list[str]] = defaultdict(list)
    for scope in scopes:
        by_route[scope.api_key_id, scope.route].append(scope.key)
    found: dict[Scope, KeptAnswer] = {}
    expired: list[Scope] = []
    for (api_key_id, route), keys in by_route.items():
        for key, *answer, created_at in _FIND.run(ctx.connection, keys, caller=api_key_id, route=route):
            scope = Scope(api_key_id, route, key)
            if created_at + KEEP <= ctx.now:
                expired.append(scope)
            else:
                found[scope] = KeptAnswer(*answer)
    if expired:
        ctx.connection.execute(
            _FORGET, [{"caller": scope.api_key_id, "at": scope.route, "name": scope.key} for scope in expired]
        )
    return found


def is_kept(ctx: Context, scope: Scope) -> bool:
    """Whether an answer is kept under this key, for who has to know before the request is read whole."""
    rows = _FIND.run(ctx.connection, [scope.key], caller=scope.api_key_id, route=scope.route)
    return any(created_at + KEEP > ctx.now for *_, created_at in rows)


def remember_many(ctx: Context, answers: Mapping[Scope, KeptAnswer]) -> None:
    """Keeps these answers. A twin that was stored meanwhile breaks the unit, which is then tried anew and finds it."""
    if answers:
        _REMEMBER.run(ctx.connection, _rows(ctx.now, answers))


def _rows(now: datetime, answers: Mapping[Scope, KeptAnswer]) -> Sequence[dict[str, object]]:
    return [
        {
            "api_key_id": scope.api_key_id,
            "route": scope.route,
            "key": scope.key,
            "request_hash": answer.request_hash,
            "status": answer.status,
            "body": answer.body,
            "created_at": now,
        }
        for scope, answer in answers.items()
    ]


def forget_old(connection: Connection, now: datetime, limit: int) -> int:
    """Deletes up to `limit` answers that were kept for their time; returns how many."""
    identity = (_kept.c.api_key_id, _kept.c.route, _kept.c.key)
    old = select(*identity).where(_kept.c.created_at <= now - KEEP).limit(limit)
    return connection.execute(delete(_kept).where(tuple_(*identity).in_(old))).rowcount
