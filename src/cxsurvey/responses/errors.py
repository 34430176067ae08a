"""Refusals of answers."""

from __future__ import annotations

from cxsurvey.core.errors import Kind, NotFound, Refusal

SECONDS_TO_WAIT = 10
"""After which it is worth trying again what an import in work keeps from being stored."""


class SurveyUnknown(NotFound):
    """No such survey in this workspace."""

    code = "survey_unknown"
    message = "There is no such survey."


class ScoreMissing(Refusal):
    """A form needs a score; other callers at least a score or a comment."""

    code = "score_missing"
    kind = Kind.INVALID
    message = "must be given"


class NotAScore(Refusal):
    """The score is not on the scale of the survey."""

    code = "not_a_score"
    kind = Kind.INVALID
    message = "must be a whole number on the scale of this survey"


class UnknownNotOffered(Refusal):
    """The survey does not offer "I do not know"."""

    code = "unknown_not_offered"
    kind = Kind.INVALID
    message = "is not offered by this survey"


class ScoreAndUnknown(Refusal):
    """A score and "I do not know" in one answer."""

    code = "score_and_unknown"
    kind = Kind.INVALID
    message = "must not be true when there is a score"


class UnknownFollowUp(Refusal):
    """An answer to something this survey does not ask."""

    code = "unknown_follow_up"
    kind = Kind.INVALID
    message = "is not a follow-up that this survey asks after this score"


class NotAnOption(Refusal):
    """A choice that the follow-up does not offer."""

    code = "not_an_option"
    kind = Kind.INVALID
    message = "must be one of the offered options"


class WrongKindOfAnswer(Refusal):
    """An answer that the follow-up does not take: a number for a text, a number off its scale."""

    code = "wrong_kind_of_answer"
    kind = Kind.INVALID
    message = "must be of the kind that the follow-up asks for"


class OutsideTime(Refusal):
    """An answer from the future or from before surveys existed."""

    code = "outside_time"
    kind = Kind.INVALID
    message = "must be between 2000-01-01 and now"


class ExternalIdTaken(Refusal):
    """The source has used this id for a response to another survey."""

    code = "external_id_taken"
    kind = Kind.CONFLICT
    message = "belongs to a response to another survey"


class ChangeExpired(Refusal):
    """The time to change an answer is over; the answer stays as it is."""

    code = "change_expired"
    kind = Kind.GONE
    message = "The time to change this answer is over. It is kept as it was."


class AskedOtherwise(Refusal):
    """A change from a page of another version than the response names: its score may mean something else there."""

    code = "asked_otherwise"
    kind = Kind.INVALID
    message = "The question has changed since this page was opened. Your earlier answer is kept."


class StateForbids(Refusal):
    """A response in this state cannot go there."""

    code = "state_forbids"
    kind = Kind.CONFLICT
    message = "This is not possible in the present state of the response."


class CommentsTooLong(Refusal):
    """A further comment of the same respondent does not fit beside those before."""

    code = "comments_too_long"
    kind = Kind.INVALID
    message = "must have at most 4000 characters together with the earlier comments of the same respondent"


class BeingTakenBack(Refusal):
    """The response with this external id came with an import that is being taken back.

    It is void in a moment, or left alone because somebody has changed it: only after the end is it known which.
    """

    code = "being_taken_back"
    kind = Kind.CONFLICT
    message = "came with an import that is being taken back; send it again when that has ended"

    def __init__(self) -> None:
        super().__init__(field="external_id", retry_after=SECONDS_TO_WAIT)
