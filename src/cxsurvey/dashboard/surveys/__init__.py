"""Surveys in the dashboard: the list, the editor, the preview, publishing and sharing."""

from __future__ import annotations

from fastapi import APIRouter

from cxsurvey.dashboard.surveys import editor, pages, preview, sharing

router = APIRouter()
for part in (pages, editor, preview, sharing):
    router.include_router(part.router)
