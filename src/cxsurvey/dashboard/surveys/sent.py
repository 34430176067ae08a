"""From the fields of the editor to commands. Each part of the editor sends its own fields, the rest stays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cxsurvey.dashboard.surveys.places import FOLLOW_UPS, SETTINGS, label_field, text_fields
from cxsurvey.scoring.scales import Band
from cxsurvey.surveys.commands import EditSurvey
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.follow_ups import SPANS, FollowUp
from cxsurvey.surveys.service import SurveyView

REVISION = re.compile(r"[0-9]{1,9}")
REQUIRED, SPAN, LOW, HIGH = "required", "span", "low_label", "high_label"
"""What a follow-up has beside its question, its groups and its options: the last part of the name of a field."""
SWITCHES = ("offers_unknown", "asks_contact")
"""What a survey may ask besides, each a box in the settings."""
TICKED = "yes"


def span_name(minimum: int, maximum: int) -> str:
    """The word of the field for a follow-up's scale."""
    return f"{minimum}-{maximum}"


SPAN_NAMES = {span_name(*span): span for span in SPANS}


def revision(sent: Mapping[str, str]) -> int:
    """The revision the page was made from; 0, which no survey has, when it is missing or no number."""
    text = sent.get("revision", "")
    return int(text) if REVISION.fullmatch(text) else 0


def edit_of(survey: SurveyView, part: str, sent: Mapping[str, str]) -> EditSurvey:
    """The draft with what one part of the editor sent laid over it; raises `Invalid` by path."""
    definition = survey.draft.model_dump()
    name, anonymous = survey.name, None
    if part == SETTINGS:
        name = sent.get("name", name)
        anonymous = "anonymous" in sent if "anonymity" in sent else None
        definition["default_language"] = sent.get("default_language", definition["default_language"])
        if "name" in sent:  # an unticked box sends nothing, its part does
            definition |= {switch: switch in sent for switch in SWITCHES}
    elif part == FOLLOW_UPS:
        _lay_structure(definition, survey.draft, sent)
        _lay_labels(definition, survey.draft, survey.draft.default_language, sent)
    elif part in survey.draft.texts:
        _lay_texts(definition["texts"][part], text_fields(survey.draft), sent)
        _lay_labels(definition, survey.draft, part, sent)
    return EditSurvey.from_fields(
        {"revision": revision(sent), "name": name, "definition": definition, "anonymous": anonymous}
    )


def _lay_texts(texts: dict[str, Any], fields: Iterable[str], sent: Mapping[str, str]) -> None:
    for name in fields:
        if name in sent:
            *way, last = name.split(".")
            target = texts
            for step in way:
                target = target[step]
            target[last] = sent[name]


def _lay_structure(definition: dict[str, Any], draft: Definition, sent: Mapping[str, str]) -> None:
    for target, follow_up in zip(definition["follow_ups"], draft.follow_ups, strict=True):
        if label_field(follow_up.id) in sent:  # an unticked box sends nothing, its follow-up does
            target["bands"] = frozenset(band for band in Band if band_field(follow_up, band) in sent)
            target["required"] = part_field(follow_up, REQUIRED) in sent
            span = sent.get(part_field(follow_up, SPAN), "")
            if span in SPAN_NAMES and target["scale"] is not None:
                target["scale"]["minimum"], target["scale"]["maximum"] = SPAN_NAMES[span]


def _lay_labels(definition: dict[str, Any], draft: Definition, language: str, sent: Mapping[str, str]) -> None:
    for target, follow_up in zip(definition["follow_ups"], draft.follow_ups, strict=True):
        _lay_label(target, language, label_field(follow_up.id), sent)
        _lay_ends(target, follow_up, language, sent)
        for option_target, option in zip(target["options"], follow_up.options, strict=True):
            _lay_label(option_target, language, label_field(follow_up.id, option.id), sent)


def _lay_ends(target: dict[str, Any], follow_up: FollowUp, language: str, sent: Mapping[str, str]) -> None:
    scale = target["scale"]
    for end, labels in ((LOW, "low_labels"), (HIGH, "high_labels")):
        field = part_field(follow_up, end)
        if scale is not None and field in sent:
            scale[labels] = {**scale[labels], language: sent[field]}


def _lay_label(target: dict[str, Any], language: str, field: str, sent: Mapping[str, str]) -> None:
    if field in sent:
        target["labels"] = {**target["labels"], language: sent[field]}


def part_field(follow_up: FollowUp, part: str) -> str:
    """The field of one of the further parts of a follow-up."""
    return f"follow_ups.{follow_up.id}.{part}"


def band_field(follow_up: FollowUp, band: Band) -> str:
    """The tick box that asks a follow-up of one group."""
    return f"follow_ups.{follow_up.id}.bands.{band.value}"


def values_of(survey: SurveyView, part: str) -> dict[str, str]:
    """What the fields of a part hold when nothing was sent yet. An unticked box has no entry."""
    draft = survey.draft
    if part == SETTINGS:
        values = {"name": survey.name, "default_language": draft.default_language, "new_language": ""}
        values |= {switch: TICKED for switch in SWITCHES if getattr(draft, switch)}
        return values | {"anonymous": TICKED} if survey.anonymous else values
    if part == FOLLOW_UPS:
        ticked = {band_field(each, band): TICKED for each in draft.follow_ups for band in each.bands}
        ticked |= {part_field(each, REQUIRED): TICKED for each in draft.follow_ups if each.required}
        return {**_label_values(draft, draft.default_language), **_span_values(draft), **ticked}
    texts = draft.texts[part].model_dump()
    return {**{name: _at(texts, name) for name in text_fields(draft)}, **_label_values(draft, part)}


def _at(texts: dict[str, Any], name: str) -> str:
    found: Any = texts
    for step in name.split("."):
        found = found.get(step, "")  # a point without a name has no entry
    return str(found)


def _label_values(draft: Definition, language: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for follow_up in draft.follow_ups:
        values[label_field(follow_up.id)] = follow_up.labels.get(language, "")
        for option in follow_up.options:
            values[label_field(follow_up.id, option.id)] = option.labels.get(language, "")
        if follow_up.scale is not None:
            values[part_field(follow_up, LOW)] = follow_up.scale.low_labels.get(language, "")
            values[part_field(follow_up, HIGH)] = follow_up.scale.high_labels.get(language, "")
    return values


def _span_values(draft: Definition) -> dict[str, str]:
    return {
        part_field(each, SPAN): span_name(each.scale.minimum, each.scale.maximum)
        for each in draft.follow_ups
        if each.scale is not None
    }


def values_again(survey: SurveyView, part: str, sent: Mapping[str, str]) -> dict[str, str]:
    """What the fields hold when the page is shown again: exactly what was typed and ticked."""
    values = values_of(survey, part)
    boxes = _all_boxes(survey.draft)
    kept = {name: value for name, value in values.items() if name not in boxes}
    known = {*kept, *boxes}
    return {**kept, **{name: value for name, value in sent.items() if name in known}}


def _all_boxes(draft: Definition) -> set[str]:
    boxes = {band_field(follow_up, band) for follow_up in draft.follow_ups for band in Band}
    return boxes | {part_field(follow_up, REQUIRED) for follow_up in draft.follow_ups} | {*SWITCHES}
