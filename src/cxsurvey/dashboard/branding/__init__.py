"""How surveys look to customers: the page of the workspace and that of a single survey."""

from __future__ import annotations

from fastapi import APIRouter

from cxsurvey.dashboard.branding import survey, workspace

router = APIRouter()
for part in (workspace, survey):
    router.include_router(part.router)
