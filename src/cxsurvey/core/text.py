"""The text types of commands: trimmed, bounded, and free of what no database or page can bear."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
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


Line16 = Annotated[str, *_line(16)]
"""A language tag, as columns keep it."""
Line40 = Annotated[str, *_line(40)]
Line80 = Annotated[str, *_line(80)]
Line200 = Annotated[str, *_line(200)]
Line320 = Annotated[str, *_line(320)]
Line500 = Annotated[str, *_line(500)]
MaybeLine200 = Annotated[str, *_line(200, 0)]
Passage1000 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(_check_text)]
Passage4000 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000), AfterValidator(_check_text)]
"""A comment or another longer text: several lines, up to 4,000 characters."""


def whole_number(text: str) -> int | str:
    """What a form, a CSV cell or the command line wrote, as a number where it is one.

    Only one to three plain digits are a number; anything else stays text, so that the strict command refuses it
    with its own message.
    """
    return int(text) if WHOLE_NUMBER.fullmatch(text) else text
