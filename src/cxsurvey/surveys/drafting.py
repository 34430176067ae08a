"""Changes to a draft, one button each: languages, follow-ups and answers to choose. Pure.

A change that does not apply (a follow-up that is gone, a list that is full) gives the draft back as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cxsurvey.surveys.definition import MOST_FOLLOW_UPS, MOST_LANGUAGES, AskedScale, Definition, Texts
from cxsurvey.surveys.follow_ups import MOST_OPTIONS, FollowUp, FollowUpKind, FollowUpScale, Option
from cxsurvey.surveys.looks import OFFERED
from cxsurvey.surveys.standard import preset_texts


def add_language(draft: Definition, language: str, workspace_name: str) -> Definition:
    """The draft with one more language: with the ready texts where there are some, else empty."""
    if language in draft.texts or len(draft.texts) >= MOST_LANGUAGES:
        return draft
    texts = preset_texts(draft.scale.formula, workspace_name, language)
    return _with(draft, texts={**draft.texts, language: texts})


def remove_language(draft: Definition, language: str) -> Definition:
    """The draft without a language and its labels. The default language stays."""
    if language == draft.default_language or language not in draft.texts:
        return draft
    return _with(
        draft,
        texts={tag: texts for tag, texts in draft.texts.items() if tag != language},
        follow_ups=tuple(_without_label(follow_up, language) for follow_up in draft.follow_ups),
    )


def change_formula(draft: Definition, formula: str, workspace_name: str) -> Definition:
    """The draft with another scale and formula.

    A text that is still the ready one of the former formula becomes that of the new one; what a manager wrote stays.
    Names of points go with the scale they belong to. Follow-ups of a group that the new scale lacks ask everybody.
    """
    if formula == draft.scale.formula:
        return draft
    changed = _with(draft, scale=AskedScale.of(OFFERED[formula]))
    texts = {
        language: _moved(
            texts,
            preset_texts(draft.scale.formula, workspace_name, language),
            preset_texts(formula, workspace_name, language),
        )
        for language, texts in draft.texts.items()
    }
    bands = frozenset(changed.bands)
    asked = tuple(each.model_copy(update={"bands": each.bands & bands or bands}) for each in draft.follow_ups)
    return _with(changed, texts=texts, follow_ups=asked)


def _moved(texts: Texts, before: Texts, after: Texts) -> Texts:
    moved = _leaves(texts.model_dump(), before.model_dump(), after.model_dump())
    return Texts.model_validate(moved | {"point_labels": after.point_labels})


def _leaves(texts: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _leaves(text, before[name], after[name])
        if isinstance(text, dict) and name in after and name != "point_labels"
        else after[name]
        if text == before.get(name)
        else text
        for name, text in texts.items()
    }


def add_follow_up(draft: Definition, new_id: str, kind: FollowUpKind) -> Definition:
    """The draft with one more follow-up, for all groups; a choice starts with two empty answers."""
    if len(draft.follow_ups) >= MOST_FOLLOW_UPS:
        return draft
    options = (Option(id="a", labels={}), Option(id="b", labels={})) if kind.has_options else ()
    scale = FollowUpScale() if kind is FollowUpKind.SCALE else None
    added = FollowUp(id=new_id, kind=kind, bands=frozenset(draft.bands), labels={}, options=options, scale=scale)
    return _with(draft, follow_ups=(*draft.follow_ups, added))


def remove_follow_up(draft: Definition, follow_up_id: str) -> Definition:
    """The draft without one follow-up."""
    return _with(draft, follow_ups=tuple(kept for kept in draft.follow_ups if kept.id != follow_up_id))


def move_follow_up(draft: Definition, follow_up_id: str, places: int) -> Definition:
    """The draft with one follow-up moved: `places` -1 is one earlier, 1 one later."""
    order = list(draft.follow_ups)
    at = next((index for index, each in enumerate(order) if each.id == follow_up_id), None)
    if at is None or not 0 <= at + places < len(order):
        return draft
    order.insert(at + places, order.pop(at))
    return _with(draft, follow_ups=tuple(order))


def add_option(draft: Definition, follow_up_id: str, new_id: str) -> Definition:
    """The draft with one more answer to choose at the end of a follow-up."""

    def add(follow_up: FollowUp) -> FollowUp:
        if not follow_up.kind.has_options or len(follow_up.options) >= MOST_OPTIONS:
            return follow_up
        return follow_up.model_copy(update={"options": (*follow_up.options, Option(id=new_id, labels={}))})

    return _each(draft, follow_up_id, add)


def remove_option(draft: Definition, follow_up_id: str, option_id: str) -> Definition:
    """The draft with one answer less to choose in a follow-up."""

    def remove(follow_up: FollowUp) -> FollowUp:
        kept = tuple(option for option in follow_up.options if option.id != option_id)
        return follow_up.model_copy(update={"options": kept})

    return _each(draft, follow_up_id, remove)


def _each(draft: Definition, follow_up_id: str, change: Callable[[FollowUp], FollowUp]) -> Definition:
    return _with(
        draft,
        follow_ups=tuple(change(each) if each.id == follow_up_id else each for each in draft.follow_ups),
    )


def _without_label(follow_up: FollowUp, language: str) -> FollowUp:
    def rest(labels: dict[str, str]) -> dict[str, str]:
        return {tag: label for tag, label in labels.items() if tag != language}

    options = tuple(option.model_copy(update={"labels": rest(option.labels)}) for option in follow_up.options)
    scale = follow_up.scale
    if scale is not None:
        ends = {"low_labels": rest(scale.low_labels), "high_labels": rest(scale.high_labels)}
        scale = scale.model_copy(update=ends)
    return follow_up.model_copy(update={"labels": rest(follow_up.labels), "options": options, "scale": scale})


def _with(draft: Definition, **changes: Any) -> Definition:
    return draft.model_copy(update=changes)
