"""A share k of n: its interval by four methods, and the difference of two shares.

Shares and limits run from 0 to 1. Notation: p = k / n, z the normal quantile of the confidence.
Wilson is the one to use. Clopper-Pearson is for a coverage that must never fall short;
Agresti-Coull and Jeffreys are for comparison with other tools.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import hypot, sqrt
from typing import Final

from cxsurvey.scoring.counts import checked_part
from cxsurvey.scoring.errors import EmptyCountsError
from cxsurvey.scoring.intervals import Limits, checked_confidence, method_named, wilson, z_value
from cxsurvey.scoring.scales import Headline
from cxsurvey.scoring.significance import detectable, leaves_out_zero, two_sided
from cxsurvey.scoring.special import beta_quantile

FEWEST_EXPECTED: Final = 5
"""Where a cell is expected to hold fewer, Fisher's exact test takes the place of chi-square."""

# Two tables of equal chance must count as equal after rounding.
_AS_LIKELY: Final = 1.0 + 1e-7


class ShareMethod(StrEnum):
    """The ways to make an interval of a share, the one to use first."""

    WILSON = "wilson"
    AGRESTI_COULL = "agresti-coull"
    CLOPPER_PEARSON = "clopper-pearson"
    JEFFREYS = "jeffreys"

    @property
    def recommended(self) -> bool:
        """True for each: they differ in width, and none claims certainty."""
        return True

    @property
    def label(self) -> str:
        """The name to show.

        >>> ShareMethod.CLOPPER_PEARSON.label
        'Clopper-Pearson'
        """
        return self.value.title()


class ShareTest(StrEnum):
    """Where a p-value comes from."""

    CHI_SQUARE = "chi-square"
    FISHER = "fisher"


@dataclass(frozen=True, slots=True)
class ShareDifference:
    """One share minus another, with limits from -1 to 1 and a two-sided p-value.

    ``changed`` is true only when the interval leaves 0 out. The p-value comes from another
    formula and can disagree by a hair at the border; ``changed`` decides.
    """

    estimate: float
    lower: float
    upper: float
    p_value: float
    test: ShareTest
    minimum_detectable: float

    @property
    def changed(self) -> bool:
        """Whether the interval leaves 0 out."""
        return leaves_out_zero(self.lower, self.upper)


def share_interval(
    successes: int, n: int, confidence: float = 0.95, method: ShareMethod | str = ShareMethod.WILSON
) -> Limits:
    """The interval of the share successes / n by the named method, within 0 and 1.

    Raises ``EmptyCountsError`` at n = 0, ``InvalidCountError`` for anything but whole numbers
    with 0 <= successes <= n, ``InvalidConfidenceError``, ``UnknownMethodError``.

    >>> [round(limit, 4) for limit in share_interval(4, 5, 0.95, "agresti-coull")]
    [0.3596, 0.9797]
    """
    return _INTERVALS[method_named(ShareMethod, method, Headline.TOP_BOX)](successes, n, confidence)


def agresti_coull(successes: int, n: int, confidence: float = 0.95) -> Limits:
    """Wald after adding z^2/2 successes and z^2/2 failures (Agresti and Coull 1998).

    With m = n + z^2 and q = (k + z^2/2) / m the limits are q +- z sqrt(q (1 - q) / m), cut to 0
    and 1. Its centre is Wilson's and it is never narrower before the cut, so it holds the
    estimate. MeasuringU calls it adjusted Wald. At 0 of n and n of n one end is cut.

    Raises what ``share_interval`` raises, but for the method.

    >>> [round(limit, 4) for limit in agresti_coull(81, 263)]
    [0.2552, 0.3663]
    """
    _check(successes, n)
    z = z_value(confidence)
    half, m = z * z / 2.0, n + z * z
    share, rest = (successes + half) / m, (n - successes + half) / m
    margin = z * sqrt(share * rest / m)
    return Limits(max(0.0, share - margin), min(1.0, share + margin))


def clopper_pearson(successes: int, n: int, confidence: float = 0.95) -> Limits:
    """All shares that neither one-sided binomial test rejects (Clopper and Pearson 1934).

    With t = (1 - confidence) / 2: the share t of Beta(k, n - k + 1) lies below the lower limit,
    the share t of Beta(k + 1, n - k) above the upper one. It covers every truth at least as
    often as promised, is the widest for that, and holds the estimate. Edges: 0 of n gives 0 to
    1 - t^(1/n), n of n its mirror image.

    Raises what ``share_interval`` raises, but for the method.

    >>> [round(limit, 4) for limit in clopper_pearson(0, 20)]
    [0.0, 0.1684]
    """
    _check(successes, n)
    tail = _tail(confidence)
    failures = n - successes
    return Limits(
        lower=beta_quantile(tail, successes, failures + 1) if successes else 0.0,
        upper=beta_quantile(tail, successes + 1, failures, upper=True) if failures else 1.0,
    )


def jeffreys(successes: int, n: int, confidence: float = 0.95) -> Limits:
    """The middle of the posterior under Jeffreys' prior (Brown, Cai and DasGupta 2001).

    The limits cut the share (1 - confidence) / 2 off either end of Beta(k + 1/2, n - k + 1/2).
    Both lie strictly inside 0 and 1, so at 0 of n and n of n, where the estimate is 0 or 1, the
    interval does **not** hold it. It is not cut open there, as some do, because its ends would
    then jump between 0 and 1 success. Below a confidence of one half it can leave out other
    estimates too.

    Raises what ``share_interval`` raises, but for the method.

    >>> [f"{limit:.6f}" for limit in jeffreys(0, 20)]
    ['0.000024', '0.116639']
    """
    _check(successes, n)
    tail, a, b = _tail(confidence), successes + 0.5, n - successes + 0.5
    return Limits(beta_quantile(tail, a, b), beta_quantile(tail, a, b, upper=True))


