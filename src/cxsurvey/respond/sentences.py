"""Our sentences that hang on a value: what is wrong with a field, how long an answer may be changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from cxsurvey.core.errors import Kind, Refusal, Unavailable, Unconfirmed
from cxsurvey.core.i18n import Words
from cxsurvey.respond.notices import NOBODY_KNOWS, noted
from cxsurvey.respond.pages import Problem
from cxsurvey.respond.questions import LONGEST_TEXT
from cxsurvey.respond.scale import UNKNOWN
from cxsurvey.responses.errors import AskedOtherwise
from cxsurvey.surveys.definition import Definition

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

SCORE = "score"
COMMENT = "comment"


CHOOSE = noted("Please choose one of the answers.")
PLAIN: Mapping[str, str] = {
    "score_missing": CHOOSE,
    "not_a_score": CHOOSE,
    "unknown_not_offered": CHOOSE,
    "not_an_option": CHOOSE,
    "wrong_kind_of_answer": CHOOSE,
    "answer_missing": noted("Please answer this question, or leave the page: your first answer is stored."),
    "address_missing": noted("Please say where we may contact you, or take the tick out."),
    "not_an_address": noted("Please write a mail address or a phone number, or take the tick out."),
    "forbidden_characters": noted(
        "This held characters that cannot be stored. We took them out; please look at it again."
    ),
    "page_expired": noted("This page was open for too long, so nothing was stored. Please send your answer again."),
    AskedOtherwise.code: noted(
        "You have answered this since, on a form that asked another way. Please look at your answer and send it again."
    ),
    Unconfirmed.code: NOBODY_KNOWS,
    Unavailable.code: noted(
        "We could not store your answer just now. What you wrote is still here; please send it again in a moment."
    ),
}
"""What is said of a problem, by its code, where the sentence hangs on nothing else."""
UNREADABLE = noted("A part of this form could not be read, so nothing was stored. Please send it again.")


def problem_text(words: Words, code: str, definition: Definition) -> str:
    """The sentence for what is wrong, by its code."""
    if code in {"score_missing", "not_a_score"} and not definition.look.is_pictured:
        scale = definition.scale
        return words.say("Please choose a number from %(low)d to %(high)d.", low=scale.minimum, high=scale.maximum)
    if code == "too_long":
        return words.count(
            "Please write at most %(number)d character.", "Please write at most %(number)d characters.", LONGEST_TEXT
        )
    return words.say(PLAIN.get(code, UNREADABLE))


def code_told(refusal: Refusal) -> str:
    """What a customer is told of a refusal: what is wrong with the input, else whether it was stored."""
    if refusal.kind is Kind.INVALID or isinstance(refusal, Unconfirmed):
        return refusal.code
    return Unavailable.code


def problems(words: Words, found: Iterable[tuple[str, str]], definition: Definition) -> tuple[Problem, ...]:
    """The problems of a form, each with the element it is about."""
    first = f"{SCORE}-{definition.scale.minimum}"
    return tuple(
        Problem(first if field in {SCORE, UNKNOWN} else field, problem_text(words, code, definition))
        for field, code in found
    )


def changeable_for(words: Words, hours: int) -> str:
    """How long after sending an answer may be changed, in hours or, from two days up, in days."""
    if hours >= 48 and hours % 24 == 0:
        return words.count(
            "You can change your answer for %(number)d day after sending it.",
            "You can change your answer for %(number)d days after sending it.",
            hours // 24,
        )
    return words.count(
        "You can change your answer for %(number)d hour after sending it.",
        "You can change your answer for %(number)d hours after sending it.",
        hours,
    )


def changeable_until(words: Words, day: str) -> str:
    """Until which day an answer may be changed."""
    return words.say("You can change your answer until %(day)s.", day=day)


def still_changeable(words: Words, now: datetime, until: datetime) -> str:
    """How long an answer may still be changed, rounded up."""
    left = until - now
    if left > 2 * DAY:
        return words.count(
            "You can change your answer for another %(number)d day.",
            "You can change your answer for another %(number)d days.",
            -(-left // DAY),
        )
    return words.count(
        "You can change your answer for another %(number)d hour.",
        "You can change your answer for another %(number)d hours.",
        -(-left // HOUR),
    )
