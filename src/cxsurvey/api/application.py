"""The application behind `/api/`, put together."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.types import ASGIApp

from cxsurvey import __version__
from cxsurvey.api.contract import PREFIX
from cxsurvey.api.errors import face
from cxsurvey.api.schemas.base import complete_all
from cxsurvey.api.turns import Throttle
from cxsurvey.api.v1 import (
    branding,
    company,
    description,
    formulas,
    imports,
    invitations,
    links,
    me,
    people,
    responses,
    scores,
    surveys,
)
from cxsurvey.api.v1.batches import MOST
from cxsurvey.core.db.database import Database
from cxsurvey.web import errors
from cxsurvey.web.direct import Direct, Endpoint
from cxsurvey.web.door import UPLOADS_AT_ONCE, Places, ReadingPlaces
from cxsurvey.web.headers import Audience
from cxsurvey.web.middleware import guard

INTAKE = f"{PREFIX}/responses"
BATCH = f"{INTAKE}/batch"
RESOURCES = (
    responses,
    surveys,
    formulas,
    scores,
    links,
    invitations,
    imports,
    people,
    company,
    branding,
    me,
    description,
)
# not included in a router, which would work each out again as it is included and once more at the first request
_ROUTES = [route for router in (responses.intake, *(each.router for each in RESOURCES)) for route in router.routes]


def build(database: Database) -> ASGIApp:
    """The application behind `/api/`."""
    complete_all()
    # the routes of all applications of a process are the same ones: the framework works each out but once
    app = FastAPI(
        routes=_ROUTES,
        title="cxsurvey",
        summary="Responses in, invitations out, scores with their uncertainty.",
        description=description.INTRODUCTION,
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # requests are counted and logged by the guard; spans would show addresses with ids in them
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.database = database
    app.state.reading_places = ReadingPlaces(database.settings.dashboard_reads)
    app.state.upload_places = Places(UPLOADS_AT_ONCE)
    errors.install(app, face)
    throttled = Throttle(Direct(app, _busiest, face), database.clock, database.settings, face, _most_turns)
    return guard(throttled, database, Audience.API, face)


def _most_turns(path: str) -> int:
    """How many turns a request to this address may need: a batch one for each item."""
    return MOST if path == BATCH else 1


def _busiest(method: str, path: str) -> tuple[Endpoint, dict[str, str]] | None:
    """The address that takes one response in."""
    return (responses.create_response, {}) if path == INTAKE and method == "POST" else None
