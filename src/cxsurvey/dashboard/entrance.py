"""Coming in by a link that works once: a page with one button, because opening a link must not use it up."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cxsurvey.accounts import signin
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.web import browsers, cookies
from cxsurvey.web.door import AT_THE_DOOR
from cxsurvey.web.headers import DOOR_PAGE
from cxsurvey.web.templating import render

router = APIRouter()


@dataclass(frozen=True, slots=True)
class EnterPage:
    """Who would be signed in."""

    token: str
    name: str
    title: str = "Sign in"


@router.get("/enter/{token}", dependencies=[AT_THE_DOOR])
def form(request: Request, token: str) -> Response:
    """The page with the button; opening it uses nothing up."""
    database: Database = request.app.state.database
    with database.read() as ctx:
        name = signin.check_link(ctx, token)
    answer = render(request, "dashboard/door/enter.html", EnterPage(token, name))
    answer.headers.update(DOOR_PAGE)
    return answer


@router.post("/enter/{token}", dependencies=[AT_THE_DOOR])
def enter(request: Request, token: str) -> Response:
    """Uses the link up and leads to the workspace, signed in."""
    database: Database = request.app.state.database
    browser = browsers.named(request.headers.get("user-agent", ""))
    cookie = database.write(lambda ctx: signin.come_in_by_link(ctx, token, browser), share=Share.DASHBOARD)
    answer = RedirectResponse("/", status_code=303)
    cookies.hand_out(answer, cookie, database.settings)
    return answer
