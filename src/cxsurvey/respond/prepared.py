"""Forms kept ready as bytes: drawn once per version, language and workspace, filled in per request.

What differs between two customers is drawn as a marker that no text of a survey can contain (control characters
are refused everywhere) and cut out once; a request joins the pieces with its own values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MARKER = re.compile(rb"\x01([a-z0-9]+)\x02")
KEPT = 256


def marker(slot: str) -> str:
    """What stands in a drawn page for the value of a slot (small letters and digits)."""
    return f"\x01{slot}\x02"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A page in pieces: every second piece is a slot."""

    pieces: tuple[bytes, ...]
    slots: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, drawn: str) -> Prepared:
        """Cuts a drawn page at its markers."""
        parts = MARKER.split(drawn.encode())
        return cls(tuple(parts), tuple((index, parts[index].decode()) for index in range(1, len(parts), 2)))

    def filled(self, values: Mapping[str, bytes]) -> bytes:
        """The page with its values, which must be escaped already; a slot without one is left empty."""
        pieces = list(self.pieces)
        for index, slot in self.slots:
            pieces[index] = values.get(slot, b"")
        return b"".join(pieces)


class Shelf:
    """Prepared pages by key, the oldest forgotten first."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._pages: dict[object, Prepared] = {}

    def page(self, key: object, draw: Callable[[], str]) -> Prepared:
        """The page of this key, drawn when it is not there yet."""
        found = self._pages.get(key)
        if found is None:
            found = Prepared.of(draw())
            while len(self._pages) >= self._kept:
                self._pages.pop(next(iter(self._pages)), None)
            self._pages[key] = found
        return found

    def __len__(self) -> int:
        return len(self._pages)
