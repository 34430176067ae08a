"""The application behind a real socket, for tests that need a browser."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

HOST = "127.0.0.1"


def bound_socket() -> socket.socket:
    """A socket on a port nobody uses."""
    made = socket.socket()
    made.bind((HOST, 0))
    return made


@contextmanager
def served(app: ASGIApp, listening: socket.socket) -> Iterator[None]:
    """Serves `app` in a thread until the block ends."""
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none"))
    listening.listen(64)  # a browser may come before the server has started
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
