"""The text types of commands: trimmed, bounded, and free of what no database or page can bear."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

WHOLE_NUMBER = re.compile(r"[0-9]{1,3}")
# control characters but tab and line ends, and halves of surrogate pairs
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


def _line(maximum: int, minimum: int = 1) -> tuple[StringConstraints, AfterValidator]:
    return (
        StringConstraints(strip_whitespace=True, min_length=minimum, max_length=maximum),
        AfterValidator(_check_line),
    )


Line40 = Annotated[str, *_line(40)]
Line80 = Annotated[str, *_line(80)]
Line200 = Annotated[str, *_line(200)]
Line320 = Annotated[str, *_line(320)]
Line500 = Annotated[str, *_line(500)]
MaybeLine80 = Annotated[str, *_line(80, 0)]
MaybeLine300 = Annotated[str, *_line(300, 0)]
MaybeLine200 = Annotated[str, *_line(200, 0)]
Passage1000 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(_check_text)]
Passage4000 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000), AfterValidator(_check_text)]
"""A comment or another longer text: several lines, up to 4,000 characters."""


def _check_colour(value: str) -> str:
    if not COLOUR.fullmatch(value):
        raise PydanticCustomError("not_a_colour", "must be a colour such as #274C84")
    return value.upper()


COLOUR = re.compile("#[0-9A-Fa-f]{6}")
Colour = Annotated[
    str, AfterValidator(_check_colour), WithJsonSchema({"type": "string", "pattern": f"^{COLOUR.pattern}$"})
]
"""Red, green and blue as six hexadecimal digits; kept in capitals."""
MaybeColour = Annotated[
    str,
    AfterValidator(lambda value: _check_colour(value) if value else value),
    WithJsonSchema({"type": "string", "pattern": f"^({COLOUR.pattern})?$"}),
]


def _check_scalar(value: object) -> object:
    if isinstance(value, str):
        fine = len(value) <= LONGEST_SCALAR and not NOT_IN_A_LINE.search(value)
    elif isinstance(value, int | float):
        # larger whole numbers are not the same number in every reader of JSON; NaN is smaller than nothing
        fine = abs(value) <= 2**53
    else:
        fine = value is None
    if not fine:
        raise PydanticCustomError(
            "not_a_plain_value", "must be a line of text (at most 500 characters), a number, true, false or null"
        )
    return value


LONGEST_SCALAR = 500
Scalar = Annotated[
    Any,
    PlainValidator(_check_scalar),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": LONGEST_SCALAR},
                {"type": "number", "minimum": -(2**53), "maximum": 2**53},
                {"type": "boolean"},
                {"type": "null"},
            ]
        }
    ),
]
"""A value of a free attribute."""


def whole_number(text: str) -> int | str:
    """What a form, a CSV cell or the command line wrote, as a number where it is one.

    Only one to three plain digits are a number; anything else stays text, so that the strict command refuses it
    with its own message.
    """
    return int(text) if WHOLE_NUMBER.fullmatch(text) else text
