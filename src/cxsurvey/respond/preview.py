"""A survey as customers would see it, drawn from a draft: the same pages, nothing stored, nothing signed."""

from __future__ import annotations

from cxsurvey.respond import drawing, sentences
from cxsurvey.respond.drawing import FormState, Subject
from cxsurvey.respond.questions import Said
from cxsurvey.respond.tongue import tongue
from cxsurvey.scoring.scales import Band, Direction
from cxsurvey.surveys.asked import AskedWorkspace
from cxsurvey.surveys.definition import Definition

QUESTION = "question"
FOLLOW_UPS = "follow-ups-"
THANKS = "thanks-"
STEPS = (QUESTION, *(f"{page}{band.value}" for page in (FOLLOW_UPS, THANKS) for band in Band))
HOURS = 24


def preview_html(
    definition: Definition,
    language: str,
    workspace: AskedWorkspace,
    step: str,
    *,
    anonymous: bool = False,
    scheme: str = "",
) -> str:
    """One page of a survey in one of its languages: `question`, or `follow-ups-` or `thanks-` and a band.

    The links and forms in it lead nowhere; `scheme` is `light`, `dark` or nothing. KeyError for another step.
    """
    if step not in STEPS:
        raise KeyError(step)
    chosen = tongue(definition.language_for(language))
    shown = workspace.in_theme(definition.theme)
    subject = Subject(definition, shown, chosen, anonymous, switchable=False, scheme=scheme)
    if step == QUESTION:
        changeable = "" if anonymous else sentences.changeable_for(chosen.words, HOURS)
        return drawing.form(subject, FormState(stamp="", marks={}, changeable=changeable))
    if step.startswith(FOLLOW_UPS):
        return drawing.more(subject, Band(step.removeprefix(FOLLOW_UPS)), {}, Said(), drawing.Ways("", "#", "#"))
    band = Band(step.removeprefix(THANKS))
    return drawing.thanks(subject, _example(definition, band), band, drawing.Onward("#"), changeable="")


def _example(definition: Definition, band: Band) -> int | None:
    """The best score of a band, so that a picture of it is a clear one; None where the scale has no such band."""
    scale = definition.scale.scoring.scale
    scores = [score for score in scale.values if definition.band(score) is band]
    if not scores:
        return None
    return max(scores) if scale.direction is Direction.HIGHER_IS_BETTER else min(scores)
