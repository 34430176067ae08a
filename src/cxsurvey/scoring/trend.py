"""A score over time: day counts folded into weeks or months, each with its own interval.

Periods are half-open ranges of dates, ``start`` included and ``end`` not. A period's score
comes from its pooled counts, never from an average of daily scores, and a period without a
response is a gap: not zero and not filled in.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from enum import StrEnum
from typing import Final

from cxsurvey.scoring.counts import ScoreCounts
from cxsurvey.scoring.errors import InvalidPeriodError
from cxsurvey.scoring.nps import nps
from cxsurvey.scoring.results import Result

Score = Callable[[ScoreCounts], Result]
"""A metric's own function, such as ``nps``, with its options bound."""

_FIRST_REFUSED_DAY: Final = date(MAXYEAR, 1, 1)
_FIRST_REFUSED_END: Final = date(MAXYEAR, 12, 1)


class Grain(StrEnum):
    """How long a period is. Weeks begin on Monday."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Window:
    """The days to look at: ``start`` included, ``end`` not.

    Raises ``InvalidPeriodError`` unless both are dates (a datetime is none), start < end, and
    the end comes before December 9999.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        _check_day(self.start)
        _check_day(self.end)
        if self.start >= self.end or self.end >= _FIRST_REFUSED_END:
            raise InvalidPeriodError(
                f"A window starts before it ends and ends before {_FIRST_REFUSED_END}, not {self.start} to {self.end}."
            )


@dataclass(frozen=True, slots=True)
class Period:
    """One week or month, or the part of it inside the window.

    ``complete`` is false for a part. ``counts`` and ``result`` are None when nobody answered.
    """

    start: date
    end: date
    complete: bool
    counts: ScoreCounts | None
    result: Result | None


def trend(
    days: Mapping[date, ScoreCounts],
    grain: Grain,
    window: Window | None = None,
    score: Score = nps,
) -> tuple[Period, ...]:
    """Every period of the window in order, gaps included.

    Without a window it runs over the whole periods from the first to the last day that has
    an entry. With a window, days outside it are not looked at and the first and last period
    are cut to it.

    No entry and no window: no period. Periods do not overlap, so two of them may be compared
    by ``nps.difference``. For another confidence pass ``functools.partial(nps, confidence=0.9)``.

    Raises ``InvalidPeriodError`` for a key that is not a date or lies in the year 9999,
    ``ScaleMismatchError`` when counts of one period have different scales, and what
    ``score`` raises.

    >>> one = ScoreCounts.from_scores
    >>> days = {date(2026, 3, 2): one([10, 9]), date(2026, 3, 8): one([3]), date(2026, 3, 17): one([8])}
    >>> for period in trend(days, Grain.WEEK):
    ...     print(period.start, period.end, period.result and period.result.estimate)
    2026-03-02 2026-03-09 33.333333333333336
    2026-03-09 2026-03-16 None
    2026-03-16 2026-03-23 0.0
    """
    for day in days:
        _check_day(day)
        if day >= _FIRST_REFUSED_DAY:
            raise InvalidPeriodError(f"A day lies before {_FIRST_REFUSED_DAY}, not on {day}.")
    if window is None:
        if not days:
            return ()
        window = Window(_start_of(min(days), grain), _next_start(max(days), grain))
    pooled = _pool(days, grain, window)
    periods = []
    for start in _starts(grain, window):
        end, counts = _next_start(start, grain), pooled.get(start)
        periods.append(
            Period(
                start=max(start, window.start),
                end=min(end, window.end),
                complete=window.start <= start and end <= window.end,
                counts=counts,
                result=score(counts) if counts is not None else None,
            )
        )
    return tuple(periods)


def _pool(days: Mapping[date, ScoreCounts], grain: Grain, window: Window) -> dict[date, ScoreCounts]:
    parts: dict[date, list[ScoreCounts]] = {}
    for day, counts in days.items():
        if counts.n and window.start <= day < window.end:
            parts.setdefault(_start_of(day, grain), []).append(counts)
    return {start: ScoreCounts.merged(some, some[0].scale) for start, some in parts.items()}


def _starts(grain: Grain, window: Window) -> Iterator[date]:
    start = _start_of(window.start, grain)
    while start < window.end:
        yield start
        start = _next_start(start, grain)


def _start_of(day: date, grain: Grain) -> date:
    return day.replace(day=1) if grain == Grain.MONTH else day - timedelta(days=day.weekday())


def _next_start(day: date, grain: Grain) -> date:
    start = _start_of(day, grain)
    if grain == Grain.WEEK:
        return start + timedelta(days=7)
    return date(start.year + start.month // 12, start.month % 12 + 1, 1)


def _check_day(day: object) -> None:
    # A datetime is a date to isinstance, yet its day depends on a zone.
    if type(day) is not date:
        raise InvalidPeriodError(f"A day is a date without a time, not {day!r}.")
