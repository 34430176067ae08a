"""Facts about responses."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cxsurvey.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseSubmitted(Event):
    """A new response is stored."""

    response_id: UUID
    survey_id: UUID
    state: str
    score: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseChanged(Event):
    """A stored response was changed, followed up, voided or restored; `revision` is its new number."""

    response_id: UUID
    survey_id: UUID
    state: str
    score: int | None
    revision: int
