"""The addresses of customers' pages."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from cxsurvey.core.db.database import Database
from cxsurvey.respond import faces, form, steps
from cxsurvey.web import errors
from cxsurvey.web.direct import Direct, Endpoint
from cxsurvey.web.headers import Audience
from cxsurvey.web.middleware import guard


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
    return guard(Direct(app, _busiest, faces.face), database, Audience.RESPOND, faces.face)


def _busiest(method: str, path: str) -> tuple[Endpoint, dict[str, str]] | None:
    """The form of a shared link, shown and sent."""
    code = path[3:]
    if not path.startswith("/s/") or not code or "/" in code or method not in {"GET", "POST"}:
        return None
    return (form.show_shared if method == "GET" else form.send_shared), {"code": code}


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
