"""The one cookie: the token of a sign-in."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from cxsurvey.settings import Settings

TOKEN = re.compile("[0-9A-Za-z]{27}")


def name(settings: Settings) -> str:
    """`__Host-` ties the cookie to https and this host; browsers drop such a cookie on plain http."""
    return "__Host-cxsurvey" if settings.is_https else "cxsurvey"


def token(request: Request, settings: Settings) -> str | None:
    """The token this request carries, or None when there is none of the right form."""
    return token_in(request.scope, settings)


def token_in(scope: Scope, settings: Settings) -> str | None:
    """As `token`, for code that has only the scope. Two differing tokens count as none."""
    wanted = name(settings)
    found: set[str] = set()
    for key, value in scope["headers"]:
        if key != b"cookie":
            continue
        for part in value.decode("latin-1").split(";"):
            label, _, content = part.strip().partition("=")
            if label == wanted:
                found.add(content)
    one = found.pop() if len(found) == 1 else ""
    return one if TOKEN.fullmatch(one) else None


def is_carried(scope: Scope, settings: Settings) -> bool:
    """Whether the request carries our cookie, whatever is in it."""
    needle = name(settings).encode() + b"="
    return any(key == b"cookie" and needle in value for key, value in scope["headers"])


def hand_out(response: Response, value: str, settings: Settings) -> None:
    """Puts the token of a new sign-in into the browser."""
    response.set_cookie(
        name(settings),
        value,
        max_age=settings.session_days * 86_400,
        path="/",
        secure=settings.is_https,
        httponly=True,
        samesite="lax",
    )


def take_back(response: Response, settings: Settings) -> None:
    """Removes the cookie from the browser."""
    response.delete_cookie(name(settings), path="/", secure=settings.is_https, httponly=True, samesite="lax")
