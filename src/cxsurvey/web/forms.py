"""What a form sent, as text by name: bounded, decoded strictly, nothing twice unless asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.core.errors import FieldProblem, Invalid, Kind, Refusal
from cxsurvey.core.text import NOT_TEXT
from cxsurvey.web.errors import STATUS
from cxsurvey.web.templating import render

AGAIN = frozenset({Kind.INVALID, Kind.CONFLICT, Kind.TOO_MANY, Kind.UNAVAILABLE})
"""Refusals after which a form is shown again with what was typed; the others end the matter."""
MEDIA_TYPE = "application/x-www-form-urlencoded"
MAX_FIELDS = 200


class Fields(Mapping[str, str]):
    """The fields of a form. One that came more than once raises `Invalid`, unless it is read by `all`."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def __getitem__(self, name: str) -> str:
        values = self._values[name]
        if len(values) > 1:
            raise Invalid(problems=[FieldProblem(name, "duplicate", "was sent more than once")])
        return values[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field, in the order of the form."""
        return tuple(self._values.get(name, ()))

    def filled(self, *names: str) -> dict[str, str]:
        """Those of the named fields that hold more than white space; a command says about the others."""
        return {name: self[name] for name in names if name in self and self[name].strip()}


async def form_fields(request: Request) -> Fields:
    """The fields of an urlencoded body; raises `Invalid` for another media type or what cannot be text."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if body and media_type != MEDIA_TYPE:
        raise _unreadable("must be sent as a form")
    return parse(body)


SentFields = Annotated[Fields, Depends(form_fields)]
"""For the signature of a dashboard route."""


def parse(body: bytes) -> Fields:
    """The fields in the bytes of an urlencoded form; raises `Invalid`."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise _unreadable("cannot be read as a form") from None
    return of_pairs(pairs)


def of_pairs(pairs: list[tuple[str, str]]) -> Fields:
    """The fields of these names and values; raises `Invalid` for what cannot be text."""
    pairs = [(name, value.replace("\r\n", "\n")) for name, value in pairs]
    for name, value in pairs:
        if NOT_TEXT.search(name):
            raise _unreadable("must not name fields with control characters")
        if NOT_TEXT.search(value):
            raise Invalid(problems=[FieldProblem(name, "forbidden_characters", "must not contain control characters")])
    return Fields(pairs)


def errors_by_field(refusal: Refusal) -> dict[str, str]:
    """One sentence per field that is not right, for the form shown again; "" stands for the whole form."""
    sentences: dict[str, str] = {}
    for problem in refusal.problems:
        sentences.setdefault(problem.field, _sentence(problem))
    return sentences or {"": refusal.text}


def show_again(request: Request, template: str, page: Any, refusal: Refusal) -> Response:
    """The page of a form that was refused, with the status of the refusal and when to try again."""
    answer = render(request, template, page, STATUS[refusal.kind])
    if refusal.retry_after is not None:
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer


def _sentence(problem: FieldProblem) -> str:
    message = problem.message
    if problem.rule in {"missing", "too_short"} and ("at least" not in message or "at least 1 char" in message):
        return "Please fill this in."
    text = message[:1].upper() + message[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _unreadable(message: str) -> Invalid:
    return Invalid(problems=[FieldProblem("", "unreadable", message)])
