"""Scores from responses that do not weigh the same, and what weighting cannot repair.

Responses that share a weight are counted together, so whole-number counts still go in. Every
result carries two bases: how many responded, and the effective number, which is what the
interval rests on. The unweighted score stays beside the weighted one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from sys import float_info
from typing import NamedTuple

from cxsurvey.scoring.counts import GroupCounts, checked_count, checked_part
from cxsurvey.scoring.errors import EmptyCountsError, InvalidCountError, InvalidWeightError
from cxsurvey.scoring.intervals import score_limits, wilson_limits, z_value
from cxsurvey.scoring.results import Unit


@dataclass(frozen=True, slots=True)
class WeightedGroups:
    """Responses by band that all have this weight.

    Raises ``InvalidWeightError`` unless the weight is a finite number above 0.

    >>> WeightedGroups(GroupCounts(3, 1, 0), 2.5).weight
    2.5
    """

    groups: GroupCounts
    weight: float

    def __post_init__(self) -> None:
        checked_weight(self.weight)


@dataclass(frozen=True, slots=True)
class WeightedShare:
    """``successes`` of ``n`` responses that all have this weight.

    Raises ``InvalidCountError`` unless 0 <= successes <= n are whole numbers,
    ``InvalidWeightError`` unless the weight is a finite number above 0.

    >>> WeightedShare(3, 4, 0.5).n
    4
    """

    successes: int
    n: int
    weight: float

    def __post_init__(self) -> None:
        checked_part(self.successes, self.n)
        checked_weight(self.weight)


@dataclass(frozen=True, slots=True)
class WeightedResult:
    """A weighted score in ``unit``, and ``raw``, the same responses unweighted.

    ``n`` responded; ``effective_n`` equally weighted responses would be as precise, and
    ``design_effect`` is n over that. ``standard_error`` is None for a single response and 0
    when all responses agree; the interval keeps its width in both cases.
    """

    unit: Unit
    estimate: float
    lower: float
    upper: float
    standard_error: float | None
    raw: float
    n: int
    effective_n: float
    design_effect: float
    confidence: float


class Bounds(NamedTuple):
    """The lowest and the highest NPS in points that all who were invited can have."""

    lower: float
    upper: float


class _Weighed(NamedTuple):
    estimate: float
    standard_error: float | None
    raw: float
    n: int
    effective_n: float
    effective_counts: list[float]


def effective_n(weights: Sequence[float]) -> float:
    """Kish's (1965) effective number of responses, (sum w)^2 / sum w^2, one weight a response.

    From 1 to the number of weights, which it is when all are equal.

    Raises ``EmptyCountsError`` without a weight, ``InvalidWeightError`` unless each is a
    finite number above 0.

    >>> round(effective_n([1, 1, 1, 2, 2, 0.5, 0.5, 4]), 2)
    5.24
    """
    if not weights:
        raise EmptyCountsError("An effective number needs at least one weight.")
    heaviest = max(checked_weight(weight) for weight in weights)
    relative = [weight / heaviest for weight in weights]
    return fsum(relative) ** 2 / fsum(weight * weight for weight in relative)


def design_effect(weights: Sequence[float]) -> float:
    """How many times more responses the weights cost: n over the effective n, at least 1.

    Raises what ``effective_n`` raises.

    >>> round(design_effect([1, 1, 1, 2, 2, 0.5, 0.5, 4]), 2)
    1.53
    """
    return len(weights) / effective_n(weights)


def weighted_nps(cells: Iterable[WeightedGroups], confidence: float = 0.95) -> WeightedResult:
    """The weighted NPS 100 sum w_i x_i / sum w_i in points, with x = 1, 0, -1.

    Interval: Tango's score limits at the weighted shares with Kish's effective n, so it stays
    on the scale and is never empty. Standard error: the square root of
    n/(n-1) sum [w_i (x_i - t) / sum w]^2 with the weighted net share t. With equal weights
    estimate and interval are those of ``nps.nps``. Multiplying all weights changes nothing.

    The weights are taken as known. Heavy ones cost precision: look at the design effect, and
    trim them where it exceeds about 2.

    Raises ``EmptyCountsError`` without a response, ``InvalidConfidenceError``.

    >>> cells = [WeightedGroups(GroupCounts(30, 15, 5), 0.4), WeightedGroups(GroupCounts(10, 20, 20), 1.6)]
    >>> result = weighted_nps(cells)
    >>> f"{result.raw:.1f} -> {result.estimate:.1f} ({result.lower:.1f} to {result.upper:.1f})"
    '15.0 -> -6.0 (-23.5 to 12.0)'
    >>> result.n, round(result.effective_n, 1), round(result.design_effect, 2)
    (100, 73.5, 1.36)
    """
    z = z_value(confidence)
    counted = [(cell.weight, (cell.groups.promoters, cell.groups.passives, cell.groups.detractors)) for cell in cells]
    weighed = _weighed(counted, (1.0, 0.0, -1.0))
    promoters, passives, detractors = weighed.effective_counts
    return _result(Unit.POINTS, weighed, score_limits(promoters, passives, detractors, z), confidence)


def weighted_share(cells: Iterable[WeightedShare], confidence: float = 0.95) -> WeightedResult:
    """A weighted share in percent, such as of top-box responses, with Wilson's limits.

    The limits stand at the weighted share with Kish's effective n; otherwise as
    ``weighted_nps``, with x = 1 for a success and 0 for another response.

    Raises ``EmptyCountsError`` without a response, ``InvalidConfidenceError``.

    >>> result = weighted_share([WeightedShare(40, 50, 1.0), WeightedShare(10, 50, 3.0)])
    >>> f"{result.raw:.1f} -> {result.estimate:.1f} ({result.lower:.1f} to {result.upper:.1f})"
    '50.0 -> 35.0 (25.5 to 45.9)'
    """
    z = z_value(confidence)
    weighed = _weighed([(cell.weight, (cell.successes, cell.n - cell.successes)) for cell in cells], (1.0, 0.0))
    successes, failures = weighed.effective_counts
    return _result(Unit.PERCENT, weighed, wilson_limits(successes, failures, z), confidence)


def nonresponse_bounds(groups: GroupCounts, invited: int) -> Bounds:
    """The worst and the best NPS of all N invited, whatever the M silent ones think.

    (P - D - M) / N to (P - D + M) / N times 100: all silent people detractors, or all
    promoters (Cochran 1977). No confidence belongs to it; the truth about the N cannot lie
    outside. It is wide, and that is the message: a low response rate cannot be computed away.

    Everybody responded: both are the score. Nobody responded: -100 and 100.

    Raises ``EmptyCountsError`` when nobody was invited, ``InvalidCountError`` unless
    ``invited`` is a whole number and at least the number of responses.

    >>> bounds = nonresponse_bounds(GroupCounts(40, 35, 25), 400)
    >>> round(bounds.lower), round(bounds.upper)
    (-71, 79)
    """
    if checked_count(invited, "people invited") < groups.n:
        raise InvalidCountError(f"People invited are at least the {groups.n} who responded, not {invited}.")
    if invited == 0:
        raise EmptyCountsError("Bounds need at least one person invited.")
    net, silent = groups.promoters - groups.detractors, invited - groups.n
    return Bounds(100 * (net - silent) / invited, 100 * (net + silent) / invited)


def finite_population_factor(n: int, population: int) -> float:
    """sqrt((N - n) / (N - 1)), by which a standard error shrinks for a random sample of n of N.

    Nothing here applies it by itself. It belongs to a random sample of which everybody
    responded. Where everyone was invited and some stayed silent, the error is bias, and the
    factor would only hide it.

    n = N gives 0, n = 1 gives 1; one of one gives 0.

    Raises ``EmptyCountsError`` for n = 0, ``InvalidCountError`` unless n <= N are whole
    numbers.

    >>> round(finite_population_factor(100, 250), 4)
    0.7762
    """
    checked_count(population, "people in the population")
    if checked_count(n, "responses") > population:
        raise InvalidCountError(f"Responses are at most the {population} people of the population, not {n}.")
    if n == 0:
        raise EmptyCountsError("A sample has at least one response.")
    return sqrt((population - n) / (population - 1)) if n < population else 0.0


def checked_weight(weight: object) -> float:
    """Return ``weight`` if it is a finite number above 0.

    Raises ``InvalidWeightError``.

    >>> checked_weight(0.25)
    0.25
    """
    # Compared, not converted: a huge whole number would overflow.
    if type(weight) in (int, float) and 0 < weight <= float_info.max:  # type: ignore[operator]
        return float(weight)  # type: ignore[arg-type]
    raise InvalidWeightError(f"A weight is a finite number above 0, not {weight!r}.")


def _weighed(cells: Sequence[tuple[float, tuple[int, ...]]], codes: tuple[float, ...]) -> _Weighed:
    """Weigh cells of one weight and one count per code."""
    filled = [(weight, counts) for weight, counts in cells if any(counts)]
    if not filled:
        raise EmptyCountsError("A weighted score needs at least one response.")
    # Relative to the heaviest, so that no square overflows.
    heaviest = max(weight for weight, _ in filled)
    relative = [(weight / heaviest, counts) for weight, counts in filled]
    sums = [fsum(weight * counts[i] for weight, counts in relative) for i in range(len(codes))]
    total = fsum(sums)
    estimate = fsum(code * part for code, part in zip(codes, sums, strict=True)) / total
    plain = [sum(counts[i] for _, counts in filled) for i in range(len(codes))]
    n = sum(plain)
    effective = total * total / fsum(weight * weight * sum(counts) for weight, counts in relative)
    squares = fsum(
        (weight / total) ** 2 * fsum(count * (code - estimate) ** 2 for code, count in zip(codes, counts, strict=True))
        for weight, counts in relative
    )
    return _Weighed(
        estimate=estimate,
        standard_error=sqrt(n / (n - 1) * squares) if n > 1 else None,
        raw=fsum(code * count for code, count in zip(codes, plain, strict=True)) / n,
        n=n,
        effective_n=effective,
        # With equal weights this factor is exactly 1.
        effective_counts=[part * (effective / total) for part in sums],
    )


def _result(unit: Unit, weighed: _Weighed, limits: tuple[float, float], confidence: float) -> WeightedResult:
    error = weighed.standard_error
    return WeightedResult(
        unit=unit,
        estimate=100.0 * weighed.estimate,
        lower=100.0 * limits[0],
        upper=100.0 * limits[1],
        standard_error=None if error is None else 100.0 * error,
        raw=100.0 * weighed.raw,
        n=weighed.n,
        effective_n=weighed.effective_n,
        design_effect=weighed.n / weighed.effective_n,
        confidence=confidence,
    )
