"""A file that comes with a request: written to the disk as it comes, and examined outside of any unit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO
from uuid import UUID

from anyio.to_thread import run_sync
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from cxsurvey.api.door import Caller
from cxsurvey.core.errors import FieldProblem, Invalid
from cxsurvey.transfer import keeping, source, uploads
from cxsurvey.transfer.settling import NewImport
from cxsurvey.transfer.source import Source
from cxsurvey.web.client import header
from cxsurvey.web.middleware import AROUND_A_FILE

MULTIPART = b"multipart/form-data"
FILE, SETTINGS = "file", "settings"


@dataclass(frozen=True, slots=True)
class Brought:
    """A file in the folder of an import that is not begun yet. `known_by` tells it from any other request."""

    import_id: UUID
    name: str
    size: int
    source: Source
    known_by: bytes


async def brought(caller: Caller, room: int | None) -> tuple[NewImport, Brought]:
    """The settings and the file of a request, received and examined; whatever is refused leaves nothing behind.

    Raises `TooManyFiles` for a file of more than `room` bytes: by the length that the request announces, before the
    file is read, else as soon as more than that has come.
    """
    given = next(iter(header(caller.request.scope, b"content-type")), b"")
    if given.partition(b";")[0].strip().lower() != MULTIPART or header(caller.request.scope, b"content-encoding"):
        raise HTTPException(415)
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
        command = NewImport.from_json(text)
        received = partial(_received, caller, file.filename or FILE, file.file, command, text)
        return command, await run_sync(received)


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


def _received(caller: Caller, name: str, file: BinaryIO, command: NewImport, said: bytes) -> Brought:
    settings, import_id = caller.database.settings, caller.database.ids.new()
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(uploads.PIECE):
        digest.update(piece)
    file.seek(0)
    size = uploads.receive(settings, import_id, file, settings.import_megabytes * 1024 * 1024)
    try:
        found = source.examine(settings, import_id, sheet=command.sheet, delimiter=command.delimiter)
    except BaseException:
        uploads.remove(settings, import_id)
        raise
    return Brought(import_id, name, size, found, b"\0".join((digest.digest(), name.encode(errors="replace"), said)))
