"""The points of a scale in plain words, for mails: the text of each link and what it says to a screen reader. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.looks import Look

STAR = "\u2605"


@dataclass(frozen=True, slots=True)
class Point:
    """One point. `text` needs no picture and no special font; `label` says what it means."""

    score: int
    text: str
    label: str


def points_of(definition: Definition, language: str) -> tuple[Point, ...]:
    """Every point from the lowest score up, in the texts of the language that `language_for` finds."""
    texts, scale = definition.texts_in(language), definition.scale
    ends = {scale.minimum: texts.low_label, scale.maximum: texts.high_label}
    found = []
    for score in scale.scoring.scale.values:
        name = texts.point_label(score)
        meaning = name or ends.get(score, "")
        match definition.look:
            case Look.NUMBERS:
                found.append(Point(score, str(score), f"{score}: {meaning}" if meaning else str(score)))
            case Look.STARS:
                found.append(Point(score, STAR * score, name or str(score)))
            case Look.SMILEYS | Look.THUMBS:
                found.append(Point(score, name or str(score), name or str(score)))
    return tuple(found)
