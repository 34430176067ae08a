"""What every test with a real browser looks at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

OpenPage = Callable[..., Page]


def axe(page: Page) -> tuple[list[tuple[str, str]], list[str]]:
    """The rules that the page breaks, each with the first place, and the rules that axe could not decide on."""
    found = page.evaluate(f"{AXE}\naxe.run({{runOnly: {RULES}}})")
    broken = [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]]
    return broken, [rule["id"] for rule in found["incomplete"]]
