"""What happened to surveys."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cxsurvey.core.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPublished(Event):
    """A new version is asked from now on; `new_line` when its scores do not compare with the last ones."""

    survey_id: UUID
    version_id: UUID
    version_number: int
    trend_line_id: int
    new_line: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyClosed(Event):
    """The survey takes no more answers."""

    survey_id: UUID
