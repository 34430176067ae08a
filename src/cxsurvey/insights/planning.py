"""How many answers it takes to see a change, and which change the answers of now can show."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Final, TypeVar
from uuid import UUID

from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, Invalid, NotFound
from cxsurvey.core.ids import decode
from cxsurvey.insights import service
from cxsurvey.insights.periods import Period, PeriodKey
from cxsurvey.insights.reports import SurveyLine
from cxsurvey.scoring.counts import GroupCounts, ScoreCounts
from cxsurvey.scoring.planning import (
    DetectableChange,
    Invitations,
    Plan,
    detectable_change,
    invitations_needed,
    responses_to_see_change,
)
from cxsurvey.scoring.results import Result
from cxsurvey.scoring.scales import NPS, Definition, Headline
from cxsurvey.scoring.spread import (
    Mix,
    Spread,
    share_spread,
    spread_of_groups,
    spread_of_scores,
    spread_of_share,
    widest_mean_spread,
)

T = TypeVar("T")

CONFIDENCES: Final[Mapping[str, float]] = {"80": 0.8, "90": 0.9, "95": 0.95, "99": 0.99}
POWERS: Final[Mapping[str, float]] = {"80": 0.8, "90": 0.9, "95": 0.95}
MIXES: Final[Mapping[str, Mix]] = {mix.name.lower().replace("_", "-"): mix for mix in Mix}
DEFAULTS: Final[Mapping[str, str]] = {"confidence": "95", "power": "80", "rate": "20"}
"""What is asked when nothing is said; the change then is `usual_change`."""
_STEPS: Final[Mapping[Headline, tuple[float, ...]]] = {
    Headline.NET: (5.0, 10.0, 15.0, 20.0),
    Headline.TOP_BOX: (2.0, 5.0, 10.0, 15.0),
    Headline.MEAN: (0.1, 0.2, 0.4, 0.8),
}
"""Changes that a plan lists beside the one that was asked for; those of a mean are for a scale of four steps."""
_USUAL: Final = 1
"""Which of the steps is asked for when nothing is said."""
ASSUMED: Final = Mix.MIDDLING
"""The mix of a survey with too few answers to have its own, and of a workspace without surveys."""
SURVEY: Final = "srv"
_NUMBER: Final = re.compile(r"-?[0-9]{1,3}(?:[.,][0-9]{1,2})?")
_LEAST_CHANGE: Final = 0.01
UNITS: Final[Mapping[Headline, str]] = {
    Headline.NET: "points",
    Headline.TOP_BOX: "percentage points",
    Headline.MEAN: "points of the scale",
}
"""What a change of a score is in."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be seen and how surely. `like` says whose answers are planned for; None for the first survey.

    `change` is in the unit of the score, None for the usual one; `confidence`, `power` and `rate` are shares.
    """

    like: UUID | Mix | None
    change: float | None
    confidence: float
    power: float
    rate: float


@dataclass(frozen=True, slots=True)
class Step:
    """One change with its price; `days` is how long a period must be at the pace of now, None without a pace."""

    change: float
    plan: Plan
    invitations: Invitations
    days: int | None


@dataclass(frozen=True, slots=True)
class Own:
    """What a survey has in the period looked at.

    `detectable` is the change that these answers against as many would show, None without an answer.
    """

    survey: SurveyLine
    result: Result
    detectable: DetectableChange | None


@dataclass(frozen=True, slots=True)
class PlanReport:
    """The answer to a question. `own` is None for a named mix; `assumed` says that the spread is not a survey's own."""

    question: Question
    period: Period
    asked: Step
    steps: tuple[Step, ...]
    formula: Definition
    spread: Spread
    assumed: Mix | Spread | None
    own: Own | None


def parse(values: Mapping[str, str]) -> Question:
    """The question that `like`, `change`, `confidence`, `power` and `rate` ask; those left out have a default.

    `like` is the public id of a survey or the name of a mix, `change` in the unit of the score, the rest in percent.
    How large a change may be depends on the survey: `plan` looks at that.
    Raises `Invalid` naming each field and the rule it broke (`missing`, `not_a_number`, `out_of_range`,
    `not_offered`), and `NotFound` for what looks like a survey and is none.
    """
    problems: list[FieldProblem] = []

    def read(name: str, how: Callable[[str, str], T], otherwise: T) -> T:
        try:
            return how(name, values.get(name, DEFAULTS.get(name, "")).strip())
        except Invalid as refusal:
            problems.extend(refusal.problems)
            return otherwise

    question = Question(
        like=read("like", _like, None),
        change=read("change", _number, None) if "change" in values else None,
        confidence=read("confidence", lambda name, text: _offered(name, text, CONFIDENCES), 0.0),
        power=read("power", lambda name, text: _offered(name, text, POWERS), 0.0),
        rate=read("rate", _percent, 0.0),
    )
    if problems:
        raise Invalid(problems=problems)
    return question


def steps_of(formula: Definition) -> tuple[float, ...]:
    """The changes that a plan for this metric lists."""
    found = _STEPS[formula.headline]
    if formula.headline is not Headline.MEAN:
        return found
    return tuple(round(step * (formula.scale.maximum - formula.scale.minimum) / 4, 2) for step in found)


def usual_change(formula: Definition) -> float:
    """The change that is asked for when nothing is said."""
    return steps_of(formula)[_USUAL]


