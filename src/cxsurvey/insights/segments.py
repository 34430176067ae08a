"""A score split by one segment key: what holds, what could be chance, and what is too few to judge.

Each segment is held against the rest, never against the total that contains it; which differences stand out is said
only after adjusting for the number of tests; and the order comes from shrunken scores, so that chance does not lead.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, Invalid
from cxsurvey.insights.filters import EVERYTHING, Filter
from cxsurvey.insights.misfits import fitting
from cxsurvey.insights.periods import Period
from cxsurvey.insights.queries import indexed
from cxsurvey.insights.reports import SurveyLine
from cxsurvey.insights.service import refuse_anonymous, smallest_group, survey_line
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.people.segments import texts_for
from cxsurvey.responses.states import ResponseState
from cxsurvey.scoring.comparing import compare
from cxsurvey.scoring.counts import ScoreCounts
from cxsurvey.scoring.lowbase import base
from cxsurvey.scoring.multiple import DEFAULT_Q, adjusted
from cxsurvey.scoring.paired import rest_of
from cxsurvey.scoring.ranking import Rank, ranks_of
from cxsurvey.scoring.results import Difference, Result
from cxsurvey.scoring.scales import Definition, Direction, Headline
from cxsurvey.scoring.score import score
from cxsurvey.scoring.shrinkage import Shrinkage, ShrunkenScore, shrunken_means, shrunken_nps, shrunken_shares
from cxsurvey.scoring.withholding import Withholding, withholding

MOST_SEGMENTS: Final = 200
"""Segments that are told one by one, those with the most answers; all others are one row."""

Parts = Mapping[int | None, ScoreCounts]
"""The counts of each segment number; None is where the segment is not set."""


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One segment. `number` and `text` are None where the segment is not set, or where it is `others`.

    `rest` is the segment less the rest, None below 10 answers on either side; `stands_out` says that it holds after
    adjusting for the number of tests and that its interval leaves 0 out, and `adjusted_p_value` goes with it. `change`
    is that since the period before; `moved` and `change_adjusted_p_value` say the same of it.
    `shrunken` and `rank` are None where the row is no segment of its own, `rank` also below 10 answers. With
    `withheld` nothing but the name may be told, and `result` is None.
    """

    number: int | None
    text: str | None
    others: int
    result: Result | None
    rest: Difference | None = None
    adjusted_p_value: float | None = None
    stands_out: bool = False
    change: Difference | None = None
    change_adjusted_p_value: float | None = None
    moved: bool = False
    shrunken: ShrunkenScore | None = None
    rank: Rank | None = None

    @property
    def withheld(self) -> bool:
        """Whether its numbers would tell of single people of an anonymous survey."""
        return self.result is None


@dataclass(frozen=True, slots=True)
class SegmentReport:
    """A survey by one segment key. Ranked segments come first and best first, then the others by name.

    `total` is None where even it must not be told. `tests` segments were held against the rest, and `change_tests`
    against themselves in the period before; `q` of the flags among either are expected to be false. `spread` is how far
    true scores lie apart as far as it can be told from chance.
    """

    survey: SurveyLine
    period: Period
    only: Filter
    key: str
    total: Result | None
    rows: tuple[SegmentRow, ...]
    tests: int
    change_tests: int
    q: float
    spread: float | None
    minimum: int | None
    """Where groups below this number of answers are withheld: in an anonymous survey."""

    @property
    def is_split(self) -> bool:
        """Whether any answer has the segment set at all."""
        return any(row.text is not None or row.others for row in self.rows)


def checked_key(key: str) -> str:
    """The segment key that `by` names. Raises `Invalid`."""
    if key not in SEGMENT_KEYS:
        raise Invalid(problems=[FieldProblem("by", "not_a_segment", f"must be one of {', '.join(SEGMENT_KEYS)}")])
    return key


