"""Cursors: the place of the last item seen, as an opaque word. It names no row and opens nothing."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeAlias
from urllib.parse import urlencode
from uuid import UUID

from pydantic import Field

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


def cursor_of(place: Place) -> str:
    """The word for a place."""
    instant, item = place
    microseconds = (instant - START) // timedelta(microseconds=1)
    return urlsafe_b64encode(microseconds.to_bytes(8, "big", signed=True) + item.bytes).decode()


def place_of(cursor: str) -> Place:
    """The place a cursor stands for; raises `Invalid` for a word that is none."""
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii"))
        place = START + timedelta(microseconds=int.from_bytes(raw[:8], "big", signed=True)), UUID(bytes=raw[8:])
    except (ValueError, OverflowError):
        raise _malformed() from None
    if cursor_of(place) != cursor:
        raise _malformed()
    return place


def next_url(base: str, parameters: Mapping[str, str | int | None], place: Place) -> str:
    """The address of the page after `place`, with the same parameters as this one."""
    kept = {name: value for name, value in parameters.items() if value is not None and name != "after"}
    return f"{base}?{urlencode({**kept, 'after': cursor_of(place)})}"


def _malformed() -> Invalid:
    return Invalid(problems=[ParameterProblem("after", "not_a_cursor", "must be taken from the address in `next`")])
