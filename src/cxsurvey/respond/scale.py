"""A scale as a customer meets it: its points with their pictures and names, and an answer in words. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cxsurvey.core.i18n import Words
from cxsurvey.respond.pages import ScoreOption
from cxsurvey.surveys.definition import Definition, Texts
from cxsurvey.surveys.looks import Look, pictures_of

FEW = 3
"""So many pictures have room for their names at any width."""
UNKNOWN = "unknown"
"""What the choice of not knowing sends in place of a score."""


def options_of(
    definition: Definition, texts: Texts, marks: Mapping[int, str], merged: Callable[[str], str]
) -> tuple[ScoreOption, ...]:
    """The points in numeric order, also where the lowest is the good one."""
    scores = definition.scale.scoring.scale.values
    pictures = pictures_of(definition.scale.scoring)
    return tuple(
        ScoreOption(
            score,
            definition.band(score).value,
            marks.get(score, ""),
            merged(texts.point_label(score)),
            pictures[at] if pictures else "",
        )
        for at, score in enumerate(scores)
    )


def shape_of(definition: Definition, options: tuple[ScoreOption, ...]) -> str:
    """The words by which the style sheet lays a scale out: its look, how many points, whether numbers are named."""
    named = " named" if definition.look is Look.NUMBERS and any(option.label for option in options) else ""
    return f"{definition.look.value} of-{len(options)}{named}"


def ends_are_named(definition: Definition, options: tuple[ScoreOption, ...]) -> bool:
    """Whether every point wears its name for all to see, so that the labels of the ends would only repeat it."""
    few_pictures = definition.look.is_pictured and len(options) <= FEW
    return few_pictures or (definition.look is Look.NUMBERS and all(option.label for option in options))


def in_words(definition: Definition, texts: Texts, score: int, words: Words) -> str:
    """What a customer chose, as a sentence: by its name where it has one, else as a number on its scale."""
    scale, label = definition.scale, texts.point_label(score)
    if label and definition.look.is_pictured:
        return words.say("Your answer: %(answer)s.", answer=label)
    if label:
        return words.say(
            "Your answer: %(score)d (%(answer)s) on the scale from %(low)d to %(high)d.",
            score=score,
            answer=label,
            low=scale.minimum,
            high=scale.maximum,
        )
    return words.say(
        "Your answer: %(score)d on the scale from %(low)d to %(high)d.",
        score=score,
        low=scale.minimum,
        high=scale.maximum,
    )
