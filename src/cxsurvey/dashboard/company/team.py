"""The members of a workspace: the list, what each role may do, and the page of one member."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cxsurvey.accounts import joining, team
from cxsurvey.accounts.commands import ChangeRole
from cxsurvey.accounts.permissions import MEANING, ROLE_GRANTS, Grant, Role, require
from cxsurvey.accounts.views import InvitationView, MemberView
from cxsurvey.core.context import Context
from cxsurvey.core.errors import NotFound, Refusal
from cxsurvey.core.ids import decode, encode
from cxsurvey.web.door import Act, Acting, Visit, Visiting
from cxsurvey.web.forms import AGAIN, SentFields, errors_by_field, show_again
from cxsurvey.web.frame import Frame
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/team")

LIST, MEMBER = "dashboard/company/team.html", "dashboard/company/member.html"
ROLE_WORDS: Final[Mapping[Role, str]] = {
    Role.OWNER: "Everything, also who is an owner",
    Role.ADMIN: "Everything but who is an owner",
    Role.MANAGER: "Surveys, responses and downloads",
    Role.VIEWER: "Reads scores and responses",
}
DONE: Final[Mapping[str, str]] = {
    "role": "The role is changed.",
    "disabled": "The member is shut out of this workspace.",
    "enabled": "The member may come in again.",
    "removed": "The member is removed.",
    "taken-back": "The invitation is taken back. Its link opens nothing any more.",
}


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member in the list. `href` is empty for whom the visitor may not change."""

    member: MemberView
    href: str
    is_self: bool


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An open invitation in the list."""

    id: str
    invitation: InvitationView


@dataclass(frozen=True, slots=True)
class Right:
    """A line of the table of permissions: what it is, and for each role whether it holds it."""

    text: str
    held: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class TeamPage:
    """Members, open invitations, the form to invite somebody, and what the roles may do."""

    frame: Frame
    members: tuple[MemberRow, ...]
    invitations: tuple[InvitationRow, ...]
    roles_to_give: tuple[tuple[str, str, str], ...]
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""
    roles: tuple[str, ...] = tuple(role.value for role in Role)
    rights: tuple[Right, ...] = tuple(
        Right(text, tuple(grant in ROLE_GRANTS[role] for role in Role)) for grant, text in MEANING.items()
    )


@dataclass(frozen=True, slots=True)
class MemberPage:
    """What can be done about one member."""

    frame: Frame
    member: MemberView
    id: str
    is_self: bool
    roles_to_give: tuple[tuple[str, str, str], ...]
    role: str
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""


@dataclass(frozen=True, slots=True)
class RemovePage:
    """Asks whether a member is really to be removed."""

    frame: Frame
    member: MemberView
    id: str
    keys: int


@dataclass(frozen=True, slots=True)
class ResetLinkPage:
    """The only page that ever shows the link."""

    frame: Frame
    member: MemberView
    id: str
    link: str


def member_in_path(request: Request) -> UUID:
    """The id behind `usr_…` in the path; anything else is not there."""
    user_id = decode("usr", request.path_params["user_id"])
    if user_id is None:
        raise NotFound
    return user_id


MemberId = Annotated[UUID, Depends(member_in_path)]


@router.get("")
def listed(request: Request, visit: Visiting, done: str = "") -> Response:
    """Everybody, and who is invited."""
    return render(request, LIST, team_page(visit, notice=DONE.get(done, "")))


def team_page(
    visit: Visit,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    notice: str = "",
) -> TeamPage:
    """The page, also for the form of invitations that is shown again."""
    home = f"/w/{visit.workspace.slug}/team"
    rows = tuple(
        MemberRow(
            member=each,
            href=f"{home}/{encode('usr', each.user_id)}" if team.may_change(visit.ctx, each.role) else "",
            is_self=each.user_id == visit.visitor.user_id,
        )
        for each in team.listed(visit.ctx)
    )
    invited = tuple(InvitationRow(encode(joining.PREFIX, each.id), each) for each in joining.open_ones(visit.ctx))
    return TeamPage(visit.frame("Team", "settings"), rows, invited, _roles(visit), typed or {}, errors or {}, notice)


@router.get("/{user_id}")
def member(request: Request, visit: Visiting, user_id: MemberId, done: str = "") -> Response:
    """One member."""
    return render(request, MEMBER, _member_page(visit, user_id, notice=DONE.get(done, "")))


@router.post("/{user_id}/role")
def change_role(request: Request, act: Acting, slug: str, user_id: MemberId, fields: SentFields) -> Response:
    """Gives the member another role."""
    try:
        command = ChangeRole.from_fields({"role": fields.get("role", "")})
        act.do(lambda ctx: team.change_role(ctx, user_id, command))
    except Refusal as refusal:
        return _again(request, act, user_id, refusal, fields.get("role", ""))
    return _to(slug, user_id, "role")


@router.post("/{user_id}/disable")
def disable(request: Request, act: Acting, slug: str, user_id: MemberId) -> Response:
    """Shuts the member out."""
    return _done(request, act, slug, user_id, team.disable, "disabled")


@router.post("/{user_id}/enable")
def enable(request: Request, act: Acting, slug: str, user_id: MemberId) -> Response:
    """Lets the member in again."""
    return _done(request, act, slug, user_id, team.enable, "enabled")


@router.get("/{user_id}/remove")
def ask_remove(request: Request, visit: Visiting, user_id: MemberId) -> Response:
    """Asks before removing."""
    found = _changeable(visit, user_id)
    page = RemovePage(
        visit.frame(f"Remove {found.name}?", "settings"),
        found,
        encode("usr", user_id),
        team.keys_of(visit.ctx, user_id),
    )
    return render(request, "dashboard/company/remove.html", page)


@router.post("/{user_id}/remove")
def remove(request: Request, act: Acting, slug: str, user_id: MemberId) -> Response:
    """Ends the membership."""
    try:
        act.do(lambda ctx: team.remove(ctx, user_id))
    except Refusal as refusal:
        return _again(request, act, user_id, refusal)
    return RedirectResponse(f"/w/{slug}/team?done=removed", status_code=303)


@router.post("/{user_id}/reset-link")
def make_reset_link(request: Request, act: Acting, user_id: MemberId) -> Response:
    """Makes a link for a new password and shows it, this once."""
    try:
        path = act.do(lambda ctx: team.reset_link(ctx, user_id))
    except Refusal as refusal:
        return _again(request, act, user_id, refusal)

    def shown_once(visit: Visit) -> ResetLinkPage:
        found = team.member(visit.ctx, user_id)
        link = f"{visit.ctx.settings.origin}{path}"
        return ResetLinkPage(visit.frame("A new password", "settings"), found, encode("usr", user_id), link)

    return render(request, "dashboard/company/reset_link.html", act.look(shown_once))


def _member_page(
    visit: Visit, user_id: UUID, *, role: str = "", errors: dict[str, str] | None = None, notice: str = ""
) -> MemberPage:
    found = _changeable(visit, user_id)
    return MemberPage(
        frame=visit.frame(found.name, "settings"),
        member=found,
        id=encode("usr", user_id),
        is_self=user_id == visit.visitor.user_id,
        roles_to_give=_roles(visit),
        role=role or found.role.value,
        errors=errors or {},
        notice=notice,
    )


def _changeable(visit: Visit, user_id: UUID) -> MemberView:
    require(visit.ctx, Grant.TEAM)
    found = team.member(visit.ctx, user_id)
    if not team.may_change(visit.ctx, found.role):
        raise team.OwnersOnly
    return found


def _roles(visit: Visit) -> tuple[tuple[str, str, str], ...]:
    return tuple((role.value, role.value.capitalize(), ROLE_WORDS[role]) for role in team.roles_to_give(visit.ctx))


def _done(
    request: Request, act: Act, slug: str, user_id: UUID, work: Callable[[Context, UUID], Any], done: str
) -> Response:
    try:
        act.do(lambda ctx: work(ctx, user_id))
    except Refusal as refusal:
        return _again(request, act, user_id, refusal)
    return _to(slug, user_id, done)


def _again(request: Request, act: Act, user_id: UUID, refusal: Refusal, role: str = "") -> Response:
    if refusal.kind not in AGAIN:
        raise refusal
    errors = errors_by_field(refusal)
    page = act.look(lambda visit: _member_page(visit, user_id, role=role, errors=errors))
    return show_again(request, MEMBER, page, refusal)


def _to(slug: str, user_id: UUID, done: str) -> Response:
    return RedirectResponse(f"/w/{slug}/team/{encode('usr', user_id)}?done={done}", status_code=303)
