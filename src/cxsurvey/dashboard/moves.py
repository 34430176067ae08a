"""Whether a score moved, and which way is better, as sentences.

A change is named real only when its interval leaves zero out. What rises need not get better: of a mean on a scale
whose low end is the good one, a fall is. The arrow follows the number, the colour follows the meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cxsurvey.dashboard import doubts, metrics
from cxsurvey.insights.reports import ScoreReport
from cxsurvey.scoring.results import Difference, Unit
from cxsurvey.scoring.scales import Definition
from cxsurvey.web.display import number, score

STEPS: Final = {Unit.POINTS: "points", Unit.PERCENT: "percentage points", Unit.SCALE_POINTS: "points of the scale"}
_BRIEFLY: Final = {Unit.POINTS: "points", Unit.PERCENT: "points", Unit.SCALE_POINTS: ""}
"""On a card a mean has its decimals beside it, and a step of it reads as one without a name."""


@dataclass(frozen=True, slots=True)
class Change:
    """How a score moved.

    `way` is up, down or still, and an arrow is drawn for up and down only; `tone` is better, worse or still.
    `short` stands on a card, `long` where there is room, with the interval.
    """

    way: str
    tone: str
    short: str
    long: str


def change(report: ScoreReport) -> Change | None:
    """How the score moved against the period before; None where there is nothing to say."""
    moved = report.change
    if moved is None or report.result.n == 0:
        return None
    than = report.period.before_words
    if moved.before.n == 0:
        return _still(
            "Nothing before to compare with", f"Nobody answered in {than}, so there is nothing to compare with."
        )
    if not moved.comparable:
        now = f"{number(moved.now.n)} response{'' if moved.now.n == 1 else 's'} now"
        return _still(
            "Too few responses to tell if it moved",
            f"Too few responses to tell if it moved: {now}, {number(moved.before.n)} in {than}."
            " From 10 on each side a change can be judged.",
        )
    return _moved(moved, than, report.survey.formula)


def _moved(moved: Difference, than: str, formula: Definition) -> Change:
    assert moved.estimate is not None
    unit = moved.now.unit
    ends = [doubts.step(end, unit, sign=True, finer=moved.changed) for end in (moved.lower, moved.upper)]
    interval = f"interval {ends[0]} to {ends[1]}"
    size = score(abs(moved.estimate), doubts.places(moved))
    short, long = (f"{size}{_counted_in(unit, size, names)}" for names in (_BRIEFLY, STEPS))
    more = "less" if moved.estimate < 0 else "more"
    if moved.changed:
        return Change(
            way="up" if moved.estimate > 0 else "down",
            tone="better" if is_better(moved, formula) else "worse",
            short=f"{short} {more} than before: {verdict(moved, formula)}",
            long=f"{long} {more} than {than}, {interval}: {verdict(moved, formula)}",
        )
    power = f" {_power(moved, formula)}"
    if not any(digit in doubts.step(moved.estimate, unit) for digit in "123456789"):
        return _still("The same as before", f"The same as {than}, {interval}.{power}")
    return _still(
        f"{short} {more} than before: could be chance",
        f"{long} {more} than {than}, {interval}: could be chance.{power}",
    )


def _power(moved: Difference, formula: Definition) -> str:
    """Which change these two numbers of responses would probably show, where one of that size is possible at all."""
    unit, start = moved.now.unit, moved.before.estimate
    with_these = f"With {number(moved.now.n)} responses now and {number(moved.before.n)} before"
    if start is not None and (moved.minimum_detectable or 0.0) > max(metrics.room(start, formula)):
        return f"{with_these}, even the largest change that is possible might not show."
    seen = f"{doubts.step(moved.minimum_detectable, unit)} {STEPS[unit]}"
    return f"{with_these}, a change of about {seen} would probably show."


def _counted_in(unit: Unit, size: str, names: Mapping[Unit, str]) -> str:
    """What a step is counted in, to stand behind its size: ` points`, ` point` of a single one."""
    name = names[unit]
    if not name:
        return ""
    return f" {name.replace('points', 'point', 1)}" if size == "1" else f" {name}"


def _still(short: str, long: str) -> Change:
    return Change("still", "still", short, long)


def is_better(moved: Difference, formula: Definition) -> bool:
    """Whether a step goes toward the good end."""
    return ((moved.estimate or 0.0) > 0) is not metrics.lower_is_better(formula)


def verdict(moved: Difference, formula: Definition) -> str:
    """What is said of a change that is beyond chance; where lower is better, also which way that is."""
    if not metrics.lower_is_better(formula):
        return "a real change"
    return f"a real change for the {'better' if is_better(moved, formula) else 'worse'}"


def rose(moved: Difference, formula: Definition) -> str:
    """The verb of a change: `rose`, `fell`; where lower is better, `improved, it fell`."""
    verb = "rose" if (moved.estimate or 0.0) > 0 else "fell"
    if not metrics.lower_is_better(formula):
        return verb
    return f"{'improved' if is_better(moved, formula) else 'worsened'}, it {verb}"


def from_to(moved: Difference) -> str:
    """Both ends of a change, `from 71 % to 66 %`, as on the cards; finer where they would read alike."""
    for decimals in (None, doubts.places(moved)):
        before, now = (doubts.value(side.estimate, moved.now.unit, decimals) for side in (moved.before, moved.now))
        if before != now:
            break
    return f"from {before} to {now}"
