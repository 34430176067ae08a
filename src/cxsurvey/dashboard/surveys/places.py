"""Names of the editor's fields, and the way from the path of a problem to the field that can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cxsurvey.core.errors import FieldProblem
from cxsurvey.surveys.changes import BEFORE_A_SCORE, TEXT_NAMES, THANKS_NAMES
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.languages import name_of

SETTINGS = "settings"
FOLLOW_UPS = "follow-ups"
END_NAMES = {"low_labels": "label of the lowest number", "high_labels": "label of the highest number"}


def text_fields(draft: Definition) -> dict[str, str]:
    """Field name and label of every text of one language, but for the follow-ups."""
    groups = [(band.value, draft.group_name(band)) for band in draft.bands]
    fields = dict(TEXT_NAMES)
    if draft.may_name_points:
        fields |= {f"point_labels.{score}": f"Name of {score}" for score in draft.scale.scoring.scale.values}
    fields["comment_labels.before"] = BEFORE_A_SCORE
    fields |= {f"comment_labels.{band}": f"Question for a reason, {name}" for band, name in groups}
    for band, name in groups:
        fields |= {f"thanks.{band}.{part}": f"{label}, {name}" for part, label in THANKS_NAMES.items()}
    return fields


@dataclass(frozen=True, slots=True)
class Place:
    """Where a problem can be mended: a part of the editor and a field in it, with the field's label."""

    part: str
    field: str
    label: str


def label_field(follow_up_id: str, option_id: str | None = None) -> str:
    """The field of a follow-up's question, or of one of its answers."""
    tail = "label" if option_id is None else f"options.{option_id}"
    return f"follow_ups.{follow_up_id}.{tail}"


def place_of(path: str, draft: Definition) -> Place:
    """The place of the field behind a problem's path, such as `definition.texts.de.question`."""
    match path.split("."):
        case ["definition", "texts", language, *rest] if ".".join(rest) in (fields := text_fields(draft)):
            name = ".".join(rest)
            return Place(language, name, f"{name_of(language)}: {fields[name]}")
        case ["definition", "follow_ups", index, *rest] if _is_index(index, len(draft.follow_ups)):
            return _place_in_follow_up(int(index), rest, draft)
        case [name]:
            return Place(SETTINGS, name, "Name" if name == "name" else "This survey")
        case _:
            return Place(SETTINGS, "default_language", "Languages")


def _place_in_follow_up(index: int, rest: list[str], draft: Definition) -> Place:
    follow_up = draft.follow_ups[index]
    asked = f"Follow-up {index + 1}"
    match rest:
        case ["labels", language, *_]:
            return _in_language(language, label_field(follow_up.id), asked, draft)
        case ["options", number, "labels", language, *_] if _is_index(number, len(follow_up.options)):
            field = label_field(follow_up.id, follow_up.options[int(number)].id)
            return _in_language(language, field, f"{asked}, answer {int(number) + 1}", draft)
        case ["scale", ("low_labels" | "high_labels") as end, language, *_]:
            field = f"follow_ups.{follow_up.id}.{end.removesuffix('s')}"
            return _in_language(language, field, f"{asked}, {END_NAMES[end]}", draft)
        case ["bands", *_]:
            return Place(FOLLOW_UPS, f"follow_ups.{follow_up.id}.bands", f"{asked}, asked of")
        case _:
            return Place(FOLLOW_UPS, label_field(follow_up.id), asked)


def _in_language(language: str, field: str, label: str, draft: Definition) -> Place:
    part = FOLLOW_UPS if language == draft.default_language else language
    return Place(part, field, f"{name_of(language)}: {label}")


def _is_index(text: str, length: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 3 and int(text) < length


def by_part(problems: Iterable[FieldProblem], draft: Definition) -> dict[str, int]:
    """How many problems each part of the editor holds."""
    counted: dict[str, int] = {}
    for problem in problems:
        part = place_of(problem.field, draft).part
        counted[part] = counted.get(part, 0) + 1
    return counted
