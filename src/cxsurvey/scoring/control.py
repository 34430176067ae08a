"""Control charts: which periods differ from the rest by more than chance.

A p-chart (Shewhart 1931) for a share, and the same chart for the NPS. The centre is the score
of all periods pooled; the limits lie three standard errors of a period's own n around it.
Where periods differ by more than chance of single responses explains, as they often do with
many responses, Laney's correction (2002) widens the limits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, pairwise
from math import sqrt
from typing import Final, NamedTuple

from cxsurvey.scoring.counts import GroupCounts, checked_count
from cxsurvey.scoring.errors import EmptyCountsError, InvalidCountError
from cxsurvey.scoring.lowbase import base
from cxsurvey.scoring.results import Movement

RUN: Final = 8
"""So many charted periods in a row on one side of the centre are a signal."""

_SIGMAS: Final = 3.0

# The mean moving range of independent normal values, in standard deviations: 2 / sqrt(pi).
_MOVING_RANGE: Final = 1.1283791670955126


class SignalKind(StrEnum):
    """What is unusual."""

    OUTSIDE = "outside-limits"
    RUN = "run"


@dataclass(frozen=True, slots=True)
class Signal:
    """Periods ``first`` to ``last``, counted from 0 and both included, lie above or below.

    For ``OUTSIDE`` it is one period. A ``RUN`` is as long as it goes, at least eight charted
    periods; gaps and periods of low base inside it are passed over.
    """

    kind: SignalKind
    direction: Movement
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One period in display units: its score and the limits for its number of responses.

    ``charted`` is false below 10 responses: shown greyed, it gives no signal and breaks none.
    Without a response, ``estimate`` and the limits are None.
    """

    estimate: float | None
    lower: float | None
    upper: float | None
    n: int
    charted: bool


@dataclass(frozen=True, slots=True)
class ControlChart:
    """All periods in order around their ``centre``, in display units, and the signals found.

    ``dispersion`` is Laney's sigma-z: about 1 when periods differ as chance makes them, 2 when
    twice as much. The limits are widened by it when ``corrected``.
    """

    centre: float
    points: tuple[ChartPoint, ...]
    signals: tuple[Signal, ...]
    dispersion: float
    corrected: bool


class _Sample(NamedTuple):
    """Net number of good responses of n, in whole numbers so that sides are told exactly."""

    net: int
    n: int


def net_chart(periods: Iterable[GroupCounts | None], correct: bool = True) -> ControlChart:
    """The control chart of the NPS, in points, of adjoining periods in order.

    Centre t = 100 (P - D) / n of all periods pooled. Limits for n_i responses: t +- 3 s
    sqrt(v / n_i), cut to the scale, with v the pooled variance of one response and s the
    correction. Laney (2002): s = mean of abs(z_i - z_{i-1}) / 1.128 over charted periods,
    with z_i = (t_i - t) / sqrt(v / n_i). It is used when ``correct`` and s is above 1, so
    limits are never narrower than chance of the single responses.

    Signals: a charted period outside its limits, and eight or more charted periods in a row on
    one side of the centre (a period exactly on it ends the run). Periods with fewer than 10
    responses count in the centre but give no signal. When all agree there is no signal. With
    fewer than about 20 periods a single wild one widens its own limits.

    Raises ``EmptyCountsError`` when no period has a response.

    >>> weeks = [GroupCounts(50, 35, 15)] * 11 + [GroupCounts(20, 35, 45)]
    >>> chart = net_chart(weeks)
    >>> round(chart.centre, 1), [(s.kind.value, s.direction.value, s.first, s.last) for s in chart.signals]
    (30.0, [('run', 'up', 0, 10), ('outside-limits', 'down', 11, 11)])
    """
    groups = [some or GroupCounts(0, 0, 0) for some in periods]
    samples = [_Sample(some.promoters - some.detractors, some.n) for some in groups]
    n = _total(samples)
    promoters, detractors = sum(some.promoters for some in groups) / n, sum(some.detractors for some in groups) / n
    passives = sum(some.passives for some in groups) / n
    # Algebraically p + d - (p - d)^2, in a form that cannot fall below 0 by rounding.
    variance = passives * (promoters + detractors) + 4.0 * promoters * detractors
    return _chart(samples, variance, -100.0, correct)


