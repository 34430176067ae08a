"""A form with a file in it: read whole, bounded, and with the same rules for its fields as every other form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from cxsurvey.core.errors import FieldProblem, Invalid
from cxsurvey.web.forms import Fields, form_fields, of_pairs

MEDIA_TYPE: Final = "multipart/form-data"
MOST_FIELDS: Final = 40
LONGEST_FIELD: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class SentFile:
    """The fields of a form and the bytes of its file; none where no file was chosen."""

    fields: Fields
    content: bytes


async def form_with_file(request: Request) -> SentFile:
    """The fields and the one file of a multipart body, or those of a form without one; raises `Invalid`."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA_TYPE:
        return SentFile(await form_fields(request), b"")
    try:
        form = await request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)
    except HTTPException:
        raise _unreadable("cannot be read as a form") from None
    pairs, content = [], b""
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
        else:
            pairs.append((name, value))
    await form.close()
    return SentFile(of_pairs(pairs), content)


SentForm = Annotated[SentFile, Depends(form_with_file)]
"""For the signature of a dashboard route that takes a file."""


def _unreadable(message: str) -> Invalid:
    return Invalid(problems=[FieldProblem("", "unreadable", message)])
