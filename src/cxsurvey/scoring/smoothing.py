"""Calmer trends: rolling windows and exponential smoothing, both on counts.

A window's score comes from its pooled counts, and a smoothed score from weighted counts;
scores themselves are never averaged. A period without a response stays a gap.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, Protocol

from cxsurvey.scoring.counts import GroupCounts, ScoreCounts, checked_count
from cxsurvey.scoring.errors import (
    EmptyCountsError,
    InvalidCountError,
    InvalidSmoothingError,
    OverlappingWindowsError,
)
from cxsurvey.scoring.intervals import Limits, score_limits, wilson_limits, z_value
from cxsurvey.scoring.nps import difference, nps
from cxsurvey.scoring.results import Difference, Result
from cxsurvey.scoring.trend import Period, Score

Comparison = Callable[[ScoreCounts, ScoreCounts], Difference]
"""A difference of two sets of counts, such as ``nps.difference``, with its options bound."""

WEIGHT: Final = 0.25
"""How much a new period weighs against all that came before it."""


class Stretch(Protocol):
    """A period or a window: days from ``start`` to before ``end``, and their counts."""

    @property
    def start(self) -> date: ...
    @property
    def end(self) -> date: ...
    @property
    def counts(self) -> ScoreCounts | None: ...


@dataclass(frozen=True, slots=True)
class RollingWindow:
    """``span`` periods pooled.

    ``overlapping`` is true when neighbouring windows share periods: such a line looks
    smoother, and turns later, than the truth. ``complete`` is false when a period of it is
    cut. ``counts`` and ``result`` are None when nobody answered in the whole window.
    """

    start: date
    end: date
    span: int
    overlapping: bool
    complete: bool
    counts: ScoreCounts | None
    result: Result | None


@dataclass(frozen=True, slots=True)
class Smoothed:
    """An exponentially smoothed score at one period, in display units.

    ``n`` are the period's own responses, ``effective_n`` is how many equally weighted ones
    the smoothed score is worth. All but ``n``, ``weight`` and ``confidence`` are None at a gap.
    """

    estimate: float | None
    lower: float | None
    upper: float | None
    effective_n: float | None
    n: int
    weight: float
    confidence: float


def rolling(periods: Sequence[Period], span: int, step: int = 1, score: Score = nps) -> tuple[RollingWindow, ...]:
    """Windows of ``span`` periods, oldest first; the newest ends with the last period.

    Neighbouring windows start ``step`` periods apart. With step = span they do not overlap and
    may be compared. There is no shorter window at the beginning: fewer periods than ``span``
    give none.

    Raises ``InvalidSmoothingError`` unless span and step are whole numbers from 1 and each
    period starts where the one before ends; ``ScaleMismatchError``; and what ``score`` raises.

    >>> from cxsurvey.scoring.trend import Grain, trend
    >>> one = ScoreCounts.from_scores
    >>> weeks = trend({date(2026, 3, 2): one([10, 9]), date(2026, 3, 17): one([3])}, Grain.WEEK)
    >>> for window in rolling(weeks, 2):
    ...     print(window.start, window.end, window.overlapping, window.result.estimate)
    2026-03-02 2026-03-16 True 100.0
    2026-03-09 2026-03-23 True -100.0
    """
    _check_whole(span, "The length of a window")
    _check_whole(step, "The step between windows")
    for before, after in pairwise(periods):
        if before.end != after.start:
            raise InvalidSmoothingError(
                f"A period starts where the one before ends, on {before.end}, not {after.start}."
            )
    ends = reversed(range(len(periods), span - 1, -step))
    return tuple(_window(periods[end - span : end], step < span, score) for end in ends)


def compare_apart(now: Stretch, before: Stretch, comparison: Comparison = difference) -> Difference:
    """The difference of two windows or periods that share no day.

    Responses that are on both sides cancel in the difference but not in its interval, so
    overlapping windows are refused. For another confidence pass
    ``functools.partial(difference, confidence=0.9)``.

    Raises ``OverlappingWindowsError``, ``EmptyCountsError`` when nobody answered on one of the
    sides, and what ``comparison`` raises.

    >>> from cxsurvey.scoring.trend import Grain, trend
    >>> one = ScoreCounts.from_scores
    >>> before, now = trend({date(2026, 3, 2): one([10, 9]), date(2026, 3, 9): one([3])}, Grain.WEEK)
    >>> compare_apart(now, before).estimate
    -200.0
    """
    if now.start < before.end and before.start < now.end:
        raise OverlappingWindowsError(
            f"{now.start} to {now.end} shares days with {before.start} to {before.end}; compare windows apart."
        )
    if now.counts is None or before.counts is None:
        raise EmptyCountsError("Windows are compared only when both have a response.")
    return comparison(now.counts, before.counts)


def smoothed_net(
    periods: Iterable[GroupCounts | None], weight: float = WEIGHT, confidence: float = 0.95
) -> tuple[Smoothed, ...]:
    """The exponentially weighted NPS (Roberts 1959), one for each period in order, in points.

    Each group is smoothed by itself, C_t = w count_t + (1 - w) C_{t-1}, starting from nothing,
    and the score is taken from the smoothed counts; so a period counts by its responses, and
    the first smoothed score is the first score. A response that is i periods old weighs
    (1 - w)^i. Effective n = (sum of weights)^2 / sum of squared weights (Kish 1965). Band:
    the score limits for smoothed shares times effective n.

    A period without a response (None or n = 0) is a gap; what came before it goes on fading.
    The band is about the weighted past, not about the last period alone.

    Raises ``InvalidSmoothingError`` unless 0 < weight <= 1, and ``InvalidConfidenceError``.

    >>> first, second = smoothed_net([GroupCounts(6, 3, 1), GroupCounts(2, 4, 4)], 0.5)
    >>> first.estimate, round(second.estimate, 4), round(second.effective_n, 4)
    (50.0, 3.3333, 18.0)
    """

    def limits(shares: Sequence[float], n: float, z: float) -> Limits:
        return score_limits(shares[0] * n, shares[1] * n, shares[2] * n, z)

    parts = [(some.promoters, some.passives, some.detractors) if some else (0, 0, 0) for some in periods]
    return _smooth(parts, (100.0, 0.0, -100.0), limits, weight, confidence)


def smoothed_share(
    periods: Iterable[tuple[int, int] | None], weight: float = WEIGHT, confidence: float = 0.95
) -> tuple[Smoothed, ...]:
    """The exponentially weighted share, one for each period in order, in percent.

    As ``smoothed_net`` with (successes, n) for each period and Wilson's limits as the band.

    Raises ``InvalidSmoothingError`` unless 0 < weight <= 1, ``InvalidCountError`` for anything
    but whole numbers with 0 <= successes <= n, and ``InvalidConfidenceError``.

    >>> [point.estimate for point in smoothed_share([(8, 10), None, (5, 10)], 0.5)]
    [80.0, None, 56.0]
    """

    def limits(shares: Sequence[float], n: float, z: float) -> Limits:
        return wilson_limits(shares[0] * n, shares[1] * n, z)

    return _smooth([_split(some) for some in periods], (100.0, 0.0), limits, weight, confidence)


def _window(periods: Sequence[Period], overlapping: bool, score: Score) -> RollingWindow:
    parts = [period.counts for period in periods if period.counts is not None]
    counts = ScoreCounts.merged(parts, parts[0].scale) if parts else None
    return RollingWindow(
        start=periods[0].start,
        end=periods[-1].end,
        span=len(periods),
        overlapping=overlapping,
        complete=all(period.complete for period in periods),
        counts=counts,
        result=score(counts) if counts is not None else None,
    )


def _smooth(
    periods: Sequence[tuple[int, ...]],
    codes: Sequence[float],
    limits: Callable[[Sequence[float], float, float], Limits],
    weight: float,
    confidence: float,
) -> tuple[Smoothed, ...]:
    z, weight = z_value(confidence), _checked_weight(weight)
    kept = 1.0 - weight
    smoothed, squares, points = [0.0] * len(codes), 0.0, []
    for counts in periods:
        n = sum(counts)
        # The common factor w is left out: it cancels, and what is new cannot fade to nothing.
        smoothed = [count + kept * past for count, past in zip(counts, smoothed, strict=True)]
        squares = n + kept * kept * squares
        if n == 0:
            points.append(Smoothed(None, None, None, None, 0, weight, confidence))
            continue
        total = sum(smoothed)
        effective = total * total / squares
        estimate = sum(code * count for code, count in zip(codes, smoothed, strict=True)) / total
        lower, upper = limits([count / total for count in smoothed], effective, z)
        points.append(Smoothed(estimate, 100.0 * lower, 100.0 * upper, effective, n, weight, confidence))
    return tuple(points)


def _split(period: tuple[int, int] | None) -> tuple[int, int]:
    if period is None:
        return 0, 0
    successes, n = period
    checked_count(successes, "successes")
    if successes > checked_count(n, "responses"):
        raise InvalidCountError(f"Successes are at most the {n} responses, not {successes}.")
    return successes, n - successes


def _checked_weight(weight: object) -> float:
    if type(weight) in (int, float) and 0.0 < weight <= 1.0:  # type: ignore[operator]
        return float(weight)  # type: ignore[arg-type]
    raise InvalidSmoothingError(f"The weight of a new period is a number above 0 and at most 1, not {weight!r}.")


def _check_whole(value: object, name: str) -> None:
    if type(value) is not int or value < 1:
        raise InvalidSmoothingError(f"{name} is a whole number from 1, not {value!r}.")
