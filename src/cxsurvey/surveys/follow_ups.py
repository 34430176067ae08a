"""Further questions, asked on page two after the score is stored, and their answers in words."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import Field, field_serializer, model_validator
from pydantic_core import PydanticCustomError

from cxsurvey.core.command import Command
from cxsurvey.scoring.scales import Band
from cxsurvey.surveys.labels import LabelsByLanguage, PartId, ShortLabelsByLanguage, refuse_twin_ids

MOST_OPTIONS = 10

Given: TypeAlias = str | list[str] | int
"""An answer: a text or the id of the chosen option, a list of such ids, or a number on the scale of the follow-up."""


class FollowUpKind(StrEnum):
    """How a follow-up is answered."""

    TEXT = "text"
    SINGLE = "single"
    MULTIPLE = "multiple"
    SCALE = "scale"

    @property
    def has_options(self) -> bool:
        """Whether there are answers to choose from."""
        return self in {FollowUpKind.SINGLE, FollowUpKind.MULTIPLE}


class Option(Command):
    """One answer to choose; responses keep its id."""

    id: PartId
    labels: ShortLabelsByLanguage


SPANS = ((1, 5), (1, 7), (0, 10))
"""The scales that a follow-up may have."""


class FollowUpScale(Command):
    """The numbers a follow-up is answered with, and the names of its ends."""

    minimum: Annotated[int, Field(ge=0, le=1)] = 1
    maximum: Annotated[int, Field(ge=5, le=10)] = 5
    low_labels: ShortLabelsByLanguage = Field(default_factory=dict)
    high_labels: ShortLabelsByLanguage = Field(default_factory=dict)

    @property
    def values(self) -> range:
        """Every number of the scale."""
        return range(self.minimum, self.maximum + 1)

    @model_validator(mode="after")
    def _is_offered(self) -> FollowUpScale:
        if (self.minimum, self.maximum) not in SPANS:
            raise PydanticCustomError("not_offered", "must run from 1 to 5, from 1 to 7 or from 0 to 10")
        return self


class FollowUp(Command):
    """A further question for some groups of customers, asked after the score is stored.

    `required` binds the page: it does not let a customer send page two without an answer. The score stays stored
    whatever becomes of page two, and other systems may leave any follow-up out.
    """

    id: PartId
    kind: FollowUpKind
    bands: frozenset[Band]
    labels: LabelsByLanguage
    options: Annotated[tuple[Option, ...], Field(max_length=MOST_OPTIONS)] = ()
    scale: FollowUpScale | None = None
    required: bool = False

    @field_serializer("bands", when_used="json")
    def _bands_in_order(self, bands: frozenset[Band]) -> list[str]:
        return [band.value for band in Band if band in bands]

    @model_validator(mode="after")
    def _fits_its_kind(self) -> FollowUp:
        if self.options and not self.kind.has_options:
            raise PydanticCustomError("options_without_choice", "must have no options unless they are chosen from")
        if (self.scale is not None) is not (self.kind is FollowUpKind.SCALE):
            raise PydanticCustomError("scale_and_kind", "must have a scale if its kind is scale, and only then")
        refuse_twin_ids(option.id for option in self.options)
        return self

    @property
    def option_ids(self) -> frozenset[str]:
        """The ids that may be chosen."""
        return frozenset(option.id for option in self.options)

    def label(self, language: str) -> str:
        """The question; its id where nobody has written it in that language."""
        return self.labels.get(language) or self.id

    def in_words(self, given: Given, language: str) -> str:
        """An answer as a person reads it: the labels of what was chosen, a number with the end of its scale.

        What no option of this version has stays as it was given.
        """
        if isinstance(given, list):
            return ", ".join(self._option_label(each, language) for each in given)
        if isinstance(given, int):
            return f"{given} of {self.scale.maximum}" if self.scale is not None else str(given)
        return self._option_label(given, language)

    def _option_label(self, given: str, language: str) -> str:
        found = next((option.labels.get(language) for option in self.options if option.id == given), None)
        return found or given
