"""What the page of segments shows: typed rows, with the places of their intervals on one axis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from cxsurvey.dashboard import doubts, metrics, moves
from cxsurvey.dashboard.filter_bar import NOT_SET_WORDS
from cxsurvey.insights.filters import NOT_SET
from cxsurvey.insights.segments import SegmentReport, SegmentRow
from cxsurvey.scoring.lowbase import BaseLevel
from cxsurvey.scoring.results import Difference, Result
from cxsurvey.scoring.scales import Definition, Headline
from cxsurvey.web.display import number, percent, score

MARGIN: Final = 0.06
"""Room at both ends of the axis, as a share of what is drawn."""


@dataclass(frozen=True, slots=True)
class Dumbbell:
    """A score with its interval on the axis of the table: places in percent, the good end last."""

    at: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class RowView:
    """One row. `tone` is better or worse where it stands out from the rest, else "".

    `rest` and `change` are (in figures, what it comes to); "" where there is nothing to say. The figures are those of
    one comparison, the verdict is corrected for all of them.
    """

    name: str
    href: str
    n: int
    value: str
    interval: str
    base: str
    is_faint: bool
    tone: str
    drawing: Dumbbell | None
    place: str
    rest: tuple[str, str]
    change: tuple[str, str]
    change_tone: str
    withheld: bool


@dataclass(frozen=True, slots=True)
class SegmentsView:
    """The table of segments, ready to be shown.

    `few` are the groups that have too few answers to be compared; they stand apart from `rows`, folded away.
    """

    label: str
    name: str
    rows: tuple[RowView, ...]
    few: tuple[RowView, ...]
    few_words: str
    total: str
    total_n: int
    total_at: float | None
    caption: str
    how: str
    ends: tuple[str, str]
    is_split: bool
    minimum: int | None
    compared: bool
    """Whether any segment has answers in the period before."""


@dataclass(frozen=True, slots=True)
class _Axis:
    """The stretch of the scale that the intervals of the table need."""

    worst: float
    best: float

    @classmethod
    def around(cls, results: list[Result], formula: Definition) -> _Axis:
        """Around what is drawn, and never past the ends of the scale."""
        low, high = metrics.ends(formula)
        drawn = [limit for each in results for limit in (each.lower, each.upper) if limit is not None]
        if drawn:
            room = max((max(drawn) - min(drawn)) * MARGIN, (high - low) / 100)
            low, high = max(low, min(drawn) - room), min(high, max(drawn) + room)
        return cls(high, low) if metrics.lower_is_better(formula) else cls(low, high)

    def place(self, value: float) -> float:
        return round(100.0 * (value - self.worst) / (self.best - self.worst), 2)

    def drawing(self, result: Result) -> Dumbbell | None:
        if result.estimate is None or result.lower is None or result.upper is None:
            return None
        lower, upper = sorted((self.place(result.lower), self.place(result.upper)))
        return Dumbbell(self.place(result.estimate), lower, upper)


def segments_view(found: SegmentReport, names: Mapping[str, str], query: Mapping[str, str], base: str) -> SegmentsView:
    """The table of segments; `base` is the address of the survey's pages, `query` what else they are asked for."""
    formula = found.survey.formula
    drawn = [row.result for row in found.rows if row.result is not None and _is_drawn(row.result)]
    axis = _Axis.around(drawn, formula)
    total = found.total
    few = [row for row in found.rows if _is_few(row)]

    def shown(rows: Iterable[SegmentRow]) -> tuple[RowView, ...]:
        return tuple(_row(row, found, axis, f"{base}/results", query) for row in rows)

    return SegmentsView(
        label=metrics.label(formula),
        name=names[found.key],
        rows=shown(row for row in found.rows if not _is_few(row)),
        few=shown(few),
        few_words=_few_words(len(few)),
        total=doubts.told(total) if total is not None and total.n else "",
        total_n=total.n if total is not None else 0,
        total_at=axis.place(total.estimate) if total is not None and total.estimate is not None and drawn else None,
        caption=_caption(found),
        how=_how(found),
        ends=(_end(axis.worst, formula), _end(axis.best, formula)),
        is_split=found.is_split,
        minimum=found.minimum,
        compared=any(row.change is not None and row.change.before.n for row in found.rows),
    )


def _is_few(row: SegmentRow) -> bool:
    """Whether it is a segment of its own with numbers to be read but not to be compared."""
    return row.text is not None and row.result is not None and not row.result.base.comparable


def _few_words(groups: int) -> str:
    return f"{number(groups)} group{'' if groups == 1 else 's'} with fewer than 10 responses"


def _is_drawn(result: Result) -> bool:
    return result.base.level > BaseLevel.COUNTS_ONLY


def _end(value: float, formula: Definition) -> str:
    if formula.headline is Headline.TOP_BOX:
        return percent(value)
    low, high = metrics.ends(formula)
    return score(value, 1 if high - low < 20 else 0, sign=low < 0)


