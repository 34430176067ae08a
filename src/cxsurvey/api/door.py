"""How routes come to a context: reading and writing in the name of the API key that the request carries.

The key is looked up anew inside each read or unit, so that a revoked key opens nothing from that moment on. No
cookie is ever looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, TypeVar
from uuid import UUID

from anyio.to_thread import run_sync
from fastapi import Depends, Security
from fastapi.security import HTTPBearer
from pydantic import ValidationError
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from cxsurvey.accounts import doors
from cxsurvey.accounts.views import KeyView
from cxsurvey.api.contract import PREFIX, SCHEME
from cxsurvey.api.credential import token_of
from cxsurvey.api.once import REPLAYED, Once, ReadAgain, idempotency_key_of, request_hash
from cxsurvey.api.query import strict
from cxsurvey.api.schemas import Document, id_in
from cxsurvey.api.tags import is_known, tag_of
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.idempotency import KeptAnswer, Scope, is_kept
from cxsurvey.web import seen
from cxsurvey.web.client import header
from cxsurvey.web.door import ReadingPlaces

T = TypeVar("T")

JSON = "application/json"


class KeyScheme(HTTPBearer):
    """Says in the description of the API that a key is needed; `calling` demands it."""

    async def __call__(self, request: HTTPConnection) -> None:
        return None


key_scheme = KeyScheme(
    scheme_name=SCHEME, description="An API key of the workspace, sent as `Authorization: Bearer cxs_live_…`."
)


@dataclass(frozen=True, slots=True)
class Caller:
    """The other system, as far as the request shows it."""

    request: Request
    database: Database
    token: str

    async def read(self, work: Callable[[Context, KeyView], Document]) -> Response:
        """Answers with the document that `work` makes of a reading context, and with its ETag where it has one.

        A reader that names this ETag in If-None-Match is answered with 304.

        It runs in a thread; only so many at once that a customer's form always finds one. Raises `Unavailable` when
        no place comes free in time.
        """
        places: ReadingPlaces = self.request.app.state.reading_places
        await places.take()
        try:
            body, tag = await run_sync(self._read, work)
        finally:
            places.give_back()
        if tag is None:
            return Response(body, media_type=JSON)
        if is_known(self.request, tag):
            return Response(status_code=304, headers={"ETag": tag})
        return Response(body, headers={"ETag": tag}, media_type=JSON)

    def _read(self, work: Callable[[Context, KeyView], Document]) -> tuple[bytes, str | None]:
        with self.database.read() as ctx:
            key = doors.enter_by_key(ctx, self.token)
            seen.buffer(self.database).key(key.id, ctx.now)
            document = work(ctx, key)
            body, revision = document.encoded(), document.tag_revision
            return body, None if revision is None else tag_of(revision, body)

    async def look(self, work: Callable[[Context], T]) -> T:
        """What `work` finds in a reading context, for a request that goes on after it."""
        places: ReadingPlaces = self.request.app.state.reading_places
        async with places.one():
            return await run_sync(self._look, work)

    def _look(self, work: Callable[[Context], T]) -> T:
        with self.database.read() as ctx:
            doors.enter_by_key(ctx, self.token)
            return work(ctx)

    async def is_repeated(self) -> bool:
        """Whether the request carries an Idempotency-Key under which an answer is kept, to this request or another."""
        name = idempotency_key_of(self.request)
        if name is None:
            return False

        def kept(ctx: Context) -> bool:
            assert ctx.actor.id is not None
            return is_kept(ctx, Scope(ctx.actor.id, route_of(self.request), name))

        return await self.look(kept)

    async def act(self, work: Callable[[Context], T]) -> T:
        """Runs `work` as one unit, each time it is asked for; for what answers with no document."""

        def unit(ctx: Context) -> tuple[UUID, datetime, T]:
            key = doors.enter_by_key(ctx, self.token)
            return key.id, ctx.now, work(ctx)

        key_id, now, made = await self.database.awrite(unit, share=Share.API)
        seen.buffer(self.database).key(key_id, now)
        return made

    async def write(
        self,
        work: Callable[[Context], Document],
        *,
        body: bytes,
        status: int = 200,
        read_again: ReadAgain | None = None,
        tagged: Callable[[bytes], Document] | None = None,
    ) -> Response:
        """Runs `work` as one unit, once per Idempotency-Key, and answers with the document it makes.

        The answer is made inside the unit, so that it is kept with what the unit stored; one that holds a secret
        is not kept but made anew by `read_again`. One with status 201 tells the address of what was made. With
        `tagged`, which finds in the answer the document that a reader gets, its ETag is told too, but not for an answer
        that was kept before the document held all that it holds now.
        """
        scope = self.request.scope
        condition = b",".join(header(scope, b"if-match"))
        told = request_hash(scope["path"], body, condition)
        once = Once(route_of(self.request), idempotency_key_of(self.request), told)
        unit = partial(self._write, work=work, once=once, status=status, read_again=read_again)
        key_id, now, answer, replayed = await self.database.awrite(unit, share=Share.API)
        seen.buffer(self.database).key(key_id, now)
        headers = dict(REPLAYED) if replayed else {}
        if answer.status == 201:
            headers["Location"] = f"{scope['path']}/{id_in(answer.body)}"
        if tagged is not None and (document := _described(answer.body, tagged, kept=replayed)) is not None:
            assert document.tag_revision is not None
            headers["ETag"] = tag_of(document.tag_revision, document.encoded())
        return Response(answer.body, answer.status, headers, JSON)

    def _write(
        self,
        ctx: Context,
        work: Callable[[Context], Document],
        once: Once,
        status: int,
        read_again: ReadAgain | None,
    ) -> tuple[UUID, datetime, KeptAnswer, bool]:
        key = doors.enter_by_key(ctx, self.token)
        answer, replayed = once.run(ctx, key.id, work, status, read_again)
        return key.id, ctx.now, answer, replayed


def _described(answer: bytes, tagged: Callable[[bytes], Document], *, kept: bool) -> Document | None:
    try:
        return tagged(answer)
    except ValidationError:
        if not kept:
            raise
        return None


def route_of(request: Request) -> str:
    """Method and path of the route below the version's prefix, without the ids in it."""
    return f"{request.scope['method']} {request.scope['route'].path.removeprefix(PREFIX)}"


async def calling(request: Request, _: Annotated[None, Security(key_scheme)]) -> Caller:
    """The caller of this request; whether its key is any good is seen inside the read or unit."""
    token = token_of(request)
    strict(request, takes_any=bool(request.scope["route"].dependant.query_params))
    return Caller(request, request.app.state.database, token)


Calling = Annotated[Caller, Depends(calling)]
