"""Facts that a use case states and others may react to.

An event is a frozen dataclass in the past tense with plain fields (UUID, int, str, datetime, None). Which
handlers hear it is written in `cxsurvey.wiring`.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of all events; every event belongs to one workspace."""

    workspace_id: UUID
