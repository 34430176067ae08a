"""What a customer is told when there is no form to show, by the code of a refusal or else by its status."""

from __future__ import annotations

from collections.abc import Mapping

from cxsurvey.core.i18n import Words


def noted(message: str) -> str:
    """Marks a message for the catalogues; it is translated when it is shown."""
    return message


Notice = tuple[str, str]
"""Title and text."""

AWAY = noted("We cannot be reached just now.")
NOBODY_KNOWS = noted("We cannot say whether your answer was stored. Sending it again is safe: it never counts twice.")
NO_LONGER = noted("This link has expired.")
BY_CODE: Mapping[str, Notice] = {
    "survey_closed": (
        noted("This survey is closed."),
        noted("It does not take answers any more. Thank you for coming by."),
    ),
    "link_expired": (
        NO_LONGER,
        noted("It was valid for a limited time only. An answer that you have sent already is safe."),
    ),
    "change_expired": (
        noted("Your answer can no longer be changed."),
        noted("It is stored as you sent it. Thank you."),
    ),
    "link_revoked": (
        noted("This link is no longer valid."),
        noted("It was taken back by those who sent it. Perhaps a newer message holds another link."),
    ),
    "unconfirmed": (AWAY, NOBODY_KNOWS),
}
NOT_STORED: Mapping[str, str] = {
    "survey_closed": noted("What you sent just now was not stored, because the survey was closed in the meantime."),
    "link_expired": noted(
        "What you sent just now was not stored, because the link expired in the meantime. "
        "An answer that you sent before is safe."
    ),
    "change_expired": noted(
        "What you sent just now was not stored, because the time for changes ended in the meantime. "
        "Your answer is kept as you sent it before."
    ),
    "link_revoked": noted("What you sent just now was not stored, because the link was taken back in the meantime."),
}
"""Why a form that was sent was not stored, by the code of what ended while it was open."""
NOTHING_HERE_NOW = noted("What you sent just now was not stored, because there is nothing at this address any more.")
UNKNOWN: Notice = (
    noted("There is nothing at this address."),
    noted("Perhaps a part of the link got lost. Please open it again from your message, or copy all of it."),
)
BY_STATUS: Mapping[int, Notice] = {
    404: UNKNOWN,
    413: (noted("This was too much."), noted("Nothing was stored. Please go back and send a shorter text.")),
    429: (
        noted("Too many requests."),
        noted("Nothing was stored. Please wait a moment and try again."),
    ),
    503: (
        AWAY,
        noted("Nothing was stored just now; what was stored before is safe. Please try again in a moment."),
    ),
}
UNCLEAR: Notice = (
    noted("This did not work."),
    noted("Your browser sent something that we do not understand. Nothing was stored."),
)
OUR_FAULT: Notice = (
    noted("Something went wrong on our side."),
    NOBODY_KNOWS,
)


def lost_for(words: Words, code: str, status: int) -> Notice:
    """Title and text for a form that was sent and can be stored no more, translated."""
    title, _ = notice_for(words, code, status)
    return title, words.say(NOT_STORED.get(code, NOTHING_HERE_NOW))


def notice_for(words: Words, code: str, status: int) -> Notice:
    """Title and text for a refusal or failure, translated."""
    found = BY_CODE.get(code) or BY_STATUS.get(status) or (UNCLEAR if status < 500 else OUR_FAULT)
    return words.say(found[0]), words.say(found[1])
