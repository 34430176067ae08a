"""The face of everything that can go wrong: a calm page in the customer's language, guarded against itself."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.core.errors import Refusal
from cxsurvey.core.i18n import languages
from cxsurvey.respond import drawing
from cxsurvey.respond.languages import choose
from cxsurvey.respond.notices import lost_for, notice_for
from cxsurvey.respond.tongue import DOMAIN, Tongue, tongue
from cxsurvey.respond.typed import words_in
from cxsurvey.surveys.asked import AskedWorkspace
from cxsurvey.web.errors import STATUS, Fault
from cxsurvey.web.ready import Ready, raw

log = structlog.get_logger("cxsurvey.respond")

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action {forms}; base-uri 'none'; "
    "frame-ancestors {frames}"
)
HEADERS = {
    "Content-Security-Policy": POLICY.format(forms="'self'", frames="'none'"),
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
}
PAGE_HEADERS = [*raw(HEADERS), (b"content-type", b"text/html; charset=utf-8")]
SEE_HEADERS = raw(HEADERS)
ALLOWED = "GET, HEAD, POST"
LAST_RESORT = (
    b'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    b"<title>Something went wrong</title><h1>Something went wrong on our side.</h1>"
    b"<p>Please try again in a moment. Sending an answer again is safe: it never counts twice.</p></html>"
)


def page(content: str | bytes, status: int = 200) -> Response:
    """A page of a customer with its headers."""
    return Ready(content.encode() if isinstance(content, str) else content, status, PAGE_HEADERS)


def asked_for(request: Request) -> Tongue:
    """The language of a page that belongs to no survey."""
    known = languages(DOMAIN)
    wishes = [request.query_params.get("lang")]
    return tongue(choose(known, known[0], wishes, request.headers.get("accept-language", "")))


def notice(
    spoken: Tongue, code: str, status: int, *, workspace: AskedWorkspace | None = None, again: str = ""
) -> Response:
    """The notice for a refusal, with the name of who asks where that is known."""
    title, text = notice_for(spoken.words, code, status)
    return page(drawing.notice(spoken, title, text, workspace=workspace, again=again), status)


def lost(
    spoken: Tongue, code: str, status: int, fields: Mapping[str, str], *, workspace: AskedWorkspace | None = None
) -> Response:
    """The end of a form that was sent: that it was not stored, and why, with what was typed in it to be copied."""
    title, text = lost_for(spoken.words, code, status)
    return page(drawing.notice(spoken, title, text, workspace=workspace, typed=words_in(fields)), status)


def keep_for_later(request: Request, fields: Mapping[str, str], refusal: Refusal) -> Response:
    """A page that needs nothing from the database and holds what was typed, to be sent again."""
    spoken = asked_for(request)
    status = STATUS[refusal.kind]
    title, text = notice_for(spoken.words, refusal.code, status)
    address = request.url.path
    if request.query_params:
        address += f"?{urlencode(request.query_params.multi_items())}"
    response = page(drawing.again(spoken, title, text, address, fields), status)
    response.headers["Retry-After"] = str(refusal.retry_after or 2)
    return response


def face(request: Request, fault: Fault) -> Response:
    """Shows a fault; if even that fails, says so in one plain page."""
    try:
        shown = notice(asked_for(request), fault.code, fault.status, again=_again(request, fault.status))
    except Exception:
        log.exception("face_failed", status=fault.status)
        shown = page(LAST_RESORT, fault.status)
    shown.headers.update(fault.headers)
    if fault.status == 405:
        shown.headers.setdefault("Allow", ALLOWED)
    return shown


def _again(request: Request, status: int) -> str:
    """The same page once more, when reading it failed for a reason that passes."""
    return request.url.path if status in {429, 503} and request.method == "GET" else ""
