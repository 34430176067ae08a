"""The server that is measured: the whole application, beside routes that do nothing, to compare it with.

Run as `python -m bench.harness.app`. Every new response also writes a job, as alerts and webhooks do.
"""

from __future__ import annotations

from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI, status
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from cxsurvey import app as application
from cxsurvey import wiring
from cxsurvey.core import logs
from cxsurvey.core.clock import SystemClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.garbage import collector_at_rest
from cxsurvey.core.ids import SystemIds
from cxsurvey.core.jobs.handling import Listener
from cxsurvey.core.keyring import load_keys
from cxsurvey.responses.events import ResponseSubmitted
from cxsurvey.settings import Settings


class Person(BaseModel):
    """A customer, as the route that stores nothing reads one."""

    email: str
    name: str


class Answer(BaseModel):
    """An answer, as the route that stores nothing reads one."""

    survey: str
    score: int
    comment: str
    external_id: str
    person: Person
    segments: dict[str, str]


class Receipt(BaseModel):
    """What the route that stores nothing answers."""

    id: str
    score: int
    category: str


ceiling = FastAPI(openapi_url=None)
"""Routes of an ordinary FastAPI application that do nothing, to measure against."""

kept: dict[str, bytes] = {}


@ceiling.post("/bench/nothing", status_code=status.HTTP_201_CREATED)
async def store_nothing(answer: Answer) -> Receipt:
    """Reads the same body and stores nothing."""
    return Receipt(id="rsp_none", score=answer.score, category="promoter" if answer.score > 8 else "other")


@ceiling.put("/bench/page", response_class=Response)
async def keep_bytes(request: Request) -> Response:
    """Keeps the bytes that the next route gives."""
    kept["page"] = await request.body()
    return Response(status_code=204)


@ceiling.get("/bench/page", response_class=Response)
async def same_bytes() -> Response:
    """The bytes it was given."""
    return Response(kept["page"], media_type="text/html")


def enqueue(ctx: Context, events: Sequence[ResponseSubmitted]) -> None:
    """One job for every response."""
    for event in events:
        ctx.enqueue("bench.nothing", {"response": str(event.response_id)})


def beside(app: ASGIApp) -> ASGIApp:
    """The application with the ceiling beside it."""

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        await (ceiling if scope["path"].startswith("/bench/") else app)(scope, receive, send)

    return either


def main() -> None:
    """Serves until it is told to stop."""
    with collector_at_rest():
        settings = Settings()
        logs.configure(settings, SystemClock())
        ids = SystemIds()
        reactions = wiring.reactions([Listener("bench.enqueue", ResponseSubmitted, enqueue)])
        database = Database.open(settings, SystemClock(), ids, load_keys(settings, ids), reactions, checkpoints=True)
        app = beside(application.build(database))
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=settings.port,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="off",
    )
    database.close()


if __name__ == "__main__":
    main()
