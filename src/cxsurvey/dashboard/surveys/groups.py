"""The groups of customers as the pages on surveys name them: by the metric, with the scores they stand for."""

from __future__ import annotations

from dataclasses import dataclass

from cxsurvey.scoring.scales import Band
from cxsurvey.surveys.definition import Definition


@dataclass(frozen=True, slots=True)
class Group:
    """One group: `band` is its fixed word, `name` what the metric calls it, `scores` such as `7 and 8`."""

    band: str
    name: str
    scores: str


def groups_of(definition: Definition) -> tuple[Group, ...]:
    """The groups that a survey has, from the unhappiest; thumbs have no one in between."""
    formula = definition.scale.scoring
    held = {Band.DETRACTOR: formula.detractors, Band.PASSIVE: formula.passives, Band.PROMOTER: formula.promoters}
    return tuple(
        Group(band.value, definition.group_name(band).capitalize(), in_words(held[band])) for band in definition.bands
    )


def in_words(scores: frozenset[int]) -> str:
    """Neighbouring scores as a page writes them: `9 and 10`, `0 to 6`, `3`."""
    low, high = min(scores), max(scores)
    if low == high:
        return str(low)
    return f"{low} and {high}" if high == low + 1 else f"{low} to {high}"
