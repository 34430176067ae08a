"""What a survey may ask, as cards to choose from: each with a picture of its scale and how it is counted."""

from __future__ import annotations

from dataclasses import dataclass

from cxsurvey.dashboard.surveys.groups import in_words
from cxsurvey.scoring.scales import Definition, Direction, Headline, Metric
from cxsurvey.surveys.looks import OFFERED, Look, look_of, pictures_of
from cxsurvey.surveys.standard import preset_texts
from cxsurvey.surveys.standard.wording import ASKS, Ask

METRIC_NAMES = {
    Metric.NPS: "Recommendation (NPS)",
    Metric.CSAT: "Satisfaction (CSAT)",
    Metric.CES: "Ease and effort (CES)",
}
ASK_NAMES = {
    Ask.RECOMMEND: "Recommendation",
    Ask.WORKPLACE: "Recommendation as an employer",
    Ask.SATISFACTION: "Satisfaction",
    Ask.EASE: "Ease",
    Ask.EFFORT: "Effort",
}
LOOK_NAMES = {Look.THUMBS: "Thumb up or down", Look.STARS: "One to five stars"}


@dataclass(frozen=True, slots=True)
class Card:
    """One formula. `points` are (number, picture) from the lowest score up; the picture is "" for plain numbers."""

    key: str
    title: str
    question: str
    counted: str
    points: tuple[tuple[int, str], ...]
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """The formulas of one metric."""

    name: str
    cards: tuple[Card, ...]


def shelves(workspace_name: str, chosen: str) -> tuple[Shelf, ...]:
    """Every formula on offer, metric by metric; `chosen` is the key of the one that is ticked."""
    return tuple(
        Shelf(name, tuple(card(each, workspace_name, chosen) for each in OFFERED.values() if each.metric is metric))
        for metric, name in METRIC_NAMES.items()
    )


def card(formula: Definition, workspace_name: str, chosen: str = "") -> Card:
    """One formula as a card, with its standard question in English."""
    pictures = pictures_of(formula)
    return Card(
        key=formula.key,
        title=title_of(formula),
        question=preset_texts(formula.key, workspace_name, "en").question,
        counted=counted(formula),
        points=tuple((score, pictures[at] if pictures else "") for at, score in enumerate(formula.scale.values)),
        is_chosen=formula.key == chosen,
    )


def title_of(formula: Definition) -> str:
    """What a formula is called: `Satisfaction, 1 to 5`, `Five smileys`."""
    look = look_of(formula.key)
    if look is Look.SMILEYS:
        return "Five smileys" if len(formula.scale.values) == 5 else "Three smileys"
    if look in LOOK_NAMES:
        return LOOK_NAMES[look]
    return f"{ASK_NAMES[ASKS[formula.key]]}, {formula.scale}"


def counted(formula: Definition) -> str:
    """How the score comes about, in one sentence."""
    best, _, worst = formula.group_names
    top = in_words(formula.top)
    if formula.headline is Headline.NET:
        return f"Percent {best} ({top}) less percent {worst} ({in_words(formula.bottom)})."
    if formula.headline is Headline.TOP_BOX:
        return f"The share of responses {top}." if look_of(formula.key) is Look.NUMBERS else f"The share of the {best}."
    lower = "; lower is better" if formula.scale.direction is Direction.LOWER_IS_BETTER else ""
    return f"The mean from {formula.scale}{lower}, with the share of {top} beside it."
