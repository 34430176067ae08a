"""The client of tests: it refuses from an application what a server would choke on."""

from __future__ import annotations

from typing import Any

import pytest
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
