"""What a survey has asked, version by version, and what publishing its draft would come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cxsurvey.accounts import permissions
from cxsurvey.accounts.permissions import Grant
from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, NotFound
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys import policy, queries, service
from cxsurvey.surveys.completeness import problems
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.models import MOST_VERSIONS
from cxsurvey.surveys.policy import Outcome, Step


@dataclass(frozen=True, slots=True)
class VersionView:
    """What was asked from one publication to the next. `trend_line_id` tells which versions compare."""

    number: int
    metric: Metric
    formula: str
    minimum: int
    maximum: int
    trend_line_id: int
    published_at: datetime
    definition: Definition


@dataclass(frozen=True, slots=True)
class Readiness:
    """What publishing the draft now would come to; `problems` are the gaps that keep it from being published."""

    revision: int
    possible: bool
    outcome: Outcome
    problems: tuple[FieldProblem, ...]


def versions(ctx: Context, survey_id: UUID) -> list[VersionView]:
    """Every version of a survey, newest first; none for a draft. Raises `NotFound`."""
    _seen(ctx, survey_id)
    return [_version(row) for row in queries.history(ctx.connection, survey_id)]


def version(ctx: Context, survey_id: UUID, number: int) -> VersionView:
    """One version by its number; raises `NotFound`."""
    _seen(ctx, survey_id)
    found = queries.history(ctx.connection, survey_id, number) if 1 <= number <= MOST_VERSIONS else []
    if not found:
        raise NotFound
    return _version(found[0])


def readiness(ctx: Context, survey_id: UUID) -> Readiness:
    """Whether the draft could be published as it is, and what that would mean for its scores; changes nothing."""
    survey = service.get(ctx, survey_id)
    found = tuple(problems(survey.draft))
    possible = not found and policy.allows(survey.state, Step.PUBLISH)
    return Readiness(survey.revision, possible, survey.outcome, found)


def _seen(ctx: Context, survey_id: UUID) -> None:
    permissions.require(ctx, Grant.SURVEYS_READ)
    if not service.exists(ctx, survey_id):
        raise NotFound


def _version(row: Any) -> VersionView:
    return VersionView(
        number=row.number,
        metric=Metric(row.metric),
        formula=row.formula,
        minimum=row.minimum,
        maximum=row.maximum,
        trend_line_id=row.trend_line_id,
        published_at=row.published_at,
        definition=Definition.from_stored(row.definition),
    )
