"""The guard in front of each audience: what every request passes before, and every answer after, a route.

In this order: a number for the log, methods, Host, size of the body, the cross-site rule; then the
application; then the security headers and one line in the access log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxsurvey.core import logs, metrics
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import TooLarge, Unavailable
from cxsurvey.web import client, cookies, origin
from cxsurvey.web.errors import METHOD_NOT_ALLOWED, UNEXPECTED, Face, Fault, fault_of
from cxsurvey.web.headers import Audience, headers_for

METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
BODY_LIMIT: Mapping[Audience, int] = {
    Audience.RESPOND: 64 * 1024,
    Audience.DASHBOARD: 64 * 1024,
    Audience.API: 2 * 1024 * 1024,
    Audience.OPERATIONS: 0,
}
WITH_PICTURE = ("/branding",)
"""How the addresses of the dashboard end whose form holds a picture."""
PICTURE_LIMIT = 4 * 1024 * 1024
"""Far above what is taken, so that a picture that is too large can be told so beside all that was typed."""
UPLOADS: Mapping[Audience, re.Pattern[str]] = {
    Audience.DASHBOARD: re.compile(r"^/w/[^/]+/imports$"),
    Audience.API: re.compile(r"^/api/v1/imports$"),
}
"""Where files are brought; they go to the disk as they come, and may be as large as the installation says."""
AROUND_A_FILE = 64 * 1024
"""Bytes of a form beside the file in it."""
SECRET_IN_PATH = re.compile(r"^(/(?:a/|(?:r|u|setup|reset|enter|join)/[^/]{0,6}))([^/]*)")
SIGNING_IN = ("/sign-in", "/setup/", "/reset/", "/enter/", "/join/")

WRONG_HOST = Fault(400, "wrong_host", "This installation does not answer to that name. Check CXSURVEY_BASE_URL.")
CROSS_SITE = Fault(403, "cross_site", "This request did not come from one of our own pages, so it was not carried out.")
FULL = fault_of(Unavailable())

log = structlog.get_logger("cxsurvey.access")


def guard(app: ASGIApp, database: Database, audience: Audience, face: Face) -> ASGIApp:
    """The application of one audience with its guard; every `build` ends with this."""
    return Guard(app, database, audience, face)


class Guard:
    """See `guard`."""

    def __init__(self, app: ASGIApp, database: Database, audience: Audience, face: Face) -> None:
        self.app = app
        self.database = database
        self.settings = database.settings
        self.clock = database.clock
        self.ids = database.ids
        self.audience = audience
        self.face = face
        self.headers = headers_for(audience, database.settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = self.clock.monotonic()
        given = scope["method"]
        number = self.ids.new().hex
        inner = {**scope, "state": {**scope.get("state", {}), "request_id": number}}
        inner["method"] = "GET" if given == "HEAD" else given
        reply = Reply(send, [*self.headers, (b"x-request-id", number.encode())], without_body=given == "HEAD")
        try:
            await self._answer(inner, receive, reply, given)
        finally:
            self._note(scope, number, reply.status, self.clock.monotonic() - began)

    async def _answer(self, scope: Scope, receive: Receive, reply: Reply, given: str) -> None:
        limit = self._limit_of(scope, given)
        fault = self._fault(scope, given, limit)
        if fault is not None:
            await self.face(Request(scope), fault)(scope, receive, reply)
            return
        try:
            await self.app(scope, limited(receive, limit), reply)
        except Exception:  # the last line of defence: log it, and answer if nobody has
            log.exception("failed", request_id=scope["state"]["request_id"])
            if not reply.status:
                await self.face(Request(scope), UNEXPECTED)(scope, receive, reply)

    def _limit_of(self, scope: Scope, given: str) -> int:
        """The most bytes that the body of this request may have."""
        if given == "POST":
            uploads = UPLOADS.get(self.audience)
            if uploads is not None and uploads.match(scope["path"]):
                return self.settings.import_megabytes * 1024 * 1024 + AROUND_A_FILE
            if self.audience is Audience.DASHBOARD and scope["path"].endswith(WITH_PICTURE):
                return PICTURE_LIMIT
        return BODY_LIMIT[self.audience]

    def _fault(self, scope: Scope, given: str, limit: int) -> Fault | None:
        if given not in METHODS:
            return METHOD_NOT_ALLOWED
        # probes of an orchestrator call by address, and nothing behind them depends on the name
        if self.audience is not Audience.OPERATIONS and not origin.is_our_host(scope, self.settings):
            return WRONG_HOST
        if _announced_length(scope) > limit:
            return fault_of(TooLarge())
        if self._needs_same_site(scope, given) and not origin.is_same_site(scope, self.settings):
            return CROSS_SITE
        # before the body is read: under a flood of writes only a cheap refusal leaves time to store any.
        # A customer's form is always read, because the refusal holds what was typed.
        if self.audience is Audience.API and given not in origin.SAFE_METHODS and not self.database.has_room(Share.API):
            metrics.refused(Share.API)
            return FULL
        return None

    def _needs_same_site(self, scope: Scope, given: str) -> bool:
        """Only the dashboard acts on a cookie; sign-in is guarded too, so that nobody is signed in unawares."""
        if self.audience is not Audience.DASHBOARD or given in origin.SAFE_METHODS:
            return False
        return scope["path"].startswith(SIGNING_IN) or cookies.is_carried(scope, self.settings)

    def _note(self, scope: Scope, number: str, status: int, seconds: float) -> None:
        metrics.request(self.audience.value, status, seconds)
        if not logs.tells_access():
            return
        tracked = self.audience in {Audience.DASHBOARD, Audience.API}  # customers are not
        logs.access(
            method=scope["method"],
            path=without_secrets(scope["path"]),
            status=status,
            seconds=seconds,
            audience=self.audience.value,
            request_id=number,
            peer=client.address_of(scope, self.settings.proxy_networks) if tracked else "",
        )


class Reply:
    """Sends an answer on its way: fills in headers, remembers the status, leaves out the body for HEAD."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]], *, without_body: bool) -> None:
        self.status = 0
        self._send = send
        self._headers = headers
        self._without_body = without_body

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = list(message.get("headers", ()))
            named = {name for name, _ in own}
            own += [pair for pair in self._headers if pair[0] not in named]
            message = {**message, "headers": own}
        elif message["type"] == "http.response.body" and self._without_body:
            message = {**message, "body": b""}
        await self._send(message)


def limited(receive: Receive, limit: int) -> Receive:
    """A `receive` that raises `TooLarge` as soon as more than `limit` bytes of body have come."""
    taken = 0

    async def count() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > limit:
            raise TooLarge
        return message

    return count


def without_secrets(path: str) -> str:
    """A path as it may stand in a log: of a secret link only the first characters of its token.

    Of the link to an answer not even those: with the time of the line they would tell when an anonymous one came.
    """
    return SECRET_IN_PATH.sub(lambda match: f"{match[1]}{'…' if match[2] else ''}", path)


def _announced_length(scope: Scope) -> int:
    values = client.header(scope, b"content-length")
    return int(values[0]) if values and values[0].isdigit() else 0
