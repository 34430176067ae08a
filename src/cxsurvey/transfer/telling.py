"""What is told beside an import, through whichever door somebody looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from cxsurvey.core.context import Context
from cxsurvey.scoring.results import Result
from cxsurvey.surveys.asked import asked_by_id
from cxsurvey.transfer import again, cautions, outlook
from cxsurvey.transfer.cautions import Caution
from cxsurvey.transfer.errors import ScaleWrong
from cxsurvey.transfer.guessing import guess
from cxsurvey.transfer.import_views import ImportState, ImportView
from cxsurvey.transfer.reading import Kind, Reading
from cxsurvey.transfer.scales import Scale


@dataclass(frozen=True, slots=True)
class Told:
    """What a draft is to be judged by: an earlier import of its file, what score its dry run comes to, and cautions."""

    earlier: ImportView | None
    expected: Result | None
    cautions: tuple[Caution, ...] = ()


def told(ctx: Context, view: ImportView, shown: tuple[Reading, UUID | None] | None = None) -> Told:
    """What there is to tell of an import that is not carried out yet; nothing of any other.

    Cautions are about the reading and the survey that are `shown`, where a form shows others than are settled.
    """
    if view.state is not ImportState.DRAFT and not view.rehearsal:
        return Told(None, None)
    warned = warnings(ctx, view, *(shown or (view.reading, view.survey_id)))
    return Told(again.earlier(ctx, view), outlook.expected(ctx, view), warned)


def warnings(ctx: Context, view: ImportView, reading: Reading, survey_id: UUID | None) -> tuple[Caution, ...]:
    """What to know before the file of an import is imported as `reading` says; what that leaves out is guessed."""
    profile = view.source.profile
    if not reading.mapping:
        guessed = {one.field: one.column for one in guess(profile, view.kind)}
        reading = reading.model_copy(update={"mapping": guessed})
    scale = _scale(ctx, reading, survey_id) if view.kind is Kind.RESPONSES else None
    return tuple(cautions.cautions(profile, view.kind, reading, scale))


def _scale(ctx: Context, reading: Reading, survey_id: UUID | None) -> Scale | None:
    asked = asked_by_id(ctx, survey_id) if survey_id is not None else None
    if asked is None:
        return None
    try:
        return Scale.of(reading.scale, asked.definition.scale.minimum, asked.definition.scale.maximum)
    except ScaleWrong:
        return None  # what was said of the scale has to be put right first
