"""The client of tests: it refuses from an application what a server would choke on."""

from __future__ import annotations

import asyncio
import signal
import threading
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.direct import DirectClient

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"x"}


def saying(*messages: dict[str, Any]) -> ASGIApp:
    """An application that says just this."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    return app


def test_a_whole_response_is_given() -> None:
    with DirectClient(saying(START, {**BODY, "more_body": True}, BODY), base_url="http://localhost") as client:
        answer = client.get("/")

    assert (answer.status_code, answer.content) == (200, b"xx")


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ((START, START, BODY), "began twice"),
        ((START, BODY, BODY), "after its end"),
        ((BODY,), "no beginning"),
        ((START,), "not said all"),
        ((), "not said all"),
    ],
)
def test_what_is_no_response_is_an_error(messages: tuple[dict[str, Any], ...], said: str) -> None:
    with (
        DirectClient(saying(*messages), base_url="http://localhost") as client,
        pytest.raises(AssertionError, match=said),
    ):
        client.get("/")


def test_all_clients_lend_the_same_thread_again() -> None:
    lent: set[int] = set()

    def note(_: object) -> Response:
        lent.add(threading.get_ident())
        return Response()

    app = Starlette(routes=[Route("/", note)])
    for _ in range(2):
        with DirectClient(app, base_url="http://localhost") as client:
            for _ in range(2):
                client.get("/")

    assert len(lent) == 1
    assert threading.get_ident() not in lent


@pytest.mark.parametrize("trouble", [ValueError, asyncio.CancelledError, pytest.fail.Exception])
def test_what_goes_wrong_in_one_request_is_raised_and_hinders_no_other(trouble: type[BaseException]) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise trouble

    with DirectClient(app, base_url="http://localhost") as client, pytest.raises(trouble):
        client.get("/")
    with DirectClient(saying(START, BODY), base_url="http://localhost") as client:
        assert client.get("/").status_code == 200


def test_a_request_that_is_given_up_while_it_waits_hinders_no_other() -> None:
    here = threading.get_ident()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await run_in_threadpool(signal.pthread_kill, here, signal.SIGUSR1)
        await asyncio.Event().wait()

    def give_up(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, give_up)
    with DirectClient(app, base_url="http://localhost") as client, pytest.raises(KeyboardInterrupt):
        client.get("/")
    signal.signal(signal.SIGUSR1, before)
    with DirectClient(saying(START, BODY), base_url="http://localhost") as client:
        assert client.get("/").status_code == 200
