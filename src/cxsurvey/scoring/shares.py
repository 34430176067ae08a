"""A share k of n: its interval by every usual method, and the difference of two shares.

Shares and limits run from 0 to 1. Wilson is the one to use; Clopper-Pearson where a guaranteed
coverage is asked for; Jeffreys and Agresti-Coull for comparison with other tools.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from math import erfc, exp, hypot, lgamma, sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

from cxsurvey.scoring.counts import checked_count
from cxsurvey.scoring.errors import EmptyCountsError, InvalidCountError, UnknownMethodError
from cxsurvey.scoring.intervals import Limits, wilson, z_value
from cxsurvey.scoring.special import beta_quantile

POWER: Final = 0.80
"""The chance with which a change of the minimum detectable size would be found."""
FEWEST_EXPECTED: Final = 5
"""An expected cell below this makes the chi-square test a poor approximation; Fisher's takes its place."""

_Z_POWER: Final = NormalDist().inv_cdf(POWER)
# Two tables as likely as each other must not fall apart by rounding.
_AS_LIKELY: Final = 1.0 + 1e-7
_NEGLIGIBLE: Final = 1e-18


class ShareMethod(StrEnum):
    """The ways to make an interval of a share. ``WILSON`` is the one to use."""

    WILSON = "wilson"
    AGRESTI_COULL = "agresti-coull"
    CLOPPER_PEARSON = "clopper-pearson"
    JEFFREYS = "jeffreys"

    @property
    def recommended(self) -> bool:
        """All of them hold what they promise; they differ in width."""
        return True

    @property
    def label(self) -> str:
        """The name to show.

        >>> ShareMethod.CLOPPER_PEARSON.label
        'Clopper-Pearson'
        """
        return "-".join(part.capitalize() for part in self.value.split("-"))


class ShareDifference(NamedTuple):
    """The first share less the second, from -1 to 1, with its interval and two-sided p-value.

    ``minimum_detectable`` is the true difference that these numbers would show in 8 of 10 cases.
    ``exact`` tells that the p-value is Fisher's.
    """

    estimate: float
    lower: float
    upper: float
    p_value: float
    minimum_detectable: float
    exact: bool


def share_interval(
    successes: int, n: int, confidence: float = 0.95, method: ShareMethod | str = ShareMethod.WILSON
) -> Limits:
    """The interval of successes / n by the named method, within 0 and 1.

    Raises ``EmptyCountsError`` at n = 0, ``InvalidCountError`` unless 0 <= successes <= n,
    ``InvalidConfidenceError``, ``UnknownMethodError``.

    >>> [round(limit, 3) for limit in share_interval(4, 5, method="agresti-coull")]
    [0.36, 0.98]
    """
    try:
        chosen = ShareMethod(method)
    except ValueError:
        allowed = ", ".join(each.value for each in ShareMethod)
        raise UnknownMethodError(f"The interval method of a share must be one of {allowed}, not {method!r}.") from None
    return _INTERVALS[chosen](successes, n, confidence)


def agresti_coull(successes: int, n: int, confidence: float = 0.95) -> Limits:
    """Agresti and Coull (1998): Wald after adding z^2/2 successes and as many failures.

    With m = n + z^2 and p = (k + z^2/2) / m the limits are p +- z sqrt(p (1 - p) / m), cut to 0
    and 1. It shares its centre with Wilson and is never narrower, so it holds the estimate.

    Raises what ``share_interval`` raises.

    >>> [round(limit, 4) for limit in agresti_coull(81, 263)]
    [0.2552, 0.3663]
    """
    _check(successes, n)
    z = z_value(confidence)
    size = n + z * z
    share = (successes + z * z / 2.0) / size
    margin = z * sqrt(share * (1.0 - share) / size)
    return Limits(max(0.0, share - margin), min(1.0, share + margin))


def clopper_pearson(successes: int, n: int, confidence: float = 0.95) -> Limits:
    """Clopper and Pearson (1934): all shares that neither one-sided exact test rejects.

    The lower limit is the (1 - confidence)/2 quantile of Beta(k, n - k + 1), the upper one the
    opposite quantile of Beta(k + 1, n - k). It covers at least as often as promised, whatever
    the truth, and is the widest for that. 0 of n begins at 0, n of n ends at 1; it always holds
    the estimate.

    Raises what ``share_interval`` raises.

    >>> [round(limit, 4) for limit in clopper_pearson(0, 20)]
    [0.0, 0.1684]
    """
    _check(successes, n)
    tail = _tail(confidence)
    return Limits(
        beta_quantile(tail, successes, n - successes + 1) if successes else 0.0,
        beta_quantile(tail, successes + 1, n - successes, upper=True) if successes < n else 1.0,
    )


