"""Coming in and going out: the first set-up, signing in and out, a new password by a one-time link."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cxsurvey.accounts import doors, passwords, service, sessions, setup, signin, users
from cxsurvey.accounts.commands import ResetPassword, SetUp, SignInWith
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Refusal, Unauthenticated
from cxsurvey.dashboard.entering import checked
from cxsurvey.dashboard.zones import zones
from cxsurvey.web import browsers, cookies
from cxsurvey.web.door import AT_THE_DOOR
from cxsurvey.web.forms import AGAIN, Fields, SentFields, errors_by_field, show_again
from cxsurvey.web.hashing import Hashing
from cxsurvey.web.headers import DOOR_PAGE
from cxsurvey.web.targets import local_path
from cxsurvey.web.templating import render

router = APIRouter()


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The sign-in form, with what was typed (never the password) and what was not right."""

    title: str = "Sign in"
    email: str = ""
    next: str = "/"
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    nobody_yet: bool = False


@dataclass(frozen=True, slots=True)
class SetUpPage:
    """The form of the first run."""

    token: str
    zones: tuple[str, ...]
    title: str = "Set up cxsurvey"
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    shortest: int = passwords.SHORTEST


@dataclass(frozen=True, slots=True)
class ResetPage:
    """The form for a new password."""

    token: str
    email: str
    title: str = "Choose a new password"
    errors: dict[str, str] = field(default_factory=dict)
    shortest: int = passwords.SHORTEST


@router.get("/", dependencies=[AT_THE_DOOR])
def start(request: Request) -> Response:
    """Leads to the workspace, or to the sign-in page."""
    database = _database(request)
    token = cookies.token(request, database.settings)
    if token is None:
        raise Unauthenticated
    with database.read() as ctx:
        doors.enter_by_session(ctx, token, None)
        return _to(f"/w/{service.workspace(ctx).slug}/")


@router.get("/sign-in", dependencies=[AT_THE_DOOR])
def sign_in_form(request: Request) -> Response:
    """The sign-in form."""
    notice = "Your new password is stored. Sign in with it." if "reset" in request.query_params else ""
    target = local_path(request.query_params.get("next", "/"))
    with _database(request).read() as ctx:
        nobody_yet = setup.is_needed(ctx)
    page = SignInPage(next=target, notice=notice, nobody_yet=nobody_yet)
    return render(request, "dashboard/door/sign_in.html", page)


@router.post("/sign-in")
async def sign_in(request: Request, fields: SentFields) -> Response:
    """Signs in and leads to where the user wanted to go."""
    target = local_path(fields.get("next", "/"))
    try:
        command = SignInWith.from_fields(fields.filled("email", "password"))
        token = await _admitted(request, command)
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        page = SignInPage(email=fields.get("email", ""), next=target, errors=errors_by_field(refusal))
        return show_again(request, "dashboard/door/sign_in.html", page, refusal)
    answer = _to(target)
    cookies.hand_out(answer, token, _database(request).settings)
    return answer


@router.post("/sign-out", dependencies=[AT_THE_DOOR])
def sign_out(request: Request) -> Response:
    """Ends the sign-in of this browser."""
    database = _database(request)
    token = cookies.token(request, database.settings)
    if token is not None:
        database.write(lambda ctx: sessions.sign_out(ctx, token), share=Share.DASHBOARD)
    answer = _to("/sign-in")
    cookies.take_back(answer, database.settings)
    return answer


@router.get("/setup/{token}", dependencies=[AT_THE_DOOR])
def set_up_form(request: Request, token: str) -> Response:
    """The page of the first run; opening it uses nothing up."""
    with _database(request).read() as ctx:
        setup.check_link(ctx, token)
    return _door_page(render(request, "dashboard/door/set_up.html", SetUpPage(token, zones())))


@router.post("/setup/{token}")
async def set_up(request: Request, token: str, fields: SentFields) -> Response:
    """Founds the installation and signs its owner in."""
    database = _database(request)
    try:
        command = _set_up_command(fields)
        await database.aread(lambda ctx: setup.check_link(ctx, token))
        password_hash = await _hashing(request).run(lambda: passwords.hashed(command.password))
        browser = browsers.named(request.headers.get("user-agent", ""))
        slug, cookie = await database.awrite(
            lambda ctx: _founded(ctx, token, command, password_hash, browser), share=Share.DASHBOARD
        )
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        typed = fields.filled("name", "email", "workspace", "zone", "privacy_url")
        page = SetUpPage(token, zones(), typed=typed, errors=errors_by_field(refusal))
        return _door_page(show_again(request, "dashboard/door/set_up.html", page, refusal))
    answer = _to(f"/w/{slug}/")
    cookies.hand_out(answer, cookie, database.settings)
    return answer


@router.get("/reset/{token}", dependencies=[AT_THE_DOOR])
def reset_form(request: Request, token: str) -> Response:
    """The page for a new password; opening it uses nothing up."""
    with _database(request).read() as ctx:
        email = users.check_reset(ctx, token)
    return _door_page(render(request, "dashboard/door/reset.html", ResetPage(token, email)))


@router.post("/reset/{token}")
async def reset(request: Request, token: str, fields: SentFields) -> Response:
    """Stores the new password and leads to the sign-in page."""
    database = _database(request)
    email = await database.aread(lambda ctx: users.check_reset(ctx, token))
    try:
        command = ResetPassword.from_fields(fields.filled("password"))
        new_hash = await _hashing(request).run(lambda: passwords.hashed(command.password))
        await database.awrite(lambda ctx: users.reset_password(ctx, token, new_hash), share=Share.DASHBOARD)
    except Refusal as refusal:
        if refusal.kind not in AGAIN:
            raise
        page = ResetPage(token, email, errors=errors_by_field(refusal))
        return _door_page(show_again(request, "dashboard/door/reset.html", page, refusal))
    answer = _to("/sign-in?reset")
    cookies.take_back(answer, database.settings)
    return answer


async def _admitted(request: Request, command: SignInWith) -> str:
    attempt, new_hash = await checked(request, command.email, command.password)
    browser = browsers.named(request.headers.get("user-agent", ""))
    return await _database(request).awrite(
        lambda ctx: signin.come_in(ctx, attempt, new_hash, browser), share=Share.DASHBOARD
    )


def _set_up_command(fields: Fields) -> SetUp:
    return SetUp.from_fields(fields.filled("name", "email", "password", "workspace", "zone", "privacy_url"))


def _founded(ctx: Context, token: str, command: SetUp, password_hash: str, browser: str) -> tuple[str, str]:
    founded = setup.set_up(ctx, token, command, password_hash)
    return founded.workspace.slug, signin.start(ctx, founded.user_id, command.name, browser)


def _door_page(answer: Response) -> Response:
    answer.headers.update(DOOR_PAGE)
    return answer


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303)


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _hashing(request: Request) -> Hashing:
    hashing: Hashing = request.app.state.hashing
    return hashing
