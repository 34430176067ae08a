"""The ASGI application: four small applications behind one door, chosen by the first part of the path."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from cxsurvey import api, dashboard, respond
from cxsurvey.core.db.database import Database
from cxsurvey.respond.preview import preview_html
from cxsurvey.web import operations

RESPOND = ("/s/", "/r/", "/a/", "/u/")
OPERATIONS = ("/livez", "/readyz", "/metrics", "/static/", "/pictures/", "/robots.txt", "/favicon")


class Dispatcher:
    """Hands a request to customers' pages, the API, operations, or the dashboard for everything else."""

    def __init__(self, respond_app: ASGIApp, api_app: ASGIApp, operations_app: ASGIApp, dashboard_app: ASGIApp) -> None:
        self._respond = respond_app
        self._api = api_app
        self._operations = operations_app
        self._dashboard = dashboard_app

    def _chosen(self, path: str) -> ASGIApp:
        if path.startswith(RESPOND):
            return self._respond
        if path.startswith("/api/"):
            return self._api
        if path.startswith(OPERATIONS):
            return self._operations
        return self._dashboard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._chosen(scope["path"])(scope, receive, send)


def build(database: Database) -> ASGIApp:
    """The application on an open database."""
    return Dispatcher(
        respond.build(database),
        api.build(database),
        operations.build(database),
        dashboard.build(database, draw_survey=preview_html),
    )