def by_segment(
    ctx: Context, survey_id: UUID, key: str, period: Period, only: Filter = EVERYTHING, confidence: float = 0.95
) -> SegmentReport:
    """The score of a survey in a period, split by one segment key, in one read of answers and one of names.

    `only` narrows it to other segments; one of the key itself leaves a single row. Raises `NotFound` as `score` does,
    and `Invalid` for a key that does not exist or segments of an anonymous survey.
    """
    require(ctx, Grant.SCORES_READ)
    survey = survey_line(ctx, survey_id, only.scale)
    refuse_anonymous(survey, only)
    now, before = _parts(ctx, survey, checked_key(key), period, only)
    hidden = withholding(_sizes(now), smallest_group(ctx)) if survey.anonymous else None
    texts = texts_for(ctx, now)
    split = _Split(survey.formula, now, before if period.before is not None else None, texts, hidden, confidence)
    total = None if hidden and not hidden.total_shown else score(split.total, survey.formula, confidence)
    rows, shrinkage = split.rows()
    return SegmentReport(
        survey=survey,
        period=period,
        only=only,
        key=key,
        total=total,
        rows=rows,
        tests=sum(row.rest is not None for row in rows),
        change_tests=sum(row.change is not None and row.change.comparable for row in rows),
        q=DEFAULT_Q,
        spread=shrinkage.spread if shrinkage is not None else None,
        minimum=hidden.minimum if hidden is not None else None,
    )


def _parts(ctx: Context, survey: SurveyLine, key: str, period: Period, only: Filter) -> tuple[Parts, Parts]:
    """The counts now and before, by segment number."""
    since = period.before.since if period.before is not None else None
    days = (period.since, period.until)
    rows = indexed.by_segment(ctx.connection, survey.line_id, key, days, since, only.numbers)
    found: tuple[dict[int | None, dict[int, int]], ...] = ({}, {})
    for row in rows:
        if row.state == ResponseState.COUNTED.value and row.score is not None:
            is_now = since is None or row.is_now
            found[0 if is_now else 1].setdefault(row.number, {})[row.score] = row.n
    now, before = (_counted(part, survey) for part in found)
    return now, before


def _counted(part: Mapping[int | None, Mapping[int, int]], survey: SurveyLine) -> Parts:
    on_scale = {number: fitting(survey.formula, scores, survey.line_id) for number, scores in part.items()}
    return {
        number: ScoreCounts.from_mapping(scores, survey.formula.scale) for number, scores in on_scale.items() if scores
    }


def _sizes(parts: Parts) -> dict[str, int]:
    return {str(number): counts.n for number, counts in parts.items()}


@dataclass(frozen=True, slots=True)
class _Family:
    """Tests of one kind: the p-value of each segment adjusted for their number, and the segments that hold."""

    p_values: Mapping[int, float]
    flagged: frozenset[int]


def _family(found: Mapping[int, Difference | None]) -> _Family:
    """What holds of these differences: by the adjusted p-value and by the interval, which come from two formulas.

    One that cannot be judged is no test.
    """
    tested = {
        number: each.p_value for number, each in found.items() if each and each.comparable and each.p_value is not None
    }
    family = adjusted(list(tested.values()))
    changed = {number for number, each in found.items() if each and each.changed}
    flagged = frozenset(number for number, flag in zip(tested, family.flagged, strict=True) if flag) & changed
    return _Family(dict(zip(tested, family.adjusted, strict=True)), flagged)


