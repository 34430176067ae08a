"""What score a dry run would bring: a scale read the wrong way round shows here, before anything is stored."""

from __future__ import annotations

from typing import Final

from cxsurvey.core.context import Context
from cxsurvey.responses.commands import Submission
from cxsurvey.scoring.counts import ScoreCounts
from cxsurvey.scoring.results import Result
from cxsurvey.scoring.score import score
from cxsurvey.surveys.asked import asked_by_id
from cxsurvey.transfer.import_views import ImportView

UNKNOWN: Final = "unknown"


def counted_as(submission: Submission) -> str | None:
    """Under what a stored row is counted: its score, `UNKNOWN`, or None for a comment alone."""
    if submission.unknown:
        return UNKNOWN
    return None if submission.score is None else str(submission.score)


def expected(ctx: Context, view: ImportView) -> Result | None:
    """The score of the rows that a tried import would store, in the metric of its survey; None before it was tried.

    Rows that are there already are not among them.
    """
    if view.survey_id is None or not view.was_tried:
        return None
    asked = asked_by_id(ctx, view.survey_id)
    if asked is None:
        return None
    formula = asked.definition.scale.scoring
    numbers = [view.scores.get(str(one), 0) for one in formula.scale.values]
    return score(ScoreCounts(tuple(numbers), formula.scale), formula, unknown=view.scores.get(UNKNOWN, 0))
