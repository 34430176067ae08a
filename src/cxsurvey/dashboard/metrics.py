"""What a survey measures, in words: its title, how its score is read, which way is better, and its groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from cxsurvey.scoring.catalogue import ENPS
from cxsurvey.scoring.scales import Band, Definition, Direction, Headline, Metric

TITLES: Final[Mapping[Metric, str]] = {
    Metric.NPS: "Net Promoter Score",
    Metric.CSAT: "Customer satisfaction",
    Metric.CES: "Customer effort",
}
BEST_FIRST: Final = (Band.PROMOTER, Band.PASSIVE, Band.DETRACTOR)


def title(formula: Definition) -> str:
    """The name of the metric in full."""
    return "Employee Net Promoter Score" if formula.key == ENPS.key else TITLES[formula.metric]


def label(formula: Definition) -> str:
    """The metric and how it is read: `NPS`, `CSAT, share of 4 and 5`, `CES, mean of 1 to 5, lower is better`."""
    if formula.headline is Headline.NET:
        return "eNPS" if formula.key == ENPS.key else formula.metric.value.upper()
    is_mean = formula.headline is Headline.MEAN
    read = f"mean of {formula.scale}" if is_mean else f"share of {span(formula.top, 'and')}"
    lower = ", lower is better" if lower_is_better(formula) else ""
    return f"{formula.metric.value.upper()}, {read}{lower}"


def lower_is_better(formula: Definition) -> bool:
    """Whether a fall of the score is good: the low end is the good one, and the score is read from the scale itself.

    Shares and net scores count the good answers, whichever end they lie at, so more of them is always better.
    """
    return formula.headline is Headline.MEAN and formula.scale.direction is Direction.LOWER_IS_BETTER


def ends(formula: Definition) -> tuple[float, float]:
    """The lowest and the highest value that a score can take."""
    if formula.headline is Headline.MEAN:
        return float(formula.scale.minimum), float(formula.scale.maximum)
    return (-100.0 if formula.headline is Headline.NET else 0.0), 100.0


def room(score: float, formula: Definition) -> tuple[float, float]:
    """How far a score can fall, and how far it can rise, in its unit."""
    low, high = ends(formula)
    return score - low, high - score


def worst_first(formula: Definition) -> tuple[int, ...]:
    """The scores of the scale from the worst to the best, as a distribution is drawn."""
    scores = tuple(formula.scale.values)
    return scores[::-1] if formula.scale.direction is Direction.LOWER_IS_BETTER else scores


def group_of(formula: Definition, score: int | None) -> str:
    """What one answer with this score is called: `promoter`, `satisfied`; "" without a score on the scale."""
    return "" if score is None or score not in formula.scale else formula.group_of(score)


def group_names(formula: Definition) -> Mapping[Band, str]:
    """What the groups of a metric are called, by band."""
    return dict(zip(BEST_FIRST, formula.group_names, strict=True))


def one(group: str) -> str:
    """The name of a group as said of one answer: `promoter`, `satisfied`."""
    return group.removesuffix("s")


def span(scores: frozenset[int], two: str = "or") -> str:
    """Neighbouring scores in words: `7`, `4 or 5`, `0 to 6`; `two` stands between a pair."""
    low, high = min(scores), max(scores)
    if low == high:
        return f"{low}"
    return f"{low} {two} {high}" if high - low == 1 else f"{low} to {high}"
