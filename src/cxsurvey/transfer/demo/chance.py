"""Chance that comes out the same every time: numbers are hashes of what they are for and a counter."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """A stream of numbers that depends on nothing but the words it is made with."""

    def __init__(self, *words: object) -> None:
        self._key = hashlib.blake2b(repr(words).encode(), digest_size=16).digest()
        self._count = 0

    def number(self) -> float:
        """At least 0 and below 1."""
        self._count += 1
        drawn = hashlib.blake2b(self._count.to_bytes(8, "big"), key=self._key, digest_size=8).digest()
        return (int.from_bytes(drawn, "big") >> 11) / (1 << 53)

    def happens(self, probability: float) -> bool:
        return self.number() < probability

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit` - 1."""
        return int(self.number() * limit)

    def pick(self, choices: Sequence[T]) -> T:
        return choices[self.below(len(choices))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One of the keys, each as likely as its weight says."""
        rest = self.number() * sum(weights.values())
        choices = list(weights)
        for choice in choices:
            rest -= weights[choice]
            if rest < 0:
                return choice
        return choices[-1]

    def around(self, mean: float) -> int:
        """A whole number whose mean is `mean`, scattered by about a third."""
        wanted = mean * (0.55 + 0.9 * self.number())
        return int(wanted) + self.happens(wanted % 1)
