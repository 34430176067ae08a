"""How surveys look to customers: the page of the workspace and that of a single survey."""

from __future__ import annotations

from cxsurvey.dashboard.branding import survey, workspace

ROUTERS = tuple(part.router for part in (workspace, survey))
