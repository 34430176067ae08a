"""The pages of the company: signing in, and everything under `/w/{workspace}/`."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.types import ASGIApp

from cxsurvey.core.db.database import Database
from cxsurvey.dashboard import (
    account,
    branding,
    company,
    door,
    entrance,
    exports,
    imports,
    keys,
    planning,
    responses,
    scores,
    segments,
    surveys,
    trials,
)
from cxsurvey.dashboard.faults import face
from cxsurvey.dashboard.surveys.preview import Draw
from cxsurvey.web import errors
from cxsurvey.web.door import DOORS_AT_ONCE, UPLOADS_AT_ONCE, WRITES_AT_ONCE, Places, ReadingPlaces
from cxsurvey.web.hashing import Hashing
from cxsurvey.web.headers import Audience
from cxsurvey.web.middleware import guard

ROUTERS = (
    door.router,
    entrance.router,
    account.router,
    *company.ROUTERS,
    keys.router,
    *branding.ROUTERS,
    *surveys.ROUTERS,
    scores.router,
    segments.router,
    exports.router,
    trials.router,
    responses.router,
    *imports.ROUTERS,
    planning.router,
)
# not included in a router, which would work each out again as it is included and once more at the first request
_ROUTES = [route for router in ROUTERS for route in router.routes]


def build(database: Database, draw_survey: Draw | None = None) -> ASGIApp:
    """The application of the dashboard. `draw_survey` draws what stands in the frame of a survey's preview."""
    # the routes of all applications of a process are the same ones: the framework works each out but once
    app = FastAPI(routes=_ROUTES, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.database = database
    app.state.reading_places = ReadingPlaces(database.settings.dashboard_reads)
    app.state.writing_places = Places(WRITES_AT_ONCE)
    app.state.upload_places = Places(UPLOADS_AT_ONCE)
    app.state.door_places = Places(DOORS_AT_ONCE)
    app.state.hashing = Hashing()
    app.state.draw_survey = draw_survey
    errors.install(app, face)
    return guard(app, database, Audience.DASHBOARD, face)
