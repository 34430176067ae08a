"""Where to go after signing in: a path of this installation, and never another site."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from starlette.requests import Request

HOME = "/"
LONGEST = 500
# printable ASCII without the backslash, which browsers read as a slash
PLAIN = re.compile(r"/[\x21-\x5b\x5d-\x7e]*")


def local_path(text: str) -> str:
    """`text` when it is a path of our own, else the start page."""
    if len(text) > LONGEST or not PLAIN.fullmatch(text) or text.startswith("//"):
        return HOME
    try:
        parts = urlsplit(text)
    except ValueError:
        return HOME
    return HOME if parts.scheme or parts.netloc else text


def sign_in_for(request: Request) -> str:
    """The address of the sign-in page that leads back to this page; after a form, to the start page."""
    if request.method != "GET":
        return "/sign-in"
    query = f"?{request.url.query}" if request.url.query else ""
    wanted = local_path(f"{quote(request.scope['path'], safe='/')}{query}")
    return "/sign-in" if wanted == HOME else f"/sign-in?next={quote(wanted, safe='')}"
