"""Funnel limits: how far a segment may lie from the overall score by chance, for each base.

A funnel plot shows every segment at its number of responses and its score, with two curves around
the overall score that close as the base grows (Spiegelhalter 2005). A segment inside the
curves needs no explanation. It is for looking; flags come from ``ranking``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from cxsurvey.scoring.counts import GroupCounts, checked_count
from cxsurvey.scoring.errors import EmptyCountsError, InvalidCountError
from cxsurvey.scoring.intervals import response_variance, z_value
from cxsurvey.scoring.results import Unit


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """Both limits for a segment of ``n`` responses."""

    n: int
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Funnel:
    """The overall score and the limits around it by rising ``n``, all in ``unit``.

    ``n`` is the number of responses behind the overall score.
    """

    unit: Unit
    center: float
    n: int
    confidence: float
    points: tuple[FunnelPoint, ...]


def nps_funnel(overall: GroupCounts, bases: Iterable[int], confidence: float = 0.95) -> Funnel:
    """Limits theta +- z sqrt(v / n) in points around the overall NPS, for each n in ``bases``.

    theta is the overall net share and v = p + d - theta^2 the variance of one response.
    Clipped to -100 and 100. A base named twice is drawn once. Responses that all agree
    have no variance: both limits then lie on the score, and no segment can differ.

    With many segments some fall outside at any confidence; 0.998 beside 0.95 is usual.

    Raises ``EmptyCountsError`` when there is no response overall or a base is 0,
    ``InvalidCountError`` for a base that is no count, ``InvalidConfidenceError``.

    >>> funnel = nps_funnel(GroupCounts(400, 350, 250), [100, 25])
    >>> funnel.center, [(point.n, round(point.lower, 1), round(point.upper, 1)) for point in funnel.points]
    (15.0, [(25, -16.1, 46.1), (100, -0.5, 30.5)])
    """
    variance = response_variance(overall)
    center = (overall.promoters - overall.detractors) / overall.n
    points = _points(center, variance, bases, confidence, floor=-1.0)
    return Funnel(Unit.POINTS, 100.0 * center, overall.n, confidence, points)


def share_funnel(successes: int, n: int, bases: Iterable[int], confidence: float = 0.95) -> Funnel:
    """Limits s +- z sqrt(s (1 - s) / n) in percent around an overall share s, for each n in ``bases``.

    Clipped to 0 and 100; otherwise as ``nps_funnel``.

    Raises ``InvalidCountError`` unless 0 <= successes <= n are whole numbers, and what
    ``nps_funnel`` raises.

    >>> funnel = share_funnel(800, 1000, [16, 400])
    >>> funnel.center, [(point.n, round(point.lower, 1), round(point.upper, 1)) for point in funnel.points]
    (80.0, [(16, 60.4, 99.6), (400, 76.1, 83.9)])
    """
    checked_count(successes, "successes")
    checked_count(n, "responses")
    if successes > n:
        raise InvalidCountError(f"Successes are at most the {n} responses, not {successes}.")
    if n == 0:
        raise EmptyCountsError("A funnel needs at least one response overall.")
    center = successes / n
    points = _points(center, center * ((n - successes) / n), bases, confidence, floor=0.0)
    return Funnel(Unit.PERCENT, 100.0 * center, n, confidence, points)


def _points(
    center: float, variance: float, bases: Iterable[int], confidence: float, floor: float
) -> tuple[FunnelPoint, ...]:
    z = z_value(confidence)
    points = []
    for n in sorted({_checked_base(n) for n in bases}):
        margin = z * sqrt(variance / n)
        points.append(FunnelPoint(n, 100.0 * max(floor, center - margin), 100.0 * min(1.0, center + margin)))
    return tuple(points)


def _checked_base(n: object) -> int:
    if checked_count(n, "responses") == 0:
        raise EmptyCountsError("A segment in a funnel has at least one response.")
    return checked_count(n, "responses")
