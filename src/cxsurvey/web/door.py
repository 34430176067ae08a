"""How dashboard routes come to a context: reading with `Visiting`, writing with `Acting`.

Both read the sign-in anew, inside the read or unit itself, so that a sign-in that was ended opens nothing
from that moment on. The reading context is closed before the answer leaves.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from cxsurvey.accounts import doors, service
from cxsurvey.accounts.permissions import Grant, allows
from cxsurvey.accounts.views import Visitor, WorkspaceView
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Unauthenticated, Unavailable
from cxsurvey.web import cookies, seen
from cxsurvey.web.frame import Frame

T = TypeVar("T")

LONGEST_WAIT = 3.0
WRITES_AT_ONCE = 8
DOORS_AT_ONCE = 4
UPLOADS_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Visit:
    """A read by a signed-in user: the context, who it is, and where."""

    ctx: Context
    visitor: Visitor
    workspace: WorkspaceView

    def frame(self, title: str, current: str, days: str = "") -> Frame:
        """What surrounds the page; see `Frame` for the words `current` knows and for `days`."""
        return Frame(
            title=title,
            current=current,
            slug=self.workspace.slug,
            workspace_name=self.workspace.name,
            zone=self.workspace.report_zone,
            accent=self.workspace.accent,
            is_demo=self.workspace.is_demo,
            user_name=self.visitor.name,
            now=self.ctx.now,
            may_import=allows(self.ctx, Grant.RESPONSES_WRITE),
            may_manage=allows(self.ctx, Grant.WORKSPACE),
            places=self.visitor.places,
            days=days,
        )


@dataclass(frozen=True, slots=True)
class Act:
    """A write by a signed-in user."""

    database: Database
    token: str
    slug: str | None

    def do(self, work: Callable[[Context], T]) -> T:
        """Runs `work` as one unit that first lets the user in; returns once it is committed."""
        return self.do_as(lambda ctx, _: work(ctx))

    def do_as(self, work: Callable[[Context, Visitor], T]) -> T:
        """As `do`, for work that needs to know the visitor."""
        return self.database.write(self._unit(work), share=Share.DASHBOARD)

    async def ado_as(self, work: Callable[[Context, Visitor], T]) -> T:
        """`do_as` for a coroutine."""
        return await self.database.awrite(self._unit(work), share=Share.DASHBOARD)

    def look(self, work: Callable[[Visit], T]) -> T:
        """A read in the midst of a writing route, such as for a form that is shown again."""
        with ExitStack() as stack:
            return work(_enter(stack, self.database, self.token, self.slug))

    def _unit(self, work: Callable[[Context, Visitor], T]) -> Callable[[Context], T]:
        def unit(ctx: Context) -> T:
            return work(ctx, doors.enter_by_session(ctx, self.token, self.slug))

        return unit


class Places:
    """Lets so many requests of one kind hold a thread at once that a respondent's form always finds one."""

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)

    async def take(self) -> None:
        """Waits for a place, holding no thread; raises `Unavailable` after three seconds."""
        try:
            await asyncio.wait_for(self._places.acquire(), LONGEST_WAIT)
        except TimeoutError:
            raise Unavailable from None

    def give_back(self) -> None:
        """Frees the place for the next one."""
        self._places.release()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A place for the time of a block."""
        await self.take()
        try:
            yield
        finally:
            self.give_back()


class ReadingPlaces(Places):
    """Places of those who read pages or documents."""


async def visiting(request: Request) -> AsyncIterator[Visit]:
    """A reading context of the signed-in user in the workspace of the path."""
    database: Database = request.app.state.database
    token = _token(request, database)
    slug = request.path_params.get("slug")
    places: ReadingPlaces = request.app.state.reading_places
    async with places.one(), AsyncExitStack() as after:
        stack = ExitStack()
        after.push_async_callback(run_in_threadpool, stack.close)
        visit = await run_in_threadpool(_enter, stack, database, token, slug)
        seen.buffer(database).sign_in(visit.visitor.sign_in_id, visit.ctx.now)
        yield visit


async def acting(request: Request) -> AsyncIterator[Act]:
    """A write of the signed-in user in the workspace of the path; the sign-in is read inside the unit."""
    database: Database = request.app.state.database
    token = _token(request, database)
    places: Places = request.app.state.writing_places
    async with places.one():
        yield Act(database, token, request.path_params.get("slug"))


async def uploading(request: Request) -> AsyncIterator[Act]:
    """As `acting`, for a request whose body may take long to come: it takes no place from other writes."""
    database: Database = request.app.state.database
    token = _token(request, database)
    places: Places = request.app.state.upload_places
    async with places.one():
        yield Act(database, token, request.path_params.get("slug"))


async def at_the_door(request: Request) -> AsyncIterator[None]:
    """A place for somebody who is not signed in: however many knock, they take nothing from those inside."""
    places: Places = request.app.state.door_places
    async with places.one():
        yield


Visiting = Annotated[Visit, Depends(visiting, scope="function")]
Acting = Annotated[Act, Depends(acting, scope="function")]
Uploading = Annotated[Act, Depends(uploading, scope="function")]
AT_THE_DOOR = Depends(at_the_door, scope="function")
"""For public routes that wait for the database in a thread."""


def _enter(stack: ExitStack, database: Database, token: str, slug: str | None) -> Visit:
    ctx = stack.enter_context(database.read())
    visitor = doors.enter_by_session(ctx, token, slug)
    return Visit(ctx, visitor, service.workspace(ctx))


def _token(request: Request, database: Database) -> str:
    token = cookies.token(request, database.settings)
    if token is None:
        raise Unauthenticated
    return token
