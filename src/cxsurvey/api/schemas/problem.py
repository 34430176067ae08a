"""Why a request was refused (RFC 9457), and what became of the items of a batch."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from cxsurvey.api.schemas.base import Document
from cxsurvey.api.schemas.response import Receipt
from cxsurvey.core.errors import FieldProblem


class ProblemEntry(Document):
    """One rule that the request broke; exactly one of `pointer`, `header` and `query` says where."""

    pointer: str | None = None
    """JSON pointer into the body; empty for the whole body."""
    field: str | None = None
    """The same with dots."""
    header: str | None = None
    query: str | None = None
    rule: str = Field(examples=["out_of_range"])
    message: str = Field(examples=["must be 10 or less"])

    @classmethod
    def of(cls, problem: FieldProblem) -> Self:
        """The entry for a rule that a field of the body broke."""
        return cls(
            pointer="".join("/" + part.replace("~", "~0").replace("/", "~1") for part in problem.field.split(".")),
            field=problem.field,
            rule=problem.rule,
            message=problem.message,
        )


class ItemProblem(Document):
    """Why one item of a batch was refused."""

    type: str = Field(examples=["urn:cxsurvey:problem:invalid"])
    title: str
    status: int
    code: str = Field(examples=["invalid"])
    detail: str
    errors: list[ProblemEntry]


class Problem(ItemProblem):
    """Why a request was refused (RFC 9457)."""

    request_id: str
    """The number under which the request stands in the log."""


class BatchItem(Document):
    """What became of one item; `response` for a stored one, `problem` for a refused one."""

    index: int
    """Place in the request, from 0."""
    status: int
    """What the item would have been answered with alone: 201, 200, or the status of its problem."""
    response: Receipt | None = None
    problem: ItemProblem | None = None


class BatchResult(Document):
    """What became of each item, in the order of the request."""

    data: list[BatchItem]

    def encoded(self) -> bytes:
        """The bytes of the reply: an item has either a response or a problem, never an empty place for the other."""
        return self.__pydantic_serializer__.to_json(self, exclude_unset=True)
