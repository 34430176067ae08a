"""The parts of a request that brings a file, which is written to the disk as it comes."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO

from anyio.to_thread import run_sync
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message

from cxsurvey.api.door import Caller
from cxsurvey.api.errors import unsupported
from cxsurvey.core.errors import FieldProblem, Invalid
from cxsurvey.transfer import keeping, uploads
from cxsurvey.transfer.bringing import Said
from cxsurvey.transfer.settling import NewImport
from cxsurvey.web.client import header
from cxsurvey.web.middleware import AROUND_A_FILE

MULTIPART = b"multipart/form-data"
FILE, SETTINGS = "file", "settings"


@dataclass(frozen=True, slots=True)
class Sent:
    """The file and the settings of a request. `known_by` tells them from those of any other request."""

    file: BinaryIO
    said: Said
    command: NewImport
    known_by: bytes


@asynccontextmanager
async def sent(caller: Caller, room: int | None) -> AsyncIterator[Sent]:
    """What a request holds; the file is there inside the block.

    Raises `TooManyFiles` for a file of more than `room` bytes: by the length that the request announces, before the
    file is read, else as soon as more than that has come.
    """
    given = next(iter(header(caller.request.scope, b"content-type")), b"")
    if given.partition(b";")[0].strip().lower() != MULTIPART or header(caller.request.scope, b"content-encoding"):
        raise unsupported(MULTIPART.decode())
    async with _fitting(caller, room).form(max_files=1, max_fields=1) as form:
        unknown = next((name for name in form if name not in {FILE, SETTINGS}), None)
        if unknown is not None:
            raise Invalid(problems=[FieldProblem(unknown, "unknown_field", "is not a field of this request")])
        file, said = form.get(FILE), form.get(SETTINGS, "{}")
        if not isinstance(file, UploadFile):
            raise Invalid(problems=[FieldProblem(FILE, "missing", "is required")])
        if not isinstance(said, str):
            raise Invalid(problems=[FieldProblem(SETTINGS, "not_json", "must be valid JSON")])
        text = said.encode(errors="surrogatepass")
        command = _settings(text)
        known_by = await run_sync(_known_by, file.file, file.filename or FILE, text)
        limit = caller.database.settings.import_megabytes * 1024 * 1024
        named = Said(file.filename or FILE, command.sheet, command.delimiter, limit)
        yield Sent(file.file, named, command, known_by)


def _settings(text: bytes) -> NewImport:
    """What the part of that name says; raises `Invalid`, which names the part where all of it is wrong."""
    try:
        return NewImport.from_json(text)
    except Invalid as refusal:
        refusal.problems = tuple(replace(each, field=each.field or SETTINGS) for each in refusal.problems)
        raise


def _fitting(caller: Caller, room: int | None) -> Request:
    """The request, which ends in a refusal where its body is longer than a file that fits in, and what is around it."""
    request, taken = caller.request, 0
    if room is None:
        return request
    announced = next(iter(header(request.scope, b"content-length")), b"")
    if announced.isdigit() and int(announced) > room + AROUND_A_FILE:
        raise keeping.no_room(caller.database.settings)

    async def receive() -> Message:
        nonlocal taken
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > room + AROUND_A_FILE:
            raise keeping.no_room(caller.database.settings)
        return message

    return Request(request.scope, receive)


def _known_by(file: BinaryIO, name: str, said: bytes) -> bytes:
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(uploads.PIECE):
        digest.update(piece)
    file.seek(0)
    return b"\0".join((digest.digest(), name.encode(errors="replace"), said))
