"""Page two: follow-ups as fields of a form, and the fields of a form as answers. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from cxsurvey.respond.pages import Choice, Question
from cxsurvey.respond.sent import DUPLICATE, UNREADABLE, Sent
from cxsurvey.surveys.follow_ups import FollowUp, FollowUpKind, Given

FIELD = "f-"
"""Before the id of a follow-up: the name of its field."""
LONGEST_TEXT = 4000
CHECKED = " checked"
NUMBER = re.compile(r"[0-9]{1,2}")
TICKED = "yes"
CONSENT, ADDRESS = "contact", "contact-address"
"""Fields of the question whether one may be contacted."""
SPEAK = "speak"
"""The button that asks for the page in another language, with everything that was typed."""


class Said(NamedTuple):
    """What a customer said about being contacted."""

    consent: bool = False
    address: str = ""


def field_of(follow_up: FollowUp, option_id: str = "") -> str:
    """The name of a follow-up's field; where several answers may be ticked, each has one."""
    return f"{FIELD}{follow_up.id}.{option_id}" if option_id else f"{FIELD}{follow_up.id}"


def question_of(follow_up: FollowUp, given: Given | None, language: str, merged: Callable[[str], str]) -> Question:
    """A follow-up with what was answered before."""
    scale = follow_up.scale
    return Question(
        id=field_of(follow_up),
        kind=follow_up.kind.value,
        label=merged(follow_up.labels.get(language, "")),
        required=follow_up.required,
        text=given if follow_up.kind is FollowUpKind.TEXT and isinstance(given, str) else "",
        choices=tuple(_choices(follow_up, given, language, merged)),
        low_label=merged(scale.low_labels.get(language, "")) if scale is not None else "",
        high_label=merged(scale.high_labels.get(language, "")) if scale is not None else "",
    )


def _choices(follow_up: FollowUp, given: Given | None, language: str, merged: Callable[[str], str]) -> Iterator[Choice]:
    field, several = field_of(follow_up), follow_up.kind is FollowUpKind.MULTIPLE
    ticked = given if isinstance(given, list) else [given]
    for option in follow_up.options:
        name = field_of(follow_up, option.id) if several else field
        mark = CHECKED if option.id in ticked else ""
        yield Choice(name, TICKED if several else option.id, merged(option.labels.get(language, "")), mark)
    for number in follow_up.scale.values if follow_up.scale is not None else ():
        yield Choice(field, str(number), str(number), CHECKED if given == number else "")


def read_follow_ups(sent: Sent, asked: tuple[FollowUp, ...]) -> tuple[dict[str, Given], tuple[tuple[str, str], ...]]:
    """The answers of page two by follow-up, and what is wrong with them, as pairs of field and code.

    Every follow-up that the page asked has an answer; an empty one takes back what was answered before.
    """
    problems = [(_whole(field), UNREADABLE if code == DUPLICATE else code) for field, code in sent.problems.items()]
    answers: dict[str, Given] = {}
    for follow_up in asked:
        answers[follow_up.id] = _given(sent, follow_up)
        typed = answers[follow_up.id]
        if follow_up.kind is FollowUpKind.TEXT and isinstance(typed, str) and len(typed) > LONGEST_TEXT:
            problems.append((field_of(follow_up), "too_long"))
    return answers, tuple(problems)


def read_contact(sent: Sent) -> Said:
    """What page two says about being contacted."""
    return Said(bool(sent.get(CONSENT)), sent.get(ADDRESS).strip())


def _given(sent: Sent, follow_up: FollowUp) -> Given:
    if follow_up.kind is FollowUpKind.MULTIPLE:
        return [option.id for option in follow_up.options if sent.get(field_of(follow_up, option.id))]
    text = sent.get(field_of(follow_up)).strip()
    is_number = follow_up.kind is FollowUpKind.SCALE and NUMBER.fullmatch(text)
    return int(text) if is_number else text


def _whole(field: str) -> str:
    """The field of a whole follow-up: a problem of one box is one of the question."""
    return field.partition(".")[0] if field.startswith(FIELD) else field
