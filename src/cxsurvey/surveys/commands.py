"""What can be asked of surveys."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cxsurvey.core.command import Command
from cxsurvey.core.text import Line80
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys.definition import MOST_LANGUAGES, Definition
from cxsurvey.surveys.languages import Language

Languages = Annotated[tuple[Language, ...], Field(min_length=1, max_length=MOST_LANGUAGES)]
Revision = Annotated[int, Field(ge=1)]


class CreateSurvey(Command):
    """A new survey as a draft: with `definition`, or with the standard texts in `languages`.

    The first language is the default one.
    """

    name: Line80
    metric: Metric = Metric.NPS
    languages: Languages = ("en",)
    anonymous: bool = False
    definition: Definition | None = None


class EditSurvey(Command):
    """The whole draft anew. `revision` is the one the editor saw; another one is refused as stale."""

    revision: Revision
    name: Line80
    anonymous: bool
    definition: Definition
