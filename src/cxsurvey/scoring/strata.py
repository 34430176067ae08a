"""Scores at a known mix: post-stratification, and changes with the mix held still.

When one shop, channel or country responds more than it weighs among the customers, the score
tells about that one. Here every stratum counts as much as it should, whoever responded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from typing import Final, NamedTuple

from cxsurvey.scoring.counts import GroupCounts, checked_part
from cxsurvey.scoring.errors import EmptyStratumError, InvalidStrataError
from cxsurvey.scoring.intervals import Limits, response_variance, score_interval, wilson
from cxsurvey.scoring.nps import difference
from cxsurvey.scoring.results import Difference, Unit
from cxsurvey.scoring.significance import leaves_out_zero
from cxsurvey.scoring.weights import WeightedResult, checked_weight

_SHOWN_NAMES: Final = 5


@dataclass(frozen=True, slots=True)
class Stratum:
    """The responses of one part of the customers, and how much that part weighs.

    ``population`` is the number of customers in it, or its share; only the ratios count.
    Raises ``InvalidWeightError`` unless it is a finite number above 0.

    >>> Stratum(GroupCounts(30, 15, 5), 0.2).population
    0.2
    """

    groups: GroupCounts
    population: float

    def __post_init__(self) -> None:
        checked_weight(self.population)


@dataclass(frozen=True, slots=True)
class ShareStratum:
    """``successes`` of ``n`` responses of one part of the customers, and how much that part weighs.

    ``population`` is read as in ``Stratum``. Raises ``InvalidCountError`` unless
    0 <= successes <= n are whole numbers, and ``InvalidWeightError``.

    >>> ShareStratum(40, 50, 0.2).n
    50
    """

    successes: int
    n: int
    population: float

    def __post_init__(self) -> None:
        checked_part(self.successes, self.n)
        checked_weight(self.population)


class _Part(NamedTuple):
    """One stratum: its share of the customers, and the score of its responses with limits and variance."""

    share: float
    n: int
    score: float
    limits: Limits
    variance: float


@dataclass(frozen=True, slots=True)
class MixChange:
    """A change of NPS in points at a fixed mix, beside the raw one.

    ``mix`` are the shares at which both periods were weighed. ``mix_effect`` is what the raw
    change owes to a mix that moved: raw minus standardised. ``changed`` is true only when
    the interval of the standardised change leaves 0 out.
    """

    raw: Difference
    estimate: float
    lower: float
    upper: float
    changed: bool
    mix_effect: float
    mix: tuple[tuple[str, float], ...]
    confidence: float


def poststratified_nps(strata: Mapping[str, Stratum], confidence: float = 0.95) -> WeightedResult:
    """The NPS sum W_h t_h in points, with every stratum at its share W_h of the population.

    t_h is the net share of stratum h, v_h the variance of one of its n_h responses and
    SE^2 = sum W_h^2 v_h / n_h (Cochran 1977). The interval squares and adds the score
    limits (l_h, u_h) of the strata (Zou and Donner 2008):

        from t - sqrt(sum W_h^2 (t_h - l_h)^2) to t + sqrt(sum W_h^2 (u_h - t_h)^2)

    so it stays on the scale and keeps its width where a stratum is unanimous. The effective
    n is 1 / sum (W_h^2 / n_h). One stratum: the result of ``nps.nps``.

    Raises ``EmptyStratumError`` when a stratum has no response, since nothing then speaks
    for its customers: merge it with another. ``InvalidStrataError`` without a stratum,
    ``InvalidConfidenceError``.

    >>> strata = {"shop": Stratum(GroupCounts(30, 15, 5), 0.2), "web": Stratum(GroupCounts(10, 20, 20), 0.8)}
    >>> result = poststratified_nps(strata)
    >>> f"{result.raw:.1f} -> {result.estimate:.1f} ({result.lower:.1f} to {result.upper:.1f})"
    '15.0 -> -6.0 (-22.2 to 11.5)'
    >>> round(result.standard_error, 1), result.n, round(result.effective_n, 1)
    (8.7, 100, 73.5)
    """
    groups = {name: stratum.groups for name, stratum in strata.items()}
    _refuse_unusable({name: one.n for name, one in groups.items()})
    parts = _parts(groups, _shares({name: stratum.population for name, stratum in strata.items()}), confidence)
    net = sum(one.promoters - one.detractors for one in groups.values())
    return _poststratified(parts, Unit.POINTS, net, confidence)


def poststratified_share(strata: Mapping[str, ShareStratum], confidence: float = 0.95) -> WeightedResult:
    """A share in percent, such as of top-box responses, with every stratum at its share of the population.

    As ``poststratified_nps``, with the share k_h / n_h of each stratum, its variance
    s_h (1 - s_h) and Wilson's limits. One stratum: the share with Wilson's interval.

    Raises what ``poststratified_nps`` raises.

    >>> result = poststratified_share({"shop": ShareStratum(40, 50, 0.2), "web": ShareStratum(15, 50, 0.8)})
    >>> f"{result.raw:.1f} -> {result.estimate:.1f} ({result.lower:.1f} to {result.upper:.1f})"
    '55.0 -> 40.0 (30.9 to 51.1)'
    """
    _refuse_unusable({name: one.n for name, one in strata.items()})
    shares = _shares({name: one.population for name, one in strata.items()})
    parts = [
        _Part(
            share=shares[name],
            n=one.n,
            score=one.successes / one.n,
            limits=wilson(one.successes, one.n, confidence),
            variance=one.successes / one.n * ((one.n - one.successes) / one.n),
        )
        for name, one in strata.items()
    ]
    return _poststratified(parts, Unit.PERCENT, sum(one.successes for one in strata.values()), confidence)


def mix_standardised_change(
    now: Mapping[str, GroupCounts],
    before: Mapping[str, GroupCounts],
    mix: Mapping[str, float] | None = None,
    confidence: float = 0.95,
) -> MixChange:
    """The change of NPS in points had the mix of strata stayed the same (direct standardisation).

    sum W_h (t_h now - t_h before) with the shares W_h of ``mix``; without one, those of both
    periods pooled. When a channel with low scores grows, the raw score can fall while every
    channel improves (Simpson 1951): then this rises. Interval: square-and-add over all
    strata of both periods, as in ``poststratified_nps``. Of one stratum: the raw change.

    The periods must not share responses. The mix is taken as known.

    Raises ``EmptyStratumError`` when a stratum has no response in a period: merge it with
    another, or leave it out of both. ``InvalidStrataError`` without a stratum or when
    periods and mix do not name the same strata, ``InvalidWeightError`` unless each part of
    the mix is a finite number above 0, ``InvalidConfidenceError``.

    >>> before = {"shop": GroupCounts(60, 30, 10), "web": GroupCounts(2, 4, 4)}
    >>> now = {"shop": GroupCounts(31, 15, 4), "web": GroupCounts(60, 100, 90)}
    >>> change = mix_standardised_change(now, before)
    >>> f"{change.raw.estimate:.1f} {change.estimate:.1f} {change.mix_effect:.1f}"
    '-44.6 6.5 -51.2'
    """
    _refuse_unusable({name: one.n for name, one in now.items()})
    _refuse_unusable({name: one.n for name, one in before.items()})
    _refuse_other_strata(now, before, "The earlier period")
    if mix is None:
        mix = {name: now[name].n + before[name].n for name in now}
    _refuse_other_strata(now, mix, "The mix")
    shares = _shares(mix)
    late, late_below, late_above = _at_mix(_parts(now, shares, confidence))
    early, early_below, early_above = _at_mix(_parts(before, shares, confidence))
    raw = difference(_pooled(now), _pooled(before), confidence)
    estimate = late - early
    lower = estimate - sqrt(late_below**2 + early_above**2)
    upper = estimate + sqrt(late_above**2 + early_below**2)
    return MixChange(
        raw=raw,
        estimate=estimate,
        lower=lower,
        upper=upper,
        changed=leaves_out_zero(lower, upper),
        mix_effect=(raw.estimate or 0.0) - estimate,
        mix=tuple((name, shares[name]) for name in now),
        confidence=confidence,
    )


def _poststratified(parts: Sequence[_Part], unit: Unit, counted: int, confidence: float) -> WeightedResult:
    """``counted`` is the sum of all responses as they are coded."""
    estimate, below, above = _at_mix(parts)
    n = sum(part.n for part in parts)
    effective = 1.0 / fsum(part.share**2 / part.n for part in parts)
    return WeightedResult(
        unit=unit,
        estimate=estimate,
        lower=estimate - below,
        upper=estimate + above,
        standard_error=100.0 * sqrt(fsum(part.share**2 * part.variance / part.n for part in parts)),
        raw=100 * counted / n,
        n=n,
        effective_n=effective,
        design_effect=n / effective,
        confidence=confidence,
    )


def _parts(groups: Mapping[str, GroupCounts], shares: Mapping[str, float], confidence: float) -> list[_Part]:
    return [
        _Part(
            share=shares[name],
            n=one.n,
            score=(one.promoters - one.detractors) / one.n,
            limits=score_interval(one, confidence),
            variance=response_variance(one),
        )
        for name, one in groups.items()
    ]


def _at_mix(parts: Sequence[_Part]) -> tuple[float, float, float]:
    """The score at these shares and how far its limits lie below and above, in display units."""
    # Shares may sum to a hair more than 1.
    estimate = max(-1.0, min(1.0, fsum(part.share * part.score for part in parts)))
    below = fsum((part.share * (part.score - part.limits.lower)) ** 2 for part in parts)
    above = fsum((part.share * (part.limits.upper - part.score)) ** 2 for part in parts)
    return 100.0 * estimate, 100.0 * sqrt(below), 100.0 * sqrt(above)


def _shares(parts: Mapping[str, float]) -> dict[str, float]:
    heaviest = max(checked_weight(part) for part in parts.values())
    total = fsum(part / heaviest for part in parts.values())
    return {name: part / heaviest / total for name, part in parts.items()}


def _pooled(groups: Mapping[str, GroupCounts]) -> GroupCounts:
    return sum(groups.values(), start=GroupCounts(0, 0, 0))


def _refuse_unusable(responses: Mapping[str, int]) -> None:
    if not responses:
        raise InvalidStrataError("A mix needs at least one stratum.")
    for name, n in responses.items():
        if n == 0:
            raise EmptyStratumError(f"Stratum {name!r} has no response; merge it with another.")


def _refuse_other_strata(groups: Mapping[str, GroupCounts], other: Mapping[str, object], what: str) -> None:
    if groups.keys() != other.keys():
        differing = ", ".join(sorted(map(repr, groups.keys() ^ other.keys()))[:_SHOWN_NAMES])
        raise InvalidStrataError(f"{what} must name the same strata as the later period; it differs in {differing}.")
