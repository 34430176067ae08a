"""What the pages of the numbers show: typed values for templates, made from the reports of the read side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from cxsurvey.core.ids import encode
from cxsurvey.dashboard import charts, doubts, metrics, moves, words
from cxsurvey.dashboard.period_bar import Choice, PeriodBar
from cxsurvey.insights.periods import Period
from cxsurvey.insights.reports import Card, Comment, Comments, Overview, ScoreReport, SurveyReport
from cxsurvey.scoring.lowbase import BaseLevel
from cxsurvey.scoring.results import Difference, Result
from cxsurvey.scoring.scales import Definition, Headline, Metric
from cxsurvey.scoring.trend import Grain
from cxsurvey.web import display

MOST_NOTICED = 5
"""Surveys that moved, named on the overview."""


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


@dataclass(frozen=True, slots=True)
class CardView:
    """One survey on the overview."""

    name: str
    href: str
    state: str
    share: str
    number: Number
    spark: charts.Spark | None
    spark_text: str
    ever_answered: bool
    anonymous: bool


@dataclass(frozen=True, slots=True)
class Noticed:
    """One line of what needs attention: the kind of its mark, its strong words, the rest, and where it leads."""

    mark: str
    strong: str
    rest: str
    href: str
    action: str


@dataclass(frozen=True, slots=True)
class OverviewView:
    """The numbers of the overview."""

    cards: tuple[CardView, ...]
    noticed: tuple[Noticed, ...]
    left_out: tuple[words.Reason, ...]
    left_out_total: int
    n: int
    methods: str
    drafts: int
    more: int
    ever_answered: bool


@dataclass(frozen=True, slots=True)
class CommentView:
    """A comment with the address of its answer; `group` is what the one who wrote it is called."""

    comment: Comment
    href: str
    group: str


@dataclass(frozen=True, slots=True)
class CommentsView:
    """Some comments; `older` is the address of those before them."""

    items: tuple[CommentView, ...]
    older: str | None


@dataclass(frozen=True, slots=True)
class ResultsView:
    """The numbers of one survey."""

    number: Number
    bars: tuple[charts.Bar, ...]
    shares: tuple[charts.Share, ...]
    distribution: str
    grain: str
    grains: tuple[Choice, ...]
    course: str
    largest_step: str
    gaps: str
    trend: Mapping[str, Any]
    trend_rows: tuple[charts.TrendRow, ...]
    marks: tuple[str, ...]
    left_out: tuple[words.Reason, ...]
    earlier_scales: int
    ever_answered: bool


def overview_view(found: Overview, home: str, bar: PeriodBar) -> OverviewView:
    """The numbers of the overview, ready to be shown."""
    return OverviewView(
        cards=tuple(_card(card, home, bar) for card in found.cards),
        noticed=_noticed(found, home, bar),
        left_out=words.reasons(found.left_out),
        left_out_total=found.left_out.total,
        n=sum(card.report.result.n for card in found.cards),
        methods="; ".join(dict.fromkeys(doubts.confidence(card.report.result) for card in found.cards)),
        drafts=found.drafts,
        more=found.more,
        ever_answered=found.ever_answered,
    )


def _card(card: Card, home: str, bar: PeriodBar) -> CardView:
    report = card.report
    base = f"{home}/surveys/{encode('srv', report.survey.survey_id)}"
    return CardView(
        name=report.survey.name,
        href=f"{base}/results?{bar.query}",
        state=report.survey.state,
        share=f"{base}/share",
        number=number_of(report),
        spark=charts.spark(card.trend),
        spark_text=words.course(card.trend, report.survey.formula),
        ever_answered=card.ever_answered,
        anonymous=card.report.survey.anonymous,
    )


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


def _noticed(found: Overview, home: str, bar: PeriodBar) -> tuple[Noticed, ...]:
    """What moved, what got worse before what got better and the largest first, and below it what was flagged."""
    moved = [
        (card.report.change, card.report)
        for card in found.cards
        if card.report.change is not None and card.report.change.changed
    ]
    moved.sort(key=lambda move: (moves.is_better(move[0], move[1].survey.formula), -_part_of_scale(*move)))
    lines = [_noticed_move(change, report, home, bar) for change, report in moved[:MOST_NOTICED]]
    return tuple(lines + _noticed_flagged(found, home, bar))


def _part_of_scale(change: Difference, report: ScoreReport) -> float:
    """How large a change is for its scale, so that points, per cent and means can stand in one order."""
    low, high = metrics.ends(report.survey.formula)
    return abs(change.estimate or 0.0) / (high - low)


def _noticed_flagged(found: Overview, home: str, bar: PeriodBar) -> list[Noticed]:
    """One quiet line; it leads to the survey with the most of them, whose list leads to the others."""
    flagged = [(card.report.left_out.flagged, card.report.survey) for card in found.cards]
    flagged = [pair for pair in flagged if pair[0]]
    if not flagged:
        return []
    number = sum(count for count, _ in flagged)
    _, most = max(flagged, key=lambda pair: pair[0])
    query = urlencode({"survey": encode("srv", most.survey_id), "state": "flagged", **bar.period.query})
    where = f", in {len(flagged)} surveys" if len(flagged) > 1 else ""
    return [
        Noticed(
            mark="aside",
            strong=f"{display.number(number)} {'answer was' if number == 1 else 'answers were'} flagged",
            rest=f" as sent by a machine{where}. {'It is' if number == 1 else 'They are'} not in the score.",
            href=f"{home}/responses?{query}",
            action="Look at it" if number == 1 else "Look at them",
        )
    ]


def _noticed_move(change: Difference, report: ScoreReport, home: str, bar: PeriodBar) -> Noticed:
    formula = report.survey.formula
    return Noticed(
        mark="better" if moves.is_better(change, formula) else "worse",
        strong=f"{report.survey.name} {moves.rose(change, formula)}",
        rest=f" {moves.from_to(change)}, beyond chance ({doubts.evidence(change)}).",
        href=f"{home}/surveys/{encode('srv', report.survey.survey_id)}/results?{bar.query}",
        action="See why",
    )


def comments_view(found: Comments, home: str, bar: PeriodBar) -> CommentsView:
    """Comments with the addresses of their answers and of the older ones."""
    return CommentsView(
        items=tuple(
            CommentView(
                comment,
                f"{home}/responses/{encode('rsp', comment.response_id)}",
                metrics.group_of(comment.formula, comment.score),
            )
            for comment in found.items
        ),
        older=f"?{bar.query}&{urlencode({'after': found.next})}#comments" if found.next else None,
    )


def results_view(found: SurveyReport, bar: PeriodBar, base: str) -> ResultsView:
    """The numbers of one survey, ready to be shown."""
    report, trend = found.score, found.trend
    formula = report.survey.formula
    return ResultsView(
        number=number_of(report),
        bars=charts.bars(report.result, formula),
        shares=charts.shares(report.result),
        distribution=words.distribution(report.result, formula),
        grain=trend.grain.value,
        grains=_grains(trend.grain, bar.period, base),
        course=words.course(trend, formula),
        largest_step=words.largest_step(trend, formula),
        gaps=words.gaps(trend),
        trend=charts.trend_data(trend, found.marks, formula, report.result.method),
        trend_rows=charts.trend_rows(trend, report.result.method),
        marks=tuple(words.mark(mark) for mark in found.marks),
        left_out=words.reasons(report.left_out),
        earlier_scales=found.earlier_scales,
        ever_answered=found.ever_answered,
    )


def _grains(chosen: Grain, period: Period, base: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            {Grain.WEEK: "Weeks", Grain.MONTH: "Months"}[grain],
            f"{base}/results?{urlencode({**period.query, 'step': grain.value})}#trend",
            grain is chosen,
        )
        for grain in Grain
    )
