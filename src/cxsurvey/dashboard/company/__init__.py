"""The pages about the company itself: settings, workspaces, members, invitations and the audit log."""

from __future__ import annotations

from cxsurvey.dashboard.company import audit, invitations, joining, settings, team, workspaces

ROUTERS = tuple(part.router for part in (settings, workspaces, invitations, team, audit, joining))
