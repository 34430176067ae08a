"""Refusals: what a domain says no to, by kind. Each audience gives every kind its own face.

A domain subclasses `Refusal` with a name that says what happened, a stable `code` and a `kind`; it knows no
HTTP. A bug is an ordinary exception and never a `Refusal`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """How a refusal is meant, independent of any transport."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    STALE = "stale"
    UNCONDITIONAL = "unconditional"
    GONE = "gone"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One rule that one field broke. Never holds the value that was sent.

    `field` is the path to the field with dots (`person.email`), "" for the whole input; `rule` is a stable
    word (`missing`, `too_long`, `not_a_score`); `message` says the rule in English.
    """

    field: str
    rule: str
    message: str


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error of the program
    """A use case says no. `message` is English text for people, `field` the input that caused it, if one did."""

    code: ClassVar[str] = "refused"
    kind: ClassVar[Kind] = Kind.CONFLICT
    message: ClassVar[str] = "This is not possible."

    def __init__(
        self,
        message: str | None = None,
        *,
        field: str | None = None,
        retry_after: int | None = None,
        problems: Sequence[FieldProblem] = (),
    ) -> None:
        self.text = message or self.message
        self.field = field
        self.retry_after = retry_after
        self.problems = tuple(problems)
        if not self.problems and field is not None:
            self.problems = (FieldProblem(field, self.code, self.text),)
        super().__init__(self.text)


class Invalid(Refusal):
    """The input breaks rules; `problems` names each field and rule."""

    code = "invalid"
    kind = Kind.INVALID
    message = "Some fields are not right."


class NotFound(Refusal):
    """There is no such thing, or it belongs to somebody else: the two look exactly alike."""

    code = "not_found"
    kind = Kind.NOT_FOUND
    message = "There is nothing here."


class Forbidden(Refusal):
    """The actor is known and may not do this."""

    code = "forbidden"
    kind = Kind.FORBIDDEN
    message = "You are not allowed to do this."


class Stale(Refusal):
    """The thing changed since the caller read it; nothing of this change was stored. A domain says which thing."""

    code = "stale_edit"
    kind = Kind.CONFLICT
    message = "Somebody else changed this in the meantime. Look at their change, then save again."


class LiveKeyNeeded(Refusal):
    """A key in test mode would change what counts."""

    code = "live_key_needed"
    kind = Kind.FORBIDDEN
    message = "A key in test mode changes nothing that counts. Use a live key for this."


class Unauthenticated(Refusal):
    """Nobody is signed in, or the key is unknown, expired or revoked."""

    code = "unauthenticated"
    kind = Kind.UNAUTHENTICATED
    message = "Sign in, or send a valid API key."


class TooMany(Refusal):
    """A limit of the caller is used up; `retry_after` says in how many seconds to come back."""

    code = "too_many"
    kind = Kind.TOO_MANY
    message = "Too many requests."


class TooLarge(Refusal):
    """The input is bigger than this place accepts."""

    code = "too_large"
    kind = Kind.TOO_LARGE
    message = "This is too large."


class Busy(Refusal):
    """Somebody else is writing the same thing this moment; nothing was stored."""

    code = "busy"
    kind = Kind.CONFLICT
    message = "The same thing is being changed by somebody else. Try again."

    def __init__(self) -> None:
        super().__init__(retry_after=1)


class Unavailable(Refusal):
    """The service cannot store or read just now; nothing was stored and trying again is right.

    The one exception, where it is not known, is `Unconfirmed`.
    """

    code = "unavailable"
    kind = Kind.UNAVAILABLE
    message = "The service is busy or its database cannot be reached. Nothing was stored; please try again."

    def __init__(self, message: str | None = None, *, retry_after: int = 2) -> None:
        super().__init__(message, retry_after=retry_after)


class Unconfirmed(Unavailable):
    """The database was told to keep it and did not say that it has: it may be stored or not.

    Whoever sends it again with the same submission, external id or idempotency key gets the same answer.
    """

    code = "unconfirmed"
    message = "The database gave no confirmation, so this may be stored or not. Look first, or repeat it with its key."
