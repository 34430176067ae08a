"""Types of short texts by language, and of the ids that answers keep."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import StringConstraints
from pydantic_core import PydanticCustomError

from cxsurvey.core.command import says
from cxsurvey.core.languages import Language
from cxsurvey.core.text import MaybeLine200
from cxsurvey.surveys.languages import EachLanguageOnce

PartId = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$"),
    says("wrong_form", "must be 1 to 40 of the signs a to z, 0 to 9, - and _"),
]
ShortLabel = Annotated[MaybeLine200, StringConstraints(max_length=80)]
LabelsByLanguage = Annotated[dict[Language, MaybeLine200], EachLanguageOnce]
ShortLabelsByLanguage = Annotated[dict[Language, ShortLabel], EachLanguageOnce]


def refuse_twin_ids(ids: Iterable[str]) -> None:
    """Raises a validation error when one id stands twice."""
    listed = list(ids)
    if len(set(listed)) != len(listed):
        raise PydanticCustomError("duplicate_id", "must not use one id twice")
