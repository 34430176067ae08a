"""Cursors: the place of the last item seen, as an opaque word. It names no row and opens nothing.

A cursor belongs to the list that it was taken from: with other filters it would skip what it never showed.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Self, TypeAlias
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from pydantic import BaseModel, Field

from cxsurvey.api.door import Caller
from cxsurvey.core.command import says
from cxsurvey.core.errors import Invalid
from cxsurvey.web.errors import ParameterProblem

Place: TypeAlias = tuple[datetime, UUID]
"""The instant an item is ordered by, and its id."""

PageLimit = Annotated[
    int,
    Field(ge=1, le=100, description="The most items on one page."),
    says("out_of_range", "must be a whole number from 1 to 100"),
]
Cursor = Annotated[str | None, Field(default=None, max_length=64, description="A cursor, as it stands in `next`.")]

START = datetime(1970, 1, 1, tzinfo=UTC)
FREE = frozenset({"after", "limit", "updated_since"})
"""Parameters that may differ from page to page: they only say where a page begins and ends."""
MARK = 6
"""Bytes that tell one list from another: 48 bits against mistakes, not against an attacker."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one list: its address without a query, and its query, None for what was not named."""

    address: str
    query: Mapping[str, str | int | None]

    @classmethod
    def of(cls, caller: Caller, query: BaseModel) -> Self:
        """The pages that a request asks for."""
        return cls(f"{caller.database.settings.origin}{caller.request.scope['path']}", query.model_dump(mode="json"))

    @property
    def after(self) -> Place | None:
        """The place that this page begins behind; raises `Invalid` for a cursor that is none, or of another list."""
        cursor = self.query.get("after")
        if cursor is None:
            return None
        try:
            raw = urlsafe_b64decode(str(cursor).encode("ascii"))
            place = START + timedelta(microseconds=int.from_bytes(raw[:8], "big", signed=True)), UUID(bytes=raw[8:24])
        except (ValueError, OverflowError):
            raise _malformed() from None
        if len(raw) != 24 + MARK or urlsafe_b64encode(raw).decode() != cursor:
            raise _malformed()
        if raw[24:] != self._mark:
            message = "was taken from a list with other filters; leave it out to begin with these"
            raise Invalid(problems=[ParameterProblem("after", "other_list", message)])
        return place

    def next(self, place: Place) -> str:
        """The address of the page behind `place`."""
        kept = {name: value for name, value in self.query.items() if value is not None and name != "after"}
        return f"{self.address}?{urlencode({**kept, 'after': self._cursor(place)})}"

    def _cursor(self, place: Place) -> str:
        instant, item = place
        microseconds = (instant - START) // timedelta(microseconds=1)
        return urlsafe_b64encode(microseconds.to_bytes(8, "big", signed=True) + item.bytes + self._mark).decode()

    @property
    def _mark(self) -> bytes:
        """Which list it is: its path and filters, and neither how long its pages are nor where they begin."""
        named = {name: value for name, value in self.query.items() if value is not None and name not in FREE}
        text = f"{urlsplit(self.address).path}?{urlencode(sorted(named.items()))}"
        return sha256(text.encode()).digest()[:MARK]


def _malformed() -> Invalid:
    return Invalid(problems=[ParameterProblem("after", "not_a_cursor", "must be taken from the address in `next`")])