@dataclass(frozen=True, slots=True)
class _Split:
    """The counts of all segments, and what it takes to tell them."""

    formula: Definition
    now: Parts
    before: Parts | None
    texts: Mapping[int, str]
    hidden: Withholding | None
    confidence: float

    @property
    def total(self) -> ScoreCounts:
        return ScoreCounts.merged(self.now.values(), self.formula.scale)

    def rows(self) -> tuple[tuple[SegmentRow, ...], Shrinkage | None]:
        """All rows in their order, and the shrinkage behind the order."""
        named = [number for number in self.now if number is not None]
        named.sort(key=lambda number: (-self.now[number].n, self.texts[number]))
        told, others = named[:MOST_SEGMENTS], named[MOST_SEGMENTS:]
        open_ = [number for number in told if not self._is_hidden(number)]
        rests = self._rests(open_)
        changes = {number: self._change(number) for number in open_}
        stand, moved = _family(rests), _family(changes)
        shrinkage = self._shrunken(open_)
        scores = {one.name: one for one in shrinkage.scores} if shrinkage is not None else {}
        lower = self.formula.headline is Headline.MEAN and self.formula.scale.direction is Direction.LOWER_IS_BETTER
        ranks = ranks_of(scores.values(), lower_is_better=lower)
        rows = {
            str(number): SegmentRow(
                number=number,
                text=self.texts[number],
                others=0,
                result=self._result(self.now[number]),
                rest=rests.get(number),
                adjusted_p_value=stand.p_values.get(number),
                stands_out=number in stand.flagged,
                change=changes[number],
                change_adjusted_p_value=moved.p_values.get(number),
                moved=number in moved.flagged,
                shrunken=scores.get(str(number)),
                rank=ranks.get(str(number)),
            )
            for number in open_
        }
        # of equal scores the database's numbers would decide, which say nothing to anybody
        best_first = 1 if lower else -1
        by_score = sorted(ranks, key=lambda name: (best_first * (scores[name].estimate or 0), rows[name].text or ""))
        ordered = [rows[name] for name in by_score]
        unranked = [row for name, row in rows.items() if name not in ranks]
        unranked += [SegmentRow(number, self.texts[number], 0, None) for number in told if self._is_hidden(number)]
        ordered += sorted(unranked, key=lambda row: (row.text or "").casefold())
        return (*ordered, *self._last(others)), shrinkage

    def _last(self, others: list[int]) -> Iterable[SegmentRow]:
        """What is no segment of its own: those beyond the most that are told, and answers without the segment."""
        if others:
            counts = ScoreCounts.merged((self.now[number] for number in others), self.formula.scale)
            is_hidden = any(self._is_hidden(number) for number in others)
            yield SegmentRow(None, None, len(others), None if is_hidden else self._result(counts))
        if None in self.now:
            yield SegmentRow(None, None, 0, None if self._is_hidden(None) else self._result(self.now[None]))

    def _is_hidden(self, number: int | None) -> bool:
        return self.hidden is not None and str(number) in self.hidden.withheld

    def _result(self, counts: ScoreCounts) -> Result:
        return score(counts, self.formula, self.confidence, beside=False)

    def _change(self, number: int) -> Difference | None:
        if self.before is None or self.hidden is not None:  # two periods together could tell of single people
            return None
        then = self.before.get(number) or ScoreCounts.none(self.formula.scale)
        return compare(self.now[number], then, self.formula, self.confidence)

    def _rests(self, numbers: list[int]) -> dict[int, Difference]:
        """Each segment against the rest where both have enough answers."""
        total, rests = self.total, {}
        for number in numbers:
            own = self.now[number]
            if base(own.n).comparable and base(total.n - own.n).comparable:
                rests[number] = compare(own, rest_of(total, own), self.formula, self.confidence)
        return rests

    def _shrunken(self, numbers: list[int]) -> Shrinkage | None:
        parts = {str(number): self.now[number] for number in numbers if self.now[number].n}
        if not parts:
            return None
        if self.formula.headline is Headline.MEAN:
            return shrunken_means(parts, self.confidence)
        groups = {name: counts.groups(self.formula) for name, counts in parts.items()}
        if self.formula.headline is Headline.NET:
            return shrunken_nps(groups, self.confidence)
        return shrunken_shares({name: (each.promoters, each.n) for name, each in groups.items()}, self.confidence)
