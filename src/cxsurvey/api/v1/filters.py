"""The filters in a query: every read takes the same ones under the same names as the pages and files."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from cxsurvey.core.command import says
from cxsurvey.insights import periods
from cxsurvey.insights.filters import LONGEST_VALUE, NOT_SET

Value = Annotated[
    str | None,
    Field(min_length=1, max_length=LONGEST_VALUE, description=f"Only responses with this one; `{NOT_SET}` for none."),
    says("length", f"must have 1 to {LONGEST_VALUE} characters"),
]

Day = Annotated[
    str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), says("not_a_date", "must be a day such as 2026-03-02")
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


class StretchOfDays(SegmentsInQuery):
    """Which days, and which responses of them. Without a day a number is about the last 90, and a list about all."""

    period: periods.PeriodKey | None = Field(default=None, description="A period with a name, ending today.")
    since: Day | None = Field(default=None, description="The first day, in the zone of the workspace.")
    until: Day | None = Field(default=None, description="The last day, included; today if left out.")
