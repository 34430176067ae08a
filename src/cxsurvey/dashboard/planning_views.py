"""What a plan says, as sentences and rows: how many answers, how many invitations, and on what that rests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Final
from urllib.parse import urlencode

from cxsurvey.core.ids import encode
from cxsurvey.dashboard import doubts, metrics, words
from cxsurvey.insights.periods import Period, PeriodKey
from cxsurvey.insights.planning import CONFIDENCES, POWERS, SURVEY, UNITS, Own, PlanReport, Step
from cxsurvey.scoring.lowbase import BaseLevel
from cxsurvey.scoring.scales import Definition, Headline
from cxsurvey.scoring.spread import Mix, Spread
from cxsurvey.web.display import day, number, percent, score

POWER_WORDS: Final[Mapping[str, str]] = {"80": "8 of 10", "90": "9 of 10", "95": "19 of 20"}
MIX_WORDS: Final[Mapping[Mix, str]] = {
    Mix.WORST_CASE: "Everybody at one end",
    Mix.MIXED: "Opinions differ",
    Mix.MIDDLING: "Middling",
    Mix.GOOD: "Good",
    Mix.EXCELLENT: "Excellent",
}
LONGEST_DAYS: Final = 3650


@dataclass(frozen=True, slots=True)
class StepRow:
    """One line of the table."""

    change: str
    answers: str
    invitations: str
    days: str
    is_asked: bool


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan, ready to be shown. `asked` is the change as the form holds it."""

    asked: str
    change: str
    answers: str
    invitations: str
    rate: str
    promise: str
    now: str
    pace: str
    known: str
    rows: tuple[StepRow, ...]
    has_pace: bool
    assumptions: tuple[tuple[str, str], ...]
    results: str


def plan_view(found: PlanReport, home: str) -> PlanView:
    """The plan in words."""
    own, asked = found.own, found.asked
    return PlanView(
        asked=f"{asked.change:g}",
        change=points(asked.change, found.formula),
        answers=number(asked.plan.responses),
        invitations=number(asked.invitations.invitations),
        rate=rate(found.question.rate),
        promise=_promise(found),
        now=_now(own, found) if own else "",
        pace=_pace(own, asked, found) if own else "",
        known=_known(own) if own and own.result.n else "",
        rows=tuple(_row(step, asked, found.formula) for step in found.steps),
        has_pace=asked.days is not None,
        assumptions=_assumptions(found),
        results=_results(own, found.period, home) if own else "",
    )


def _results(own: Own, period: Period, home: str) -> str:
    return f"{home}/surveys/{encode(SURVEY, own.survey.survey_id)}/results?{urlencode(period.query)}"


def mix_label(mix: Mix) -> str:
    """A named mix as a choice: `Good: 50 / 35 / 15`."""
    return f"{MIX_WORDS[mix]}: {' / '.join(map(str, mix.value))}"


def points(change: float, formula: Definition) -> str:
    """A change in the unit of its score: `1 point`, `12.5 percentage points`, `0.2 points of the scale`."""
    unit = UNITS[formula.headline]
    one = unit.replace("points", "point") if change == 1 else unit
    return f"{score(change, _decimals(change))} {one}"


def _decimals(change: float) -> int:
    """As many as were typed."""
    return next(decimals for decimals in range(3) if round(change, decimals) == round(change, 2))


def rate(share: float) -> str:
    """A response rate with the decimals it was typed with, at most one."""
    shown = 100 * share
    return percent(shown, 0 if abs(shown - round(shown)) < 0.05 else 1)


def _promise(found: PlanReport) -> str:
    return (
        "With this many responses before and as many after, a true change of"
        f" {points(found.asked.change, found.formula)} would be called real in {_power(found)} cases."
    )


def _now(own: Own, found: PlanReport) -> str:
    days = _days_of(found.period)
    if own.detectable is None:
        return f"Nobody answered {own.survey.name} {days}, so no change could be seen yet."
    answers = f"{number(own.result.n)} response{'' if own.result.n == 1 else 's'}"
    way = _way(own, own.detectable.change, found)
    if not way:
        return f"With your {answers} {days}, not even the largest change that is possible would show."
    verdict = "enough for" if own.result.n >= found.asked.plan.responses else "not enough for"
    seen = points(_up(own.detectable.change, _decimals(found.asked.change)), found.formula)
    asked = points(found.asked.change, found.formula)
    return f"With your {answers} {days}, against as many others, you would see a {way} of {seen}: {verdict} {asked}."


