"""From the fields of the editor to commands. Each part of the editor sends its own fields, the rest stays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cxsurvey.dashboard.surveys.places import FOLLOW_UPS, SETTINGS, label_field, text_fields
from cxsurvey.scoring.scales import Band
from cxsurvey.surveys.commands import EditSurvey
from cxsurvey.surveys.definition import Definition, FollowUp
from cxsurvey.surveys.service import SurveyView

REVISION = re.compile(r"[0-9]{1,9}")


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


def _lay_labels(definition: dict[str, Any], draft: Definition, language: str, sent: Mapping[str, str]) -> None:
    for target, follow_up in zip(definition["follow_ups"], draft.follow_ups, strict=True):
        _lay_label(target, language, label_field(follow_up.id), sent)
        for option_target, option in zip(target["options"], follow_up.options, strict=True):
            _lay_label(option_target, language, label_field(follow_up.id, option.id), sent)


def _lay_label(target: dict[str, Any], language: str, field: str, sent: Mapping[str, str]) -> None:
    if field in sent:
        target["labels"] = {**target["labels"], language: sent[field]}


def band_field(follow_up: FollowUp, band: Band) -> str:
    """The tick box that asks a follow-up of one group."""
    return f"follow_ups.{follow_up.id}.bands.{band.value}"


def values_of(survey: SurveyView, part: str) -> dict[str, str]:
    """What the fields of a part hold when nothing was sent yet. An unticked box has no entry."""
    draft = survey.draft
    if part == SETTINGS:
        values = {"name": survey.name, "default_language": draft.default_language, "new_language": ""}
        return values | {"anonymous": "yes"} if survey.anonymous else values
    if part == FOLLOW_UPS:
        bands = {band_field(each, band): "yes" for each in draft.follow_ups for band in each.bands}
        return {**_label_values(draft, draft.default_language), **bands}
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
    return values


def values_again(survey: SurveyView, part: str, sent: Mapping[str, str]) -> dict[str, str]:
    """What the fields hold when the page is shown again: exactly what was typed and ticked."""
    values = values_of(survey, part)
    kept = {name: value for name, value in values.items() if ".bands." not in name and name != "anonymous"}
    known = {*kept, "anonymous"} if part == SETTINGS else {*kept, *_all_boxes(survey.draft)}
    return {**kept, **{name: value for name, value in sent.items() if name in known}}


def _all_boxes(draft: Definition) -> set[str]:
    return {band_field(follow_up, band) for follow_up in draft.follow_ups for band in Band}
