"""A small HTTP client that asks once, on a connection of its own, and tells how long the answer took."""

from __future__ import annotations

import asyncio
import time
from asyncio import IncompleteReadError, LimitOverrunError
from collections.abc import Mapping
from dataclasses import dataclass, field

NO_ANSWER = (OSError, TimeoutError, IncompleteReadError, LimitOverrunError)
"""What `ask` raises when the server is away or too slow."""


@dataclass(frozen=True)
class Answer:
    """What the server said; `headers` have lower-case names."""

    status: int
    seconds: float
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


async def ask(
    port: int, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None, seconds: float = 2.0
) -> Answer:
    """One request to 127.0.0.1; raises one of `NO_ANSWER` when there is no whole answer within `seconds`."""
    began = time.monotonic()
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(_request(port, method, path, body, headers or {}))
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.rstrip("\r\n").split("\r\n")
            named = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            content = await reader.readexactly(int(named.get("content-length", 0)))
        finally:
            writer.close()
    return Answer(int(first.split(" ", 2)[1]), time.monotonic() - began, content, named)


def _request(port: int, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    named = {"Host": f"127.0.0.1:{port}", "Connection": "close", "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body
