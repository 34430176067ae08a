"""A client of the application that runs it in the thread of the test.

Starlette's own runs it in a second thread, with nine hand-overs for each request: some 3 ms, more than the
application takes for most pages. What the application itself gives to other threads still runs there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import cache
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
        self._transport = _Transport(app, client, raise_server_exceptions)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return


class _Transport(httpx2.BaseTransport):
    def __init__(self, app: ASGIApp, client: tuple[str, int], raise_server_exceptions: bool) -> None:
        self._app = app
        self._client = client
        self.raise_server_exceptions = raise_server_exceptions

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        exchange = _Exchange(request, self._client)
        try:
            _answering().run(exchange.through(self._app))
            assert exchange.has_ended, "the application has not said all of its response"
        except Exception:
            if self.raise_server_exceptions:
                raise
        return exchange.response()


class _Answering:
    """One task in which all requests are answered, one after the other.

    The library that lends threads to the application ends them with the task that they were lent to; a task for each
    request meant a new thread for each.
    """

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._loop = self._runner.get_loop()
        self._asked: asyncio.Queue[tuple[Coroutine[Any, Any, None], asyncio.Future[None]]] = asyncio.Queue()
        self._task = self._loop.create_task(self._answer_all())

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        answered = self._loop.create_future()
        self._asked.put_nowait((work, answered))
        try:
            self._loop.run_until_complete(answered)
        finally:
            if self._task.done() or not answered.done():
                end_answering()

    def close(self) -> None:
        self._runner.close()

    async def _answer_all(self) -> None:
        while True:
            work, answered = await self._asked.get()
            try:
                await work
            except asyncio.CancelledError:
                answered.cancel()
                raise
            except BaseException as error:  # noqa: BLE001 - whatever it was belongs to the test that asked
                answered.set_exception(error)
            else:
                answered.set_result(None)


@cache
def _answering() -> _Answering:
    return _Answering()


def end_answering() -> None:
    """Stops, be it in the midst of a request that was given up, and gives back the threads of this process."""
    if _answering.cache_info().currsize:
        _answering().close()
        _answering.cache_clear()


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
