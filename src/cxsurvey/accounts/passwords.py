"""Passwords: which are accepted, and the slow work of hashing and checking them.

Hashing takes about 0.1 s and 64 MiB; callers run at most two at once and never inside a unit of work.
"""

from __future__ import annotations

import unicodedata
from importlib.resources import files
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

SHORTEST: Final = 12
LONGEST: Final = 256

COMMON: Final = frozenset(files("cxsurvey.accounts").joinpath("common_passwords.txt").read_text("utf-8").split())
"""Long passwords that everybody tries first, in lower case."""

_hasher = PasswordHasher()

NOBODYS_HASH: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$5Dvpzwiwzx8XijyNWrad0Q$9/b7TqC+lAQpK6gST04HhpuaY7ISfHyiaDxvvXPKVoo"
)
"""Checked when an account does not exist, so that an unknown one takes as long as a known one."""


def problem_with(password: str) -> str | None:
    """Why a password is not accepted, as the end of a sentence; None when it is."""
    if len(password) < SHORTEST:
        return f"must have at least {SHORTEST} characters"
    if len(password) > LONGEST:
        return f"must have at most {LONGEST} characters"
    if password.casefold() in COMMON or len(set(password)) == 1:
        return "is one of the passwords that are tried first; please choose another"
    return None


def hashed(password: str) -> str:
    """The Argon2id hash to store. Slow."""
    return _hasher.hash(_canonical(password))


def matches(password: str, stored: str) -> bool:
    """Whether this is the password behind a stored hash. Slow, and equally so for yes and no."""
    try:
        return _hasher.verify(stored, _canonical(password))
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def _canonical(password: str) -> str:
    # the same letters typed on two keyboards may be composed differently
    return unicodedata.normalize("NFKC", password)
