"""Entity tags: how a reader keeps a copy, and how a writer says what a change is based on.

A tag is the revision of the thing and a digest of the document, such as `"3-1f0a99c2e4b7d015"`. Equal tags mean equal
bytes; a change is measured by the revision alone, so that an upgrade that only adds fields refuses nobody's change.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.requests import Request

from cxsurvey.api.errors import PreconditionFailed, PreconditionMalformed, PreconditionRequired
from cxsurvey.core.errors import Stale
from cxsurvey.web.client import header

TAG = re.compile(r'"([1-9][0-9]{0,9})(?:-[0-9a-f]{16})?"')
ANY = "*"


def tag_of(revision: int, body: bytes) -> str:
    """The strong tag of a document."""
    return f'"{revision}-{hashlib.sha256(body).hexdigest()[:16]}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether the reader has this document already: If-None-Match names its tag, weak or strong, or `*`."""
    sent = b",".join(header(request.scope, b"if-none-match")).decode("latin-1")
    given = {item.strip().removeprefix("W/") for item in sent.split(",")}
    return tag in given or ANY in given


@dataclass(frozen=True, slots=True)
class Condition:
    """What a change is based on: a revision, or None for whatever is there. `given` says whether a header named it."""

    revision: int | None
    given: bool = True

    @contextmanager
    def met(self) -> Iterator[None]:
        """What a use case refuses inside as stale becomes `PreconditionFailed`."""
        try:
            yield
        except Stale:
            if not self.given:
                raise
            raise PreconditionFailed from None


def condition_of(request: Request, *, needed: bool) -> Condition:
    """The If-Match of a request; without one, whatever is there.

    Raises `PreconditionRequired` when one is needed, `PreconditionMalformed` for anything but one tag or `*`. A weak
    tag is none for a change.
    """
    sent = header(request.scope, b"if-match")
    if not sent:
        if needed:
            raise PreconditionRequired
        return Condition(None, given=False)
    text = b",".join(sent).decode("latin-1").strip()
    if text == ANY:
        return Condition(None)
    found = TAG.fullmatch(text)
    if found is None:
        raise PreconditionMalformed
    return Condition(int(found[1]))
