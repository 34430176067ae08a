"""How a measurement tells its result: the machine, each figure with its target, and an exit code."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from pathlib import Path


def machine() -> str:
    """The machine in one line."""
    model = "unknown processor"
    information = Path("/proc/cpuinfo")
    if information.exists():
        names = [line for line in information.read_text().splitlines() if line.startswith("model name")]
        model = names[0].partition(":")[2].strip() if names else model
    return f"{os.cpu_count()} x {model}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"


class Report:
    """Collects figures; `end` leaves with 1 when one fell short."""

    def __init__(self, title: str) -> None:
        self.short = False
        print(f"{title}\n  on {machine()}", flush=True)

    def note(self, text: str) -> None:
        """Something to know that has no target."""
        print(f"  {text}", flush=True)

    def at_least(self, what: str, value: float, target: float) -> None:
        """A figure that must not be smaller than its target."""
        self._say(what, value, target, "at least", short=value < target)

    def at_most(self, what: str, value: float, target: float) -> None:
        """A figure that must not be larger than its target."""
        self._say(what, value, target, "at most", short=value > target)

    def _say(self, what: str, value: float, target: float, words: str, *, short: bool) -> None:
        self.short |= short
        print(f"  {'SHORT' if short else 'ok   '} {what}: {value:.2f} ({words} {target:g})", flush=True)

    def end(self) -> None:
        """Leaves the process."""
        sys.exit(1 if self.short else 0)
