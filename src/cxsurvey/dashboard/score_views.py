"""What the pages of the numbers show: typed values for templates, made from the reports of the read side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from cxsurvey.core.ids import encode
from cxsurvey.dashboard import charts, doubts, metrics, moves, trend_chart, words
from cxsurvey.dashboard.number_views import Number, number_of
from cxsurvey.dashboard.period_bar import Choice, PeriodBar
from cxsurvey.insights.periods import Period, PeriodKey
from cxsurvey.insights.reports import Card, Overview, ScoreReport, SurveyLine, SurveyReport
from cxsurvey.scoring.results import Difference
from cxsurvey.scoring.trend import Grain
from cxsurvey.scoring.trend import Period as Stretch
from cxsurvey.web import display

MOST_IN_ONE_GROUP = 6
"""Surveys up to which the overview needs no headings: each card names its metric."""
MOST_NOTICED = 5
"""Surveys that moved, named on the overview."""


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
    """One line of what needs attention: the kind of its mark, its strong words, the rest, and where it leads.

    `ways` are pairs of words and address; where there are several, each names its survey.
    """

    mark: str
    strong: str
    rest: str
    ways: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CardGroup:
    """The surveys of one metric; `title` is "" where there is only one metric."""

    title: str
    cards: tuple[CardView, ...]


@dataclass(frozen=True, slots=True)
class GuideStep:
    """One step of the way to the first score."""

    title: str
    text: str
    done: bool


@dataclass(frozen=True, slots=True)
class OverviewView:
    """The numbers of the overview. `guide` is the way to the first answer, empty once there is one."""

    cards: tuple[CardView, ...]
    groups: tuple[CardGroup, ...]
    guide: tuple[GuideStep, ...]
    noticed: tuple[Noticed, ...]
    left_out: tuple[words.Reason, ...]
    left_out_total: int
    n: int
    methods: str
    drafts: int
    more: int
    ever_answered: bool
    compared: bool
    """Whether anybody answered in the period before."""


@dataclass(frozen=True, slots=True)
class ResultsView:
    """The numbers of one survey."""

    number: Number
    bars: tuple[charts.Bar, ...]
    shares: tuple[charts.Share, ...]
    shares_note: str
    distribution: str
    grain: str
    grains: tuple[Choice, ...]
    course: str
    largest_step: words.LargestStep | None
    largest_step_href: str
    """The segments of the days of the largest step against those before; "" where segments are not told."""
    gaps: str
    trend: Mapping[str, Any]
    trend_rows: tuple[trend_chart.TrendRow, ...]
    marks: tuple[str, ...]
    left_out: tuple[words.Reason, ...]
    ever_answered: bool


def overview_view(found: Overview, home: str, bar: PeriodBar) -> OverviewView:
    """The numbers of the overview, ready to be shown."""
    cards = tuple(_card(card, home, bar) for card in found.cards)
    return OverviewView(
        cards=cards,
        groups=_groups(found, cards),
        guide=() if found.ever_answered else _guide(found),
        noticed=_noticed(found, home, bar),
        left_out=words.reasons(found.left_out),
        left_out_total=found.left_out.total,
        n=sum(card.report.result.n for card in found.cards),
        methods="; ".join(dict.fromkeys(doubts.confidence(card.report.result) for card in found.cards)),
        drafts=found.drafts,
        more=found.more,
        ever_answered=found.ever_answered,
        compared=any(card.report.before is not None and card.report.before.n for card in found.cards),
    )


def _groups(found: Overview, cards: Sequence[CardView]) -> tuple[CardGroup, ...]:
    """The cards by metric, in the order they came; those that nobody answered stand last. A few need no headings."""
    by_title: dict[str, list[CardView]] = {}
    for card, view in zip(found.cards, cards, strict=True):
        title = (
            metrics.TITLES[card.report.survey.formula.metric] if card.report.result.n else "No responses in these days"
        )
        by_title.setdefault(title, []).append(view)
    if len(by_title) == 1 or len(cards) <= MOST_IN_ONE_GROUP:
        return (CardGroup("", tuple(cards)),)
    return tuple(CardGroup(title, tuple(of)) for title, of in by_title.items())


def _guide(found: Overview) -> tuple[GuideStep, ...]:
    """What is done and what is next, told from what is there."""
    is_published = bool(found.cards)
    return (
        GuideStep("Make a survey", "One question and why, ready in four languages.", is_published or found.drafts > 0),
        GuideStep("Publish and share it", "A link, a QR code, or personal links by REST.", is_published),
        GuideStep("See the first response", "It stands here the moment it is sent.", done=False),
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
    """One quiet line; it leads to those of each survey, the survey with the most of them first."""
    flagged = [(card.report.left_out.flagged, card.report.survey) for card in found.cards]
    flagged = sorted((pair for pair in flagged if pair[0]), key=lambda pair: -pair[0])
    if not flagged:
        return []
    number = sum(count for count, _ in flagged)
    look = "Look at it" if number == 1 else "Look at them"
    where = f", in {len(flagged)} surveys" if len(flagged) > 1 else ""
    return [
        Noticed(
            mark="aside",
            strong=f"{display.number(number)} {'response was' if number == 1 else 'responses were'} flagged",
            rest=f" as sent by a machine{where}. {'It is' if number == 1 else 'They are'} not in the score.",
            ways=tuple(
                (
                    look if len(flagged) == 1 else f"{survey.name}: {display.number(count)}",
                    _flagged_of(survey, home, bar),
                )
                for count, survey in flagged
            ),
        )
    ]


def _flagged_of(survey: SurveyLine, home: str, bar: PeriodBar) -> str:
    query = {"survey": encode("srv", survey.survey_id), "state": "flagged", **bar.period.query}
    return f"{home}/responses?{urlencode(query)}"


def _noticed_move(change: Difference, report: ScoreReport, home: str, bar: PeriodBar) -> Noticed:
    formula, survey = report.survey.formula, report.survey
    base = f"{home}/surveys/{encode('srv', survey.survey_id)}"
    # an anonymous survey has no segments: what its customers wrote is all there is
    why = f"{base}/results?{bar.query}#comments" if survey.anonymous else f"{base}/segments?{bar.query}"
    return Noticed(
        mark="better" if moves.is_better(change, formula) else "worse",
        strong=f"{report.survey.name} {moves.rose(change, formula)}",
        rest=f" {moves.from_to(change)}, beyond chance ({doubts.evidence(change)}).",
        ways=(("See why", why),),
    )


def results_view(found: SurveyReport, query: Mapping[str, str], base: str) -> ResultsView:
    """The numbers of one survey, ready to be shown; `query` are the days and filters that links keep."""
    report, trend = found.score, found.trend
    formula, step = report.survey.formula, words.largest_step(trend, report.survey.formula)
    links = [_segments_href(report, stretch, query, base) for stretch in trend.periods]
    return ResultsView(
        number=number_of(report),
        bars=charts.bars(report.result, formula),
        shares=charts.shares(report.result),
        shares_note=charts.shares_note(report.result),
        distribution=words.distribution(report.result, formula),
        grain=trend.grain.value,
        grains=_grains(trend.grain, query, base),
        course=words.course(trend, formula),
        largest_step=step,
        largest_step_href=_segments_href(report, step.stretch, query, base) if step is not None else "",
        gaps=words.gaps(trend),
        trend=trend_chart.trend_data(trend, found.marks, formula, report.result.method, links),
        trend_rows=trend_chart.trend_rows(trend, report.result.method, links),
        marks=tuple(words.mark(mark) for mark in found.marks),
        left_out=words.reasons(report.left_out),
        ever_answered=found.ever_answered,
    )


def _segments_href(report: ScoreReport, stretch: Stretch, query: Mapping[str, str], base: str) -> str:
    """The segments of a stretch of a trend, which that page compares with as many days before it."""
    if report.survey.anonymous or stretch.result is None:
        return ""
    days = Period(PeriodKey.CUSTOM, stretch.start, stretch.end, report.period.zone)
    return f"{base}/segments?{urlencode({**query, **days.query})}"


def _grains(chosen: Grain, query: Mapping[str, str], base: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            {Grain.WEEK: "Weeks", Grain.MONTH: "Months"}[grain],
            f"{base}/results?{urlencode({**query, 'step': grain.value})}#trend",
            grain is chosen,
        )
        for grain in Grain
    )