def share_difference(now: tuple[int, int], before: tuple[int, int], confidence: float = 0.95) -> ShareDifference:
    """The share ``now`` minus the share ``before``, each given as (successes, n).

    Interval: Newcombe's hybrid score (1998, method 10). With shares p1, p2 and their Wilson
    limits (l1, u1), (l2, u2) the difference d = p1 - p2 reaches

        from d - sqrt((p1 - l1)^2 + (u2 - p2)^2) to d + sqrt((u1 - p1)^2 + (p2 - l2)^2)

    p-value: two-sided. Chi-square without correction, and Fisher's exact test (1935), which sums
    the chances of all tables no likelier than this one, where a cell is expected to hold
    fewer than 5. All successes or none at all: 1.

    Minimum detectable: (z of the confidence + z of 80 % power) sqrt(v1/m1 + v2/m2), at most 1,
    with one success and one failure added to each side (Agresti and Caffo 2000), m = n + 2
    and v = q (1 - q), so that it is never 0.

    The sides must be independent: no person and no response may be on both.

    Raises ``EmptyCountsError`` when a side is empty, ``InvalidCountError`` and
    ``InvalidConfidenceError``.

    >>> change = share_difference((56, 70), (48, 80))
    >>> f"{change.estimate:.2f} {change.lower:.4f} {change.upper:.4f} {change.p_value:.4f}"
    '0.20 0.0524 0.3339 0.0080'
    """
    left, right = wilson(*now, confidence), wilson(*before, confidence)
    first, second = now[0] / now[1], before[0] / before[1]
    # One division of whole numbers: equal shares differ by exactly 0.
    estimate = (now[0] * before[1] - before[0] * now[1]) / (now[1] * before[1])
    p_value, test = _p_value(now, before)
    error = hypot(_padded_error(*now), _padded_error(*before))
    return ShareDifference(
        estimate=estimate,
        lower=max(-1.0, estimate - hypot(first - left.lower, right.upper - second)),
        upper=min(1.0, estimate + hypot(left.upper - first, second - right.lower)),
        p_value=p_value,
        test=test,
        minimum_detectable=detectable(error, confidence, 1.0),
    )


def _padded_error(successes: int, n: int) -> float:
    return sqrt((successes + 1) / (n + 2) * ((n - successes + 1) / (n + 2)) / (n + 2))


def _p_value(now: tuple[int, int], before: tuple[int, int]) -> tuple[float, ShareTest]:
    n, successes = now[1] + before[1], now[0] + before[0]
    fewest = min(now[1], before[1]) * min(successes, n - successes)
    if fewest < FEWEST_EXPECTED * n:
        return _fisher(now[0], now[1], successes, n), ShareTest.FISHER
    # The square root of chi-square, from whole numbers.
    excess = now[0] * before[1] - before[0] * now[1]
    z = abs(excess) * sqrt(n / (now[1] * before[1] * successes * (n - successes)))
    return two_sided(z, 1.0), ShareTest.CHI_SQUARE


def _fisher(observed: int, drawn: int, successes: int, n: int) -> float:
    """The chance of every table no likelier than the observed one, all margins given."""
    # The likeliest table, or one beside it. Log-gammas of 10^12 would lose the chances, so they are relative to it.
    middle = drawn * successes // n
    chances = {middle: 1.0}
    chances.update(_chances(middle, drawn, successes, n))
    failed = _chances(drawn - middle, drawn, n - successes, n)
    chances.update((drawn - k, chance) for k, chance in failed)
    limit = chances.get(observed, 0.0) * _AS_LIKELY
    as_unlikely = sorted(chance for chance in chances.values() if chance <= limit)
    return min(1.0, sum(as_unlikely) / sum(sorted(chances.values())))


def _chances(start: int, drawn: int, successes: int, n: int) -> Iterator[tuple[int, float]]:
    """Tables with more than ``start`` successes drawn, by falling chance, until it is 0.

    It is 0 when no more can be drawn. Before that it may underflow: a cell is expected to hold fewer than 5, so either
    takes some hundred steps at most.
    """
    k, chance = start, 1.0
    while chance := chance * ((successes - k) * (drawn - k) / ((k + 1) * (n - successes - drawn + k + 1))):
        k += 1
        yield k, chance


def _tail(confidence: float) -> float:
    # A confidence next to 0 leaves one half on either side, which is what it means.
    return (1.0 - checked_confidence(confidence)) / 2.0


def _check(successes: int, n: int) -> None:
    checked_part(successes, n)
    if n == 0:
        raise EmptyCountsError("An interval needs at least one response.")


_INTERVALS: Final[Mapping[ShareMethod, Callable[[int, int, float], Limits]]] = {
    ShareMethod.WILSON: wilson,
    ShareMethod.AGRESTI_COULL: agresti_coull,
    ShareMethod.CLOPPER_PEARSON: clopper_pearson,
    ShareMethod.JEFFREYS: jeffreys,
}
