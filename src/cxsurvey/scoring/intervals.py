"""How far the truth may lie from what was counted: interval methods on the share scale.

Notation: P, S, D are the counts of promoters, passives and detractors, n their sum,
theta = (P - D) / n the net share, z the normal quantile of the confidence, and
v = p + d - (p - d)^2 the variance of one response coded +1, 0, -1.
Limits are shares from -1 to 1 (``wilson``: from 0 to 1).
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from math import sqrt
from statistics import NormalDist
from typing import Final, NamedTuple, TypeVar

from cxsurvey.scoring.counts import GroupCounts, checked_part
from cxsurvey.scoring.dirichlet import net_share_quantile
from cxsurvey.scoring.errors import EmptyCountsError, InvalidConfidenceError, UnknownMethodError
from cxsurvey.scoring.scales import Headline

# Bisection stops here: two steps above the spacing of floats below 1.
_TOLERANCE: Final = 2.0**-51


AMethod = TypeVar("AMethod", bound=StrEnum)


class Method(StrEnum):
    """The ways to make an interval. ``SCORE`` is the one to use; the others are for comparison."""

    SCORE = "score"
    ADJUSTED_WALD = "adjusted-wald"
    AGRESTI_MIN = "agresti-min"
    DIRICHLET = "dirichlet"
    WALD = "wald"

    @property
    def recommended(self) -> bool:
        """False for plain Wald, which claims certainty when all responses agree."""
        return self is not Method.WALD

    @property
    def label(self) -> str:
        """The name to show.

        >>> Method.SCORE.label, Method.WALD.label
        ('score (Tango)', 'Wald (not recommended)')
        """
        return _LABELS[self]


_LABELS: Final[Mapping[Method, str]] = {
    Method.SCORE: "score (Tango)",
    Method.ADJUSTED_WALD: "adjusted Wald (Rocks)",
    Method.AGRESTI_MIN: "Agresti-Min",
    Method.DIRICHLET: "Dirichlet posterior",
    Method.WALD: "Wald (not recommended)",
}


KEPT_LIMITS: Final = 4096
"""Score limits kept by their counts: a table of segments needs each several times, for itself and in differences."""


class Limits(NamedTuple):
    """Both ends of an interval, as shares."""

    lower: float
    upper: float


class Moments(NamedTuple):
    """Mean and standard error of the net share, as a Wald interval uses them."""

    mean: float
    standard_error: float


def method_named(methods: Iterable[AMethod], name: object, headline: Headline) -> AMethod:
    """The one of these methods that has this name.

    Raises ``UnknownMethodError`` naming all methods of the headline.

    >>> method_named(Method, "adjusted-wald", Headline.NET) is Method.ADJUSTED_WALD
    True
    """
    known = list(methods)
    for method in known:
        if method == name:
            return method
    allowed = ", ".join(known)
    raise UnknownMethodError(f"The interval method of a {headline.value} score must be one of {allowed}, not {name!r}.")


def checked_confidence(confidence: object) -> float:
    """Return ``confidence`` if it is a number strictly between 0 and 1.

    Raises ``InvalidConfidenceError``, also for 95 where 0.95 is meant.

    >>> checked_confidence(0.95)
    0.95
    """
    if isinstance(confidence, float) and 0.0 < confidence < 1.0:
        return confidence
    raise InvalidConfidenceError(f"Confidence is a number strictly between 0 and 1, such as 0.95, not {confidence!r}.")


@lru_cache(maxsize=64)
def z_value(confidence: float) -> float:
    """The two-sided standard normal quantile.

    Raises ``InvalidConfidenceError`` unless confidence lies strictly between 0 and 1.

    >>> f"{z_value(0.95):.6f}"
    '1.959964'
    """
    # The lower tail keeps its precision where (1 + confidence) / 2 would round to 1.
    return -NormalDist().inv_cdf((1.0 - checked_confidence(confidence)) / 2.0)


def interval(groups: GroupCounts, confidence: float = 0.95, method: Method | str = Method.SCORE) -> Limits:
    """The interval of the net share p - d by the named method, within -1 and 1.

    Raises ``EmptyCountsError`` at n = 0, ``InvalidConfidenceError``, ``UnknownMethodError``.

    >>> [round(100 * limit, 1) for limit in interval(GroupCounts(12, 3, 5), 0.95, "wald")]
    [-2.4, 72.4]
    """
    return _INTERVALS[method_named(Method, method, Headline.NET)](groups, confidence)


def score_interval(groups: GroupCounts, confidence: float = 0.95) -> Limits:
    """The score interval of Tango (1998), written for p - d of a trinomial.

    All net shares D' that the score test does not reject: those with

        abs(P - D - n D') <= z sqrt(n (2q + D' (1 - D')))

    where q, the most likely share of detractors if D' were the truth, is the larger root of
    A q^2 + B q + C with A = 2n, B = (2n - P + D) D' - P - D, C = -D D' (1 - D').

    It stays within -1 and 1, is never empty, always holds the estimate and covers the truth
    at small n better than the other methods. Edges: all promoters gives (n - z^2)/(n + z^2)
    to 1, all detractors the mirror image, all passives -z^2/(n + z^2) to z^2/(n + z^2).
    Found by bisection, to about 4e-16.

    Raises ``EmptyCountsError`` at n = 0 and ``InvalidConfidenceError``.

    >>> [round(100 * limit, 1) for limit in score_interval(GroupCounts(12, 3, 5))]
    [-5.4, 65.1]
    """
    _refuse_empty(groups)
    return score_limits(groups.promoters, groups.passives, groups.detractors, z_value(confidence))


@lru_cache(maxsize=KEPT_LIMITS)
def score_limits(promoters: float, passives: float, detractors: float, z: float) -> Limits:
    """The score interval for counts that need not be whole, such as weighted ones.

    Weighted shares times their effective number of responses make such counts. Nothing is
    checked here: the counts are finite, not negative and sum to more than 0.

    >>> score_limits(12, 3, 5, z_value(0.95)) == score_interval(GroupCounts(12, 3, 5))
    True
    """
    # Swapping promoters and detractors mirrors the problem, so one search serves both ends.
    return Limits(
        lower=_lower_score_limit(promoters, passives, detractors, z),
        upper=-_lower_score_limit(detractors, passives, promoters, z),
    )


def adjusted_wald(groups: GroupCounts, confidence: float = 0.95) -> Limits:
    """Wald after adding 3/4, 1 1/2 and 3/4 of a response (Rocks 2016; used by MeasuringU).

    Clipped to -1 and 1. Its centre is pulled toward 0, so at a very low confidence an
    interval around unanimous responses may leave the estimate out.

    Raises ``EmptyCountsError`` at n = 0 and ``InvalidConfidenceError``.

    >>> [round(100 * limit, 1) for limit in adjusted_wald(GroupCounts(12, 3, 5))]
    [-4.0, 64.9]
    """
    return _wald_limits(adjusted_moments(groups), confidence)


def agresti_min(groups: GroupCounts, confidence: float = 0.95) -> Limits:
    """Wald after adding 1/2, 1 and 1/2 of a response (Agresti and Min 2005), clipped to -1 and 1.

    Raises ``EmptyCountsError`` at n = 0 and ``InvalidConfidenceError``.

    >>> [round(100 * limit, 1) for limit in agresti_min(GroupCounts(20, 100, 40))]
    [-21.6, -3.1]
    """
    return _wald_limits(_moments(groups, end=0.5, middle=1.0), confidence)


def dirichlet(groups: GroupCounts, confidence: float = 0.95) -> Limits:
    """The middle of the posterior of p - d under Jeffreys' prior, Dir(P + 1/2, S + 1/2, D + 1/2).

    Limits cut the share (1 - confidence) / 2 off either end. They are computed, not simulated: no
    seed, no noise, a millisecond or so a limit. They lie strictly inside -1
    and 1, so when all are promoters or all detractors the interval does **not** hold the
    estimate, and it can never cover a truth of -1 or 1. All passives: symmetric around 0.

    Raises ``EmptyCountsError`` at n = 0 and ``InvalidConfidenceError``.

    >>> [round(100 * limit, 1) for limit in dirichlet(GroupCounts(10, 0, 0))]
    [53.0, 99.7]
    """
    _refuse_empty(groups)
    tail = (1.0 - checked_confidence(confidence)) / 2.0
    promoters, passives, detractors = groups.promoters + 0.5, groups.passives + 0.5, groups.detractors + 0.5
    return Limits(
        lower=net_share_quantile(tail, promoters, passives, detractors),
        upper=-net_share_quantile(tail, detractors, passives, promoters),
    )


def wald(groups: GroupCounts, confidence: float = 0.95) -> Limits:
    """Plain theta +- z sqrt(v / n), clipped to -1 and 1. Not recommended.

    It claims certainty when all responses agree and covers too rarely below about n = 100.
    It is here so that other tools' figures can be checked.

    Raises ``EmptyCountsError`` at n = 0 and ``InvalidConfidenceError``.

    >>> wald(GroupCounts(10, 0, 0))
    Limits(lower=1.0, upper=1.0)
    """
    return _wald_limits(_moments(groups, end=0.0, middle=0.0), confidence)


def adjusted_moments(groups: GroupCounts) -> Moments:
    """Mean and standard error of the net share after adding 3/4, 1 1/2 and 3/4 of a response.

    The standard error is never 0, which makes it fit for tests and planning.
    Raises ``EmptyCountsError`` at n = 0.

    >>> moments = adjusted_moments(GroupCounts(40, 35, 25))
    >>> f"{moments.mean:.4f} {moments.standard_error:.4f}"
    '0.1456 0.0779'
    """
    return _moments(groups, end=0.75, middle=1.5)


def wilson(successes: int, n: int, confidence: float = 0.95) -> Limits:
    """The Wilson (1927) interval of a share k / n.

    [k/n + z^2/2n +- z sqrt(k/n (1 - k/n)/n + z^2/4n^2)] / (1 + z^2/n), within 0 and 1.
    Edges: 0 of n gives 0 to z^2/(n + z^2), n of n its mirror image.

    Raises ``EmptyCountsError`` at n = 0, ``InvalidCountError`` for anything but whole
    numbers with 0 <= successes <= n, and ``InvalidConfidenceError``.

    >>> [round(limit, 4) for limit in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    checked_part(successes, n)
    if n == 0:
        raise EmptyCountsError("An interval needs at least one response.")
    return wilson_limits(successes, n - successes, z_value(confidence))


def wilson_limits(successes: float, failures: float, z: float) -> Limits:
    """The Wilson interval for counts that need not be whole, such as weighted ones.

    Nothing is checked here: the counts are finite, not negative and sum to more than 0.

    >>> wilson_limits(81, 182, z_value(0.95)) == wilson(81, 263)
    True
    """
    n = successes + failures
    share, square = successes / n, z * z / n
    # Both roots from a sum: as a difference, the end next to 0 would lose its digits.
    total = share + square / 2.0 + z * sqrt((share * (failures / n) + square / 4.0) / n)
    return Limits(
        lower=share * (share / total) if successes else 0.0,
        upper=min(1.0, total / (1.0 + square)) if failures else 1.0,
    )


def response_variance(groups: GroupCounts) -> float:
    """The variance v = p + d - (p - d)^2 of one response coded +1, 0, -1; from 0 to 1.

    Raises ``EmptyCountsError`` at n = 0.

    >>> round(response_variance(GroupCounts(162, 108, 54)), 6)
    0.555556
    """
    _refuse_empty(groups)
    return _variance(groups.promoters / groups.n, groups.passives / groups.n, groups.detractors / groups.n)


def _lower_score_limit(promoters: float, passives: float, detractors: float, z: float) -> float:
    n = promoters + passives + detractors
    if detractors == n:
        return -1.0
    outside, inside = -1.0, (promoters - detractors) / n
    while inside - outside > _TOLERANCE:
        middle = (outside + inside) / 2.0
        if _score_test_accepts(middle, promoters, detractors, n, z):
            inside = middle
        else:
            outside = middle
    return outside


def _score_test_accepts(net: float, promoters: float, detractors: float, n: float, z: float) -> bool:
    linear = (2 * n - promoters + detractors) * net - promoters - detractors
    constant = -detractors * net * (1.0 - net)
    root = sqrt(max(0.0, linear * linear - 8.0 * n * constant))
    # Two forms of the same root: each avoids subtracting nearly equal numbers.
    detractor_share = (root - linear) / (4.0 * n) if linear <= 0.0 else -2.0 * constant / (linear + root)
    variance = n * max(0.0, 2.0 * detractor_share + net * (1.0 - net))
    return (promoters - detractors - n * net) ** 2 <= z * z * variance


def _moments(groups: GroupCounts, end: float, middle: float) -> Moments:
    _refuse_empty(groups)
    n = groups.n + 2.0 * end + middle
    promoters, detractors = (groups.promoters + end) / n, (groups.detractors + end) / n
    variance = _variance(promoters, (groups.passives + middle) / n, detractors)
    return Moments(promoters - detractors, sqrt(variance / n))


def _variance(promoters: float, passives: float, detractors: float) -> float:
    # Algebraically p + d - (p - d)^2, in a form that cannot fall below 0 by rounding.
    return passives * (promoters + detractors) + 4.0 * promoters * detractors


def _wald_limits(moments: Moments, confidence: float) -> Limits:
    margin = z_value(confidence) * moments.standard_error
    return Limits(max(-1.0, moments.mean - margin), min(1.0, moments.mean + margin))


def _refuse_empty(groups: GroupCounts) -> None:
    if groups.n == 0:
        raise EmptyCountsError("An interval needs at least one response.")


_INTERVALS: Final[Mapping[Method, Callable[[GroupCounts, float], Limits]]] = {
    Method.SCORE: score_interval,
    Method.ADJUSTED_WALD: adjusted_wald,
    Method.AGRESTI_MIN: agresti_min,
    Method.DIRICHLET: dirichlet,
    Method.WALD: wald,
}
