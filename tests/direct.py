"""A client of the application that runs it in the thread of the test.

Starlette's own runs it in a second thread, with nine hand-overs for each request: some 3 ms, more than the
application takes for most pages. What the application itself gives to other threads still runs there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, Self
from urllib.parse import unquote

import httpx2
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Scope

PORTS = {"http": 80, "https": 443}


class DirectClient(TestClient):
    """Starlette's client for all that does not ask twice at once, and reads a response only when it is whole.

    Errors of the application are raised in the test unless `raise_server_exceptions` says otherwise.
    """

    def __init__(
        self,
        app: ASGIApp,
        base_url: str,
        *,
        client: tuple[str, int] = ("testclient", 50000),
        raise_server_exceptions: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(app, base_url, **options)
        self._here = _Transport(app, client, raise_server_exceptions)
        self._transport = self._here

    def __enter__(self) -> Self:
        self._here.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._here.close()


class _Transport(httpx2.BaseTransport):
    def __init__(self, app: ASGIApp, client: tuple[str, int], raise_server_exceptions: bool) -> None:
        self._app = app
        self._client = client
        self._runner: asyncio.Runner | None = None
        self.raise_server_exceptions = raise_server_exceptions

    def open(self) -> None:
        self._runner = asyncio.Runner()

    def close(self) -> None:
        if self._runner is not None:
            self._runner.close()
            self._runner = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        exchange = _Exchange(request, self._client)
        try:
            self._run(exchange.through(self._app))
            assert exchange.has_ended, "the application has not said all of its response"
        except Exception:
            if self.raise_server_exceptions:
                raise
        return exchange.response()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        if self._runner is not None:
            self._runner.run(work)
        else:
            asyncio.run(work)


class _Exchange:
    """One request and what the application said to it."""

    def __init__(self, request: httpx2.Request, client: tuple[str, int]) -> None:
        self._request = request
        self._client = client
        self._asked = False
        self._ended = asyncio.Event()
        self._head: Message | None = None
        self._body: list[bytes] = []

    async def through(self, app: ASGIApp) -> None:
        await app(self._scope(), self._receive, self._send)

    @property
    def has_ended(self) -> bool:
        return self._ended.is_set()

    def response(self) -> httpx2.Response:
        head: Message = self._head or {"status": 500, "headers": []}
        return httpx2.Response(
            head["status"],
            headers=head["headers"],
            stream=httpx2.ByteStream(b"" if self._request.method == "HEAD" else b"".join(self._body)),
            request=self._request,
        )

    def _scope(self) -> Scope:
        url = self._request.url
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": self._request.method,
            "path": unquote(url.path),
            "raw_path": url.raw_path.split(b"?", 1)[0],
            "root_path": "",
            "scheme": url.scheme,
            "query_string": url.query,
            "headers": [(name.lower(), value) for name, value in self._request.headers.raw],
            "client": self._client,
            "server": (url.host, url.port or PORTS[url.scheme]),
            "state": {},
        }

    async def _receive(self) -> Message:
        if self._asked:
            await self._ended.wait()
            return {"type": "http.disconnect"}
        self._asked = True
        return {"type": "http.request", "body": self._request.read()}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            assert self._head is None, "the response began twice"
            self._head = message
            return
        assert self._head is not None, "the response has a body and no beginning"
        assert not self.has_ended, "the response went on after its end"
        self._body.append(message.get("body", b""))
        if not message.get("more_body", False):
            self._ended.set()