def _row(row: SegmentRow, found: SegmentReport, axis: _Axis, address: str, query: Mapping[str, str]) -> RowView:
    result, is_own = row.result, row.others == 0
    name = row.text or (f"{number(row.others)} others together" if row.others else NOT_SET_WORDS.capitalize())
    chosen = {**query, found.key: row.text or NOT_SET}
    shown = result is not None and _is_drawn(result)
    stands = row.rest if row.stands_out else None
    return RowView(
        name=name,
        href=f"{address}?{urlencode(chosen)}" if is_own and not found.survey.anonymous else "",
        n=result.n if result is not None else 0,
        value=doubts.value(result.estimate, result.unit) if result is not None and shown else "",
        interval=doubts.interval(result) if result is not None else "",
        base=doubts.BASE_WORDS[result.base.level] if result is not None else "",
        is_faint=result is not None and result.base.greyed,
        tone=_tone(stands, found.survey.formula) if stands is not None else "",
        drawing=axis.drawing(result) if result is not None and shown else None,
        place=_place(row),
        rest=_against(row, found.tests),
        change=_changed(row, found),
        change_tone=_tone(row.change, found.survey.formula) if row.change and row.moved else "",
        withheld=row.withheld,
    )


def _tone(moved: Difference, formula: Definition) -> str:
    return "better" if moves.is_better(moved, formula) else "worse"


def _place(row: SegmentRow) -> str:
    """The place, or the places it may have: `1`, `2 to 4`."""
    rank = row.rank
    if rank is None:
        return ""
    return f"{rank.best}" if rank.best == rank.worst else f"{rank.best} to {rank.worst}"


def _against(row: SegmentRow, tests: int) -> tuple[str, str]:
    if row.rest is None:
        return "", ""
    return _figures(row.rest), _chance(tests) if row.rest.changed and not row.stands_out else ""


def _changed(row: SegmentRow, found: SegmentReport) -> tuple[str, str]:
    change = row.change
    if change is None or change.estimate is None:
        return "", ""
    if not change.comparable:
        return "", "too few"
    if row.moved:
        return _figures(change), moves.verdict(change, found.survey.formula)
    return _figures(change), _chance(found.change_tests) if change.changed else "could be chance"


def _chance(tests: int) -> str:
    """What is said where one interval by itself leaves zero out, and yet the difference does not hold among so many."""
    return f"could be chance, corrected for {number(tests)} comparisons" if tests > 1 else "could be chance"


def _figures(found: Difference) -> str:
    unit = found.now.unit
    ends = (found.lower, found.upper)
    lower, upper = (doubts.step(limit, unit, sign=True, finer=found.changed) for limit in ends)
    return f"{doubts.step(found.estimate, unit, sign=True)} ({lower} to {upper})"


def _caption(found: SegmentReport) -> str:
    """What stands out from the rest, and what moved."""
    return " ".join(filter(None, [_standing(found), _moving(found)]))


def _moving(found: SegmentReport) -> str:
    """What changed against the period before; "" where no change is told at all."""
    if found.period.before is None or found.survey.anonymous:
        return ""
    formula, than = found.survey.formula, found.period.before_words
    if found.change_tests == 0:
        return f"Too few responses to hold one against {than}."
    moved = [(row.text, row.change) for row in found.rows if row.moved and row.change is not None]
    better = [name for name, change in moved if moves.is_better(change, formula)]
    worse = [name for name, change in moved if not moves.is_better(change, formula)]
    return _holding(f"than in {than}", better, worse, found.change_tests) or (
        f"None of {number(found.change_tests)} changed against {than} by more than chance allows."
    )


def _standing(found: SegmentReport) -> str:
    if found.tests == 0:
        return "Too few responses to hold one against the rest: that takes 10 on each side."
    better = [row.text for row in found.rows if row.stands_out and row.rest and _is_above(row, found)]
    worse = [row.text for row in found.rows if row.stands_out and row.rest and not _is_above(row, found)]
    return _holding("than the rest", better, worse, found.tests) or (
        f"None of {number(found.tests)} differs from the rest by more than chance allows."
    )


def _holding(than: str, better: list[str | None], worse: list[str | None], tests: int) -> str:
    """Which hold, and of how many comparisons; "" where none does."""
    parts = [f"{way} {than}: {_listed(names)}." for way, names in (("Better", better), ("Worse", worse)) if names]
    if parts and tests > 1:
        parts.append(f"This holds after correcting for {number(tests)} comparisons.")
    return " ".join(parts)


def _is_above(row: SegmentRow, found: SegmentReport) -> bool:
    return row.rest is not None and moves.is_better(row.rest, found.survey.formula)


def _listed(names: list[str | None], most: int = 3) -> str:
    shown = [name for name in names if name is not None][:most]
    more = len(names) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _how(found: SegmentReport) -> str:
    """How the order and the flags are made, and how far the segments truly lie apart."""
    share = percent(100 * found.q)
    said = (
        "Ordered by the score pulled toward the mean of all, the more the fewer the responses; a place is a range where"
        " intervals overlap. Below 10 responses nothing is ranked or compared. Coloured where the difference from the"
        f" rest, or the change, holds with at most {share} false flags expected among each (Benjamini and Hochberg)."
    )
    if found.spread is None or found.total is None:
        return said
    if found.spread == 0:
        return f"{said} All differences together could be chance."
    unit = found.total.unit
    return f"{said} True scores lie about {doubts.step(found.spread, unit)} {moves.STEPS[unit]} from their mean."


def segment_href(base: str, key: str, query: Mapping[str, str]) -> str:
    """The page of segments by another key."""
    return f"{base}/segments?{urlencode({**query, 'by': key})}"
