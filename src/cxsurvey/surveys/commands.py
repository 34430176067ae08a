"""What can be asked of surveys."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, field_validator, model_validator
from pydantic_core import PydanticCustomError

from cxsurvey.core.command import Command
from cxsurvey.core.languages import Language
from cxsurvey.core.text import Line80
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys.definition import MOST_LANGUAGES, Definition
from cxsurvey.surveys.languages import refuse_twins
from cxsurvey.surveys.looks import OFFERED, USUAL


def _check_formula(value: str) -> str:
    if value not in OFFERED:
        raise PydanticCustomError("not_offered", "must be the key of a formula that is offered, such as csat-1-5/1")
    return value


def _check_languages(value: tuple[str, ...]) -> tuple[str, ...]:
    refuse_twins(value)
    return value


AskedFormula = Annotated[str, AfterValidator(_check_formula), WithJsonSchema({"type": "string", "enum": list(OFFERED)})]
Languages = Annotated[
    tuple[Language, ...],
    Field(min_length=1, max_length=MOST_LANGUAGES, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_check_languages),
]
Revision = Annotated[int, Field(ge=1)]


class CreateSurvey(Command):
    """A new survey as a draft: with `definition`, or with the standard texts of a formula in `languages`.

    Without a formula it is the usual one of the metric, without both that of NPS. The first language is the
    default one. An `anonymous` survey keeps no person and no time, only the day; that can be chosen until it is
    published for the first time.
    """

    name: Line80
    metric: Metric | None = None
    formula: AskedFormula | None = None
    languages: Languages = ("en",)
    anonymous: bool = False
    definition: Definition | None = None

    @field_validator("formula")
    @classmethod
    def _is_of_the_metric(cls, formula: str | None, info: ValidationInfo) -> str | None:
        metric = info.data.get("metric")
        if formula is not None and metric is not None and OFFERED[formula].metric is not metric:
            raise PydanticCustomError("other_metric", "must be a formula of the metric")
        return formula

    @model_validator(mode="after")
    def _contradicts_no_definition(self) -> CreateSurvey:
        if self.definition is not None:
            scale = self.definition.scale
            if self.formula not in {None, scale.formula} or self.metric not in {None, scale.metric}:
                raise PydanticCustomError(
                    "scale_does_not_fit", "must have no metric or formula beside its definition, or those of its scale"
                )
        return self

    @property
    def asked_formula(self) -> str:
        """The key of the formula whose standard texts are wanted."""
        return self.formula or USUAL[self.metric or Metric.NPS]


class EditSurvey(Command):
    """The whole draft anew. `revision` is the one the editor saw; another one is refused as stale.

    `anonymous` None leaves it as it is.
    """

    revision: Revision
    name: Line80
    definition: Definition
    anonymous: bool | None = None
