"""The face of the dashboard for everything that goes wrong."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cxsurvey.web.errors import Fault, request_id
from cxsurvey.web.targets import sign_in_for
from cxsurvey.web.templating import render

TITLES = {
    403: "Not allowed",
    404: "Nothing here",
    405: "Not possible",
    409: "Not possible now",
    410: "No longer there",
    413: "Too large",
    422: "Something is not right",
    429: "Too many tries",
    500: "Something went wrong",
    503: "Busy",
}

TEXTS = {
    "not_found": "The page has moved, never existed, or belongs to a workspace that you are no member of.",
}


@dataclass(frozen=True, slots=True)
class FaultPage:
    """A page that says what went wrong and where to go."""

    title: str
    text: str
    reference: str


def face(request: Request, fault: Fault) -> Response:
    """A page; whoever is not signed in is led to the sign-in page and back."""
    if fault.status == 401:
        return RedirectResponse(sign_in_for(request), status_code=303)
    title = TITLES.get(fault.status, "Something is not right")
    reference = request_id(request) if fault.status == 500 else ""
    page = FaultPage(title, TEXTS.get(fault.code, fault.text), reference)
    answer = render(request, "dashboard/fault.html", page, fault.status)
    answer.headers.update(fault.headers)
    return answer
