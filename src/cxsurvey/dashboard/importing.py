"""What a page of numbers says while an import changes them."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from cxsurvey.transfer import imports
from cxsurvey.transfer.import_views import ImportState
from cxsurvey.web.door import Visit

SAID: Final = {
    ImportState.RUNNING: "An import is running; numbers are not complete yet.",
    ImportState.UNDOING: "An import is being taken back; numbers are not complete yet.",
}


def importing(visit: Visit, survey_id: UUID | None = None) -> str:
    """That the numbers of a survey, or for None of any survey, are not complete now; "" where they are."""
    found = imports.changing(visit.ctx)
    state = found.get(survey_id) if survey_id is not None else next(iter(found.values()), None)
    return SAID[state] if state is not None else ""
