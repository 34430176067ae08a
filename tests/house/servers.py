"""Servers that a test of the house starts as an operator does."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

import httpx2
import pytest

START_SECONDS = 30


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_alive(base: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Waits for the first answer of a server; fails when it ends, or says nothing in time."""
    deadline = time.monotonic() + START_SECONDS
    # one client for all tries: each new one costs more than the server takes to answer
    with httpx2.Client(base_url=base) as client:
        while time.monotonic() < deadline:
            assert server.poll() is None, log.read_text()
            try:
                if client.get("/livez").status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.05)
    pytest.fail(f"no answer within {START_SECONDS} s:\n{log.read_text()}")
