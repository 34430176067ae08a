"""Surveys in the dashboard: the list, the editor, the preview, publishing and sharing."""

from __future__ import annotations

from cxsurvey.dashboard.surveys import deleting, discarding, editor, pages, placed, preview, scale, sharing

ROUTERS = tuple(part.router for part in (pages, editor, scale, deleting, discarding, preview, sharing, placed))