def share_chart(periods: Iterable[tuple[int, int] | None], correct: bool = True) -> ControlChart:
    """The p-chart of a share, in percent, of adjoining periods given as (successes, n).

    As ``net_chart`` with the pooled share s and variance s (1 - s).

    Raises ``EmptyCountsError`` when no period has a response, and ``InvalidCountError`` for
    anything but whole numbers with 0 <= successes <= n.

    >>> chart = share_chart([(80, 100), (84, 100), None, (79, 100), (81, 100)])
    >>> chart.centre, chart.signals, round(chart.points[0].upper, 2)
    (81.0, (), 92.77)
    """
    samples = [_checked_sample(period) for period in periods]
    n = _total(samples)
    successes = sum(sample.net for sample in samples)
    return _chart(samples, (successes / n) * ((n - successes) / n), 0.0, correct)


def _chart(samples: Sequence[_Sample], variance: float, lowest: float, correct: bool) -> ControlChart:
    whole = _Sample(sum(sample.net for sample in samples), sum(sample.n for sample in samples))
    centre = whole.net / whole.n
    dispersion = _dispersion(samples, centre, variance)
    corrected = correct and dispersion > 1.0
    reach = _SIGMAS * sqrt(variance) * (dispersion if corrected else 1.0)
    points = tuple(_point(sample, centre, reach, lowest) for sample in samples)
    sides = [_side(sample, whole) for sample in samples]
    signals = [*_outside(points), *_runs(points, sides)]
    return ControlChart(
        centre=100 * whole.net / whole.n,
        points=points,
        signals=tuple(sorted(signals, key=lambda signal: (signal.first, signal.last, signal.kind))),
        dispersion=dispersion,
        corrected=corrected,
    )


def _point(sample: _Sample, centre: float, reach: float, lowest: float) -> ChartPoint:
    if sample.n == 0:
        return ChartPoint(None, None, None, 0, charted=False)
    margin = reach / sqrt(sample.n)
    return ChartPoint(
        estimate=100 * sample.net / sample.n,
        lower=max(lowest, 100.0 * (centre - margin)),
        upper=min(100.0, 100.0 * (centre + margin)),
        n=sample.n,
        charted=base(sample.n).comparable,
    )


def _dispersion(samples: Sequence[_Sample], centre: float, variance: float) -> float:
    charted = [sample for sample in samples if base(sample.n).comparable]
    if variance == 0.0 or len(charted) < 2:
        return 1.0
    deviations = [(net / n - centre) * sqrt(n / variance) for net, n in charted]
    ranges = [abs(after - before) for before, after in pairwise(deviations)]
    return sum(ranges) / len(ranges) / _MOVING_RANGE


def _side(sample: _Sample, whole: _Sample) -> Movement:
    # Cross-multiplied whole numbers: a period on the centre is told from one a hair off it.
    distance = sample.net * whole.n - whole.net * sample.n
    if distance == 0:
        return Movement.LEVEL
    return Movement.UP if distance > 0 else Movement.DOWN


def _outside(points: Sequence[ChartPoint]) -> list[Signal]:
    found = []
    for index, point in enumerate(points):
        if not point.charted or point.estimate is None or point.lower is None or point.upper is None:
            continue
        if point.estimate > point.upper:
            found.append(Signal(SignalKind.OUTSIDE, Movement.UP, index, index))
        elif point.estimate < point.lower:
            found.append(Signal(SignalKind.OUTSIDE, Movement.DOWN, index, index))
    return found


def _runs(points: Sequence[ChartPoint], sides: Sequence[Movement]) -> list[Signal]:
    found = []
    charted = (index for index, point in enumerate(points) if point.charted)
    for side, indexes in groupby(charted, key=sides.__getitem__):
        run = list(indexes)
        if side is not Movement.LEVEL and len(run) >= RUN:
            found.append(Signal(SignalKind.RUN, side, run[0], run[-1]))
    return found


def _checked_sample(period: tuple[int, int] | None) -> _Sample:
    if period is None:
        return _Sample(0, 0)
    sample = _Sample(checked_count(period[0], "successes"), checked_count(period[1], "responses"))
    if sample.net > sample.n:
        raise InvalidCountError(f"Successes are at most the {sample.n} responses, not {sample.net}.")
    return sample


def _total(samples: Sequence[_Sample]) -> int:
    n = sum(sample.n for sample in samples)
    if n == 0:
        raise EmptyCountsError("A control chart needs at least one response.")
    return n
