"""The pages about the company itself: settings, workspaces, members, invitations and the audit log."""

from __future__ import annotations

from fastapi import APIRouter

from cxsurvey.dashboard.company import audit, invitations, joining, settings, team, workspaces

router = APIRouter()
for part in (settings, workspaces, invitations, team, audit, joining):
    router.include_router(part.router)