def jeffreys(successes: int, n: int, confidence: float = 0.95) -> Limits:
    """The equal-tailed posterior interval under Jeffreys' prior: quantiles of Beta(k + 1/2, n - k + 1/2).

    It covers well on average and has both ends inside 0 and 1, so at 0 of n and at n of n it
    does **not** hold the estimate.

    Raises what ``share_interval`` raises.

    >>> [round(limit, 4) for limit in jeffreys(0, 20)]
    [0.0, 0.1166]
    """
    _check(successes, n)
    tail, a, b = _tail(confidence), successes + 0.5, n - successes + 0.5
    return Limits(beta_quantile(tail, a, b), beta_quantile(tail, a, b, upper=True))


def share_difference(now: tuple[int, int], before: tuple[int, int], confidence: float = 0.95) -> ShareDifference:
    """The share ``now`` less the share ``before``, each given as (successes, n), from different responses.

    Interval: Newcombe's hybrid score (1998), square-and-add of the Wilson limits. p-value: the
    chi-square test without correction; where an expected cell is below 5, Fisher's exact test.
    Minimum detectable: (z of the confidence + z of 80 % power) times the standard error after
    Agresti and Caffo (2000), one success and one failure added to each side; at most 1.

    Raises ``EmptyCountsError`` when a side is empty, ``InvalidCountError`` and
    ``InvalidConfidenceError``.

    >>> found = share_difference((56, 70), (48, 80))
    >>> f"{found.estimate:.2f} {found.lower:.4f} {found.upper:.4f}"
    '0.20 0.0524 0.3339'
    """
    left, right = wilson(*now, confidence), wilson(*before, confidence)
    first, second = now[0] / now[1], before[0] / before[1]
    estimate = first - second
    errors = [sqrt(share * (1.0 - share) / (n + 2)) for share, n in map(_padded, (now, before))]
    p_value, exact = _p_value(now, before)
    return ShareDifference(
        estimate=estimate,
        lower=estimate - hypot(first - left.lower, right.upper - second),
        upper=estimate + hypot(left.upper - first, second - right.lower),
        p_value=p_value,
        minimum_detectable=min(1.0, (z_value(confidence) + _Z_POWER) * hypot(*errors)),
        exact=exact,
    )


def _padded(side: tuple[int, int]) -> tuple[float, int]:
    successes, n = side
    return (successes + 1) / (n + 2), n


def _p_value(now: tuple[int, int], before: tuple[int, int]) -> tuple[float, bool]:
    n, successes = now[1] + before[1], now[0] + before[0]
    least = min(now[1], before[1]) * min(successes, n - successes)
    if least < FEWEST_EXPECTED * n:
        return _fisher(now[0], now[1], successes, n), True
    # The square root of the chi-square statistic, from whole numbers so that equal shares give exactly 0.
    z = (now[0] * before[1] - before[0] * now[1]) * sqrt(n / (now[1] * before[1] * successes * (n - successes)))
    return erfc(abs(z) / sqrt(2.0)), False


def _fisher(observed: int, drawn: int, successes: int, n: int) -> float:
    """The two-sided p-value: the chance of every table that is no more likely than the observed one."""

    def log_chance(k: int) -> float:
        return _log_choose(successes, k) + _log_choose(n - successes, drawn - k) - _log_choose(n, drawn)

    limit = exp(log_chance(observed)) * _AS_LIKELY
    lowest, highest = max(0, drawn - (n - successes)), min(drawn, successes)
    mode = min(max((drawn + 1) * (successes + 1) // (n + 2), lowest), highest)
    total = 0.0
    # A cell is expected to hold fewer than 5, so the chances fall to nothing within some dozens of steps.
    for steps in (range(mode, highest + 1), range(mode - 1, lowest - 1, -1)):
        for k in steps:
            chance = exp(log_chance(k))
            if chance <= limit:
                total += chance
            if chance < _NEGLIGIBLE:
                break
    return min(1.0, total)


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _tail(confidence: float) -> float:
    z_value(confidence)
    return (1.0 - confidence) / 2.0


def _check(successes: int, n: int) -> None:
    checked_count(successes, "successes")
    checked_count(n, "responses")
    if successes > n:
        raise InvalidCountError(f"Successes are at most the {n} responses, not {successes}.")
    if n == 0:
        raise EmptyCountsError("An interval needs at least one response.")


_INTERVALS: Final[Mapping[ShareMethod, Callable[[int, int, float], Limits]]] = {
    ShareMethod.WILSON: wilson,
    ShareMethod.AGRESTI_COULL: agresti_coull,
    ShareMethod.CLOPPER_PEARSON: clopper_pearson,
    ShareMethod.JEFFREYS: jeffreys,
}
