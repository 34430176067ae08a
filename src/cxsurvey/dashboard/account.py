"""The user's own page: name, password, and the browsers that are signed in."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cxsurvey.accounts import passwords, sessions, users
from cxsurvey.accounts.commands import ChangePassword, Rename
from cxsurvey.accounts.views import SignInView
from cxsurvey.core.errors import NotFound, Refusal
from cxsurvey.core.ids import decode, encode
from cxsurvey.web import cookies
from cxsurvey.web.door import Act, Acting, Visit, Visiting
from cxsurvey.web.forms import AGAIN, SentFields, errors_by_field, show_again
from cxsurvey.web.frame import Frame
from cxsurvey.web.templating import render

router = APIRouter()

PREFIX = "sig"
DONE = {
    "name": "Your name is changed.",
    "password": "Your password is changed. Every other browser has been signed out.",
    "elsewhere": "Every other browser has been signed out.",
    "one": "That browser has been signed out.",
}


@dataclass(frozen=True, slots=True)
class SignInRow:
    """A signed-in browser in the list."""

    id: str
    sign_in: SignInView


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Everything a user may change about himself or herself."""

    frame: Frame
    name: str
    email: str
    sign_ins: list[SignInRow]
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    shortest: int = passwords.SHORTEST


@router.get("/account")
def account(request: Request, visit: Visiting) -> Response:
    """The page."""
    done = DONE.get(request.query_params.get("done", ""), "")
    return render(request, "dashboard/account/account.html", _page(visit, notice=done))


@router.post("/account/name")
def rename(request: Request, act: Acting, fields: SentFields) -> Response:
    """Changes the name."""
    try:
        command = Rename.from_fields(fields.filled("name"))
        act.do_as(lambda ctx, visitor: users.rename(ctx, visitor, command))
    except Refusal as refusal:
        return _again(request, act, refusal, fields.get("name", ""))
    return _done("name")


@router.post("/account/password")
async def change_password(request: Request, act: Acting, fields: SentFields) -> Response:
    """Changes the password and ends the other sign-ins."""
    try:
        command = ChangePassword.from_fields(fields.filled("present", "password"))
        stored = await act.ado_as(users.begin_change)
        new_hash = await request.app.state.hashing.run(
            lambda: users.replacement(command.present, stored, command.password)
        )
        await act.ado_as(lambda ctx, visitor: users.change_password(ctx, visitor, stored, new_hash))
    except Refusal as refusal:
        return await run_in_threadpool(_again, request, act, refusal)
    return _done("password")


@router.post("/account/sign-out-elsewhere")
def sign_out_elsewhere(act: Acting) -> Response:
    """Signs every other browser out."""
    act.do_as(sessions.sign_out_elsewhere)
    return _done("elsewhere")


@router.post("/account/sign-out-everywhere")
def sign_out_everywhere(request: Request, act: Acting) -> Response:
    """Signs every browser out, this one too."""
    act.do_as(sessions.sign_out_everywhere)
    answer = RedirectResponse("/sign-in", status_code=303)
    cookies.take_back(answer, request.app.state.database.settings)
    return answer


@router.post("/account/sign-ins/{sign_in_id}/end")
def sign_out_one(act: Acting, sign_in_id: str) -> Response:
    """Signs one other browser out."""
    chosen = decode(PREFIX, sign_in_id)
    if chosen is None:
        raise NotFound
    act.do_as(lambda ctx, visitor: sessions.sign_out_one(ctx, visitor, chosen))
    return _done("one")


def _page(
    visit: Visit, notice: str = "", errors: dict[str, str] | None = None, typed_name: str | None = None
) -> AccountPage:
    return AccountPage(
        frame=visit.frame("Account", "account"),
        name=visit.visitor.name if typed_name is None else typed_name,
        email=visit.visitor.email,
        sign_ins=[SignInRow(encode(PREFIX, each.id), each) for each in sessions.listed(visit.ctx, visit.visitor)],
        errors=errors or {},
        notice=notice,
    )


def _again(request: Request, act: Act, refusal: Refusal, typed_name: str | None = None) -> Response:
    if refusal.kind not in AGAIN:
        raise refusal
    errors = errors_by_field(refusal)
    page = act.look(lambda visit: _page(visit, errors=errors, typed_name=typed_name))
    return show_again(request, "dashboard/account/account.html", page, refusal)


def _done(what: str) -> Response:
    return RedirectResponse(f"/account?done={what}", status_code=303)
