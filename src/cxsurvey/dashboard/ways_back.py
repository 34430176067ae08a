"""The way from a response back to the page it was opened on, as it was: carried in the address of the response.

A link to a response names that page by a word, `from`, and has the parameters that the page itself was asked with. The
way back is built here from words that are known, so no address is ever taken from outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request

from cxsurvey.core.ids import encode
from cxsurvey.insights.filters import NAMES

FROM: Final = "from"
KEPT: Final = ("survey", "state", "step", "after", "period", "since", "until", *NAMES)
"""What the pages below are asked with."""


class Opener(StrEnum):
    """The pages that lead to single responses."""

    OVERVIEW = "overview"
    COMMENTS = "comments"
    RESPONSES = "responses"
    RESULTS = "results"
    FOLLOW_UPS = "follow-ups"


@dataclass(frozen=True, slots=True)
class _Page:
    """Its address below that of the workspace, the part of it to go to, and its name after `Back to`."""

    path: str
    name: str
    part: str = ""


_RESULTS: Final = "/surveys/{survey}/results"
_PAGES: Final[Mapping[Opener, _Page]] = {
    Opener.OVERVIEW: _Page("/", "the overview"),
    Opener.COMMENTS: _Page("/comments", "the comments"),
    Opener.RESPONSES: _Page("/responses", "the responses"),
    Opener.RESULTS: _Page(_RESULTS, "{name}", "#comments"),
    Opener.FOLLOW_UPS: _Page(_RESULTS, "{name}", "#follow-ups"),
}


@dataclass(frozen=True, slots=True)
class WayBack:
    """A link back; `query` is what the page of the response must keep in its own links for it, or ""."""

    label: str
    href: str
    query: str


def leaving(request: Request, opener: Opener) -> str:
    """The query of links to responses on a page, with which the way back leads here again."""
    return urlencode({FROM: opener.value, **_kept(request)})


def carried(request: Request) -> dict[str, str]:
    """What the address of a response carries for the way back; empty where it names no page."""
    opener = request.query_params.get(FROM, "")
    return {FROM: opener, **_kept(request)} if opener in set(Opener) else {}


def way_back(request: Request, home: str, survey_id: UUID, name: str) -> WayBack:
    """The way back from a response of this survey; to its results where its address names no page."""
    keeps = carried(request)
    page = _PAGES[Opener(keeps[FROM])] if keeps else _Page(_RESULTS, "{name}")
    query = urlencode({each: text for each, text in keeps.items() if each != FROM})
    path = page.path.format(survey=encode("srv", survey_id))
    return WayBack(
        label=f"Back to {page.name.format(name=name)}",
        href=f"{home}{path}{'?' if query else ''}{query}{page.part}",
        query=urlencode(keeps),
    )


def _kept(request: Request) -> dict[str, str]:
    return {name: request.query_params[name] for name in KEPT if name in request.query_params}
