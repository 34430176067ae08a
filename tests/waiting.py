"""Which tests mostly wait: for a server to start, for a time-out, for a browser."""

from __future__ import annotations

import pytest

BROWSER = "tests/browser/"

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
)


def turn(item: pytest.Item) -> int:
    """When a test's turn comes: 0 for those in a browser, 1 for the others that mostly wait, 2 for the rest.

    Those that wait come first. One process of the run begins with them while the others keep the processors busy with
    the rest; were they left for the end, all others would be done and wait for them. Those in a browser stand together,
    so that one browser does for them all.
    """
    if item.nodeid.startswith(BROWSER):
        return 0
    return 1 if item.nodeid.startswith(WAITING) else 2
