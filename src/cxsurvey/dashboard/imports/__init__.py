"""Imports in the dashboard: a file is brought, read as its owner says, tried, and carried out by a job."""

from cxsurvey.dashboard.imports import pages, steps, undoing

ROUTERS = (pages.router, steps.router, undoing.router)