def _way(own: Own, size: float, found: PlanReport) -> str:
    """What a change of this size can be from the score of now: `change`, `fall`, `rise`; "" where there is none."""
    if own.result.estimate is None or size >= found.spread.widest:
        return ""
    fall, rise = (size <= room for room in metrics.room(own.result.estimate, found.formula))
    if fall and rise:
        return "change"
    return "fall" if fall else "rise" if rise else ""


def _up(change: float, decimals: int) -> float:
    """Rounded up, so that what is not enough never reads like what was asked for."""
    factor = 10.0**decimals
    return ceil(change * factor) / factor


def _pace(own: Own, asked: Step, found: PlanReport) -> str:
    if asked.days is None or own.result.n >= asked.plan.responses:
        return ""
    if asked.days > LONGEST_DAYS:
        return "At this pace each period would have to last longer than ten years."
    return f"At this pace each period would have to last {number(asked.days)} days."


def _known(own: Own) -> str:
    if own.result.base.level is BaseLevel.COUNTS_ONLY:
        return f"Too few to judge the score: it could lie anywhere from {doubts.interval(own.result)}."
    return f"The score itself is {doubts.told(own.result)}."


def _row(step: Step, asked: Step, formula: Definition) -> StepRow:
    return StepRow(
        change=points(step.change, formula),
        answers=number(step.plan.responses),
        invitations=number(step.invitations.invitations),
        days=_days(step.days),
        is_asked=step.change == asked.change,
    )


def _days_of(period: Period) -> str:
    """The days whose responses a plan rests on: `in the last 90 days`, `so far`, `from 1 Nov 2026 to 10 Nov 2026`."""
    if period.key is PeriodKey.ALL:
        return "so far"
    if period.key is PeriodKey.CUSTOM:
        return f"from {day(period.since)} to {day(period.last_day)}"
    return f"in the last {period.label}"


def _days(days: int | None) -> str:
    if days is None:
        return ""
    return "over ten years" if days > LONGEST_DAYS else number(days)


def _power(found: PlanReport) -> str:
    return next(POWER_WORDS[key] for key, value in POWERS.items() if value == found.question.power)


def _assumptions(found: PlanReport) -> tuple[tuple[str, str], ...]:
    false_alarms = next(100 - int(key) for key, value in CONFIDENCES.items() if value == found.question.confidence)
    return (
        ("How much responses differ", _spread(found)),
        (
            "Two periods",
            "They do not overlap, have the same number of responses, and ask the same question in the same way.",
        ),
        (
            "Confidence",
            f"When nothing has changed, {false_alarms} of 100 comparisons would be called real all the same.",
        ),
        ("Power", f"A change of just this size is found in {_power(found)} cases, a larger one more often."),
        (
            "Response rate",
            f"{rate(found.question.rate)} of the invited answer, as you entered it. For an open link go by responses.",
        ),
        (
            "Chance only",
            "Every response counts alone. Who stays silent, or answers twice, is outside of what numbers can plan for.",
        ),
    )


def _spread(found: PlanReport) -> str:
    deviation = _deviation(found)
    if found.assumed is None:
        assert found.own is not None
        return (
            f"As in {found.own.survey.name} {_days_of(found.period)} ({words.groups(found.own.result)}); {deviation}."
        )
    why = ""
    if found.own is not None:
        why = (
            f" {found.own.survey.name} has fewer than 10 responses in these days, too few to say how much they differ."
        )
    return f"Assumed: {_assumed(found.assumed)}; {deviation}.{why}"


def _assumed(assumed: Mix | Spread) -> str:
    if isinstance(assumed, Spread):
        return "the widest spread there is, which asks for the most responses"
    promoters, passives, detractors = (f"{part}\u202f%" for part in assumed.value)
    return f"{promoters} promoters, {passives} passives, {detractors} detractors"


def _deviation(found: PlanReport) -> str:
    """How far one response lies from the score; a share says it by itself."""
    spread, scale = found.spread, found.formula.scale
    if spread.share is not None:
        toward = "a fall" if spread.share > 0.5 else "a rise"
        return f"planned with a share of {percent(100 * spread.share)} and for {toward}, which takes more responses"
    if found.formula.headline is Headline.MEAN:
        return f"typically one response lies {score(spread.deviation, 2)} from the mean, on the scale from {scale}"
    return (
        f"typically one response lies {score(spread.deviation)} points from the score, on the scale from −100 to +100"
    )
