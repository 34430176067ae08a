"""What publishing a draft would change for customers, text by text. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cxsurvey.surveys.definition import Definition, Texts
from cxsurvey.surveys.follow_ups import FollowUp, FollowUpKind
from cxsurvey.surveys.languages import name_of

TEXT_NAMES = {
    "question": "Question",
    "low_label": "Label of the lowest score",
    "high_label": "Label of the highest score",
    "unknown_label": "Words for not knowing",
    "contact_label": "Question for consent to be contacted",
    "contact_address_label": "Label of the address to be contacted at",
}
BEFORE_A_SCORE = "Question for a reason, until a score is chosen"
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
    scale, look = definition.scale, definition.look
    shown = f", as {look.value}" if look.is_pictured else ""
    yield "Scale", f"{scale.metric.value.upper()}, {scale.minimum} to {scale.maximum}{shown}"
    yield "Formula", scale.formula
    yield "Languages", ", ".join(name_of(language) for language in definition.languages)
    yield "Default language", name_of(definition.default_language)
    yield "Not knowing may be chosen", "yes" if definition.offers_unknown else "no"
    yield "Consent to be contacted is asked for", "yes" if definition.asks_contact else "no"
    for language, texts in definition.texts.items():
        for where, text in _text_facts(definition, texts):
            if text:
                yield f"{name_of(language)}: {where}", text
    for name, where in THEME_NAMES.items():
        if value := getattr(definition.theme, name):
            yield where, value
    for number, follow_up in enumerate(definition.follow_ups, start=1):
        yield from _follow_up_facts(f"Follow-up {number}", follow_up, definition)


def _text_facts(definition: Definition, texts: Texts) -> Iterator[tuple[str, str]]:
    for name, where in TEXT_NAMES.items():
        yield where, getattr(texts, name)
    for score in definition.scale.scoring.scale.values:
        yield f"Name of {score}", texts.point_label(score)
    yield BEFORE_A_SCORE, texts.comment_labels.before
    for band in definition.bands:
        yield f"Question for a reason, {definition.group_name(band)}", texts.comment_labels.of(band)
    for band in definition.bands:
        for name, where in THANKS_NAMES.items():
            yield f"{where}, {definition.group_name(band)}", getattr(texts.thanks.of(band), name)


KIND_NAMES = {
    FollowUpKind.TEXT: "answered in words",
    FollowUpKind.SINGLE: "one answer is chosen",
    FollowUpKind.MULTIPLE: "several answers may be chosen",
    FollowUpKind.SCALE: "answered on a scale",
}


def _follow_up_facts(where: str, follow_up: FollowUp, definition: Definition) -> Iterator[tuple[str, str]]:
    yield (
        f"{where}: asked of",
        ", ".join(definition.group_name(band) for band in definition.bands if band in follow_up.bands),
    )
    scale = follow_up.scale
    span = f" from {scale.minimum} to {scale.maximum}" if scale else ""
    yield f"{where}: kind", KIND_NAMES[follow_up.kind] + span
    yield f"{where}: required", "yes" if follow_up.required else "no"
    for language, label in follow_up.labels.items():
        yield f"{where}: question in {name_of(language)}", label
        answers = [option.labels.get(language, "") for option in follow_up.options]
        if scale is not None:
            answers = [scale.low_labels.get(language, ""), scale.high_labels.get(language, "")]
        if answers:
            yield f"{where}: answers in {name_of(language)}", " · ".join(answers)
