"""Commands and the text inside them: the one way in which outside input becomes a value of a domain.

A command is frozen and strict, refuses unknown fields, and its problems never repeat what was sent.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from cxsurvey.core.errors import FieldProblem, Invalid

WHOLE_NUMBER = re.compile(r"[0-9]{1,3}")
# everything that is no text: control characters but tab and line ends, and halves of surrogate pairs
NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
NOT_IN_A_LINE = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")


def _check_text(value: str) -> str:
    if NOT_TEXT.search(value):
        raise PydanticCustomError("forbidden_characters", "must not contain control characters")
    return value


def _check_line(value: str) -> str:
    if NOT_IN_A_LINE.search(value):
        raise PydanticCustomError("forbidden_characters", "must be one line without control characters")
    return value


type Text2000 = Any
"""


"""


def Line(maximum: int, minimum: int = 1) -> Any:  # noqa: N802 - reads as a type
    """A single line of text: trimmed, `minimum` to `maximum` characters, no line breaks or control characters."""
    return Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=minimum, max_length=maximum),
        AfterValidator(_check_line),
    ]


def Passage(maximum: int, minimum: int = 0) -> Any:  # noqa: N802 - reads as a type
    """Text of several lines, up to `maximum` characters, without control characters."""
    return Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=minimum, max_length=maximum),
        AfterValidator(_check_text),
    ]
