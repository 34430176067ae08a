"""When a survey may change its state, and when a publication starts a new trend line. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from cxsurvey.core.errors import Refusal
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.errors import SurveyIsClosed, SurveyIsNotClosed, SurveyIsNotOpen, SurveyWasPublished


class SurveyState(StrEnum):
    """Where a survey is in its life."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class Step(StrEnum):
    """What somebody wants to do to it."""

    EDIT = "edit"
    PUBLISH = "publish"
    CLOSE = "close"
    REOPEN = "reopen"
    DELETE = "delete"


class Outcome(StrEnum):
    """What a publication comes to."""

    FIRST = "first"
    SAME_LINE = "same_line"
    NEW_LINE = "new_line"
    UNCHANGED = "unchanged"


STEPS: Mapping[tuple[SurveyState, Step], SurveyState | type[Refusal]] = {
    (SurveyState.DRAFT, Step.EDIT): SurveyState.DRAFT,
    (SurveyState.DRAFT, Step.PUBLISH): SurveyState.OPEN,
    (SurveyState.DRAFT, Step.CLOSE): SurveyIsNotOpen,
    (SurveyState.DRAFT, Step.REOPEN): SurveyIsNotClosed,
    (SurveyState.DRAFT, Step.DELETE): SurveyState.DRAFT,
    (SurveyState.OPEN, Step.EDIT): SurveyState.OPEN,
    (SurveyState.OPEN, Step.PUBLISH): SurveyState.OPEN,
    (SurveyState.OPEN, Step.CLOSE): SurveyState.CLOSED,
    (SurveyState.OPEN, Step.REOPEN): SurveyIsNotClosed,
    (SurveyState.OPEN, Step.DELETE): SurveyWasPublished,
    (SurveyState.CLOSED, Step.EDIT): SurveyState.CLOSED,
    (SurveyState.CLOSED, Step.PUBLISH): SurveyIsClosed,
    (SurveyState.CLOSED, Step.CLOSE): SurveyIsNotOpen,
    (SurveyState.CLOSED, Step.REOPEN): SurveyState.OPEN,
    (SurveyState.CLOSED, Step.DELETE): SurveyWasPublished,
}


def after(state: SurveyState, step: Step) -> SurveyState:
    """The state that `step` leads to; raises the refusal that says why it is not possible."""
    result = STEPS[state, step]
    if isinstance(result, SurveyState):
        return result
    raise result


def allows(state: SurveyState, step: Step) -> bool:
    """Whether `step` is possible in `state`."""
    return isinstance(STEPS[state, step], SurveyState)


def outcome(published: Definition | None, draft: Definition) -> Outcome:
    """What publishing `draft` over `published` comes to.

    Another scale or formula always starts a new trend line, also when it was asked once before: the scores in
    between would otherwise stand in one line with it.
    """
    if published is None:
        return Outcome.FIRST
    if published == draft and published.languages == draft.languages:
        return Outcome.UNCHANGED
    return Outcome.SAME_LINE if published.scale == draft.scale else Outcome.NEW_LINE
