"""What every test with a real browser looks at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright

AXE = (Path(__file__).parent / "vendor" / "axe" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# all that a page does well is left in it: to hand that out, with a selector of each place, took longer than the rules
WANTED = f"{{runOnly: {RULES}, resultTypes: ['violations', 'incomplete'], selectors: false}}"
EXAMINE = f"""axe.run({WANTED}).then((found) => [
  found.violations.map((rule) => [rule.id, rule.nodes[0].html]),
  found.incomplete.map((rule) => rule.id),
])"""

# no page is open long enough to win back what it takes to compile its scripts twice and thrice,
# and a frame with a process of its own shows what it shows without one
SWITCHES = ["--no-sandbox", "--js-flags=--no-opt --no-maglev", "--disable-site-isolation-trials"]

OpenPage = Callable[..., Page]


def launch(playwright: Playwright, chromium: Path, **options: Any) -> Browser:
    """Opens a browser, with the options of Playwright."""
    return playwright.chromium.launch(executable_path=chromium, args=SWITCHES, **options)


def without_window(chromium: Path) -> Path:
    """The Chromium beside this one that has no window to draw, for half of the processor's time; else this one."""
    shell = chromium.with_name("chromium-headless-shell")
    return shell if shell.exists() else chromium


def axe(page: Page) -> tuple[list[tuple[str, str]], list[str]]:
    """The rules that the page breaks, each with the first place, and the rules that axe could not decide on."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE})  # a script that Chromium knows again, unlike page.evaluate's
    session.detach()
    broken, unsure = page.evaluate(EXAMINE)
    return [(rule, place) for rule, place in broken], unsure


# every text that is shown and lies outside the page, or outside a box that cuts it off or scrolls; rows of choices that
# scroll and say so by fading, and what is only read out, are left alone
CUT_OFF = """() => {
  const found = [];
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode, of = text.parentElement;
    if (!text.nodeValue.trim() || !of.checkVisibility() || of.closest("thead, .unseen, .chips, option, svg")) continue;
    if (of.closest("details:not([open])") && !of.closest("summary")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const right = Math.max(...[...range.getClientRects()].map((box) => box.right));
    let box = of;
    while (box !== document.body && getComputedStyle(box).overflowX === "visible") box = box.parentElement;
    const edge = box === document.body ? document.documentElement.clientWidth : box.getBoundingClientRect().right;
    if (right > edge + 1) found.push(text.nodeValue.trim());
  }
  return found;
}"""


def cut_off(page: Page) -> list[str]:
    """The texts of a page that do not fit in its width."""
    found: list[str] = page.evaluate(CUT_OFF)
    return found
