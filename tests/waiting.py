"""Which tests mostly wait: for a server to start, for a time-out, for a browser."""

from __future__ import annotations

import pytest

WAITING = (
    "tests/lane/test_frozen.py",
    "tests/lane/test_trouble.py",
    "tests/lane/test_kill.py",
    "tests/lane/test_imports.py",
    "tests/lane/test_import_interrupt.py",
    "tests/lane/test_stop.py",
    "tests/lane/test_typed.py",
    "tests/cli/test_serve.py",
    "tests/house/test_units.py",
    "tests/browser/",
)


def waits(item: pytest.Item) -> bool:
    """Whether a test is one of them.

    They come first. One process of the run begins with them while the others keep the processors busy with the rest;
    were they left for the end, all others would be done and wait for them.
    """
    return item.nodeid.startswith(WAITING)
