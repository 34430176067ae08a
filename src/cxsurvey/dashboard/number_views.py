"""One score as it stands on a page, with everything that must be known of it."""

from __future__ import annotations

from dataclasses import dataclass

from cxsurvey.dashboard import charts, doubts, metrics, moves, words
from cxsurvey.insights.reports import ScoreReport
from cxsurvey.scoring.lowbase import BaseLevel
from cxsurvey.scoring.results import Result
from cxsurvey.scoring.scales import Definition, Headline, Metric
from cxsurvey.web import display


@dataclass(frozen=True, slots=True)
class Beside:
    """Another figure that the same answers give, with its interval."""

    label: str
    value: str
    interval: str


@dataclass(frozen=True, slots=True)
class Number:
    """A score as it stands on a page: what it is, how sure it is, and whether it moved."""

    metric: str
    title: str
    result: Result
    value: str
    method: str
    base: str
    notes: tuple[doubts.Note, ...]
    is_faint: bool
    is_countable: bool
    """Whether there are enough answers to show a score at all; below that only counts and interval."""
    groups: str
    interval: str
    confidence: str
    change: moves.Change | None
    ruler: charts.Ruler | None
    before: str
    """The score before in one line; "" where there is none."""
    beside: tuple[Beside, ...]


def number_of(report: ScoreReport) -> Number:
    """A score with its doubt, ready to be shown."""
    result, formula = report.result, report.survey.formula
    return Number(
        metric=metrics.label(formula),
        title=metrics.title(formula),
        result=result,
        value=doubts.value(result.estimate, result.unit),
        method=doubts.confidence(result),
        base=doubts.BASE_WORDS[result.base.level],
        notes=doubts.notes(result),
        is_faint=result.base.greyed,
        is_countable=result.base.level > BaseLevel.COUNTS_ONLY,
        groups=words.groups(result),
        interval=doubts.interval(result),
        confidence=display.percent(100 * result.confidence),
        change=moves.change(report),
        ruler=charts.ruler(report),
        before=doubts.told(report.before) if report.before is not None and report.before.n else "",
        beside=_beside(result, formula) if result.base.level > BaseLevel.COUNTS_ONLY else (),
    )


def _beside(result: Result, formula: Definition) -> tuple[Beside, ...]:
    """What stands beside a share or a mean; a net score from 0 to 10 stands alone, its parts are in the bar."""
    if formula.metric is Metric.NPS:
        return ()
    good, _, bad = formula.group_names
    figures = (
        ("Mean", result.mean, Headline.MEAN),
        (good.capitalize(), result.top_box, Headline.TOP_BOX),
        (bad.capitalize(), result.bottom_box, None),
        (f"{good.capitalize()} less {bad}", result.net, Headline.NET),
    )
    return tuple(
        Beside(label, doubts.value(figure.estimate, figure.unit), doubts.interval(figure))
        for label, figure, headline in figures
        if figure is not None and headline is not formula.headline
    )
