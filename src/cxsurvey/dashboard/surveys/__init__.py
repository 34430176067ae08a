"""Surveys in the dashboard: the list, the editor, the preview, publishing and sharing."""

from __future__ import annotations

from fastapi import APIRouter

from cxsurvey.dashboard.surveys import deleting, discarding, editor, pages, placed, preview, scale, sharing

router = APIRouter()
for part in (pages, editor, scale, deleting, discarding, preview, sharing, placed):
    router.include_router(part.router)
