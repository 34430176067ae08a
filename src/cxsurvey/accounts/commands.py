"""What people and operators may ask of the door."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from cxsurvey.accounts import passwords
from cxsurvey.accounts.permissions import KEY_SCOPES
from cxsurvey.core.addresses import Email
from cxsurvey.core.command import Command
from cxsurvey.core.text import Line80, Line320, Line500


def _check_zone(value: str) -> str:
    if value not in available_timezones():
        raise PydanticCustomError("not_a_zone", "must be a time zone such as Europe/Berlin")
    return value


def _check_web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        fits = False
    if not fits or " " in value:
        raise PydanticCustomError("not_a_web_address", "must be an address such as https://example.com/privacy")
    return value


def _check_password(value: str) -> str:
    problem = passwords.problem_with(value)
    if problem is not None:
        raise PydanticCustomError("unfit_password", problem)
    return value


def _check_scope(value: str) -> str:
    if value not in KEY_SCOPES:
        raise PydanticCustomError("not_a_scope", "is not something a key may do")
    return value


NewPassword = Annotated[str, AfterValidator(_check_password), Field(repr=False)]
GivenPassword = Annotated[str, StringConstraints(min_length=1, max_length=passwords.LONGEST), Field(repr=False)]
Zone = Annotated[Line80, AfterValidator(_check_zone)]
WebAddress = Annotated[Line500, AfterValidator(_check_web_address)]
Scope = Annotated[Line80, AfterValidator(_check_scope)]


class SetUp(Command):
    """The first user and workspace of an installation."""

    name: Line80
    email: Email
    password: NewPassword
    workspace: Line80
    zone: Zone
    privacy_url: WebAddress | None = None


class SignInWith(Command):
    """An address and a password, as typed."""

    email: Line320
    password: GivenPassword


class ChangePassword(Command):
    """A new password of somebody who knows the present one."""

    present: GivenPassword
    password: NewPassword


class ResetPassword(Command):
    """A new password of somebody who holds a one-time link."""

    password: NewPassword


class Rename(Command):
    """A new name of the user."""

    name: Line80


class CreateKey(Command):
    """An API key. No `scopes` means all that a key can do, no `expires_days` that it lasts until revoked."""

    name: Line80
    test: bool = False
    expires_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    scopes: tuple[Scope, ...] = ()
