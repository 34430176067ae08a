"""What a plan says, as sentences and rows: how many answers, how many invitations, and on what that rests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Final

from cxsurvey.core.ids import encode
from cxsurvey.dashboard import doubts, words
from cxsurvey.insights.planning import CONFIDENCES, POWERS, SURVEY, Own, PlanReport, Step
from cxsurvey.scoring.spread import Mix
from cxsurvey.web.display import number, percent, score

POWER_WORDS: Final[Mapping[str, str]] = {"80": "8 of 10", "90": "9 of 10", "95": "19 of 20"}
MIX_WORDS: Final[Mapping[Mix, str]] = {
    Mix.WORST_CASE: "Everybody at one end",
    Mix.MIXED: "Opinions differ",
    Mix.MIDDLING: "Middling",
    Mix.GOOD: "Good",
    Mix.EXCELLENT: "Excellent",
}
LONGEST_DAYS: Final = 3650
WIDEST: Final = 200.0
"""The largest change there is: from all detractors to all promoters."""


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
    """A plan, ready to be shown."""

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
        change=points(asked.change),
        answers=number(asked.plan.responses),
        invitations=number(asked.invitations.invitations),
        rate=rate(found.question.rate),
        promise=_promise(found),
        now=_now(own, found) if own else "",
        pace=_pace(own, asked, found) if own else "",
        known=_known(own) if own and own.result.n else "",
        rows=tuple(_row(step, asked) for step in found.steps),
        has_pace=asked.days is not None,
        assumptions=_assumptions(found),
        results=f"{home}/surveys/{encode(SURVEY, own.survey.survey_id)}/results" if own else "",
    )


def mix_label(mix: Mix) -> str:
    """A named mix as a choice: `Good: 50 / 35 / 15`."""
    return f"{MIX_WORDS[mix]}: {' / '.join(map(str, mix.value))}"


def points(change: float) -> str:
    """A change: `1 point`, `12.5 points`."""
    return f"{score(change, _decimals(change))} {'point' if change == 1 else 'points'}"


def _decimals(change: float) -> int:
    """As many as were typed."""
    return next(decimals for decimals in range(3) if round(change, decimals) == round(change, 2))


def rate(share: float) -> str:
    """A response rate with the decimals it was typed with, at most one."""
    shown = 100 * share
    return percent(shown, 0 if abs(shown - round(shown)) < 0.05 else 1)


def _promise(found: PlanReport) -> str:
    return (
        f"With this many answers before and as many after, a true change of {points(found.asked.change)}"
        f" would be called real in {_power(found)} cases."
    )


def _now(own: Own, found: PlanReport) -> str:
    days = f"the last {found.period.days} days"
    if own.detectable is None:
        return f"Nobody answered {own.survey.name} in {days}, so no change could be seen yet."
    answers = f"{number(own.result.n)} answer{'' if own.result.n == 1 else 's'}"
    if own.detectable.change >= WIDEST:
        return f"With your {answers} in {days}, not even the largest change there is would show."
    verdict = "enough for" if own.result.n >= found.asked.plan.responses else "not enough for"
    seen = points(_up(own.detectable.change, _decimals(found.asked.change)))
    return f"With your {answers} in {days} you would see a change of {seen}: {verdict} {points(found.asked.change)}."


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
    return f"The score itself is {doubts.told(own.result)}."


def _row(step: Step, asked: Step) -> StepRow:
    return StepRow(
        change=points(step.change),
        answers=number(step.plan.responses),
        invitations=number(step.invitations.invitations),
        days=_days(step.days),
        is_asked=step.change == asked.change,
    )


def _days(days: int | None) -> str:
    if days is None:
        return ""
    return "over ten years" if days > LONGEST_DAYS else number(days)


def _power(found: PlanReport) -> str:
    return next(POWER_WORDS[key] for key, value in POWERS.items() if value == found.question.power)


def _assumptions(found: PlanReport) -> tuple[tuple[str, str], ...]:
    false_alarms = next(100 - int(key) for key, value in CONFIDENCES.items() if value == found.question.confidence)
    return (
        ("How much answers differ", _spread(found)),
        (
            "Two periods",
            "They do not overlap, have the same number of answers, and ask the same question in the same way.",
        ),
        (
            "Confidence",
            f"When nothing has changed, {false_alarms} of 100 comparisons would be called real all the same.",
        ),
        ("Power", f"A change of just this size is found in {_power(found)} cases, a larger one more often."),
        (
            "Response rate",
            f"{rate(found.question.rate)} of the invited answer, as you entered it. For an open link plan by answers.",
        ),
        (
            "Chance only",
            "Every answer counts alone. Who stays silent, or answers twice, is outside of what numbers can plan for.",
        ),
    )


def _spread(found: PlanReport) -> str:
    deviation = f"one answer lies {score(found.spread.deviation)} points from the score, on the scale from −100 to +100"
    if found.assumed is None:
        assert found.own is not None
        return (
            f"As in {found.own.survey.name} in the last {found.period.days} days ({words.groups(found.own.result)});"
            f" typically {deviation}."
        )
    promoters, passives, detractors = found.assumed.value
    mix = f"{promoters} % promoters, {passives} % passives, {detractors} % detractors"
    why = ""
    if found.own is not None:
        why = f" {found.own.survey.name} has fewer than 10 answers in these days, too few to say how much they differ."
    return f"Assumed: {mix.replace(' %', chr(0x202F) + '%')}; typically {deviation}.{why}"
