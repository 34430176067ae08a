"""Empirical Bayes: the scores of many segments, each pulled toward the mean of all.

A segment with few responses stands at the top or the bottom of a list mostly by chance. Pulling
every score toward the mean, the more the fewer its responses, lies nearer to the truth for the
segments taken together. A shrunken score is an estimate of the segment's true score; the raw
score stays the fact and goes along with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum, sqrt
from typing import Final

from cxsurvey.scoring.counts import GroupCounts, ScoreCounts, checked_part
from cxsurvey.scoring.errors import EmptyCountsError
from cxsurvey.scoring.intervals import checked_confidence, response_variance, z_value
from cxsurvey.scoring.means import PADDING, mean
from cxsurvey.scoring.pulling import ShareCounts, correction, mean_and_correlation, normal_fit
from cxsurvey.scoring.results import Unit
from cxsurvey.scoring.special import beta_quantile

# What the adjusted Wald interval adds to every sample: 3/4, 1 1/2 and 3/4 of a response.
_ADDED_RESPONSES: Final = 3.0
_ADDED_SQUARES: Final = 1.5


class ShrinkageMethod(StrEnum):
    """The model behind a shrunken score."""

    NORMAL = "normal"
    BETA_BINOMIAL = "beta-binomial"

    @property
    def label(self) -> str:
        """The words to show beside every shrunken score.

        >>> ShrinkageMethod.NORMAL.label
        'shrunken toward the mean of all segments'
        """
        return "shrunken toward the mean of all segments"


@dataclass(frozen=True, slots=True)
class ShrunkenScore:
    """One segment: what was counted and what it is taken for.

    ``weight`` is B, the part of the distance between the mean and the raw score that is
    believed: 1 is no shrinkage, 0 is none of it. Without a response all but the name, ``n``
    and a weight of 0 is None.
    """

    name: str
    n: int
    raw: float | None
    estimate: float | None
    lower: float | None
    upper: float | None
    weight: float


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """All segments in the order given, shrunken toward ``mean``, in ``unit``.

    ``mean`` is that of all segments together. ``spread`` is the standard deviation of the
    true scores between segments, as far as it can be told from chance: 0 says that all
    differences may be chance. ``label`` goes beside every figure.
    """

    method: ShrinkageMethod
    unit: Unit
    mean: float
    spread: float
    confidence: float
    scores: tuple[ShrunkenScore, ...]

    @property
    def label(self) -> str:
        """The words to show beside every score of this result."""
        return self.method.label


def shrunken_nps(segments: Mapping[str, GroupCounts], confidence: float = 0.95) -> Shrinkage:
    """The NPS of k segments in points, shrunken toward their mean.

    On the coding +1, 0, -1, with n_i responses and the net share t_i of segment i:

    - within variance w, pooled: sum n_i v_i over N - k, after adding three responses with
      the variance of 3/4, 1 1/2, 3/4, so that unanimous segments claim no certainty;
    - between variance T, by the method of moments (DerSimonian and Laird 1986), not below 0;
    - mean m = sum t_i / (T + w/n_i) over sum 1 / (T + w/n_i);
    - B_i = 1 - (k-3)/(k-1) (w/n_i) / (T + w/n_i), estimate m + B_i (t_i - m).

    The factor (k-3)/(k-1) (Morris 1983) pays for T being estimated too; without it B_i would
    be T / (T + w/n_i). With equal n it is the estimator of Efron and Morris (1975). The
    interval is estimate +- z sqrt(B_i w/n_i + (1-B_i)^2 var(m) + c_i), clipped to the scale,
    where c_i = 2/(k-3) (1-B_i)^2 (t_i-m)^2 (W+T)/(w/n_i+T), W the mean of w/n_i, pays for
    the same (Morris 1983). B_i w/n_i alone would cover the truth in 4 of 10 cases when
    segments hardly differ.

    Fewer than four segments with a response: nothing is shrunken, B = 1. A segment without
    a response is carried along and has no score.

    Raises ``EmptyCountsError`` when no segment has a response, ``InvalidConfidenceError``.

    >>> shops = {"A": (9, 1, 0), "B": (40, 35, 25), "C": (30, 35, 35), "D": (45, 40, 15), "E": (20, 40, 40)}
    >>> result = shrunken_nps({shop: GroupCounts(*groups) for shop, groups in shops.items()})
    >>> first = result.scores[0]
    >>> f"{first.raw:.0f} -> {first.estimate:.0f} ({first.lower:.0f} to {first.upper:.0f}), B = {first.weight:.2f}"
    '90 -> 72 (22 to 100), B = 0.76'
    """
    z = z_value(confidence)
    known = {name: groups for name, groups in segments.items() if groups.n}
    _refuse_empty(known)
    raws = [(groups.promoters - groups.detractors) / groups.n for groups in known.values()]
    within = _pooled_variance(list(known.values()))
    fit = normal_fit(raws, [within / groups.n for groups in known.values()])
    shrunken = {}
    for name, raw, weight, variance in zip(known, raws, fit.weights, fit.variances, strict=True):
        estimate, margin = fit.mean + weight * (raw - fit.mean), z * sqrt(variance)
        limits = max(-1.0, estimate - margin), min(1.0, estimate + margin)
        shrunken[name] = _score(name, known[name].n, (raw, estimate, *limits), weight)
    return Shrinkage(
        method=ShrinkageMethod.NORMAL,
        unit=Unit.POINTS,
        mean=100.0 * fit.mean,
        spread=100.0 * sqrt(fit.between),
        confidence=confidence,
        scores=tuple(shrunken.get(name) or _no_score(name) for name in segments),
    )


def shrunken_shares(segments: Mapping[str, tuple[int, int]], confidence: float = 0.95) -> Shrinkage:
    """Shares k_i of n_i of k segments in percent, shrunken by the beta-binomial model.

    The true shares are taken to follow Beta(a, b); what is known of segment i then follows
    Beta(a + k_i, b + n_i - k_i). Its mean is the estimate, its quantiles are the limits and
    B_i = n_i / (a + b + n_i).

    By the method of moments (Kleinman 1973) a = u s and b = (1-u) s with the mean
    u = (K + 1/2) / (N + 1) of all responses pooled and s = 1/r - 1, where the correlation r
    of two responses of one segment is

        [sum n_i (k_i/n_i - u)^2 / (u(1-u)) - (k-1)] / [N - sum n_i^2 / N - (k-1)]

    within 0 and 1. As in ``shrunken_nps`` the pull s / (s + n_i) of each segment is then
    multiplied by (k-3)/(k-1), because r is estimated too; this makes a and b smaller, and
    finite where r is 0. They are at least 1/2 each, so that unanimous segments claim no
    certainty.

    Fewer than four segments with a response: a = b = 1/2, which is Jeffreys' prior. At a
    confidence far below one half the interval of a share near 0 or 1 may leave the estimate
    out, which is a mean and not a median. A segment without a response is carried along and
    has no score. Takes about 0.2 ms a segment.

    Raises ``InvalidCountError`` unless 0 <= k_i <= n_i are whole numbers,
    ``EmptyCountsError`` when no segment has a response, ``InvalidConfidenceError``.

    >>> result = shrunken_shares({"A": (3, 3), "B": (60, 100), "C": (70, 100), "D": (45, 80), "E": (50, 60)})
    >>> first = result.scores[0]
    >>> f"{first.raw:.0f} -> {first.estimate:.0f} ({first.lower:.0f} to {first.upper:.0f}), B = {first.weight:.2f}"
    '100 -> 85 (49 to 100), B = 0.56'
    """
    tail = (1.0 - checked_confidence(confidence)) / 2.0
    known = {name: _checked_share(*share) for name, share in segments.items()}
    known = {name: share for name, share in known.items() if share.n}
    _refuse_empty(known)
    mean, correlation = mean_and_correlation(list(known.values()))
    shrunken = {}
    for name, (successes, n) in known.items():
        pull = correction(len(known)) * (1.0 - correlation) / (1.0 - correlation + n * correlation)
        size = n * pull / (1.0 - pull)
        a, b = max(0.5, mean * size), max(0.5, (1.0 - mean) * size)
        first, second = a + successes, b + (n - successes)
        limits = beta_quantile(tail, first, second), beta_quantile(tail, first, second, upper=True)
        shrunken[name] = _score(name, n, (successes / n, first / (first + second), *limits), n / (a + b + n))
    return Shrinkage(
        method=ShrinkageMethod.BETA_BINOMIAL,
        unit=Unit.PERCENT,
        mean=100.0 * mean,
        spread=100.0 * sqrt(correlation * mean * (1.0 - mean)),
        confidence=confidence,
        scores=tuple(shrunken.get(name) or _no_score(name) for name in segments),
    )


def shrunken_means(segments: Mapping[str, ScoreCounts], confidence: float = 0.95) -> Shrinkage:
    """The means of k segments in scale points, shrunken toward their mean.

    The model of ``shrunken_nps`` on the scores themselves. The pooled variance within segments takes in one and a
    half responses at the ends of the scale, 3/4 at each, so that unanimous segments claim no certainty here either.

    Raises ``EmptyCountsError`` when no segment has a response, ``ScaleMismatchError`` when two have different scales,
    ``InvalidConfidenceError``.

    >>> from cxsurvey.scoring.catalogue import STARS_5
    >>> shops = {"A": (0, 0, 0, 0, 4), "B": (5, 5, 20, 40, 30), "C": (9, 9, 30, 40, 12), "D": (2, 3, 15, 50, 30)}
    >>> result = shrunken_means({shop: ScoreCounts(counts, STARS_5.scale) for shop, counts in shops.items()})
    >>> first = result.scores[0]
    >>> f"{first.raw:.2f} -> {first.estimate:.2f}, B = {first.weight:.2f}"
    '5.00 -> 4.75, B = 0.78'
    """
    z = z_value(confidence)
    known = {name: counts for name, counts in segments.items() if counts.n}
    _refuse_empty(known)
    scale = ScoreCounts.merged(known.values(), next(iter(known.values())).scale).scale
    raws = [mean(counts) for counts in known.values()]
    squares = fsum(
        n * (score - raw) ** 2
        for counts, raw in zip(known.values(), raws, strict=True)
        for score, n in zip(scale.values, counts.counts, strict=True)
    )
    freedom = sum(counts.n for counts in known.values()) - len(known)
    half = (scale.maximum - scale.minimum) / 2.0
    within = (squares + 2.0 * PADDING * half * half) / (freedom + 2.0 * PADDING)
    fit = normal_fit(raws, [within / counts.n for counts in known.values()])
    shrunken = {}
    for name, raw, weight, variance in zip(known, raws, fit.weights, fit.variances, strict=True):
        estimate, margin = fit.mean + weight * (raw - fit.mean), z * sqrt(variance)
        estimate = min(float(scale.maximum), max(float(scale.minimum), estimate))
        lower, upper = max(float(scale.minimum), estimate - margin), min(float(scale.maximum), estimate + margin)
        shrunken[name] = ShrunkenScore(name, known[name].n, raw, estimate, lower, upper, weight)
    return Shrinkage(
        method=ShrinkageMethod.NORMAL,
        unit=Unit.SCALE_POINTS,
        mean=fit.mean,
        spread=sqrt(fit.between),
        confidence=confidence,
        scores=tuple(shrunken.get(name) or _no_score(name) for name in segments),
    )


def _pooled_variance(groups: Sequence[GroupCounts]) -> float:
    squares = fsum(group.n * response_variance(group) for group in groups)
    freedom = sum(group.n for group in groups) - len(groups)
    return (squares + _ADDED_SQUARES) / (freedom + _ADDED_RESPONSES)


def _checked_share(successes: object, n: object) -> ShareCounts:
    return ShareCounts(*checked_part(successes, n))


def _refuse_empty(known: Mapping[str, object]) -> None:
    if not known:
        raise EmptyCountsError("Shrinkage needs at least one segment with a response.")


def _score(name: str, n: int, shares: tuple[float, float, float, float], weight: float) -> ShrunkenScore:
    raw, estimate, lower, upper = (100.0 * share for share in shares)
    return ShrunkenScore(name, n, raw, estimate, lower, upper, weight)


def _no_score(name: str) -> ShrunkenScore:
    return ShrunkenScore(name, 0, None, None, None, None, 0.0)
