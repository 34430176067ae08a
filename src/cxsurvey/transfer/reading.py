"""How the file of an import is read, as whoever imports has settled it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from cxsurvey.core.command import Command
from cxsurvey.core.text import Line40, Line80, Line200
from cxsurvey.responses.commands import Source
from cxsurvey.transfer.scales import ScaleReading
from cxsurvey.transfer.times import DateOrder


class Kind(StrEnum):
    """What the rows of a file are."""

    RESPONSES = "responses"
    PEOPLE = "people"


def _check_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise PydanticCustomError("not_a_zone", "must be a time zone such as Europe/London") from None
    return name


Zone = Annotated[Line40, AfterValidator(_check_zone)]


class Reading(Command):
    """Fields by column, and what they mean. A draft may have gaps; `mapping.settled` says whether it can start."""

    mapping: dict[Line80, Line200] = Field(default_factory=dict, max_length=200)
    """Field of an answer or of a person to the name of its column."""
    zone: Zone = "UTC"
    """For times without an offset."""
    date_order: Annotated[DateOrder, Field(strict=False)] | None = None
    """What comes first in dates; None until the cells or somebody says so."""
    source: Source = "import"
    """Where the answers come from; ids count per source."""
    scale: ScaleReading = ScaleReading()

    def is_as(self, said: Reading) -> bool:
        """Whether an import that was carried out with this reading read what is `said` now.

        An order of dates that is left to the cells now is the one it had. Where it reads dates and names no order, it
        is from before there was a choice, and read ISO 8601 alone.
        """
        order = self.date_order or (DateOrder.ISO if "answered_at" in self.mapping else said.date_order)
        now = said.model_copy(update={"date_order": said.date_order or order})
        return self.model_copy(update={"date_order": order}) == now
