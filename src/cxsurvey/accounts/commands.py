"""What people and operators may ask of the door."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from cxsurvey.accounts import passwords
from cxsurvey.accounts.permissions import KEY_SCOPES, USUAL_SCOPES
from cxsurvey.core import zones
from cxsurvey.core.addresses import Email
from cxsurvey.core.command import Command, without_defaults
from cxsurvey.core.text import Line40, Line80, Line320, Line500
from cxsurvey.scoring.withholding import SMALLEST_MINIMUM


def _check_zone(value: str) -> str:
    if value not in zones.known():
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
        raise PydanticCustomError("not_a_scope", "must be one of {scopes}", {"scopes": ", ".join(sorted(KEY_SCOPES))})
    return value


DECLARED_KEYS = ("attribute_1", "attribute_2", "attribute_3", "attribute_4")
"""The segments that a workspace names itself."""
LARGEST_MINIMUM = 100

NewPassword = Annotated[str, AfterValidator(_check_password), Field(repr=False)]
GivenPassword = Annotated[str, StringConstraints(min_length=1, max_length=passwords.LONGEST), Field(repr=False)]
RoleName = Literal["owner", "admin", "manager", "viewer"]
Zone = Annotated[Line80, AfterValidator(_check_zone)]
WebAddress = Annotated[Line500, AfterValidator(_check_web_address)]
Scope = Annotated[str, AfterValidator(_check_scope)]


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
    """An API key. Without `scopes` it may do what keys usually do, without `expires_days` it lasts until revoked."""

    name: Line80
    test: bool = False
    expires_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)] = tuple(sorted(USUAL_SCOPES))


class AttributeNames(Command):
    """What the declared segments are called; null takes a name away, what is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra=without_defaults)

    attribute_1: Line40 | None = None
    attribute_2: Line40 | None = None
    attribute_3: Line40 | None = None
    attribute_4: Line40 | None = None


class EditWorkspace(Command):
    """Settings of a workspace; what is left out stays as it is.

    With `revision` nothing is changed unless it is still the one that was read.
    """

    model_config = ConfigDict(json_schema_extra=without_defaults)

    name: Line80 = ""
    report_zone: Zone = ""
    privacy_url: WebAddress | None = None
    minimum_group: Annotated[int, Field(ge=SMALLEST_MINIMUM, le=LARGEST_MINIMUM)] = SMALLEST_MINIMUM
    attributes: AttributeNames = AttributeNames()
    revision: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class CreateWorkspace(Command):
    """Another workspace, of which the user who makes it is the owner."""

    name: Line80
    report_zone: Zone
    privacy_url: WebAddress | None = None


class InviteMember(Command):
    """A colleague is asked to join the workspace."""

    email: Email
    role: RoleName


class ChangeRole(Command):
    """What a member shall be from now on."""

    role: RoleName


class JoinAsNew(Command):
    """Somebody who is invited and has no account yet."""

    name: Line80
    password: NewPassword


class JoinWithPassword(Command):
    """Somebody who is invited and has an account."""

    password: GivenPassword
