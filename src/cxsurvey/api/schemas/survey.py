"""What is asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cxsurvey.api.schemas.base import Document, SurveyId
from cxsurvey.core.ids import encode
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.policy import Outcome, SurveyState
from cxsurvey.surveys.service import SurveyView


class SurveySummary(Document):
    """A survey as lists show it."""

    id: SurveyId
    name: str
    metric: Metric
    state: SurveyState
    anonymous: bool
    version: int | None
    """Number of the version that is asked now; null before the first publication."""
    revision: int
    """Grows with every change; send it along to publish exactly what you have read."""
    url: str | None
    """The shared link; null before the first publication."""
    created_at: datetime
    changed_at: datetime
    published_at: datetime | None
    closed_at: datetime | None


class Survey(SurveySummary):
    """A survey with what it asks."""

    draft: Definition
    published: Definition | None
    """What customers are asked now; null before the first publication."""


class SurveyList(Document):
    """All surveys of the workspace, newest first."""

    data: list[SurveySummary]


class Publication(Document):
    """What publishing came to. `new_line`: the scale changed, and a new trend line began."""

    outcome: Outcome
    survey: Survey


def _survey_members(view: SurveyView, origin: str) -> dict[str, Any]:
    return {
        "id": encode("srv", view.id),
        "name": view.name,
        "metric": view.metric,
        "state": view.state,
        "anonymous": view.anonymous,
        "version": view.version_number,
        "revision": view.revision,
        "url": f"{origin}/s/{view.code}" if view.version_number is not None else None,
        "created_at": view.created_at,
        "changed_at": view.changed_at,
        "published_at": view.published_at,
        "closed_at": view.closed_at,
    }


def summarise_survey(view: SurveyView, origin: str) -> SurveySummary:
    """A survey for a list; `origin` is where its links lead."""
    return SurveySummary(**_survey_members(view, origin))


def describe_survey(view: SurveyView, origin: str) -> Survey:
    """A survey with what it asks; `origin` is where its links lead."""
    return Survey(**_survey_members(view, origin), draft=view.draft, published=view.published)
