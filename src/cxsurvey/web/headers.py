"""The security headers of each audience. A route may set its own value; what it leaves out is filled in."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from cxsurvey.settings import Settings


class Audience(StrEnum):
    """Whom an application serves."""

    RESPOND = "respond"
    DASHBOARD = "dashboard"
    API = "api"
    OPERATIONS = "operations"


def content_policy(frame_ancestors: str = "'none'") -> str:
    """Everything from here, nothing inline, framed only by `frame_ancestors`."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {frame_ancestors}"
    )


# The token stands in the address and must not travel on. Under `no-referrer` browsers would also send
# `Origin: null` with the form, and the rule that keeps other sites from signing somebody in would refuse it.
DOOR_PAGE = {"Referrer-Policy": "strict-origin"}

EVERYWHERE = {"X-Content-Type-Options": "nosniff"}
PAGES = {
    "Content-Security-Policy": content_policy(),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
BY_AUDIENCE: Mapping[Audience, Mapping[str, str]] = {
    Audience.RESPOND: {**PAGES, "Referrer-Policy": "no-referrer"},
    Audience.DASHBOARD: {**PAGES, "Referrer-Policy": "same-origin"},
    Audience.API: {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    },
    Audience.OPERATIONS: {"Cache-Control": "no-store"},
}


def headers_for(audience: Audience, settings: Settings) -> list[tuple[bytes, bytes]]:
    """Every header an answer to this audience carries unless the route says otherwise."""
    wanted = {**EVERYWHERE, **BY_AUDIENCE[audience]}
    if settings.is_https:
        wanted["Strict-Transport-Security"] = "max-age=31536000"
    return [(name.lower().encode(), value.encode()) for name, value in wanted.items()]
