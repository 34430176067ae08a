"""The mean of the scores of a scale, its interval, and the difference of two means.

Means, standard deviations and limits are in points of the scale. A mean takes the steps of the
scale as equal; that is why it is offered beside a share and seldom instead of one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import hypot, sqrt
from typing import Final, NamedTuple

from cxsurvey.scoring.counts import ScoreCounts, checked_count
from cxsurvey.scoring.errors import EmptyCountsError, ScaleMismatchError
from cxsurvey.scoring.intervals import Limits, Moments, checked_confidence, method_named, z_value
from cxsurvey.scoring.scales import Headline
from cxsurvey.scoring.significance import detectable, leaves_out_zero, two_sided
from cxsurvey.scoring.special import t_cdf, t_quantile

MEAN_NEEDS: Final = 30
"""The fewest responses of which a mean may be the headline."""
PADDING: Final = 0.75
"""How much of a response the end-padded interval adds at each end of the scale."""


class MeanMethod(StrEnum):
    """The ways to make an interval of a mean; ``usual_method`` chooses between them."""

    T = "t"
    END_PADDED = "end-padded"

    @property
    def recommended(self) -> bool:
        """True for each, where ``usual_method`` chooses it."""
        return True

    @property
    def label(self) -> str:
        """The name to show.

        >>> MeanMethod.T.label
        'Student t'
        """
        return _LABELS[self]


_LABELS: Final[Mapping[MeanMethod, str]] = {
    MeanMethod.T: "Student t",
    MeanMethod.END_PADDED: "end-padded",
}


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """One mean minus another, in points of the scale, with a two-sided p-value.

    ``df`` are Welch's degrees of freedom, or None where Welch has no answer and the end-padded
    interval took its place.
    """

    estimate: float
    lower: float
    upper: float
    p_value: float
    df: float | None
    minimum_detectable: float

    @property
    def changed(self) -> bool:
        """Whether the interval leaves 0 out."""
        return leaves_out_zero(self.lower, self.upper)


class _Sums(NamedTuple):
    n: int
    scores: int
    squares: int


def mean(counts: ScoreCounts) -> float:
    """The sum of all scores divided by their number, from whole numbers.

    Raises ``EmptyCountsError`` at n = 0.

    >>> mean(ScoreCounts.from_scores([10, 9, 8, 8]))
    8.75
    """
    sums = _sums(counts)
    return sums.scores / sums.n


def standard_deviation(counts: ScoreCounts) -> float | None:
    """How far single scores lie from their mean, s = sqrt((n Q - T^2) / (n (n - 1))).

    T is the sum of the scores and Q that of their squares. Both, and the difference, are whole
    numbers, so nothing is lost with a million million responses. All equal: 0. One response: None.

    Raises ``EmptyCountsError`` at n = 0.

    >>> f"{standard_deviation(ScoreCounts.from_scores([10, 9, 8, 8])):.4f}"
    '0.9574'
    """
    return sqrt(_variance(counts)) if counts.n != 1 else None


def share_leads(n: int) -> bool:
    """Whether a share must be the headline and the mean stand beside it: below 30 responses.

    On a skewed scale (70 % top answers of 1 to 5) the t interval holds the truth in 65 of 100
    cases with 3 responses, 83 with 10 and 89 with 20 where 95 are promised; Wilson's interval
    of a share keeps its promise there.

    Raises ``InvalidCountError`` unless n is a whole number that is not negative.

    >>> share_leads(29), share_leads(30)
    (True, False)
    """
    return checked_count(n, "responses") < MEAN_NEEDS


def usual_method(counts: ScoreCounts) -> MeanMethod:
    """Student t from 30 responses that are not all equal, end-padded otherwise.

    >>> usual_method(ScoreCounts.from_scores([5, 4, 4])).value
    'end-padded'
    """
    all_equal = max(counts.counts) == counts.n
    return MeanMethod.END_PADDED if all_equal or share_leads(counts.n) else MeanMethod.T


def mean_interval(
    counts: ScoreCounts, confidence: float = 0.95, method: MeanMethod | str | None = None
) -> Limits | None:
    """The interval of the mean, cut to the scale; ``usual_method`` chooses when none is named.

    None where the named method has no answer: t with one response.

    Raises ``EmptyCountsError`` at n = 0, ``InvalidConfidenceError``, ``UnknownMethodError``.

    >>> [round(limit, 3) for limit in mean_interval(ScoreCounts.from_scores([10, 9, 8, 8]), 0.95, "t")]
    [7.227, 10.0]
    """
    chosen = usual_method(counts) if method is None else method_named(MeanMethod, method, Headline.MEAN)
    return _INTERVALS[chosen](counts, confidence)


def t_interval(counts: ScoreCounts, confidence: float = 0.95) -> Limits | None:
    """Mean +- t(n - 1) s / sqrt n (Student 1908), cut to the scale.

    One response: None. All equal: both ends are the mean, a certainty that is not there;
    ``usual_method`` never chooses t then. It holds the estimate.

    Raises ``EmptyCountsError`` at n = 0 and ``InvalidConfidenceError``.

    >>> t_interval(ScoreCounts.from_scores([7])) is None
    True
    """
    checked_confidence(confidence)
    middle = mean(counts)
    if counts.n == 1:
        return None
    return _cut(counts, middle, _t_value(confidence, counts.n - 1) * sqrt(_variance(counts) / counts.n))


def end_padded_interval(counts: ScoreCounts, confidence: float = 0.95) -> Limits:
    """A normal interval after adding 3/4 of a response at each end of the scale.

    With m = n + 3/2 the limits are M +- z sqrt(V / m), cut to the scale, where M is the mean of
    the padded responses and V the mean of their squared distances from it. It is this
    project's own: in every case tried from 3 responses on it held the truth in at least 95 of
    100 cases, and it is never empty. It is wider than t, and its centre is pulled to the middle
    of the scale, so below a confidence of about 70 % it can leave out a mean at an end.

    Raises ``EmptyCountsError`` at n = 0 and ``InvalidConfidenceError``.

    >>> [round(limit, 2) for limit in end_padded_interval(ScoreCounts.from_scores([10] * 10))]
    [7.92, 10.0]
    """
    padded = padded_moments(counts)
    return _cut(counts, padded.mean, z_value(confidence) * padded.standard_error)


def padded_moments(counts: ScoreCounts) -> Moments:
    """Mean and standard error after adding 3/4 of a response at each end of the scale.

    The standard error is never 0, which makes it fit for tests and planning.
    Raises ``EmptyCountsError`` at n = 0.

    >>> moments = padded_moments(ScoreCounts.from_scores([10] * 10))
    >>> f"{moments.mean:.4f} {moments.standard_error:.4f}"
    '9.3478 0.7281'
    """
    sums = _sums(counts)
    low, high = counts.scale.minimum, counts.scale.maximum
    m = sums.n + 2.0 * PADDING
    middle = (sums.scores + PADDING * (low + high)) / m
    # Distances from the middle, so that no large and nearly equal squares are subtracted.
    spread = sum(n * (score - middle) ** 2 for score, n in zip(counts.scale.values, counts.counts, strict=True))
    spread += PADDING * ((low - middle) ** 2 + (high - middle) ** 2)
    return Moments(middle, sqrt(spread) / m)


def mean_difference(now: ScoreCounts, before: ScoreCounts, confidence: float = 0.95) -> MeanDifference:
    """The mean of ``now`` minus that of ``before``, two independent sets of responses.

    Welch (1947): d +- t(df) sqrt(e1 + e2), where e = s^2 / n of each side and
    df = (e1 + e2)^2 / (e1^2 / (n1 - 1) + e2^2 / (n2 - 1)) (Satterthwaite 1946). The p-value is that
    of d / sqrt(e1 + e2) under the same t, two-sided. The interval is cut to what the scale
    allows, from -w to w with w its maximum less its minimum.

    Welch has no answer when a side has one response, or when neither has any spread. Then the
    end-padded limits are squared and added, and the p-value is normal, from the padded means.

    Minimum detectable: (z of the confidence + z of 80 % power) times the padded standard error,
    at most w.

    Raises ``EmptyCountsError`` when a side is empty, ``ScaleMismatchError`` for two scales and
    ``InvalidConfidenceError``.

    >>> one, two = ScoreCounts.from_scores([10, 9, 8, 8]), ScoreCounts.from_scores([7, 7, 6, 9, 8])
    >>> change = mean_difference(one, two)
    >>> f"{change.estimate:.2f} {change.lower:.2f} {change.upper:.2f} {change.p_value:.3f} {change.df:.2f}"
    '1.35 -0.31 3.01 0.095 6.95'
    """
    checked_confidence(confidence)
    if now.scale != before.scale:
        raise ScaleMismatchError(
            f"Means of scores from {now.scale} ({now.scale.direction}) and from {before.scale}"
            f" ({before.scale.direction}) cannot be compared."
        )
    first, second = _sums(now), _sums(before)
    # One division of whole numbers: equal means differ by exactly 0.
    estimate = (first.scores * second.n - second.scores * first.n) / (first.n * second.n)
    answer = _welch if min(first.n, second.n) > 1 and _variance(now) + _variance(before) > 0.0 else _padded
    limits, p_value, df = answer(now, before, estimate, confidence)
    width = float(now.scale.maximum - now.scale.minimum)
    error = hypot(padded_moments(now).standard_error, padded_moments(before).standard_error)
    return MeanDifference(
        estimate=estimate,
        lower=max(-width, limits.lower),
        upper=min(width, limits.upper),
        p_value=p_value,
        df=df,
        minimum_detectable=detectable(error, confidence, width),
    )


_Answer = tuple[Limits, float, float | None]


def _welch(now: ScoreCounts, before: ScoreCounts, estimate: float, confidence: float) -> _Answer:
    first, second = _variance(now) / now.n, _variance(before) / before.n
    # Their shares of the whole, because the squares of the errors themselves may underflow.
    part = first / (first + second)
    df = 1.0 / (part * part / (now.n - 1) + (1.0 - part) ** 2 / (before.n - 1))
    error = sqrt(first + second)
    margin = _t_value(confidence, df) * error
    p_value = 2.0 * t_cdf(-abs(estimate) / error, df)
    return Limits(estimate - margin, estimate + margin), p_value, df


def _padded(now: ScoreCounts, before: ScoreCounts, estimate: float, confidence: float) -> _Answer:
    first, second = end_padded_interval(now, confidence), end_padded_interval(before, confidence)
    below = hypot(max(0.0, mean(now) - first.lower), max(0.0, second.upper - mean(before)))
    above = hypot(max(0.0, first.upper - mean(now)), max(0.0, mean(before) - second.lower))
    left, right = padded_moments(now), padded_moments(before)
    p_value = two_sided(left.mean - right.mean, hypot(left.standard_error, right.standard_error))
    return Limits(estimate - below, estimate + above), p_value, None


def _t_value(confidence: float, df: float) -> float:
    # The lower tail keeps its precision where (1 + confidence) / 2 would round to 1.
    return abs(t_quantile((1.0 - confidence) / 2.0, df))


def _sums(counts: ScoreCounts) -> _Sums:
    if counts.n == 0:
        raise EmptyCountsError("A mean needs at least one response.")
    pairs = list(zip(counts.scale.values, counts.counts, strict=True))
    return _Sums(
        n=counts.n,
        scores=sum(score * n for score, n in pairs),
        squares=sum(score * score * n for score, n in pairs),
    )


def _variance(counts: ScoreCounts) -> float:
    """The sample variance, by n - 1, of two responses or more."""
    sums = _sums(counts)
    return (sums.n * sums.squares - sums.scores**2) / (sums.n * (sums.n - 1))


def _cut(counts: ScoreCounts, middle: float, margin: float) -> Limits:
    return Limits(max(float(counts.scale.minimum), middle - margin), min(float(counts.scale.maximum), middle + margin))


_INTERVALS: Final[Mapping[MeanMethod, Callable[[ScoreCounts, float], Limits | None]]] = {
    MeanMethod.T: t_interval,
    MeanMethod.END_PADDED: end_padded_interval,
}
