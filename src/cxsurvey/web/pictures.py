"""Pictures that customers are shown, under addresses that never mean other bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from cxsurvey.accounts import branding
from cxsurvey.core.db.database import Database
from cxsurvey.core.pictures import NAME

PREFIX: Final = "/pictures/"
FOR_EVER: Final = "public, max-age=31536000, immutable"
HEADERS: Final = {
    "Cache-Control": FOR_EVER,
    # opened by itself it is a picture and nothing else, whatever a browser makes of its bytes
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",  # mails show it too
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a picture is and how large, so that its place is kept before it is there."""

    address: str
    width: int
    height: int


def shown(name: str) -> Shown:
    """How a page shows a picture of this name; ValueError for what is no such name."""
    match = NAME.fullmatch(name)
    if match is None:
        raise ValueError("this is not the name of a picture")
    return Shown(f"{PREFIX}{name}", int(match[1]), int(match[2]))


async def serve(request: Request) -> Response:
    """GET /pictures/{name}; raises NotFound."""
    database: Database = request.app.state.database
    name = request.path_params["name"]
    media_type, content = await database.aread(lambda ctx: branding.served(ctx, name))
    return Response(content, media_type=media_type, headers=HEADERS)
