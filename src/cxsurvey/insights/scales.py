"""The scales a survey was asked on: each has a trend line of its own, whose answers are never mixed with others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from cxsurvey.core.context import Context
from cxsurvey.core.errors import FieldProblem, Invalid
from cxsurvey.insights import queries
from cxsurvey.insights.reports import SurveyLine
from cxsurvey.surveys.definition import FORMULAS


@dataclass(frozen=True, slots=True)
class AskedScale:
    """One scale of a survey. `number` counts them from the first on, `since` is the day it was first asked."""

    number: int
    since: date
    line: SurveyLine


def scales_of(ctx: Context, survey: SurveyLine, zone: str) -> tuple[AskedScale, ...]:
    """Every scale that a survey of this workspace was asked on, oldest first; days are those of `zone`."""
    rows = queries.lines_of(ctx.connection, ctx.workspace, survey.survey_id)
    return tuple(
        AskedScale(
            number,
            row.created_at.astimezone(ZoneInfo(zone)).date(),
            _line(survey, row),
        )
        for number, row in enumerate(rows, 1)
    )


def on_scale(ctx: Context, survey: SurveyLine, scale: str) -> SurveyLine:
    """The survey on the scale of this number; the one it is asked on now for "". Raises `Invalid`."""
    return _line(survey, numbered(ctx, survey.survey_id, scale)) if scale else survey


def numbered(ctx: Context, survey_id: UUID, scale: str) -> Any:
    """The (id, formula, created at) of the trend line of a survey's scale by its number. Raises `Invalid`."""
    rows = queries.lines_of(ctx.connection, ctx.workspace, survey_id)
    for number, row in enumerate(rows, 1):
        if str(number) == scale:
            return row
    message = f"must be the number of a scale that the survey was asked on, from 1 to {len(rows)}"
    raise Invalid(problems=[FieldProblem("scale", "not_offered", message)])


def _line(survey: SurveyLine, row: Any) -> SurveyLine:
    return replace(survey, line_id=row.id, formula=FORMULAS[row.formula])
