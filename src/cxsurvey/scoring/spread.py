"""How much single responses differ: the one assumption every plan rests on.

An NPS response is coded +1, 0, -1 for promoter, passive, detractor; its variance
v = p + d - (p - d)^2 lies between 0 (all agree) and 1 (half promoters, half detractors).
A response to a share is coded 1 or 0, with variance s (1 - s), at most 1/4. For a mean it is
the score itself, with the square of its standard deviation.

A spread is either assumed, by name or by number, or estimated from a survey's own counts.
Estimates add a little of every possible answer, so that a survey in which all agree does not
promise that one response will be enough next time.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum
from math import inf, sqrt

from cxsurvey.scoring.counts import MAX_COUNT, GroupCounts, ScoreCounts, checked_part
from cxsurvey.scoring.errors import EmptyCountsError, InvalidAssumptionError
from cxsurvey.scoring.intervals import adjusted_moments
from cxsurvey.scoring.scales import NPS, Definition, Scale


class Subject(StrEnum):
    """What a plan is about. It decides the unit: points, percentage points or scale points."""

    NPS = "nps"
    SHARE = "share"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Spread:
    """The variance of one response, and where it comes from.

    ``variance`` is in coded units (NPS 0 to 1, shares 0 to 1/4, means in squared scale
    points). ``share`` is the share it belongs to, from 0 to 1, and None for other subjects.
    ``widest`` is the length of the scale in display units: 200 points, 100 percent, or the
    steps of a rating scale, infinite when the scale is not known. ``n`` is the number of
    responses behind an estimate and None for an assumption.
    """

    subject: Subject
    variance: float
    source: str
    widest: float
    share: float | None = None
    n: int | None = None

    @property
    def deviation(self) -> float:
        """The standard deviation of one response in display units: points, percent, scale points."""
        return sqrt(self.variance) * (1.0 if self.subject is Subject.MEAN else 100.0)


class Mix(Enum):
    """Named shares of promoters, passives and detractors in percent, widest spread first."""

    WORST_CASE = (50, 0, 50)
    MIXED = (35, 35, 30)
    MIDDLING = (40, 40, 20)
    GOOD = (50, 35, 15)
    EXCELLENT = (80, 15, 5)

    @property
    def label(self) -> str:
        """The name and the shares, to show beside a plan.

        >>> Mix.MIDDLING.label
        'middling (40 / 40 / 20)'
        """
        return f"{self.name.lower().replace('_', ' ')} ({' / '.join(map(str, self.value))})"

    @property
    def spread(self) -> Spread:
        """The spread of this mix.

        >>> round(Mix.WORST_CASE.spread.variance, 4), round(Mix.GOOD.spread.variance, 4)
        (1.0, 0.5275)
        """
        promoters, passives, detractors = (part / 100 for part in self.value)
        variance = passives * (promoters + detractors) + 4.0 * promoters * detractors
        return nps_spread(variance, self.label)


def nps_spread(variance: float = 1.0, source: str = "assumed") -> Spread:
    """The assumption that one NPS response has this variance; 1 is the worst case.

    v = p + d - (p - d)^2 of the codes +1, 0, -1. Multiply by 10,000 for squared points.

    Raises ``InvalidAssumptionError`` unless 0 < variance <= 1.

    >>> nps_spread(0.56).deviation
    74.83314773547883
    """
    return Spread(Subject.NPS, _positive(variance, "The variance of an NPS response", 1.0), source, widest=200.0)


def share_spread(share: float = 0.5, source: str = "assumed") -> Spread:
    """The assumption of this share s, with variance s (1 - s); one half is the worst case.

    Raises ``InvalidAssumptionError`` unless 0 < share < 1.

    >>> share_spread(0.8).variance
    0.15999999999999998
    """
    share = _checked_share(share)
    return Spread(Subject.SHARE, share * (1.0 - share), source, widest=100.0, share=share)


def mean_spread(deviation: float, source: str = "assumed") -> Spread:
    """The assumption that scores have this standard deviation, in scale points.

    Raises ``InvalidAssumptionError`` unless deviation is above 0 and at most 10^6.

    >>> mean_spread(1.5).variance
    2.25
    """
    checked = _positive(deviation, "The standard deviation of a score", 1e6)
    return Spread(Subject.MEAN, checked * checked, source, widest=inf)


def widest_mean_spread(scale: Scale) -> Spread:
    """The worst case of a mean: half of the scores at each end, a deviation of half the scale.

    >>> widest_mean_spread(Scale(1, 5)).deviation
    2.0
    """
    steps = scale.maximum - scale.minimum
    return Spread(Subject.MEAN, steps * steps / 4.0, "worst case", widest=float(steps))


def spread_of_groups(counts: GroupCounts | ScoreCounts, definition: Definition = NPS) -> Spread:
    """A survey's own NPS spread, after adding 3/4, 1 1/2 and 3/4 of a response (Rocks 2016).

    The same addition as in ``intervals.adjusted_moments``; it keeps the spread above 0.

    Raises ``EmptyCountsError`` at n = 0, and for score counts ``ScaleMismatchError`` or
    ``InvalidDefinitionError`` when the definition does not fit.

    >>> f"{spread_of_groups(GroupCounts(400, 400, 200)).variance:.4f}"
    '0.5599'
    """
    groups = counts.groups(definition) if isinstance(counts, ScoreCounts) else counts
    error = adjusted_moments(groups).standard_error
    return Spread(Subject.NPS, error * error * (groups.n + 3.0), "own responses", widest=200.0, n=groups.n)


def spread_of_share(successes: int, n: int) -> Spread:
    """A survey's own share, after adding two successes and two failures (Agresti and Coull 1998).

    Raises ``EmptyCountsError`` at n = 0 and ``InvalidCountError`` for anything but whole
    numbers with 0 <= successes <= n.

    >>> f"{spread_of_share(80, 100).share:.4f}"
    '0.7885'
    """
    checked_part(successes, n)
    _refuse_empty(n)
    share = (successes + 2) / (n + 4)
    # Written with the failures, because 1 - share loses digits when nearly all agree.
    variance = share * ((n - successes + 2) / (n + 4))
    return Spread(Subject.SHARE, variance, "own responses", widest=100.0, share=share, n=n)


def spread_of_scores(counts: ScoreCounts) -> Spread:
    """A survey's own spread of scores, after adding 3/4 of a response at each end of the scale.

    variance = sum of count (score - mean)^2 / n, with n and the mean after the addition; it
    errs on the wide side while responses are few.

    Raises ``EmptyCountsError`` at n = 0.

    >>> f"{spread_of_scores(ScoreCounts((10, 20, 40, 20, 10), Scale(1, 5))).deviation:.3f}"
    '1.114'
    """
    _refuse_empty(counts.n)
    scale = counts.scale
    # In quarters of a response and steps above the lowest score, all sums are whole and exact.
    quarters = [4 * count for count in counts.counts]
    quarters[0] += 3
    quarters[-1] += 3
    total = sum(quarters)
    first = sum(step * count for step, count in enumerate(quarters))
    second = sum(step * step * count for step, count in enumerate(quarters))
    variance = (total * second - first * first) / (total * total)
    return Spread(Subject.MEAN, variance, "own responses", widest=float(scale.maximum - scale.minimum), n=counts.n)


def _checked_share(value: object) -> float:
    if isinstance(value, float) and 0.0 < value < 1.0:
        return value
    raise InvalidAssumptionError(f"A share to plan with lies strictly between 0 and 1, such as 0.8, not {value!r}.")


def _positive(value: object, name: str, largest: float) -> float:
    # type(), because True is an int to isinstance; not-a-number fails every comparison.
    if type(value) in (int, float) and 0.0 < value <= largest:  # type: ignore[operator]
        return float(value)  # type: ignore[arg-type]
    raise InvalidAssumptionError(f"{name} is a number above 0 and at most {largest:g}, not {value!r}.")


def _refuse_empty(n: int) -> None:
    if n == 0:
        raise EmptyCountsError(f"A spread is estimated from 1 to {MAX_COUNT} responses, not from none.")
