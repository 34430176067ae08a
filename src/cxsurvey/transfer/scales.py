"""What the cells of a score column mean, said by whoever imports: nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from cxsurvey.core.command import Command
from cxsurvey.core.text import Line80, whole_number
from cxsurvey.transfer.errors import ScaleWrong
from cxsurvey.transfer.profile import ColumnProfile


class Instead(StrEnum):
    """What a value of a score column may be in place of a score."""

    UNKNOWN = "unknown"
    """“I do not know”."""
    LEFT_OUT = "left_out"
    """No answer: the row is not imported and counted as left out."""


MOST_VALUES = 200


class ScaleReading(Command):
    """How the cells of the score column are read."""

    scores: dict[Line80, Annotated[int, Field(ge=0, le=10)]] = Field(default_factory=dict, max_length=MOST_VALUES)
    """Score of a value as the file writes it, such as “Extremely likely”: 5."""
    unknown: tuple[Line80, ...] = Field(default=(), max_length=MOST_VALUES)
    """Values that stand for “I do not know”."""
    left_out: tuple[Line80, ...] = Field(default=(), max_length=MOST_VALUES)
    """Values whose rows are not imported."""
    reversed: bool = False
    """Whether the numbers of the file run the other way than those of the survey: 1 is best where 5 is."""

    @model_validator(mode="after")
    def _each_value_once(self) -> ScaleReading:
        named = [*self.scores, *self.unknown, *self.left_out]
        if len(set(named)) != len(named):
            raise PydanticCustomError("duplicate", "must say of each value only one thing")
        return self


Meaning: TypeAlias = int | str | Instead


@dataclass(frozen=True, slots=True)
class Scale:
    """`ScaleReading` for the scale of one survey, whose ends are `minimum` and `maximum`."""

    meanings: Mapping[str, int | Instead]
    minimum: int
    maximum: int
    is_reversed: bool

    @classmethod
    def of(cls, reading: ScaleReading, minimum: int, maximum: int) -> Scale:
        """Raises `ScaleWrong` when a value becomes a score that the survey does not have."""
        for value, score in reading.scores.items():
            if not minimum <= score <= maximum:
                raise ScaleWrong(
                    f"“{value}” cannot become {score}: the scores of this survey are {minimum} to {maximum}.",
                    field="scale",
                )
        meanings: dict[str, int | Instead] = dict(reading.scores)
        meanings |= dict.fromkeys(reading.unknown, Instead.UNKNOWN)
        meanings |= dict.fromkeys(reading.left_out, Instead.LEFT_OUT)
        return cls(meanings, minimum, maximum, reading.reversed)

    def meaning(self, cell: str) -> Meaning:
        """What a cell means; text that is no score stays text, so that the command refuses it.

        A value that was mapped is taken as it was mapped. Only plain whole numbers are turned round.
        """
        mapped = self.meanings.get(cell) if cell in self.meanings else self.meanings.get(cell.strip())
        if mapped is not None:
            return mapped
        number = whole_number(cell)
        if self.is_reversed and isinstance(number, int) and self.minimum <= number <= self.maximum:
            return self.minimum + self.maximum - number
        return number

    def in_words(self, cell: str) -> str:
        """What becomes of a value, for the list of values: "5", "I do not know", "left out" or "refused"."""
        meaning = self.meaning(cell)
        if meaning is Instead.UNKNOWN:
            return "I do not know"
        if meaning is Instead.LEFT_OUT:
            return "left out"
        on_scale = isinstance(meaning, int) and self.minimum <= meaning <= self.maximum
        return str(meaning) if on_scale else "refused"


@dataclass(frozen=True, slots=True)
class ScoreValue:
    """One value of the score column: how often it comes and what becomes of it, in words."""

    value: str
    count: int
    becomes: str


def score_values(column: ColumnProfile | None, scale: Scale) -> list[ScoreValue]:
    """Every value of a score column; none where there is no such column, or it has too many values for a scale."""
    if column is None:
        return []
    found = [ScoreValue(value, count, scale.in_words(value)) for value, count in column.values]
    return sorted(found, key=lambda one: (not one.value.isdigit(), one.value.zfill(3), one.value))
