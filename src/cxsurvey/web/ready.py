"""Bytes in and bytes out for the busiest addresses: a body read whole, and a response whose headers are ready.

The framework's own ways are right for every other address; here they cost as much as what they carry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]


def raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as they travel: names in small letters."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


class Ready(Response):
    """A response of finished bytes and headers."""

    background: BackgroundTask | None = None

    def __init__(self, body: bytes, status: int, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self.status_code = status
        self.body = body
        self.raw_headers = [*headers, (b"content-length", b"%d" % len(body))]


async def whole_body(request: Request) -> bytes:
    """The body of a request, which mostly comes as one message; how long it may be is the guard's to say."""
    message = await request.receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body", False) and message["type"] == "http.request":
        return body
    pieces = [body]
    while message.get("more_body", False):
        message = await request.receive()
        pieces.append(message.get("body", b""))
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return b"".join(pieces)
