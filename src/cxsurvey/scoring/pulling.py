"""How far the values of many segments are to be pulled toward their mean: the fits behind ``shrinkage``.

Each fit tells from the segments themselves how much of their differences is chance. Both use moments, so there is
nothing to iterate and nothing that may fail to converge.
"""

from collections.abc import Sequence
from math import fsum
from typing import NamedTuple


class ShareCounts(NamedTuple):
    """How many of ``n`` responses were successes, such as top-box responses."""

    successes: int
    n: int


class NormalFit(NamedTuple):
    """The mean, the variance between segments, and for each segment its weight and what its estimate may miss by.

    ``weights`` are B, the part of each value's distance from the mean that is believed; ``variances`` are those of the
    estimates.
    """

    mean: float
    between: float
    weights: list[float]
    variances: list[float]


def normal_fit(values: Sequence[float], variances: Sequence[float]) -> NormalFit:
    """The empirical Bayes fit of Morris (1983) to one value or more with known variances above 0.

    ``shrunken_nps`` has the formulas.

    >>> fit = normal_fit([-6.0, -2.0, 0.0, 2.0, 6.0], [2.0] * 5)
    >>> round(fit.mean, 4), round(fit.between, 4), [round(weight, 4) for weight in fit.weights]
    (0.0, 18.0, [0.95, 0.95, 0.95, 0.95, 0.95])
    """
    k = len(values)
    between = _between(values, variances)
    precisions = [1.0 / (between + variance) for variance in variances]
    total = fsum(precisions)
    mean = fsum(value * precision for value, precision in zip(values, precisions, strict=True)) / total
    typical = fsum(variance * precision for variance, precision in zip(variances, precisions, strict=True)) / total
    weights, spreads = [], []
    for value, variance, precision in zip(values, variances, precisions, strict=True):
        pull = correction(k) * variance * precision
        for_the_mean = pull * pull / total
        for_the_pull = 0.0 if k <= 3 else 2.0 / (k - 3) * (pull * (value - mean)) ** 2 * (typical + between) * precision
        weights.append(1.0 - pull)
        spreads.append(variance * (1.0 - pull) + for_the_mean + for_the_pull)
    return NormalFit(mean, between, weights, spreads)


def _between(values: Sequence[float], variances: Sequence[float]) -> float:
    """The variance between segments: DerSimonian and Laird's moments."""
    precisions = sorted((1.0 / variance for variance in variances), reverse=True)
    total = fsum(precisions)
    mean = fsum(value / variance for value, variance in zip(values, variances, strict=True)) / total
    excess = fsum((value - mean) ** 2 / variance for value, variance in zip(values, variances, strict=True))
    # The greatest precision may drown the others, so what it leaves is summed, not subtracted.
    others = [fsum(precisions[1:]), *(total - precision for precision in precisions[1:])]
    scale = fsum(precision * other / total for precision, other in zip(precisions, others, strict=True))
    return max(0.0, (excess - (len(values) - 1)) / scale) if scale else 0.0


def mean_and_correlation(shares: Sequence[ShareCounts]) -> tuple[float, float]:
    """The mean of shares, and the correlation of two responses of one segment, 0 to 1 (Kleinman 1973).

    ``shrunken_shares`` has the formulas. Every segment has a response.

    >>> mean, correlation = mean_and_correlation([ShareCounts(7, 10), ShareCounts(3, 10)])
    >>> round(mean, 4), round(correlation, 4)
    (0.5, 0.2444)
    """
    k, n = len(shares), sum(share.n for share in shares)
    mean = (sum(share.successes for share in shares) + 0.5) / (n + 1.0)
    squares = fsum(share.n * (share.successes / share.n - mean) ** 2 for share in shares)
    # Whole numbers, because N - sum n^2 / N loses everything to one large segment.
    scale = (n * n - sum(share.n**2 for share in shares)) / n - (k - 1)
    excess = squares / (mean * (1.0 - mean)) - (k - 1)
    return mean, min(1.0, max(0.0, excess / scale)) if scale > 0.0 else 0.0


def correction(k: int) -> float:
    """What the pull of each of ``k`` segments is multiplied by, because it is estimated too (Morris 1983).

    >>> correction(3), correction(5)
    (0.0, 0.5)
    """
    return (k - 3) / (k - 1) if k > 3 else 0.0
