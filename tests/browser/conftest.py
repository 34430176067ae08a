from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, StorageState, sync_playwright

from tests.browser.house import House
from tests.browser.looking import OpenPage, launch, without_window


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """What drives browsers; there can be one at a time, and no other test of asyncio beside it."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="package")
def browser(playwright: Playwright, chromium: Path) -> Iterator[Browser]:
    opened = launch(playwright, without_window(chromium))
    yield opened
    opened.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    contexts: list[BrowserContext] = []

    def opened(width: int = 390, **options: Any) -> Page:
        options = {"viewport": {"width": width, "height": 844}, "locale": "en-GB", **options}
        contexts.append(browser.new_context(**options))
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def ticket(house: House, browser: Browser) -> StorageState:
    """What Ada's browser keeps of signing in to the `house` of a module."""
    return house.ticket(browser)


@pytest.fixture
def signed_in(open_page: OpenPage, ticket: StorageState) -> OpenPage:
    """Opens a page of Ada's browser, in which she has signed in."""
    return partial(open_page, storage_state=ticket)
