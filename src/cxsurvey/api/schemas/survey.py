"""What is asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, Self

from cxsurvey.api.schemas.base import Document, SurveyId
from cxsurvey.api.schemas.problem import ProblemEntry
from cxsurvey.core.ids import encode
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys import history
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.history import VersionView
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

    @property
    def tag_revision(self) -> int:
        """Every change of a survey raises its revision."""
        return self.revision


class SurveyList(Document):
    """All surveys of the workspace, newest first."""

    data: list[SurveySummary]


class Publication(Document):
    """What publishing came to. `new_line`: the scale changed, and a new trend line began."""

    outcome: Outcome
    survey: Survey


class Deleted(Document):
    """What was deleted, by its id."""

    id: SurveyId
    deleted: Literal[True] = True


class VersionSummary(Document):
    """What was asked from one publication to the next, without its texts."""

    number: int
    """1 for the first publication, then one more each time."""
    metric: Metric
    formula: str
    """Id and version of the scoring definition."""
    minimum: int
    maximum: int
    trend_line: int
    """Versions with the same number compare; another one began a new trend."""
    published_at: datetime

    @classmethod
    def of(cls, view: VersionView) -> Self:
        """The document for a version."""
        return cls(**_version_members(view))


class Version(VersionSummary):
    """A version with everything it asked."""

    definition: Definition

    @classmethod
    def of(cls, view: VersionView) -> Self:
        """The document for a version."""
        return cls(**_version_members(view), definition=view.definition)


class VersionList(Document):
    """Every version of a survey, newest first."""

    data: list[VersionSummary]


class Readiness(Document):
    """What publishing the draft now would come to."""

    revision: int
    """The revision of the survey that this is about."""
    possible: bool
    """Whether it could be published: nothing is missing, and the survey is not closed."""
    outcome: Outcome
    """`new_line` says that a new trend line would begin, `unchanged` that customers are asked this already."""
    errors: list[ProblemEntry]
    """Everything that is missing or not right, with the path that publishing would name."""

    @classmethod
    def of(cls, view: history.Readiness) -> Self:
        """The document for what publishing would come to."""
        return cls(
            revision=view.revision,
            possible=view.possible,
            outcome=view.outcome,
            errors=[ProblemEntry.of(problem) for problem in view.problems],
        )


def _version_members(view: VersionView) -> dict[str, Any]:
    return {
        "number": view.number,
        "metric": view.metric,
        "formula": view.formula,
        "minimum": view.minimum,
        "maximum": view.maximum,
        "trend_line": view.trend_line_id,
        "published_at": view.published_at,
    }


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
