"""Stored scores that are not on the scale of their trend line: never part of a figure, and never the end of a page.

Nothing that takes answers in lets one through. Should one be there all the same, from a restored file or a hand in the
database, it is shown as it is, in no group, and told in the log; `cxsurvey db verify` names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import structlog

from cxsurvey.scoring.scales import Band, Definition

log = structlog.get_logger(__name__)


def band_of(formula: Definition, score: int | None, response_id: UUID) -> Band | None:
    """The group of a response; None without a score, and for one that is not on the scale."""
    if score is None:
        return None
    if score not in formula.scale:
        log.warning("score.off_scale", response=str(response_id), score=score, formula=formula.key)
        return None
    return formula.band(score)


def fitting(formula: Definition, counts: Mapping[int, int], line_id: int) -> dict[int, int]:
    """Counts by score of a trend line, without those that are not on the scale."""
    found = {score: n for score, n in counts.items() if score in formula.scale}
    if len(found) < len(counts):
        log.warning("score.off_scale", trend_line=line_id, scores=sorted(counts.keys() - found.keys()))
    return found
