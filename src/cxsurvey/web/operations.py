"""What machines ask of the installation: is it alive, is it ready, its figures, and the static files."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from cxsurvey.core import metrics
from cxsurvey.core.db.database import Database
from cxsurvey.web import accent, assets, client, errors, pictures
from cxsurvey.web.errors import NOT_FOUND, Fault
from cxsurvey.web.headers import Audience
from cxsurvey.web.middleware import guard

FOR_EVER = "public, max-age=31536000, immutable"
FIVE_MINUTES = "public, max-age=300"


def build(database: Database) -> ASGIApp:
    """The application behind `/livez`, `/readyz`, `/metrics`, `/static` and `/pictures`."""
    app = Starlette(
        routes=[
            Route("/livez", alive),
            Route("/readyz", ready),
            Route("/metrics", figures),
            Route("/pictures/{name}", pictures.serve),
            Route("/static/accent/{colour}.css", accent_sheet),
            Route("/static/{version}/{path:path}", static_file),
        ]
    )
    app.state.database = database
    errors.install(app, face)
    return guard(app, database, Audience.OPERATIONS, face)


def face(request: Request, fault: Fault) -> Response:
    """One line of text."""
    return PlainTextResponse(f"{fault.text}\n", status_code=fault.status, headers=dict(fault.headers))


async def alive(request: Request) -> Response:
    """The process runs."""
    return PlainTextResponse("ok\n")


async def ready(request: Request) -> Response:
    """The database answers."""
    if await run_in_threadpool(request.app.state.database.ready):
        return PlainTextResponse("ok\n")
    return PlainTextResponse("the database does not answer\n", status_code=503, headers={"Retry-After": "2"})


async def figures(request: Request) -> Response:
    """The figures, for whoever sits on this machine or holds the token."""
    database: Database = request.app.state.database
    if not _may_read_figures(request, database):
        return face(request, NOT_FOUND)
    return Response(await run_in_threadpool(metrics.render), media_type=CONTENT_TYPE_LATEST)


async def accent_sheet(request: Request) -> Response:
    """The style sheet of one colour."""
    try:
        text = accent.stylesheet(request.path_params["colour"])
    except ValueError:
        return face(request, NOT_FOUND)
    return Response(text, media_type="text/css", headers={"Cache-Control": FOR_EVER})


async def static_file(request: Request) -> Response:
    """One file; under the hash of another release the present one, not to be kept for long."""
    known = assets.tree()
    found = known.files.get(request.path_params["path"])
    if found is None:
        return face(request, NOT_FOUND)
    current = request.path_params["version"] == known.version
    headers = {"Cache-Control": FOR_EVER if current else FIVE_MINUTES, "Content-Type": found.media_type}
    body = found.content
    if found.is_compressible:
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = await run_in_threadpool(lambda: found.packed)
    return Response(body, headers=headers)


def _may_read_figures(request: Request, database: Database) -> bool:
    wanted = database.settings.metrics_token
    if wanted is not None:
        expected = f"Bearer {wanted.get_secret_value()}"
        if hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode()):
            return True
    peer = request.client.host if request.client else ""
    try:
        return ip_address(peer).is_loopback and not client.is_forwarded(request.scope)
    except ValueError:
        return False
