"""Ready-made questions for every formula that is offered, in English, German, Turkish and Arabic.

The questions are the published ones. End labels name the ends only, so that no number in between carries a word;
faces, thumbs and stars have a name for every point, for everybody who does not see them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys.definition import AskedScale, Definition, Texts
from cxsurvey.surveys.looks import OFFERED, USUAL
from cxsurvey.surveys.standard.arabic import ARABIC
from cxsurvey.surveys.standard.english import ENGLISH
from cxsurvey.surveys.standard.german import GERMAN
from cxsurvey.surveys.standard.turkish import TURKISH
from cxsurvey.surveys.standard.wording import Wording

__all__ = ["READY", "preset", "preset_texts", "standard"]

_WORDINGS: Mapping[str, Wording] = {"en": ENGLISH, "de": GERMAN, "tr": TURKISH, "ar": ARABIC}
READY = tuple(_WORDINGS)
"""Languages with ready texts; in any other language a manager writes them."""


def standard(metric: Metric, workspace_name: str, languages: Sequence[str] = READY) -> Definition:
    """The usual question of a metric, as `preset` makes it."""
    return preset(USUAL[metric], workspace_name, languages)


def preset(formula: str, workspace_name: str, languages: Sequence[str] = READY) -> Definition:
    """A definition that can be published at once when all `languages` are ready ones.

    The first language is the default one; a language without ready texts starts empty. `formula` is a key of
    `looks.OFFERED`.
    """
    return Definition(
        scale=AskedScale.of(OFFERED[formula]),
        default_language=languages[0],
        texts={language: preset_texts(formula, workspace_name, language) for language in languages},
    )


def preset_texts(formula: str, workspace_name: str, language: str) -> Texts:
    """The ready texts in one language; empty ones where there are none."""
    wording = _WORDINGS.get(language)
    name = workspace_name.replace("{", "(").replace("}", ")")  # a name is no place for merge tags
    return wording.texts(OFFERED[formula], name) if wording else Texts()
