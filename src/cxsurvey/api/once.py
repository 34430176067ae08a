"""The Idempotency-Key of a request: read from its header, and what it does to one unit."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeAlias
from uuid import UUID

from starlette.requests import Request

from cxsurvey.api.errors import IdempotencyKeyMalformed, IdempotencyKeyReused
from cxsurvey.api.schemas import Document, id_in
from cxsurvey.core.context import Context
from cxsurvey.core.idempotency import KeptAnswer, Scope, find_many, remember_many

HEADER = b"idempotency-key"
KEY = re.compile(rb"[!-~]{1,255}")
"""What may stand in the header: visible ASCII characters."""
REPLAYED: Mapping[str, str] = {"Idempotency-Replayed": "true"}

ReadAgain: TypeAlias = Callable[[Context, str], Document]
"""Makes the document of a thing from its outside id."""


def idempotency_key_of(request: Request) -> str | None:
    """The key a request carries, or None; raises `IdempotencyKeyMalformed` for one that could not be kept."""
    sent = [value for name, value in request.scope["headers"] if name == HEADER]
    if not sent:
        return None
    key: bytes = sent[0]
    if len(sent) > 1 or not KEY.fullmatch(key):
        raise IdempotencyKeyMalformed
    return key.decode("ascii")


def request_hash(path: str, body: bytes, condition: bytes = b"") -> bytes:
    """What tells two requests of one route apart: its address with the ids, its body byte for byte, its If-Match."""
    told = path.encode() + b"\0" + body
    return hashlib.sha256(told + b"\0" + condition if condition else told).digest()


class Once(NamedTuple):
    """One request that is carried out once: its route and key, and what the key stands for."""

    route: str
    key: str | None
    request_hash: bytes

    def run(
        self,
        ctx: Context,
        api_key_id: UUID,
        work: Callable[[Context], Document],
        status: int,
        read_again: ReadAgain | None = None,
    ) -> tuple[KeptAnswer, bool]:
        """The answer, and whether it is a former one; a new one is kept beside what `work` stored.

        Of a document with a secret in it only the id is kept: `read_again` makes it anew for a repeated request.
        """
        if self.key is None:
            return self._answer(work(ctx), status), False
        scope = Scope(api_key_id, self.route, self.key)
        former = find_many(ctx, [scope]).get(scope)
        if former is not None:
            kept = self.again(former)
            return replace(kept, body=read_again(ctx, kept.body.decode()).encoded()) if read_again else kept, True
        answer = self._answer(work(ctx), status)
        kept = replace(answer, body=id_in(answer.body).encode()) if read_again else answer
        remember_many(ctx, {scope: kept})
        return answer, False

    def _answer(self, document: Document, status: int) -> KeptAnswer:
        return KeptAnswer(self.request_hash, document.own_status or status, document.encoded())

    def again(self, former: KeptAnswer) -> KeptAnswer:
        """The former answer, if it was given to the same request; else raises `IdempotencyKeyReused`."""
        if former.request_hash != self.request_hash:
            raise IdempotencyKeyReused
        return former
