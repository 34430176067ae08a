"""The only module that draws randomness, and the form ids take outside the database.

Inside, an id is a time-ordered UUID (version 7). Outside it is an opaque string such as
`rsp_0649ph8e3…`: a prefix that names the kind and 26 characters of base 32. Neither is a secret.
"""

from __future__ import annotations

import os
import re
from typing import Protocol
from uuid import UUID

from uuid_utils.compat import uuid7

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE32 = "abcdefghjkmnpqrstuvwxyz23456789"  # no 0/o, 1/l/i: a code may be read aloud
CODE_LENGTH = 10
_PAIRS62 = [high + low for high in BASE62 for low in BASE62]
_DIGITS62 = {letter: digit for digit, letter in enumerate(BASE62)}

_HEX32 = "0123456789abcdefghijklmnopqrstuv"  # the digits that `int(text, 32)` reads
_PAIRS = [high + low for high in _HEX32 for low in _HEX32]
_SHIFTS = range(120, -1, -10)
_DIGITS = re.compile(f"[{_HEX32}]{{26}}")


class Ids(Protocol):
    """Where new ids and random bytes come from."""

    def new(self) -> UUID:
        """A new id, later than every id made before by this process."""
        ...

    def random(self, size: int) -> bytes:
        """`size` bytes nobody can guess."""
        ...


class SystemIds:
    """Ids from the clock and the randomness of the machine."""

    def new(self) -> UUID:
        return uuid7()

    def random(self, size: int) -> bytes:
        return os.urandom(size)


def encode(prefix: str, value: UUID) -> str:
    """The outside form of an id: `encode("rsp", id)` gives `rsp_` and 26 characters."""
    number = value.int << 2  # 26 digits hold 130 bits
    pairs = [_PAIRS[number >> shift & 1023] for shift in _SHIFTS]
    return f"{prefix}_{''.join(pairs)}"


def decode(prefix: str, text: str) -> UUID | None:
    """The id behind its outside form, or None when `text` is not exactly such a form."""
    head, _, tail = text.partition("_")
    if head != prefix or not _DIGITS.fullmatch(tail):
        return None
    number = int(tail, 32)
    return None if number & 3 else UUID(int=number >> 2)


def base62(raw: bytes, length: int) -> str:
    """`raw` as a number in base 62, padded on the left to `length` characters."""
    number = int.from_bytes(raw, "big")
    pairs: list[str] = []
    while number:
        # by four digits at once: what is left over is a small number, cheap to part again, and the long one is not
        number, four = divmod(number, 62**4)
        pairs.append(_PAIRS62[four % 62**2])
        pairs.append(_PAIRS62[four // 62**2])
    pairs.reverse()
    return "".join(pairs).lstrip("0").rjust(length, "0")


def from_base62(text: str, size: int) -> bytes | None:
    """The `size` bytes whose number `text` is in base 62; None when it is no such number, or one too large."""
    number = 0
    for letter in text:
        digit = _DIGITS62.get(letter)
        if digit is None:
            return None
        number = number * 62 + digit
    return None if number >> 8 * size else number.to_bytes(size, "big")


def secret_token(ids: Ids) -> str:
    """160 random bits as 27 characters of base 62; for what is handed out once and stored as a hash."""
    return base62(ids.random(20), 27)


def public_code(ids: Ids) -> str:
    """Ten random characters that name a survey in its shared link."""
    letters: list[str] = []
    while len(letters) < CODE_LENGTH:
        # 248 = 8 x 31: bytes above it would make the first letters of the alphabet more likely
        letters += [BASE32[byte % len(BASE32)] for byte in ids.random(CODE_LENGTH) if byte < 248]
    return "".join(letters[:CODE_LENGTH])
