"""What is told beside an import, through whichever door somebody looks at it."""

from __future__ import annotations

from dataclasses import dataclass

from cxsurvey.core.context import Context
from cxsurvey.scoring.results import Result
from cxsurvey.transfer import again, outlook
from cxsurvey.transfer.import_views import ImportState, ImportView


@dataclass(frozen=True, slots=True)
class Told:
    """What a draft is to be judged by: an earlier import of its file, and what score its dry run comes to."""

    earlier: ImportView | None
    expected: Result | None


def told(ctx: Context, view: ImportView) -> Told:
    """What there is to tell of an import that is not carried out yet; nothing of any other."""
    if view.state is not ImportState.DRAFT and not view.rehearsal:
        return Told(None, None)
    return Told(again.earlier(ctx, view), outlook.expected(ctx, view))
