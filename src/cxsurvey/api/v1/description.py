"""The API in its own words: the OpenAPI document, and a page that shows it."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from cxsurvey.api import contract
from cxsurvey.api.contract import PREFIX
from cxsurvey.api.door import JSON
from cxsurvey.web.headers import content_policy
from cxsurvey.web.templating import render

router = APIRouter(prefix=PREFIX, include_in_schema=False)

INTRODUCTION = """
Keys are made in the dashboard or with `cxsurvey key create`, and sent as `Authorization: Bearer cxs_live_…`. A key
in test mode (`cxs_test_…`) stores responses that never count, and changes nothing that does.

Bodies are JSON and strict: unknown fields, fields named twice, `9.5`, `"9"` and `true` for a score are refused.
Refusals are problem details (RFC 9457) with a stable `code`. A thing of another workspace looks exactly like one
that does not exist. Every reply carries `X-Request-Id`.

Every POST may carry an `Idempotency-Key`: repeating the request within 7 days gives the first answer again, byte
for byte. A request that was refused, or answered with 409 or with 503 `unavailable`, stored nothing and may be repeated
as it is. After 503 `unconfirmed` it may be stored: repeat it with the same `Idempotency-Key` or `external_id`, without
either look first.
"""
TAGS = [
    {"name": "me", "description": "The key itself."},
    {"name": "surveys", "description": "What is asked."},
    {"name": "scores", "description": "What came of it, with its uncertainty."},
    {"name": "responses", "description": "What customers answered."},
    {"name": "invitations", "description": "Personal links."},
    {"name": "imports", "description": "Answers and people from files."},
    {"name": "people", "description": "Customers whom other systems name."},
    {"name": "workspace", "description": "The settings, who belongs to it, and what happened in it."},
]


@dataclass(frozen=True, slots=True)
class DocumentationPage:
    """What the page needs to know."""

    description_url: str


_written: list[bytes] = []
"""The document, once a process was asked for it: it tells of the program, and of nothing that is stored."""
_writing = threading.Lock()


@router.get("/openapi.json")
async def openapi_document(request: Request) -> Response:
    """The OpenAPI document; made at the first request, the same for everybody."""
    if not _written:
        # in a thread, for it takes a second in which no customer's answer would be taken
        await run_in_threadpool(_write, request.app)
    return Response(_written[0], media_type=JSON)


def _write(app: FastAPI) -> None:
    with _writing:  # whoever asks meanwhile waits for it, and writes none of their own
        if not _written:
            _written.append(json.dumps(document_of(app), ensure_ascii=False).encode())


@router.get("/docs")
async def documentation(request: Request) -> HTMLResponse:
    """A page that shows the document. Its scripts and styles come from here, its icons are written into the style."""
    page = render(request, "api/docs.html", DocumentationPage(str(request.url_for("openapi_document").path)))
    page.headers["Content-Security-Policy"] = content_policy()
    return page


def document_of(app: FastAPI) -> dict[str, object]:
    """The description of all routes, complete with the bodies they take and the problems they answer with."""
    made = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=TAGS,
    )
    return contract.complete(made)
