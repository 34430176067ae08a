"""The API key that a request carries, as it was sent; whether it is any good is seen inside the read or unit."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import Scope

from cxsurvey.core.errors import Unauthenticated
from cxsurvey.web.client import header

BEARER = b"bearer "
LONGEST_TOKEN = 200


def bearer_in(scope: Scope) -> bytes | None:
    """The token in the one Authorization header; None when there is none, several, or another kind."""
    sent = header(scope, b"authorization")
    if len(sent) != 1 or len(sent[0]) > LONGEST_TOKEN or sent[0][:7].lower() != BEARER:
        return None
    return sent[0][7:].strip()


def token_of(request: Request) -> str:
    """The API key of a request; raises `Unauthenticated`."""
    token = bearer_in(request.scope)
    if token is None:
        raise Unauthenticated("Send a valid API key: “Authorization: Bearer …”.")
    return token.decode("latin-1")
