"""The segments in a query: every read of numbers takes the same ones under the same names as the pages."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from cxsurvey.core.command import says
from cxsurvey.insights.filters import LONGEST_VALUE, NOT_SET

Value = Annotated[
    str | None,
    Field(min_length=1, max_length=LONGEST_VALUE, description=f"Only responses with this one; `{NOT_SET}` for none."),
    says("length", f"must have 1 to {LONGEST_VALUE} characters"),
]


class SegmentsInQuery(BaseModel):
    """Which responses, by what they belong to; all of it must hold."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    touchpoint: Value = None
    channel: Value = None
    language: Value = None
    country: Value = None
    agent: Value = None
    team: Value = None
    department: Value = None
    attribute_1: Value = None
    attribute_2: Value = None
    attribute_3: Value = None
    attribute_4: Value = None
