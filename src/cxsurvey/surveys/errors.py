"""What surveys refuse."""

from __future__ import annotations

from typing import Self

from cxsurvey.core.errors import Kind, Refusal, Stale


class StaleEdit(Stale):
    """The survey changed since the caller read it; nothing of this edit was stored."""

    message = "Somebody else changed this survey in the meantime. Look at their change, then save again."


class AnonymityFixed(Refusal):
    """A survey keeps the promise it was first published with."""

    code = "anonymity_fixed"
    kind = Kind.CONFLICT
    message = "Whether a survey is anonymous is fixed when it is first published. Make another survey instead."


class SurveyIsAnonymous(Refusal):
    """An anonymous survey knows nobody: it is answered through its shared link, and in no other way."""

    code = "anonymous_survey"
    kind = Kind.INVALID
    message = "is anonymous and takes responses through its shared link only"


class SurveyIsClosed(Refusal):
    """The survey is closed and must be opened again first."""

    code = "survey_closed"
    kind = Kind.CONFLICT
    message = "This survey is closed. Open it again first."


class SurveyTakesNoAnswers(Refusal):
    """The survey is closed: it takes no answers now, and nobody is asked for one."""

    code = "survey_closed"
    kind = Kind.GONE
    message = "This survey is closed."


class SurveyIsNotOpen(Refusal):
    """Only an open survey can be closed."""

    code = "survey_not_open"
    kind = Kind.CONFLICT
    message = "This survey is not open."


class SurveyWasPublished(Refusal):
    """Only a draft that nobody was ever asked can be deleted: answers name the survey they belong to."""

    code = "survey_was_published"
    kind = Kind.CONFLICT
    message = "This survey was published, so it cannot be deleted. Close it instead."


class SurveyIsNotClosed(Refusal):
    """Only a closed survey can be opened again."""

    code = "survey_not_closed"
    kind = Kind.CONFLICT
    message = "This survey is not closed."


class NotPublished(Refusal):
    """The survey was never asked: there is nothing to go back to, and nothing to answer."""

    code = "survey_not_published"
    kind = Kind.CONFLICT
    message = "This survey was never published, so there is nothing to go back to."

    @classmethod
    def to_answer(cls) -> Self:
        """For who would answer it, or have it answered."""
        return cls("This survey is a draft. Publish it first; then it takes responses.", field="survey")
