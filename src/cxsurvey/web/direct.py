"""The few busiest addresses, answered before the framework: its layers cost more than storing an answer.

What such an address may do is what a route may do: the endpoint takes a request and gives a response, and its
refusals get the face of its audience. Everything else goes on to the application behind.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from cxsurvey.core.errors import Refusal
from cxsurvey.web.errors import Face, fault_of, fault_of_status

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
Find: TypeAlias = Callable[[str, str], tuple[Endpoint, dict[str, str]] | None]
"""From method and path to an endpoint and the parts of the path it is given; None for all other requests."""


class Direct:
    """An application with some addresses answered in front of it."""

    def __init__(self, app: Starlette, find: Find, face: Face) -> None:
        self.behind = app
        self._find = find
        self._face = face

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._find(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self.behind(scope, receive, send)
            return
        endpoint, parts = found
        scope["app"] = self.behind
        scope["path_params"] = parts
        request = Request(scope, receive)
        try:
            response = await endpoint(request)
        except Refusal as refusal:
            response = self._face(request, fault_of(refusal))
        except HTTPException as error:
            response = self._face(request, fault_of_status(error))
        await response(scope, receive, send)
