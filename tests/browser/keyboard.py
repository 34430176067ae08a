"""A person without a mouse: Tab, Enter, Space, arrows and letters, and nothing that is focused goes unseen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

MOST_STOPS = 160

# what has the focus: its name as a reader says it, whether a ring of two pixels or more is drawn around it (or around
# what stands for it), and whether it can be seen where it is: inside the window, and with nothing laid over it
LOOK = """() => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return null;
  const label = at.getAttribute("aria-label") || (at.labels && at.labels.length ? at.labels[0].innerText : "");
  const name = (label || at.innerText || at.value || "").replace(/\\s+/g, " ").trim();
  const rings = (each, part) => {
    const style = getComputedStyle(each, part);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const stand_in = at.nextElementSibling ? [at.nextElementSibling] : [];
  const ringed = [at, ...stand_in].some((each) => rings(each) || rings(each, "::after"));
  const box = at.getClientRects()[0] || at.getBoundingClientRect();
  const within = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  const labels = [...(at.labels || [])];
  const open = within && top !== null && [at, ...labels].some((each) => each.contains(top) || top.contains(each));
  return {name, tag: at.tagName.toLowerCase(), ringed, open, html: at.outerHTML.slice(0, 160)};
}"""


@dataclass
class Keyboard:
    """The keyboard of one page."""

    page: Page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Types a text into the field that has the focus, in place of what stands there."""
        self.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def focused(self) -> dict[str, Any] | None:
        """What has the focus, after making sure that one sees it."""
        found: dict[str, Any] | None = self.page.evaluate(LOOK)
        if found is not None:
            assert found["ringed"], f"the focus does not show: {found['html']} on {self.page.url}"
            assert found["open"], f"the focus is out of sight: {found['html']} on {self.page.url}"
        return found

    def to(self, name: str, tag: str = "") -> None:
        """Presses Tab until the focus is on what has this name, or begins with it."""
        met = []
        for _ in range(MOST_STOPS):
            found = self.focused()
            if found is not None:
                met.append(f"{found['tag']} {found['name'][:40]}")
                if found["name"].startswith(name) and tag in {"", found["tag"]}:
                    return
            self.press("Tab")
        raise AssertionError(f"no Tab leads to {name!r} on {self.page.url}: {met}")

    def follow(self, name: str, tag: str = "") -> None:
        """Goes to a link or a button that leads to another page, and takes it."""
        self.to(name, tag)
        with self.page.expect_navigation():
            self.press("Enter")
