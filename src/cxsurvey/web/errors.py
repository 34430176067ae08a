"""From refusals and failures to statuses; each audience gives a fault its own face."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from fastapi.exceptions import RequestValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.core.command import rule_of
from cxsurvey.core.errors import FieldProblem, Kind, Refusal

LONGEST_NAME = 80
MOST_NAMED = 5
"""Parameters that one sentence tells of; a problem document lists more."""

STATUS: Mapping[Kind, int] = {
    Kind.INVALID: 422,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.STALE: 412,
    Kind.UNCONDITIONAL: 428,
    Kind.GONE: 410,
    Kind.TOO_LARGE: 413,
    Kind.TOO_MANY: 429,
    Kind.UNAVAILABLE: 503,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong, ready to be shown: never holds what was sent, nor anything from the inside.

    `code` is a stable word, `text` English for people, `headers` what the answer must carry besides.
    """

    status: int
    code: str
    text: str
    problems: tuple[FieldProblem, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ParameterProblem(FieldProblem):
    """A rule that a header or a query parameter broke; `place` says which of the two."""

    place: Literal["header", "query"] = "query"


Face = Callable[[Request, Fault], Response]
"""How an audience shows a fault."""

NOT_FOUND = Fault(404, "not_found", "There is nothing here.")
METHOD_NOT_ALLOWED = Fault(405, "method_not_allowed", "This address does not take that method.")
UNEXPECTED = Fault(500, "unexpected", "Something went wrong on our side. It has been noted.")
BAD_REQUEST = Fault(400, "bad_request", "This request cannot be understood.")
UNSUPPORTED = Fault(415, "unsupported_media_type", "This address does not take that kind of content.")

_BY_STATUS = {fault.status: fault for fault in (NOT_FOUND, METHOD_NOT_ALLOWED, UNEXPECTED, BAD_REQUEST, UNSUPPORTED)}


def fault_of(refusal: Refusal) -> Fault:
    """The fault that a refusal becomes on the wire."""
    headers = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after is not None else {}
    return Fault(STATUS[refusal.kind], refusal.code, refusal.text, refusal.problems, headers)


class UnsupportedContent(HTTPException):
    """The content is not of the kind that an address takes, which `taken` names in English."""

    def __init__(self, taken: str) -> None:
        super().__init__(UNSUPPORTED.status)
        self.taken = taken


def fault_of_status(error: HTTPException) -> Fault:
    """The fault behind a status that the framework or an edge has answered with."""
    known = _BY_STATUS.get(error.status_code, BAD_REQUEST)
    text = error.taken if isinstance(error, UnsupportedContent) else known.text
    return Fault(known.status, known.code, text, headers=dict(error.headers or {}))


def request_id(request: Request) -> str:
    """The number under which this request stands in the log."""
    value: str = request.scope.get("state", {}).get("request_id", "")
    return value


def install(app: Starlette, face: Face) -> None:
    """Gives an application the face of its audience for everything that can go wrong."""

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return face(request, fault_of(error))

    async def by_status(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return face(request, fault_of_status(error))

    async def unfit(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return face(request, fault_of_parameters(error.errors()))

    async def failed(request: Request, error: Exception) -> Response:
        return face(request, UNEXPECTED)

    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(HTTPException, by_status)
    app.add_exception_handler(RequestValidationError, unfit)
    app.add_exception_handler(Exception, failed)


def fault_of_parameters(errors: Any) -> Fault:
    """What FastAPI found wrong with a path or query, without what was sent. A malformed id is a missing thing."""
    if any(error["loc"][0] == "path" for error in errors):
        return NOT_FOUND
    problems = tuple(_parameter(error) for error in errors)
    return Fault(422, "invalid", in_one_sentence(problems), problems)


def in_one_sentence(problems: Sequence[FieldProblem]) -> str:
    """What is wrong with parameters or fields, the first few by name."""
    said = "; ".join(f"{problem.field[:LONGEST_NAME]} {problem.message}" for problem in problems[:MOST_NAMED])
    return f"{said}."


def _parameter(error: Any) -> ParameterProblem:
    rule, message = rule_of(error)
    if rule == "unknown_field":
        message = "is not a parameter of this address"
    return ParameterProblem(".".join(map(str, error["loc"][1:])), rule, message)
