"""Which tests come first: those that mostly wait for a server, a time-out or a browser, and those that take longest."""

from __future__ import annotations

import pytest

FIRST = (
    "tests/browser/test_dashboard.py",
    "tests/browser/test_keyboard.py",
    "tests/browser/test_respond.py",
    "tests/api/test_schema.py",
    "tests/walls/test_matrix.py",
    "tests/lane/test_kill.py",
    "tests/lane/test_imports.py",
    "tests/transfer/test_people_dry_run.py",
    "tests/lane/test_import_interrupt.py",
    "tests/lane/test_trouble.py",
    "tests/lane/test_simultaneous.py",
    "tests/lane/test_frozen.py",
    "tests/cli/test_serve.py",
    "tests/house/test_units.py",
    "tests/lane/test_typed.py",
    "tests/lane/test_stop.py",
)
"""The longest single test of a file decides its place; those in a browser stand together, so that one does for all."""


def place_in_line(item: pytest.Item) -> int:
    """Where a test stands among all others; of two with the same place the one that was found first goes first.

    One process of the run begins with these while the others keep the processors busy with the rest, and take over from
    its end what it has not come to. A test that waits or is long and came last would be waited for by all of them.
    """
    file = item.nodeid.partition("::")[0]
    return FIRST.index(file) if file in FIRST else len(FIRST)
