"""Imports in the dashboard: a file is brought, read as its owner says, tried, and carried out by a job."""

from fastapi import APIRouter

from cxsurvey.dashboard.imports import pages, steps, undoing

router = APIRouter()
router.include_router(pages.router)
router.include_router(steps.router)
router.include_router(undoing.router)
