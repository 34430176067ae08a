"""What must be known of one score, in words: its value, interval, method, number of answers, and what weakens it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cxsurvey.scoring.lowbase import BaseLevel
from cxsurvey.scoring.methods import AnyMethod
from cxsurvey.scoring.results import Difference, Figure, Flag, Result, Unit
from cxsurvey.scoring.rounding import display
from cxsurvey.web.display import number, percent, score

BASE_WORDS: Final[Mapping[BaseLevel, str]] = {
    BaseLevel.NONE: "No responses",
    BaseLevel.COUNTS_ONLY: "Too few to judge",
    BaseLevel.GREY: "Few responses",
    BaseLevel.LOW_BASE: "Low base",
    BaseLevel.NORMAL: "",
}
_DECIMALS: Final[Mapping[Unit, int]] = {Unit.POINTS: 0, Unit.PERCENT: 0, Unit.SCALE_POINTS: 2}


@dataclass(frozen=True, slots=True)
class Note:
    """A flag of a score: `short` stands beside it, `long` where there is room."""

    short: str
    long: str


_NOTES: Final[Mapping[Flag, Note]] = {
    Flag.ALL_EQUAL: Note("All the same", "Everybody gave the same score; the interval says how little that may prove."),
    Flag.TRANSLATED: Note(
        "Translated scale", "Read from a scale it was not made for: not comparable with a score from 0 to 10."
    ),
    Flag.LEAD_WITH_SHARE: Note(
        "Share says more", "A mean of fewer than 30 responses can mislead; the share says more."
    ),
    Flag.NOT_RECOMMENDED: Note(
        "Weak interval", "This kind of interval claims too much certainty when responses are few or equal."
    ),
}
"""Flags of the base are not here: `BASE_WORDS` has them."""


def notes(result: Result) -> tuple[Note, ...]:
    """What else weakens a score than too few answers; where the share says more than the mean, it is told."""
    found = [(flag, _NOTES[flag]) for flag in result.flags if flag in _NOTES]
    return tuple(_with_share(result, note) if flag is Flag.LEAD_WITH_SHARE else note for flag, note in found)


def _with_share(result: Result, note: Note) -> Note:
    share = result.top_box
    if share is None:
        return note
    told = f"{result.groups[0].name} {value(share.estimate, share.unit)}, {_method(share.method)} interval"
    return Note(note.short, f"{note.long.removesuffix('.')}: {told} {interval(share)}.")


def value(amount: float | None, unit: Unit, decimals: int | None = None) -> str:
    """A score as it is read in its unit: points bare, shares with their sign, means to two places.

    `decimals` is for the ends of a change, see `places`.
    """
    decimals = _DECIMALS[unit] if decimals is None else decimals
    return percent(amount, decimals) if unit is Unit.PERCENT else score(amount, decimals)


def step(amount: float | None, unit: Unit, *, sign: bool = False, finer: bool = False) -> str:
    """How far one score lies from another, without a sign for per cent: those are points of a percentage.

    `finer` gives one more place to a step that would read as none.
    """
    rounds_away = finer and amount is not None and abs(amount) < whole_step(unit) / 2
    return score(amount, _DECIMALS[unit] + rounds_away, sign=sign)


def whole_step(unit: Unit) -> float:
    """The smallest difference that is shown in a unit."""
    return float(10.0 ** -_DECIMALS[unit])


def places(moved: Difference) -> int:
    """The decimals in which both ends of a change and its size are told: those of the unit where they agree.

    They get one more where the rounded ends do not differ by the rounded size, or where it would read as none: 17 more
    than before, from 68 to 84, is told as 16.6 more, from 67.6 to 84.2.
    """
    usual = _DECIMALS[moved.now.unit]
    told = (moved.before.estimate, moved.now.estimate, moved.estimate)
    before, now, size = (_rounded(each, usual) for each in told)
    return usual if size and now - before == size else usual + 1


def _rounded(amount: float | None, decimals: int) -> int:
    assert amount is not None
    return int(display(amount, decimals).replace(".", ""))


def interval(figure: Result | Figure) -> str:
    """The interval of a score: `43 to 53`."""
    if figure.lower is None or figure.upper is None:
        return "no interval"
    return f"{score(figure.lower, _DECIMALS[figure.unit])} to {value(figure.upper, figure.unit)}"


def confidence(result: Result) -> str:
    """The method behind an interval: `score interval, 95 %`."""
    return f"{_method(result.method)} interval, {percent(100 * result.confidence)}"


def _method(method: AnyMethod) -> str:
    return "score" if method.value == "score" else method.label


def told(result: Result) -> str:
    """A score in one line: `34, score interval (95 %) 28 to 40, n = 400, low base`."""
    parts = [
        value(result.estimate, result.unit),
        f"{_method(result.method)} interval ({percent(100 * result.confidence)}) {interval(result)}",
        *base(result),
        *(note.short.lower() for note in notes(result)),
    ]
    return ", ".join(parts)


def base(result: Result) -> tuple[str, ...]:
    """How many answers a score rests on, and whether they are few: `n = 12`, `low base`."""
    word = BASE_WORDS[result.base.level].lower()
    return (f"n\u00a0=\u00a0{number(result.n)}", *filter(None, [word]))


def evidence(moved: Difference) -> str:
    """What a change rests on: `change +41 to +55, n = 890, before 400`; a low base on either side is named."""
    unit = moved.now.unit
    ends = [step(end, unit, sign=True, finer=moved.changed) for end in (moved.lower, moved.upper)]
    counted = f"n\u00a0=\u00a0{number(moved.now.n)}, before {number(moved.before.n)}"
    weaker = min((moved.now, moved.before), key=lambda side: side.n)
    return ", ".join([f"change {ends[0]} to {ends[1]}", counted, *base(weaker)[1:]])


def of_step(result: Result, usual: AnyMethod) -> tuple[str, ...]:
    """What to know of one week or month of a trend; `usual` is the method that is named for the whole trend.

    That a scale is translated holds for all of them alike and is not said again.
    """
    few = "too few to compare" if not result.base.comparable else BASE_WORDS[result.base.level].lower()
    flags = [_NOTES[flag].short.lower() for flag in result.flags if flag in _NOTES and flag is not Flag.TRANSLATED]
    method = f"{_method(result.method)} interval" if result.method is not usual else ""
    return tuple(filter(None, [few, *flags, method]))
