"""Refusals of personal links."""

from __future__ import annotations

from cxsurvey.core.errors import Kind, NotFound, Refusal


class LinkUnknown(NotFound):
    """No invitation has this link."""

    code = "link_unknown"
    message = "This link is not known here. Perhaps a part of it got lost."


class LinkExpired(Refusal):
    """The invitation's time is over."""

    code = "link_expired"
    kind = Kind.GONE
    message = "This link has expired."


class LinkRevoked(Refusal):
    """The invitation was taken back."""

    code = "link_revoked"
    kind = Kind.GONE
    message = "This link is no longer valid."
