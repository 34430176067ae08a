"""Joining a workspace by an invitation: opening the link uses nothing up, the button does."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cxsurvey.accounts import doors, joining, passwords
from cxsurvey.accounts.commands import JoinAsNew, JoinWithPassword
from cxsurvey.accounts.joining import Joined, Offer
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Refusal
from cxsurvey.dashboard.entering import checked
from cxsurvey.web import browsers, cookies
from cxsurvey.web.door import AT_THE_DOOR
from cxsurvey.web.forms import AGAIN, Fields, SentFields, errors_by_field, show_again
from cxsurvey.web.hashing import Hashing
from cxsurvey.web.headers import DOOR_PAGE
from cxsurvey.web.templating import render

router = APIRouter(prefix="/join")

TEMPLATE = "dashboard/door/join.html"


@dataclass(frozen=True, slots=True)
class JoinPage:
    """What is offered, and how to take it: a button, the password of the account, or a name and a new password."""

    token: str
    offer: Offer
    title: str
    is_signed_in: bool
    name: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    shortest: int = passwords.SHORTEST


@router.get("/{token}", dependencies=[AT_THE_DOOR])
def form(request: Request, token: str) -> Response:
    """The page with the button; opening it uses nothing up."""
    return _door_page(render(request, TEMPLATE, _page(request, token)))


@router.post("/{token}")
async def join(request: Request, token: str, fields: SentFields) -> Response:
    """Uses the invitation up and leads into the workspace."""
    page = await run_in_threadpool(_page, request, token)
    try:
        joined = await _joined(request, page, fields)
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        again = JoinPage(
            token, page.offer, page.title, page.is_signed_in, fields.get("name", ""), errors_by_field(refusal)
        )
        return _door_page(show_again(request, TEMPLATE, again, refusal))
    answer = RedirectResponse(f"/w/{joined.slug}/", status_code=303)
    if joined.cookie is not None:
        cookies.hand_out(answer, joined.cookie, _database(request).settings)
    return answer


async def _joined(request: Request, page: JoinPage, fields: Fields) -> Joined:
    database, token = _database(request), page.token
    browser = browsers.named(request.headers.get("user-agent", ""))
    if page.is_signed_in:
        session_token = cookies.token(request, database.settings) or ""
        return await database.awrite(
            lambda ctx: joining.join_signed_in(ctx, token, session_token), share=Share.DASHBOARD
        )
    if page.offer.has_account:
        password = JoinWithPassword.from_fields(fields.filled("password")).password
        attempt, new_hash = await checked(request, page.offer.email, password)
        return await database.awrite(
            lambda ctx: joining.join_with_password(ctx, token, attempt, new_hash, browser), share=Share.DASHBOARD
        )
    command = JoinAsNew.from_fields(fields.filled("name", "password"))
    hashing: Hashing = request.app.state.hashing
    password_hash = await hashing.run(lambda: passwords.hashed(command.password))
    return await database.awrite(
        lambda ctx: joining.join_as_new(ctx, token, command, password_hash, browser), share=Share.DASHBOARD
    )


def _page(request: Request, token: str) -> JoinPage:
    database = _database(request)

    def read(ctx: Context) -> JoinPage:
        offer = joining.offered(ctx, token)
        own = doors.signed_in_as(ctx, cookies.token(request, database.settings))
        return JoinPage(token, offer, f"Join {offer.workspace}", own == offer.email_key)

    with database.read() as ctx:
        return read(ctx)


def _door_page(answer: Response) -> Response:
    answer.headers.update(DOOR_PAGE)
    return answer


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database
