"""What the two pages on branding show: that of a workspace and that of a survey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cxsurvey.core.pictures import MOST_BYTES
from cxsurvey.core.text import COLOUR
from cxsurvey.dashboard.surveys.views import Head
from cxsurvey.surveys.languages import direction_of, name_of
from cxsurvey.web import accent
from cxsurvey.web.accent import Check
from cxsurvey.web.frame import Frame

LABELS: Mapping[str, str] = {
    "name": "Name shown to customers",
    "logo": "Logo",
    "accent": "Accent colour",
    "privacy_url": "Privacy page",
    "footer": "Line at the foot",
}
FIELDS = ("name", "accent", "privacy_url", "footer")
TAKE = "take:"
"""Before the colour on the button that takes it."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One frame of the preview: what it shows and where it comes from."""

    title: str
    source: str
    scheme: str


@dataclass(frozen=True, slots=True)
class BrandingPage:
    """The form, the contrasts of the colour, and how a page of customers looks.

    `survey` is None on the page of the workspace; on that of a survey `inherited` says what empty fields come to.
    """

    frame: Frame
    action: str
    values: Mapping[str, str]
    inherited: Mapping[str, str]
    logo: str | None
    own_logo: bool
    colour: str
    checks: tuple[Check, ...]
    nearest: str | None
    sights: tuple[Sight, ...]
    survey: Head | None = None
    revision: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    may_write: bool = True
    labels: Mapping[str, str] = field(default_factory=lambda: LABELS)
    most_kilobytes: int = MOST_BYTES // 1024


def judged(colour: str) -> tuple[tuple[Check, ...], str | None]:
    """The contrasts of a colour and the nearest one that can be read; nothing for what is no colour."""
    if not COLOUR.fullmatch(colour):
        return (), None
    return accent.checks(colour), accent.nearest(colour)


def sights(source: str, languages: tuple[str, ...]) -> tuple[Sight, ...]:
    """Light, dark and right to left; the last in a language of the survey where it has one that is written so."""
    first = languages[0]
    other = next((language for language in languages if direction_of(language) == "rtl"), "")
    mirrored = f"Right to left, {name_of(other)}" if other else ""
    found = [
        Sight("Light", f"{source}?language={first}&scheme=light", "light"),
        Sight("Dark", f"{source}?language={first}&scheme=dark", "dark"),
    ]
    if other:
        found.append(Sight(mirrored, f"{source}?language={other}&scheme=light", "light"))
    return tuple(found)
