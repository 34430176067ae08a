"""How the API says no: RFC 9457 problem details, the same shape for every status. Never repeats what was sent."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.core.errors import FieldProblem, Kind, Refusal
from cxsurvey.web.errors import (
    LONGEST_NAME,
    Fault,
    ParameterProblem,
    UnsupportedContent,
    in_one_sentence,
    request_id,
)
from cxsurvey.web.ready import Ready, raw

R = TypeVar("R", bound=Refusal)

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:cxsurvey:problem:"
MOST_PROBLEMS = 20

TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    410: "Gone",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Unsupported media type",
    422: "Not valid",
    428: "Condition needed",
    429: "Too many requests",
    500: "Unexpected error",
    503: "Unavailable",
}


class IdempotencyKeyMalformed(Refusal):
    """The header cannot be used as a key."""

    code = "idempotency_key_malformed"
    kind = Kind.INVALID
    message = "The Idempotency-Key must be one header of 1 to 255 visible ASCII characters."

    def __init__(self) -> None:
        super().__init__(problems=[_about_key("malformed", "must be 1 to 255 visible ASCII characters, sent once")])


class IdempotencyKeyRequired(Refusal):
    """A batch is only accepted with a key."""

    code = "idempotency_key_required"
    kind = Kind.INVALID
    message = "A batch needs an Idempotency-Key, so that it can be repeated safely."

    def __init__(self) -> None:
        super().__init__(problems=[_about_key("missing", "is required")])


class IdempotencyKeyReused(Refusal):
    """The key was used with another request."""

    code = "idempotency_key_reused"
    kind = Kind.INVALID
    message = "This Idempotency-Key was already used with another request. Take a new key for a new request."

    def __init__(self) -> None:
        super().__init__(problems=[_about_key("reused", "was already used with another request")])


class PreconditionFailed(Refusal):
    """The thing is no longer the one that the caller read; nothing was changed."""

    code = "precondition_failed"
    kind = Kind.STALE
    message = "This was changed since you read it. Read it again, then send your change with its new ETag."

    def __init__(self) -> None:
        super().__init__(problems=[_about_match("stale", "must be the ETag of what is stored now")])


class PreconditionRequired(Refusal):
    """A change that could overwrite another one says what it is based on."""

    code = "precondition_required"
    kind = Kind.UNCONDITIONAL
    message = "Send If-Match with the ETag of what you have read, so that no change of somebody else is lost."

    def __init__(self) -> None:
        super().__init__(problems=[_about_match("missing", "is required")])


class PreconditionMalformed(Refusal):
    """The header names no revision of ours."""

    code = "precondition_malformed"
    kind = Kind.INVALID
    message = "If-Match must be one ETag as it was answered, with its quotation marks, or *."

    def __init__(self) -> None:
        super().__init__(problems=[_about_match("malformed", "must be one ETag of ours, or *")])


def in_query(refusal: R) -> R:
    """The refusal with its fields named as parameters of the query."""
    refusal.problems = tuple(ParameterProblem(one.field, one.rule, one.message) for one in refusal.problems)
    return refusal


def unsupported(*media_types: str) -> UnsupportedContent:
    """The error for a body that is of another media type than these, or compressed."""
    *others, last = media_types
    named = f"{', '.join(others)} or {last}" if others else last
    return UnsupportedContent(f"Send Content-Type: {named}; not compressed.")


def _about_key(rule: str, message: str) -> ParameterProblem:
    return ParameterProblem("Idempotency-Key", rule, message, "header")


def _about_match(rule: str, message: str) -> ParameterProblem:
    return ParameterProblem("If-Match", rule, message, "header")


def face(request: Request, fault: Fault) -> Response:
    """A fault as problem details."""
    headers = {**fault.headers, "Content-Type": MEDIA_TYPE}
    if fault.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    told = encoded(document(fault)) if fault.problems else _told(fault.status, fault.code, fault.text)
    body = b'%b,"request_id":%b}' % (told[:-1], encoded(request_id(request)))
    return Ready(body, fault.status, raw(headers))


@lru_cache(maxsize=256)
def _told(status: int, code: str, text: str) -> bytes:
    """A document without problems of fields: under overload the same few are told thousands of times a second."""
    return encoded(document(Fault(status, code, text)))


def document(fault: Fault) -> dict[str, Any]:
    """The members of a problem, but for the number of the request."""
    return {
        "type": TYPE + fault.code,
        "title": TITLES[fault.status],
        "status": fault.status,
        "code": fault.code,
        "detail": _detail(fault),
        "errors": [_entry(problem) for problem in fault.problems[:MOST_PROBLEMS]],
    }


def _detail(fault: Fault) -> str:
    """The text of the fault; where it is what one field must be, a sentence about that field."""
    first = next(iter(fault.problems), None)
    if first is None or not first.field or fault.text != first.message or not fault.text[:1].islower():
        return fault.text
    return in_one_sentence(fault.problems)


def encoded(document: Any) -> bytes:
    """A document as the bytes of a reply."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _entry(problem: FieldProblem) -> dict[str, str]:
    said = {"rule": problem.rule, "message": problem.message}
    if isinstance(problem, ParameterProblem):
        return {problem.place: problem.field[:LONGEST_NAME], **said}
    parts = [part[:LONGEST_NAME] for part in problem.field.split(".")] if problem.field else []
    pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)
    return {"pointer": pointer, "field": ".".join(parts), **said}
