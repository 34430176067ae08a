"""The bytes of a request: the right media type, not too many of them, and nothing else done to them."""

from __future__ import annotations

from email.message import Message

from starlette.requests import Request

from cxsurvey.api.errors import unsupported
from cxsurvey.core.errors import TooLarge
from cxsurvey.core.pictures import MOST_BYTES, SUFFIXES
from cxsurvey.web.client import header
from cxsurvey.web.ready import whole_body

ONE = 64 * 1024
"""The most bytes of a request about one thing."""
MANY = 2 * 1024 * 1024
"""The most bytes of a batch."""


async def body_of(request: Request, limit: int = ONE) -> bytes:
    """The body of a JSON request, refused before it is read when it is of another type or announced too large."""
    if not _is_json(request):
        raise unsupported("application/json")
    announced = next(iter(header(request.scope, b"content-length")), b"")
    if announced.isdigit():
        if int(announced) > limit:
            raise TooLarge
        return await whole_body(request)  # the server reads no more than was announced
    return await _counted(request, limit)


async def empty_body(request: Request) -> bytes:
    """The body of a request that needs none: nothing at all, or an empty JSON object."""
    body = await _counted(request, ONE)
    if body and not _is_json(request):
        raise unsupported("application/json")
    return body


async def picture_body(request: Request) -> bytes:
    """The body of a request that sends a picture as it is."""
    given = next(iter(header(request.scope, b"content-type")), b"").decode("latin-1")
    if given.strip().lower() not in SUFFIXES or header(request.scope, b"content-encoding"):
        raise unsupported(*SUFFIXES)
    return await _counted(request, MOST_BYTES + 1)


async def _counted(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge
    return bytes(body)


def _is_json(request: Request) -> bool:
    given = next(iter(header(request.scope, b"content-type")), b"")
    if header(request.scope, b"content-encoding"):
        return False
    return given == b"application/json" or _names_json(given.decode("latin-1"))


def _names_json(given: str) -> bool:
    """Whether a media type with parameters is JSON in UTF-8."""
    parsed = Message()
    parsed["content-type"] = given
    charset = parsed.get_param("charset", "utf-8")
    return parsed.get_content_type() == "application/json" and str(charset).lower() in {"utf-8", "utf8"}
