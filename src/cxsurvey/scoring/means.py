"""The mean of the scores of a scale, with an interval that is never empty, and the difference of two means.

Steps of a scale are taken as equal, which is why a mean stands beside a share and leads it only
where a definition says so. Means and limits are in points of the scale.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from math import erfc, hypot, sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

from cxsurvey.scoring.counts import ScoreCounts
from cxsurvey.scoring.errors import EmptyCountsError, ScaleMismatchError, UnknownMethodError
from cxsurvey.scoring.intervals import Limits, z_value
from cxsurvey.scoring.special import t_cdf, t_quantile

MEAN_NEEDS: Final = 30
"""Responses below which a mean on a skewed scale is covered too seldom by t, and the share should lead."""
POWER: Final = 0.80
"""The chance with which a change of the minimum detectable size would be found."""

_PADDING: Final = 0.75
_Z_POWER: Final = NormalDist().inv_cdf(POWER)


class MeanMethod(StrEnum):
    """The ways to make an interval of a mean; ``usual_method`` chooses between them."""

    T = "t"
    END_PADDED = "end-padded"

    @property
    def recommended(self) -> bool:
        """Each is, where ``usual_method`` gives it."""
        return True

    @property
    def label(self) -> str:
        """The name to show.

        >>> MeanMethod.END_PADDED.label
        'end-padded'
        """
        return self.value


class MeanDifference(NamedTuple):
    """The first mean less the second, in scale points, with its interval and two-sided p-value.

    ``df`` are Welch's degrees of freedom, None where the end-padded way was taken.
    """

    estimate: float
    lower: float
    upper: float
    p_value: float
    minimum_detectable: float
    df: float | None


class _Moments(NamedTuple):
    mean: float
    standard_error: float


def mean(counts: ScoreCounts) -> float:
    """The sum of the scores over their number, one division of whole numbers.

    Raises ``EmptyCountsError`` at n = 0.

    >>> mean(ScoreCounts.from_scores([10, 9, 8, 8]))
    8.75
    """
    return _sums(counts)[1] / counts.n


def variance(counts: ScoreCounts) -> float:
    """The sample variance, with n - 1: (n sum x^2 - (sum x)^2) / (n (n - 1)), from whole numbers; 0 at n = 1.

    Raises ``EmptyCountsError`` at n = 0.

    >>> variance(ScoreCounts.from_scores([10, 9, 8, 8]))
    0.9166666666666666
    """
    n, total, squares = _sums(counts)
    return (n * squares - total * total) / (n * (n - 1)) if n > 1 else 0.0


def usual_method(counts: ScoreCounts) -> MeanMethod:
    """T from 30 responses on, unless all are equal; else end-padded.

    Below 30, t covers a skewed scale too seldom (65 % of samples of 3 where 95 % are promised),
    and where all responses are equal it has no width at all.

    >>> usual_method(ScoreCounts.from_scores([5, 4, 4])).value
    'end-padded'
    """
    return MeanMethod.T if counts.n >= MEAN_NEEDS and max(counts.counts) < counts.n else MeanMethod.END_PADDED


def mean_interval(
    counts: ScoreCounts, confidence: float = 0.95, method: MeanMethod | str | None = None
) -> Limits | None:
    """The interval of the mean by the named method, ``usual_method`` when none is named, cut to the scale.

    None where the method has none: t with one response.

    Raises ``EmptyCountsError`` at n = 0, ``InvalidConfidenceError``, ``UnknownMethodError``.

    >>> [round(limit, 3) for limit in mean_interval(ScoreCounts.from_scores([10, 9, 8, 8]), method="t")]
    [7.227, 10.0]
    """
    if method is None:
        return _INTERVALS[usual_method(counts)](counts, confidence)
    try:
        chosen = MeanMethod(method)
    except ValueError:
        allowed = ", ".join(each.value for each in MeanMethod)
        raise UnknownMethodError(f"The interval method of a mean must be one of {allowed}, not {method!r}.") from None
    return _INTERVALS[chosen](counts, confidence)


def t_interval(counts: ScoreCounts, confidence: float = 0.95) -> Limits | None:
    """Student's interval: mean +- t(n - 1) s / sqrt n, cut to the scale; None at n = 1.

    All equal: both ends are the mean, which claims a certainty that is not there.

    Raises ``EmptyCountsError`` at n = 0 and ``InvalidConfidenceError``.

    >>> t_interval(ScoreCounts.from_scores([7])) is None
    True
    """
    middle, spread = mean(counts), variance(counts)
    z_value(confidence)
    if counts.n == 1:
        return None
    margin = t_quantile((1.0 + confidence) / 2.0, counts.n - 1) * sqrt(spread / counts.n)
    return _cut(counts, middle - margin, middle + margin)


def end_padded_interval(counts: ScoreCounts, confidence: float = 0.95) -> Limits:
    """A normal interval after adding 3/4 of a response at each end of the scale.

    With m = n + 3/2, the mean and the variance (over m) of the padded responses give mean +- z
    sqrt(variance / m), cut to the scale. It is never empty and covered at least 95.7 % in every
    case tried from n = 3 on, where t falls to 65 %; the price is width. It holds the estimate
    from a confidence of 62 % on.

    Raises ``EmptyCountsError`` at n = 0 and ``InvalidConfidenceError``.

    >>> [round(limit, 2) for limit in end_padded_interval(ScoreCounts.from_scores([10] * 10))]
    [7.92, 10.0]
    """
    padded = _padded(counts)
    margin = z_value(confidence) * padded.standard_error
    return _cut(counts, padded.mean - margin, padded.mean + margin)


def mean_difference(now: ScoreCounts, before: ScoreCounts, confidence: float = 0.95) -> MeanDifference:
    """The mean ``now`` less the mean ``before``, two independent sets of responses on one scale.

    Welch (1947): d +- t(df) sqrt(s1^2/n1 + s2^2/n2), df after Satterthwaite, p-value from the same
    t. Where a side has one response or neither side has any spread, the end-padded limits are
    squared and added instead, and the p-value is normal. Minimum detectable: (z of the
    confidence + z of 80 % power) times the end-padded standard error, at most the scale's width.

    Raises ``EmptyCountsError`` when a side is empty, ``ScaleMismatchError`` for two scales, and
    ``InvalidConfidenceError``.

    >>> one, two = ScoreCounts.from_scores([10, 9, 8, 8]), ScoreCounts.from_scores([7, 7, 6, 9, 8])
    >>> found = mean_difference(one, two)
    >>> f"{found.estimate:.2f} {found.lower:.2f} {found.upper:.2f} {found.p_value:.3f} {found.df:.1f}"
    '1.35 -0.31 3.01 0.095 7.0'
    """
    if now.scale != before.scale:
        raise ScaleMismatchError(f"Means of scores from {now.scale} and from {before.scale} cannot be compared.")
    estimate = mean(now) - mean(before)
    left, right = _padded(now), _padded(before)
    error = hypot(left.standard_error, right.standard_error)
    detectable = min((z_value(confidence) + _Z_POWER) * error, float(now.scale.maximum - now.scale.minimum))
    parts = [variance(side) / side.n for side in (now, before)]
    if min(now.n, before.n) < 2 or not any(parts):
        first, second = end_padded_interval(now, confidence), end_padded_interval(before, confidence)
        return MeanDifference(
            estimate=estimate,
            lower=estimate - hypot(mean(now) - first.lower, second.upper - mean(before)),
            upper=estimate + hypot(first.upper - mean(now), mean(before) - second.lower),
            p_value=erfc(abs(left.mean - right.mean) / error / sqrt(2.0)),
            minimum_detectable=detectable,
            df=None,
        )
    df = sum(parts) ** 2 / sum(part**2 / (side.n - 1) for part, side in zip(parts, (now, before), strict=True))
    welch = sqrt(sum(parts))
    margin = t_quantile((1.0 + confidence) / 2.0, df) * welch
    p_value = min(1.0, 2.0 * t_cdf(abs(estimate) / welch, df, upper=True))
    return MeanDifference(estimate, estimate - margin, estimate + margin, p_value, detectable, df)


def _sums(counts: ScoreCounts) -> tuple[int, int, int]:
    """n, the sum of the scores, and the sum of their squares."""
    if counts.n == 0:
        raise EmptyCountsError("A mean needs at least one response.")
    pairs = list(zip(counts.scale.values, counts.counts, strict=True))
    return counts.n, sum(value * n for value, n in pairs), sum(value * value * n for value, n in pairs)


def _padded(counts: ScoreCounts) -> _Moments:
    n, total, _ = _sums(counts)
    low, high, size = counts.scale.minimum, counts.scale.maximum, n + 2.0 * _PADDING
    middle = (total + _PADDING * (low + high)) / size
    # Around the middle of the padded responses, so that nearly equal large numbers are not subtracted.
    spread = sum(n * (value - middle) ** 2 for value, n in zip(counts.scale.values, counts.counts, strict=True))
    spread += _PADDING * ((low - middle) ** 2 + (high - middle) ** 2)
    return _Moments(middle, sqrt(spread / size / size))


def _cut(counts: ScoreCounts, lower: float, upper: float) -> Limits:
    return Limits(max(float(counts.scale.minimum), lower), min(float(counts.scale.maximum), upper))


_INTERVALS: Final[Mapping[MeanMethod, Callable[[ScoreCounts, float], Limits | None]]] = {
    MeanMethod.T: t_interval,
    MeanMethod.END_PADDED: end_padded_interval,
}
