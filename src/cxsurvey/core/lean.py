"""Libraries, loaded without other libraries that they take along for what nobody uses here."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import cast


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Hides installed libraries, which those loaded in the block must be able to do without; nothing that is loaded."""
    hidden = [name for name in names if name not in sys.modules]
    modules = cast("dict[str, ModuleType | None]", sys.modules)
    modules.update(dict.fromkeys(hidden))  # Python's own way to say that there is none
    try:
        yield
    finally:
        for name in hidden:
            del modules[name]
