"""Pure checks of one submission against what its survey asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cxsurvey.core.errors import FieldProblem, Invalid, Refusal
from cxsurvey.responses.commands import Submission
from cxsurvey.responses.errors import (
    NotAnOption,
    NotAScore,
    OutsideTime,
    ScoreAndUnknown,
    ScoreMissing,
    UnknownFollowUp,
    UnknownNotOffered,
    WrongKindOfAnswer,
)
from cxsurvey.surveys.asked import Asked
from cxsurvey.surveys.definition import Definition
from cxsurvey.surveys.errors import SurveyIsAnonymous, SurveyTakesNoAnswers
from cxsurvey.surveys.follow_ups import FollowUp, FollowUpKind, Given

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
CLOCKS_MAY_DIFFER = timedelta(minutes=5)


def check(item: Submission, survey: Asked, now: datetime, *, known: bool) -> None:
    """Raises the refusal that names what is wrong with a submission; `known` when it changes a stored answer."""
    if survey.anonymous and (item.page is None or item.invitation_id is not None):
        raise SurveyIsAnonymous(field="survey")
    if not survey.is_open and not item.accepts_closed and not known:
        raise SurveyTakesNoAnswers
    if item.unknown:
        _check_unknown(item, survey.definition)
    elif item.score is None:
        if item.page is not None or (item.comment is None and not item.follow_ups):
            raise ScoreMissing(field="score")
    else:
        check_score(item.score, survey.definition.scale.minimum, survey.definition.scale.maximum)
    if item.answered_at is not None and not EARLIEST <= item.answered_at <= now + CLOCKS_MAY_DIFFER:
        raise OutsideTime(field="answered_at")
    if item.follow_ups:
        check_follow_ups(item.follow_ups, survey.definition, item.score)


def check_score(score: int, minimum: int, maximum: int) -> None:
    """Raises `NotAScore` with the ends of the scale when a score lies beyond them."""
    if not minimum <= score <= maximum:
        raise NotAScore(f"must be a whole number from {minimum} to {maximum}", field="score")


def _check_unknown(item: Submission, definition: Definition) -> None:
    if not definition.offers_unknown:
        raise UnknownNotOffered(field="unknown")
    if item.score is not None:
        raise ScoreAndUnknown(field="unknown")


def check_follow_ups(answers: Mapping[str, Given], definition: Definition, score: int | None) -> None:
    """Raises when an answer belongs to no follow-up of this score, or is none that the follow-up takes.

    One that is wrong alone raises the refusal that says why; several raise `Invalid`, which names each of them.
    """
    possible = definition.follow_ups if score is None else definition.follow_ups_after(score)
    asked = {follow_up.id: follow_up for follow_up in possible}
    found = [wrong for key, answer in answers.items() if (wrong := _wrong(asked.get(key), key, answer)) is not None]
    if len(found) > 1:
        raise Invalid(problems=[problem for refusal in found for problem in refusal.problems])
    for refusal in found:
        raise refusal


def _wrong(follow_up: FollowUp | None, key: str, answer: Given) -> Refusal | None:
    """Why a follow-up does not take an answer; None when it does."""
    field = f"follow_ups.{key}"
    if follow_up is None:
        return UnknownFollowUp(field=field)
    match follow_up.kind:
        case FollowUpKind.TEXT if not isinstance(answer, str):
            return WrongKindOfAnswer("must be text", field=field)
        case FollowUpKind.SINGLE if not isinstance(answer, str) or answer not in follow_up.option_ids:
            return NotAnOption("must be the id of one of the offered options", field=field)
        case FollowUpKind.MULTIPLE:
            chosen = answer if isinstance(answer, list) else [""]
            if not follow_up.option_ids.issuperset(chosen) or len(set(chosen)) != len(chosen):
                return NotAnOption("must be a list of ids of offered options, each once", field=field)
        case FollowUpKind.SCALE if follow_up.scale is not None:
            scale = follow_up.scale
            if not isinstance(answer, int) or answer not in scale.values:
                message = f"must be a whole number from {scale.minimum} to {scale.maximum}"
                return WrongKindOfAnswer(message, field=field)
    return None


def unanswered(answers: Mapping[str, Given], definition: Definition, score: int | None) -> list[FieldProblem]:
    """A problem for each follow-up that a customer with this score must answer on the page and has not."""
    asked = definition.follow_ups_after(score) if score is not None else ()
    return [
        FieldProblem(f"follow_ups.{each.id}", "answer_missing", "is required")
        for each in asked
        if each.required and each.id not in answers
    ]
