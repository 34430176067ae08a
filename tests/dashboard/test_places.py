"""However many requests come to the dashboard, it leaves threads for respondents' forms."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AbstractContextManager
from typing import Any

import httpx2
import pytest
from anyio import to_thread

from cxsurvey import dashboard
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import Unavailable
from tests.application import ORIGIN
from tests.dashboard.conftest import SAME_SITE

THREADS = 20
COOKIE = {"Cookie": f"cxsurvey={'a' * 27}"}


class Stuck:
    """Stands in for the database: every thread that comes to it waits until the test is over."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.over = threading.Event()

    def write(self, *_: object, **__: object) -> None:
        self.reached.set()
        self.over.wait(30)
        raise Unavailable

    def read(self) -> AbstractContextManager[Any]:
        self.write()
        raise AssertionError


async def _threads_are_left(database: Database, stuck: Stuck, method: str, path: str) -> bool:
    """Whether a thread is free while more requests than threads hang in the database."""
    to_thread.current_default_thread_limiter().total_tokens = THREADS
    transport = httpx2.ASGITransport(dashboard.build(database))
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN, headers={**SAME_SITE, **COOKIE}) as browser:
        requests = [asyncio.create_task(browser.request(method, path)) for _ in range(2 * THREADS)]
        try:
            async with asyncio.timeout(5):
                await to_thread.run_sync(stuck.reached.wait)
                for _ in range(100):  # time enough for every request to take a thread, if it may
                    await to_thread.run_sync(bool)
        except TimeoutError:
            return False
        finally:
            stuck.over.set()
            await asyncio.gather(*requests)
    return True


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/account/sign-out-elsewhere"),
        ("POST", "/sign-out"),
        ("POST", "/enter/token"),
        ("GET", "/"),
        ("GET", "/sign-in"),
        ("GET", "/setup/token"),
        ("GET", "/reset/token"),
        ("GET", "/enter/token"),
    ],
)
def test_a_slow_database_does_not_take_every_thread(
    database: Database, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    stuck = Stuck()
    monkeypatch.setattr(database, "write", stuck.write)
    monkeypatch.setattr(database, "read", stuck.read)

    assert asyncio.run(_threads_are_left(database, stuck, method, path))
