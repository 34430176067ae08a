"""Every way in which responses can fall, for coverages that are counted and not simulated."""

from collections.abc import Iterator, Sequence
from math import factorial, prod


def compositions(n: int, parts: int) -> Iterator[tuple[int, ...]]:
    """All ways to divide n responses among so many scores."""
    if parts == 1:
        yield (n,)
        return
    for first in range(n + 1):
        for rest in compositions(n - first, parts - 1):
            yield (first, *rest)


def chance_of(outcome: Sequence[int], shares: Sequence[float]) -> float:
    """The multinomial chance of this outcome."""
    ways = factorial(sum(outcome)) // prod(map(factorial, outcome))
    return ways * prod(share**k for share, k in zip(shares, outcome, strict=True))
