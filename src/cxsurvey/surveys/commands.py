"""What can be asked of surveys."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from cxsurvey.core.command import Command
from cxsurvey.core.text import Line80
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys.definition import MOST_LANGUAGES, Definition
from cxsurvey.surveys.languages import Language, refuse_twins
from cxsurvey.surveys.standard import METRICS


def _check_metric(value: object) -> object:
    # before the type, so that what is no metric at all is told the same as one that has no question yet
    if value not in METRICS:
        raise PydanticCustomError("not_offered", "must be {offered}", {"offered": " or ".join(METRICS)})
    return value


def _check_languages(value: tuple[str, ...]) -> tuple[str, ...]:
    refuse_twins(value)
    return value


AskedMetric = Annotated[
    Metric,
    BeforeValidator(_check_metric),
    WithJsonSchema({"type": "string", "enum": [metric.value for metric in METRICS]}),
]
Languages = Annotated[
    tuple[Language, ...],
    Field(min_length=1, max_length=MOST_LANGUAGES, json_schema_extra={"uniqueItems": True}),
    AfterValidator(_check_languages),
]
Revision = Annotated[int, Field(ge=1)]


class CreateSurvey(Command):
    """A new survey as a draft: with `definition`, or with the standard texts in `languages`.

    The first language is the default one. An `anonymous` survey keeps no person and no time, only the day; that can be
    chosen until it is published for the first time.
    """

    name: Line80
    metric: AskedMetric = Metric.NPS
    languages: Languages = ("en",)
    anonymous: bool = False
    definition: Definition | None = None


class EditSurvey(Command):
    """The whole draft anew. `revision` is the one the editor saw; another one is refused as stale.

    `anonymous` None leaves it as it is.
    """

    revision: Revision
    name: Line80
    definition: Definition
    anonymous: bool | None = None
