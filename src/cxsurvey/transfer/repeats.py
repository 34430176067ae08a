"""What tells the rows of a file apart, so that the same file twice adds nothing."""

from __future__ import annotations

import hashlib
import json
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from uuid import UUID

PARTS = 256


def digest_of(cells: Sequence[str]) -> bytes:
    """SHA-256 of a row; different rows have different texts, whatever stands in their cells."""
    return hashlib.sha256(json.dumps(cells).encode()).digest()


def id_of(survey_id: UUID, row: bytes, occurrence: int) -> str:
    """The external id of a row that brings none: its digest and how often it has come in the file, from 1."""
    return hashlib.sha256(b"%b%b%d" % (survey_id.bytes, row, occurrence)).hexdigest()


def repeated(digests: Iterable[bytes]) -> frozenset[int]:
    """The `short` forms of digests that come more than once.

    Eight bytes a row, in parts that are sorted one after the other, so that a million rows take 8 MB. Two
    different digests may share a short form; whoever uses the result compares the whole ones.
    """
    found: set[int] = set()
    for part in _in_parts(digests):
        found.update(one for one, following in pairwise(sorted(part)) if one == following)
    return frozenset(found)


def _in_parts(digests: Iterable[bytes]) -> list[array[int]]:
    parts = [array("Q") for _ in range(PARTS)]
    for digest in digests:
        parts[digest[0]].append(short(digest))
    return parts


class Counted:
    """How often each digest comes, as far as its `short` form tells; eight bytes a digest."""

    def __init__(self, digests: Iterable[bytes]) -> None:
        self._parts = [array("Q", sorted(part)) for part in _in_parts(digests)]

    def times(self, digest: bytes) -> int:
        """How often it comes, or another one that shares its short form."""
        part, wanted = self._parts[digest[0]], short(digest)
        return bisect_right(part, wanted) - bisect_left(part, wanted)


def short(digest: bytes) -> int:
    """The first eight bytes as a number."""
    return int.from_bytes(digest[:8], "big")


class Occurrences:
    """How often each row has come so far; remembers only those that come more than once."""

    def __init__(self, several: frozenset[int]) -> None:
        self._several = several
        self._seen: dict[bytes, int] = {}

    def next(self, digest: bytes) -> int:
        """The number of this occurrence, from 1."""
        if short(digest) not in self._several:
            return 1
        self._seen[digest] = number = self._seen.get(digest, 0) + 1
        return number
