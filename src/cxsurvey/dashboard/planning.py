"""The page that says how many answers it takes to see a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.core.context import Context
from cxsurvey.core.errors import Invalid
from cxsurvey.core.ids import encode
from cxsurvey.dashboard.period_bar import PeriodBar, period_bar
from cxsurvey.dashboard.planning_views import PlanView, mix_label, plan_view
from cxsurvey.insights import planning
from cxsurvey.insights.panels import Panel, panel
from cxsurvey.insights.reports import SurveyLine
from cxsurvey.insights.service import survey_lines
from cxsurvey.web.door import Visiting
from cxsurvey.web.errors import request_id
from cxsurvey.web.forms import errors_by_field
from cxsurvey.web.frame import Frame
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}")

NAMES = ("like", "change", "confidence", "power", "rate")
Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PlanningPage:
    """A form, and the plan for what it asks. `plan` is None when something in the form is not right.

    `unit` is what a change is in.
    """

    frame: Frame
    bar: PeriodBar
    unit: str
    values: Mapping[str, str]
    surveys: Options
    mixes: Options
    confidences: Options
    powers: Options
    plan: Panel[PlanView] | None
    reference: str
    errors: Mapping[str, str] = field(default_factory=dict)


@router.get("/planning")
def show_planning(request: Request, visit: Visiting) -> Response:
    """How many answers, and invitations, until a change of so many points would show."""
    bar, home = period_bar(request, visit, *NAMES), f"/w/{visit.workspace.slug}"
    errors: dict[str, str] = {}
    surveys, plan = survey_lines(visit.ctx), None

    def work(ctx: Context) -> PlanView:
        return plan_view(planning.plan(ctx, planning.parse(request.query_params), bar.period), home)

    try:
        plan = panel(visit.ctx, "planning", work)
    except Invalid as refusal:
        errors = dict(errors_by_field(refusal))
    page = PlanningPage(
        frame=visit.frame("Planning", "planning", bar.unusual),
        bar=bar,
        unit=planning.unit(visit.ctx, request.query_params.get("like")),
        values=_values(request, surveys, plan.value if plan is not None else None),
        surveys=tuple((encode(planning.SURVEY, each.survey_id), each.name) for each in surveys),
        mixes=tuple((name, mix_label(mix)) for name, mix in planning.MIXES.items()),
        confidences=_percents(planning.CONFIDENCES),
        powers=_percents(planning.POWERS),
        plan=plan,
        reference=request_id(request),
        errors=errors,
    )
    return render(request, "dashboard/planning/planning.html", page, 422 if errors else bar.status)


def _values(request: Request, surveys: list[SurveyLine], plan: PlanView | None) -> dict[str, str]:
    """What the form holds: as it was typed, or the default."""
    first = encode(planning.SURVEY, surveys[0].survey_id) if surveys else "middling"
    defaults = {"like": first, "change": plan.asked if plan is not None else "", **planning.DEFAULTS}
    return {name: request.query_params.get(name, defaults[name]) for name in NAMES}


def _percents(offered: Mapping[str, float]) -> Options:
    return tuple((name, f"{name}\u202f%") for name in offered)
