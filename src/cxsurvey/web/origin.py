"""Two questions about where a request comes from: was it sent to us, and did one of our pages send it?"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from starlette.types import Scope

from cxsurvey.settings import LOOPBACK_NAMES, Settings
from cxsurvey.web.client import header

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
DEFAULT_PORT = {"http": 80, "https": 443}


def is_our_host(scope: Scope, settings: Settings) -> bool:
    """Whether the Host header names this installation; without a base URL, any loopback name does."""
    hosts = header(scope, b"host")
    if len(hosts) != 1:
        return False
    return _is_named(hosts[0], settings.base_url, settings.origin)


@lru_cache(maxsize=256)  # the same few names in every request
def _is_named(host: bytes, base_url: str | None, origin: str) -> bool:
    scheme = urlsplit(origin).scheme
    named = _host_and_port(host.decode("latin-1"), "http" if base_url is None else scheme)
    if named is None:
        return False
    if base_url is None and named[0] in LOOPBACK_NAMES:
        return True
    return named == _host_and_port(urlsplit(origin).netloc, scheme)


def is_same_site(scope: Scope, settings: Settings) -> bool:
    """Whether a browser says that one of our own pages, or the person directly, sent this request.

    Browsers say so in `Sec-Fetch-Site`; those that do not (older ones, and all on plain http) send `Origin`.
    """
    told = header(scope, b"sec-fetch-site")
    if told:
        return len(told) == 1 and told[0] in {b"same-origin", b"none"}
    origins = [value.decode("latin-1") for value in header(scope, b"origin")]
    if len(origins) != 1:
        return False
    if origins[0] == settings.origin:
        return True
    # on loopback the same server answers to several names; the Host has been checked before
    return settings.base_url is None and origins[0] == f"http://{header(scope, b'host')[0].decode('latin-1')}"


def _host_and_port(text: str, scheme: str) -> tuple[str, int] | None:
    if any(sign in text for sign in "/?#@\\ \t"):
        return None
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port or DEFAULT_PORT[scheme]
    except ValueError:
        return None
    return (parts.hostname, port) if parts.hostname else None
