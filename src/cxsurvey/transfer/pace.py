"""How large the units of a long job are, so that nobody waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FEWEST: Final = 10
FIRST: Final = 50
"""Rows of the first unit, of which nobody knows yet how long it takes."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one unit may hold the lane, in seconds, how many rows it may have, and the pause after it."""

    seconds: float
    most: int
    pause: float

    def next_size(self, size: int, seconds: float) -> int:
        """How many rows the next unit takes after one of `size` rows took `seconds`."""
        if seconds <= 0:
            return self.most
        fitting = int(size * 0.75 * self.seconds / seconds)
        return max(FEWEST, min(self.most, fitting, size * 2))


BESIDE_OTHERS: Final = Pace(seconds=0.02, most=250, pause=0.01)
"""In a server or worker, where customers wait for the same lane."""
ALONE: Final = Pace(seconds=0.25, most=2000, pause=0.0)
"""For a command that has the database for itself; a server on Postgres may start meanwhile, so not without end."""