def plan(ctx: Context, question: Question, period: Period) -> PlanReport:
    """What it takes to see the change of `question`, judged by the answers in `period`.

    Raises `NotFound` for a survey of another workspace or one never published, and `Invalid` for a change that goes
    beyond the scale of the survey.
    """
    require(ctx, Grant.SCORES_READ)
    result, survey = None, _survey(ctx, question.like)
    formula = _formula(survey)
    if survey is not None:
        result = service.score(ctx, survey.survey_id, period, question.confidence).result
    spread, assumed = _spread(question, formula, result)
    asked = question.change if question.change is not None else usual_change(formula)
    _refuse_beyond(asked, spread, formula)
    # all of time has no length that a pace could be told by
    pace = 0.0 if result is None or period.key is PeriodKey.ALL else result.n / period.days

    def step(change: float) -> Step:
        found = responses_to_see_change(spread, _toward_the_middle(change, spread), question.confidence, question.power)
        invitations = invitations_needed(found, question.rate)
        return Step(change, found, invitations, ceil(found.responses / pace) if pace else None)

    return PlanReport(
        question=question,
        period=period,
        asked=step(asked),
        steps=tuple(step(each) for each in steps_of(formula) if each <= _largest(spread)),
        formula=formula,
        spread=spread,
        assumed=assumed,
        own=_own(survey, result, spread, question) if survey is not None and result is not None else None,
    )


def unit(ctx: Context, like: str | None) -> str:
    """What a change is in, by the `like` of a question; as if nothing was said where that is no choice.

    Raises `NotFound` as `plan` does.
    """
    require(ctx, Grant.SCORES_READ)
    try:
        found = _like("like", like or "")
    except Invalid:
        found = None
    return UNITS[_formula(_survey(ctx, found)).headline]


def _formula(survey: SurveyLine | None) -> Definition:
    return survey.formula if survey is not None else NPS


def _survey(ctx: Context, like: UUID | Mix | None) -> SurveyLine | None:
    if isinstance(like, Mix):
        return None
    surveys = service.survey_lines(ctx)
    if like is None:
        return surveys[0] if surveys else None
    for survey in surveys:
        if survey.survey_id == like:
            return survey
    raise NotFound


def _spread(question: Question, formula: Definition, result: Result | None) -> tuple[Spread, Mix | Spread | None]:
    """The spread to plan with, and where it was taken from when it is not the survey's own.

    Too few answers of a share or a mean say nothing: then the widest spread there is, which asks for the most answers.
    """
    if isinstance(question.like, Mix):
        return question.like.spread, question.like
    enough = result is not None and result.base.comparable
    if formula.headline is Headline.NET:
        return (_of_groups(result), None) if enough else (ASSUMED.spread, ASSUMED)
    if formula.headline is Headline.TOP_BOX:
        assumed = share_spread(0.5, "worst case")
        return (spread_of_share(result.groups[0].n, result.n), None) if result and enough else (assumed, assumed)
    assumed = widest_mean_spread(formula.scale)
    if result is None or not enough or result.scores is None:
        return assumed, assumed
    return spread_of_scores(ScoreCounts(result.scores, formula.scale)), None


def _of_groups(result: Result | None) -> Spread:
    assert result is not None
    return spread_of_groups(GroupCounts(*(group.n for group in result.groups)))


def _toward_the_middle(change: float, spread: Spread) -> float:
    """The way that takes more answers: a share near an end differs less, and can only go so far."""
    return -change if spread.share is not None and spread.share > 0.5 else change


def _largest(spread: Spread) -> float:
    """The largest change a plan can be made for."""
    if spread.share is None:
        return spread.widest
    return 100.0 * max(spread.share, 1.0 - spread.share) - 0.01


def _refuse_beyond(change: float, spread: Spread, formula: Definition) -> None:
    largest = _largest(spread)
    if not _LEAST_CHANGE <= change <= largest:
        limits = f"{_LEAST_CHANGE:g} and {largest:.4g} {UNITS[formula.headline]}"
        raise _invalid("change", "out_of_range", f"must lie between {limits} for these responses")


def _own(survey: SurveyLine, result: Result, spread: Spread, question: Question) -> Own:
    if not result.n:
        return Own(survey, result, None)
    found = detectable_change(result.n, result.n, spread, confidence=question.confidence, power=question.power)
    return Own(survey, result, found)


def _like(name: str, text: str) -> UUID | Mix | None:
    if not text:
        return None
    if text.startswith(f"{SURVEY}_"):
        survey_id = decode(SURVEY, text)
        if survey_id is None:
            raise NotFound
        return survey_id
    return _offered(name, text, MIXES)


def _offered(name: str, text: str, offered: Mapping[str, T]) -> T:
    _refuse_missing(name, text)
    if text not in offered:
        raise _invalid(name, "not_offered", f"must be one of {', '.join(offered)}")
    return offered[text]


def _number(name: str, text: str) -> float:
    _refuse_missing(name, text)
    if not _NUMBER.fullmatch(text):
        raise _invalid(name, "not_a_number", "must be a number such as 10 or 12.5")
    return float(text.replace(",", "."))


def _percent(name: str, text: str) -> float:
    """A number in percent as a share."""
    value = _number(name, text)
    if not 0.1 <= value <= 100:
        raise _invalid(name, "out_of_range", "must lie between 0.1 and 100")
    return value / 100


def _refuse_missing(name: str, text: str) -> None:
    if not text:
        raise _invalid(name, "missing", "must be filled in")


def _invalid(name: str, rule: str, message: str) -> Invalid:
    return Invalid(problems=[FieldProblem(name, rule, message)])
