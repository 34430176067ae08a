"""The addresses of customers' pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from cxsurvey.core.db.database import Database
from cxsurvey.respond import faces, form, steps
from cxsurvey.web import errors
from cxsurvey.web.headers import Audience
from cxsurvey.web.middleware import guard

Endpoint = Callable[[Request], Awaitable[Response]]


def build(database: Database) -> ASGIApp:
    """The application behind `/s`, `/r` and `/a`."""
    app = Starlette(
        routes=[
            _page("/s/{code}", form.show_shared, form.send_shared),
            _page("/s/{code}/{words}", form.show_shared, form.send_shared),
            _page("/r/{token}", form.show_personal, form.send_personal),
            _page("/r/{token}/next", steps.show_next),
            _page("/r/{token}/change", steps.show_change, form.send_personal),
            *_later("/r/{token}"),
            _page("/a/{token}", steps.show_next),
            _page("/a/{token}/change", steps.show_change, form.send_change),
            *_later("/a/{token}"),
        ]
    )
    app.state.database = database
    errors.install(app, faces.face)
    return guard(app, database, Audience.RESPOND, faces.face)


def _later(base: str) -> list[Route]:
    return [
        _page(f"{base}/more", steps.show_more, steps.send_more),
        _page(f"{base}/thanks", steps.show_thanks),
        _page(f"{base}/changed", steps.show_changed),
    ]


def _page(path: str, show: Endpoint, send: Endpoint | None = None) -> Route:
    """One address: shown by GET and, where there is something to send, sent by POST."""
    if send is None:
        return Route(path, show, methods=["GET"])

    async def either(request: Request) -> Response:
        return await (send if request.method == "POST" else show)(request)

    return Route(path, either, methods=["GET", "POST"])
