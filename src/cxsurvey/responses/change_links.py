"""The secret link with which a shared-link answer is changed, and what of it is stored. Pure.

A hash is looked up where chance puts it, so every new answer would write another page of the index. A link therefore
begins with its place: the time in the id of its response. What is stored of it begins so too, and new answers stand
side by side in the index.

A link to an anonymous answer has no place and is looked up by its hash alone, as every link was at first: the id of an
answer stays when its group is released, and a link that held a part of it would tell which answer it belonged to.
"""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from cxsurvey.core.errors import NotFound
from cxsurvey.core.ids import base62, from_base62
from cxsurvey.core.signing import TOKEN_LENGTH, Keys, digest

PURPOSE = "answer"
PLACE_BYTES = 6  # the milliseconds of a time-ordered id
PLACE_LENGTH = 9  # 48 bits in base 62
LENGTH = PLACE_LENGTH + TOKEN_LENGTH
STORED_BYTES = 32


class ChangeLink(NamedTuple):
    """The token in the address of a link, and the 32 bytes by which its response is found."""

    token: str
    stored: bytes


def new(keys: Keys, response_id: UUID, *, anonymous: bool) -> ChangeLink:
    """The link to a new response."""
    secret = keys.link_token(PURPOSE, response_id)
    return _without_place(secret) if anonymous else _with_place(response_id, secret)


def again(keys: Keys, response_id: UUID, stored: bytes) -> str | None:
    """The token of a stored link, made again with the key it was made with; None when that key is gone."""
    for number in keys.numbers:
        secret = keys.link_token(PURPOSE, response_id, number=number)
        for link in (_with_place(response_id, secret), _without_place(secret)):
            if link.stored == stored:
                return link.token
    return None


def stored_of(token: str) -> bytes:
    """The bytes by which the response of a link is found; raises NotFound for what cannot be a token."""
    if len(token) == TOKEN_LENGTH:
        return _without_place(token).stored
    place = from_base62(token[:PLACE_LENGTH], PLACE_BYTES) if len(token) == LENGTH else None
    if place is None:
        raise NotFound
    return _beginning_with(place, token)


def _with_place(response_id: UUID, secret: str) -> ChangeLink:
    place = response_id.bytes[:PLACE_BYTES]
    token = base62(place, PLACE_LENGTH) + secret
    return ChangeLink(token, _beginning_with(place, token))


def _without_place(secret: str) -> ChangeLink:
    return ChangeLink(secret, digest(secret))


def _beginning_with(place: bytes, token: str) -> bytes:
    return place + digest(token)[: STORED_BYTES - PLACE_BYTES]
