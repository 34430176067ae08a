"""What the numbers say, as sentences. A change is named real only when its interval leaves zero out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from cxsurvey.dashboard import doubts, metrics, moves
from cxsurvey.insights.reports import LeftOut, Mark, Trend
from cxsurvey.scoring.comparing import compare
from cxsurvey.scoring.results import Result
from cxsurvey.scoring.scales import Definition
from cxsurvey.scoring.trend import Grain, Period
from cxsurvey.web.display import day, number

CHANCE: Final = 0.05
"""How often chance alone may be taken for a step of a trend."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why answers were left out: the state to list them by (None if it is no state), in words, and how many."""

    state: str | None
    label: str
    why: str
    count: int


def groups(result: Result) -> str:
    """The counts behind a score: `501 promoters, 317 passives, 71 detractors`; groups of nobody are not named."""
    named = [(group.n, metrics.one(group.name) if group.n == 1 else group.name) for group in result.groups]
    return ", ".join(f"{number(n)} {name}" for n, name in named if n)


def distribution(result: Result, formula: Definition) -> str:
    """One sentence on who gave what, for the chart of answers per score."""
    values = (formula.promoters, formula.passives, formula.detractors)
    parts = [
        f"{number(group.n)} gave {metrics.span(given)} ({group.name})"
        for group, given in zip(result.groups, values, strict=True)
        if given
    ]
    return f"Of {_answers(result.n)}, {', '.join(parts[:-1])} and {parts[-1]}."


def course(trend: Trend, formula: Definition) -> str:
    """One sentence on where the score went, from the first to the last whole stretch that can be judged."""
    judged = [period for period in trend.periods if _can_be_judged(period)]
    if len(judged) < 2:
        return f"Too few responses in whole {trend.grain.value}s to say where it goes."
    first, last = judged[0], judged[-1]
    assert first.counts is not None
    assert last.counts is not None
    moved = compare(last.counts, first.counts, formula)
    way = f"from {_at(first, trend.grain)} to {_at(last, trend.grain)}"
    if not moved.changed:
        return f"It went {way}; the difference could be chance."
    return f"It {moves.rose(moved, formula)} {way}: {moves.verdict(moved, formula)}."


@dataclass(frozen=True, slots=True)
class LargestStep:
    """The largest step between neighbours: the sentence on it, its verb, and the stretch that it led to."""

    sentence: str
    verb: str
    stretch: Period


def largest_step(trend: Trend, formula: Definition) -> LargestStep | None:
    """The largest step between neighbours; None when there are only two of them, or none beyond chance.

    The largest of many steps is large by chance alone, so each is held to the limit divided by their number.
    """
    pairs = [pair for pair in pairwise(trend.periods) if all(map(_can_be_judged, pair))]
    if len(trend.periods) < 3:
        return None
    for before, now in sorted((pair for pair in pairs if _lie_apart(*pair)), key=_height, reverse=True):
        assert before.counts is not None
        assert now.counts is not None
        step = compare(now.counts, before.counts, formula, 1 - CHANCE / len(pairs))
        if step.changed:
            name, verb = ("rise", "rose") if step.estimate and step.estimate > 0 else ("fall", "fell")
            way = f"from {_at(before, trend.grain)} to {_at(now, trend.grain)}"
            sentence = f"The largest {name} from one {trend.grain.value} to the next was {way}, beyond chance."
            return LargestStep(sentence, verb, now)
    return None


def _can_be_judged(period: Period) -> bool:
    return period.complete and period.result is not None and period.result.base.comparable


def _lie_apart(before: Period, now: Period) -> bool:
    """Whether neither interval holds the other score, without which no difference leaves zero out."""
    first, second = before.result, now.result
    assert first is not None
    assert second is not None
    return not (_holds(first, second) or _holds(second, first))


def _holds(interval: Result, score: Result) -> bool:
    assert interval.lower is not None
    assert interval.upper is not None
    assert score.estimate is not None
    return interval.lower <= score.estimate <= interval.upper


def _height(pair: tuple[Period, Period]) -> float:
    before, now = (period.result.estimate for period in pair if period.result is not None)
    assert before is not None
    assert now is not None
    return abs(now - before)


def _at(period: Period, grain: Grain) -> str:
    assert period.result is not None
    low = doubts.base(period.result)
    few = f" ({', '.join(low)})" if len(low) > 1 else ""
    return f"{doubts.value(period.result.estimate, period.result.unit)} in {stretch(period.start, grain)}{few}"


def gaps(trend: Trend) -> str:
    """What the chart cannot show by itself: stretches without answers, and ends that are not whole."""
    empty, unit = sum(period.result is None for period in trend.periods), trend.grain.value
    said = []
    if empty:
        said.append(f"Nobody answered in {empty} of {len(trend.periods)} {unit}s; these stay gaps.")
    ends = {"first": trend.periods[:-1][:1], "last": trend.periods[-1:]}
    cut = [name for name, found in ends.items() if found and not found[0].complete]
    if len(cut) == 2:
        said.append(f"The first and the last {unit} are not complete.")
    elif cut:
        said.append(f"The {cut[0]} {unit} is not complete.")
    return " ".join(said)


def stretch(start: date, grain: Grain) -> str:
    """The name of one week or month: `Nov 2026`, `the week of 16 Nov 2026`."""
    return f"{start:%b %Y}" if grain is Grain.MONTH else f"the week of {start.day} {start:%b %Y}"


def reasons(left_out: LeftOut) -> tuple[Reason, ...]:
    """What was left out of a score, most frequent first; only what happened."""
    found = [Reason(*_REASONS[name], count) for name, count in left_out if count]
    return tuple(sorted(found, key=lambda reason: -reason.count))


_REASONS: Final[Mapping[str, tuple[str | None, str, str]]] = {
    "flagged": (
        "flagged",
        "Flagged as a machine",
        "hidden field filled, under a second, or several scores within a minute",
    ),
    "test": ("test", "Test", "sent with a test key or a test link"),
    "void": ("void", "Void", "taken out by somebody here, with a reason"),
    "provisional": ("provisional", "Not confirmed", "a score chosen in a mail, not sent by the customer"),
    "unknown": (None, "Do not know", "chose that in place of a score"),
    "unscored": (None, "Without a score", "only a comment"),
}


def _answers(n: int) -> str:
    return f"{number(n)} response{'' if n == 1 else 's'}"


def mark(found: Mark) -> str:
    """A change of the survey itself, with its day."""
    return f"{found.text} since {day(found.day)}"
