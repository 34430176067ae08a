"""What publishing a draft would change for customers, text by text. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cxsurvey.scoring.scales import Band
from cxsurvey.surveys.definition import Definition, FollowUp, Texts
from cxsurvey.surveys.languages import name_of

BAND_NAMES = {Band.DETRACTOR: "detractors", Band.PASSIVE: "passives", Band.PROMOTER: "promoters"}
TEXT_NAMES = {
    "question": "Question",
    "low_label": "Label of the lowest score",
    "high_label": "Label of the highest score",
}
THANKS_NAMES = {
    "title": "Thank-you title",
    "text": "Thank-you text",
    "link_label": "Text of the link",
    "link_url": "Address of the link",
}


THEME_NAMES = {
    "name": "Name shown to customers",
    "logo": "Logo",
    "accent": "Accent colour",
    "privacy_url": "Privacy page",
    "footer": "Line at the foot",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing customers will meet differently. None as `before` is new, as `after` gone."""

    where: str
    before: str | None
    after: str | None


def changes(published: Definition | None, draft: Definition) -> list[Change]:
    """Every difference, in the order of the draft; what disappears comes last."""
    before = dict(_facts(published)) if published is not None else {}
    after = dict(_facts(draft))
    found = [Change(where, before.get(where), text) for where, text in after.items() if before.get(where) != text]
    return found + [Change(where, text, None) for where, text in before.items() if where not in after]


def _facts(definition: Definition) -> Iterator[tuple[str, str]]:
    scale = definition.scale
    yield "Scale", f"{scale.metric.value.upper()}, {scale.minimum} to {scale.maximum}"
    yield "Languages", ", ".join(name_of(language) for language in definition.languages)
    yield "Default language", name_of(definition.default_language)
    for language, texts in definition.texts.items():
        for where, text in _text_facts(texts):
            if text:
                yield f"{name_of(language)}: {where}", text
    for name, where in THEME_NAMES.items():
        if value := getattr(definition.theme, name):
            yield where, value
    for number, follow_up in enumerate(definition.follow_ups, start=1):
        yield from _follow_up_facts(f"Follow-up {number}", follow_up)


def _text_facts(texts: Texts) -> Iterator[tuple[str, str]]:
    for name, where in TEXT_NAMES.items():
        yield where, getattr(texts, name)
    for band, group in BAND_NAMES.items():
        yield f"Question for a reason, {group}", texts.comment_labels.of(band)
    for band, group in BAND_NAMES.items():
        for name, where in THANKS_NAMES.items():
            yield f"{where}, {group}", getattr(texts.thanks.of(band), name)


def _follow_up_facts(where: str, follow_up: FollowUp) -> Iterator[tuple[str, str]]:
    yield (
        f"{where}: asked of",
        ", ".join(group for band, group in BAND_NAMES.items() if band in follow_up.bands),
    )
    for language, label in follow_up.labels.items():
        yield f"{where}: {name_of(language)}", label
        answers = [option.labels.get(language, "") for option in follow_up.options]
        if answers:
            yield f"{where}: answers in {name_of(language)}", " · ".join(answers)
