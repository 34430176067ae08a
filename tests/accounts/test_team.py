"""Who may change whom, and that nobody gains by it what the own role does not give."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from uuid import UUID

import pytest
from sqlalchemy import update

from cxsurvey.accounts import doors, joining, signin, team, users, workspaces
from cxsurvey.accounts.commands import ChangeRole, CreateWorkspace, InviteMember, JoinAsNew
from cxsurvey.accounts.joining import InvitationGone
from cxsurvey.accounts.links import LinkGone
from cxsurvey.accounts.models import Membership, User
from cxsurvey.accounts.permissions import Role
from cxsurvey.accounts.team import BelongsElsewhere, LastOwner, NotOneself, OwnersOnly
from cxsurvey.core.context import OPERATOR, Context
from cxsurvey.core.errors import Forbidden, NotFound
from tests.application import undone
from tests.factories import act_in, make_user, make_workspace, user_actor

ROLES = ("owner", "admin", "manager", "viewer")
VIEWER = ChangeRole(role="viewer")


@pytest.fixture
def people(ctx: Context) -> dict[str, User]:
    """A user of each role in the workspace of the context."""
    workspace = make_workspace(ctx)
    return {role: make_user(ctx, workspace.id, role, f"{role}@example.com") for role in ROLES}


def act_as(ctx: Context, user: User, role: str) -> None:
    act_in(ctx, ctx.workspace, user_actor(user, role))


def join(ctx: Context, user: User, role: str, slug: str) -> None:
    """Makes a user a member of another workspace; the context comes back to where it was."""
    here, actor = ctx.workspace, ctx.actor
    other = make_workspace(ctx, slug)
    ctx.session.add(Membership(workspace_id=other.id, user_id=user.id, role=role, created_at=ctx.now))
    ctx.session.flush()
    act_in(ctx, here, actor)


def roles_of(ctx: Context) -> dict[str, Role]:
    act_in(ctx, ctx.workspace)
    return {member.email.partition("@")[0]: member.role for member in team.listed(ctx)}


@pytest.mark.parametrize("acting", ROLES)
def test_a_role_is_given_as_the_own_role_permits(ctx: Context, people: dict[str, User], acting: str) -> None:
    make_user(ctx, ctx.workspace, "owner", "second@example.com")
    ids = {role: user.id for role, user in people.items()}
    actor = user_actor(people[acting], acting)
    refusal = Forbidden if acting in {"manager", "viewer"} else OwnersOnly
    given, wrong = set(), []

    for target, wanted in product(ROLES, ROLES):
        with undone(ctx.connection):
            act_in(ctx, ctx.workspace, actor)
            try:
                team.change_role(ctx, ids[target], ChangeRole.from_fields({"role": wanted}))
            except refusal:
                became = target
            else:
                given.add((target, wanted))
                became = wanted
            if roles_of(ctx)[target] != became:
                wrong.append((target, wanted))
        ctx.session.expire_all()

    every = set(product(ROLES, ROLES))
    below = {pair for pair in every if "owner" not in pair}
    assert given == {"owner": every, "admin": below}.get(acting, set())
    assert wrong == []


@pytest.mark.parametrize("do", [team.disable, team.remove, lambda ctx, id_: team.change_role(ctx, id_, VIEWER)])
def test_the_last_owner_stays_even_when_another_is_shut_out(
    ctx: Context, people: dict[str, User], do: Callable[..., object]
) -> None:
    second = make_user(ctx, ctx.workspace, "owner", "second@example.com")
    team.disable(ctx, second.id)

    with pytest.raises(LastOwner):
        do(ctx, people["owner"].id)

    team.enable(ctx, second.id)
    do(ctx, people["owner"].id)


def test_a_user_whose_account_is_disabled_counts_as_no_owner(ctx: Context, people: dict[str, User]) -> None:
    make_user(ctx, ctx.workspace, "owner", "second@example.com").disabled_at = ctx.now

    with pytest.raises(LastOwner):
        team.remove(ctx, people["owner"].id)


@pytest.mark.parametrize("do", [team.disable, team.remove])
def test_who_is_shut_out_or_removed_finds_nothing_here_from_then_on(
    ctx: Context, people: dict[str, User], do: Callable[..., object]
) -> None:
    join(ctx, people["manager"], "viewer", "other")
    token = signin.start(ctx, people["manager"].id, "Max", "Firefox")
    assert doors.enter_by_session(ctx, token, "northwind").role == "manager"

    act_in(ctx, ctx.workspace)
    do(ctx, people["manager"].id)

    with pytest.raises(NotFound):
        doors.enter_by_session(ctx, token, "northwind")
    entered = doors.enter_by_session(ctx, token, None)
    assert [place.slug for place in entered.places] == ["other"]


def test_who_belongs_nowhere_any_more_is_told_so(ctx: Context, people: dict[str, User]) -> None:
    token = signin.start(ctx, people["manager"].id, "Max", "Firefox")
    act_in(ctx, ctx.workspace)
    team.remove(ctx, people["manager"].id)

    with pytest.raises(doors.NoWorkspace):
        doors.enter_by_session(ctx, token, None)


@pytest.mark.parametrize("do", [team.disable, team.remove, lambda ctx, id_: team.change_role(ctx, id_, VIEWER)])
def test_an_admin_who_loses_the_role_leaves_no_way_back(
    ctx: Context, people: dict[str, User], do: Callable[..., object]
) -> None:
    act_as(ctx, people["admin"], "admin")
    way_back = joining.invite(ctx, InviteMember(email="way-back@example.com", role="admin")).path
    reset = team.reset_link(ctx, people["viewer"].id)
    act_as(ctx, people["owner"], "owner")
    by_owner = joining.invite(ctx, InviteMember(email="ida@example.com", role="viewer")).path

    do(ctx, people["admin"].id)

    with pytest.raises(InvitationGone):
        joining.offered(ctx, way_back.rpartition("/")[2])
    with pytest.raises(LinkGone):
        users.check_reset(ctx, reset.rpartition("/")[2])
    assert joining.offered(ctx, by_owner.rpartition("/")[2]).email == "ida@example.com"


@pytest.mark.parametrize(("acting", "target", "refusal"), [
    ("owner", "admin", None), ("owner", "viewer", None), ("admin", "manager", None), ("admin", "viewer", None),
    ("admin", "owner", OwnersOnly), ("owner", "owner", NotOneself), ("admin", "admin", NotOneself),
    ("manager", "viewer", Forbidden), ("viewer", "manager", Forbidden),
])  # fmt: skip
def test_a_reset_link_is_made_for_those_one_stands_over(
    ctx: Context, people: dict[str, User], acting: str, target: str, refusal: type[Exception] | None
) -> None:
    act_as(ctx, people[acting], acting)

    if refusal is None:
        path = team.reset_link(ctx, people[target].id)
        assert users.check_reset(ctx, path.rpartition("/")[2]) == f"{target}@example.com"
    else:
        with pytest.raises(refusal):
            team.reset_link(ctx, people[target].id)


@pytest.mark.parametrize(("own", "theirs", "fits"), [
    (None, "viewer", False), ("viewer", "viewer", False), ("manager", "viewer", False),
    ("admin", "owner", False), ("admin", "admin", True), ("owner", "owner", True), ("owner", "viewer", True),
])  # fmt: skip
def test_an_account_is_not_taken_over_through_another_workspace(
    ctx: Context, people: dict[str, User], own: str | None, theirs: str, fits: bool
) -> None:
    join(ctx, people["viewer"], theirs, "other")
    if own is not None:
        other = next(
            row for row in ctx.session.query(Membership).filter_by(user_id=people["viewer"].id)
            if row.workspace_id != ctx.workspace
        )  # fmt: skip
        ctx.session.add(
            Membership(workspace_id=other.workspace_id, user_id=people["admin"].id, role=own, created_at=ctx.now)
        )
        ctx.session.flush()
    act_as(ctx, people["admin"], "admin")

    if fits:
        assert team.reset_link(ctx, people["viewer"].id).startswith("/reset/")
    else:
        with pytest.raises(BelongsElsewhere):
            team.reset_link(ctx, people["viewer"].id)


def test_being_shut_out_elsewhere_does_not_open_the_account_there(ctx: Context, people: dict[str, User]) -> None:
    join(ctx, people["viewer"], "owner", "other")
    for row in ctx.session.query(Membership).filter_by(user_id=people["viewer"].id):
        if row.workspace_id != ctx.workspace:
            row.disabled_at = ctx.now
    act_as(ctx, people["admin"], "admin")

    with pytest.raises(BelongsElsewhere):
        team.reset_link(ctx, people["viewer"].id)


def test_a_reset_link_is_worth_nothing_once_the_member_has_gained_a_role(ctx: Context, people: dict[str, User]) -> None:
    act_as(ctx, people["admin"], "admin")
    promoted = team.reset_link(ctx, people["viewer"].id).rpartition("/")[2]
    act_as(ctx, people["owner"], "owner")
    team.change_role(ctx, people["viewer"].id, ChangeRole(role="owner"))

    with pytest.raises(LinkGone):
        users.check_reset(ctx, promoted)

    act_as(ctx, people["admin"], "admin")
    elsewhere = team.reset_link(ctx, people["manager"].id).rpartition("/")[2]
    make_workspace(ctx, "other")
    invited = joining.invite(ctx, InviteMember(email="manager@example.com", role="owner")).path.rpartition("/")[2]
    session = signin.start(ctx, people["manager"].id, "Max", "Firefox")
    joining.join_signed_in(ctx, invited, session)

    with pytest.raises(LinkGone):
        users.check_reset(ctx, elsewhere)


def test_a_member_of_another_workspace_is_not_there(ctx: Context, people: dict[str, User]) -> None:
    here = ctx.workspace
    stranger = make_user(ctx, make_workspace(ctx, "other").id, "viewer", "stranger@example.com")
    act_in(ctx, here)

    for do in (team.member, team.disable, team.enable, team.remove, team.reset_link):
        with pytest.raises(NotFound):
            do(ctx, stranger.id)
    with pytest.raises(NotFound):
        team.member_with(ctx, "stranger@example.com")


class TestInvitations:
    def test_the_link_is_given_once_works_once_and_ends(self, ctx: Context, people: dict[str, User]) -> None:
        made = joining.invite(ctx, InviteMember(email="Ida@Example.com", role="manager"))
        token = made.path.rpartition("/")[2]

        assert token not in repr(joining.open_ones(ctx))
        offer = joining.offered(ctx, token)
        assert (offer.email, offer.role, offer.has_account) == ("Ida@Example.com", "manager", False)
        joined = joining.join_as_new(
            ctx, token, JoinAsNew(name="Ida", password="four words to guess"), "hash", "Firefox"
        )

        assert joined.cookie is not None
        assert doors.enter_by_session(ctx, joined.cookie, "northwind").role == "manager"
        with pytest.raises(InvitationGone):
            joining.offered(ctx, token)
        act_in(ctx, ctx.workspace)
        assert joining.open_ones(ctx) == []

    def test_it_ends_after_seven_days(self, ctx: Context, people: dict[str, User]) -> None:
        token = joining.invite(ctx, InviteMember(email="ida@example.com", role="viewer")).path.rpartition("/")[2]
        ctx.now += timedelta(days=7)

        with pytest.raises(InvitationGone):
            joining.offered(ctx, token)
        assert joining.open_ones(ctx) == []

    def test_a_newer_one_and_taking_back_end_it(self, ctx: Context, people: dict[str, User]) -> None:
        first, second = (
            joining.invite(ctx, InviteMember(email=email, role="viewer"))
            for email in ("ida@example.com", "IDA@example.com")
        )
        with pytest.raises(InvitationGone):
            joining.offered(ctx, first.path.rpartition("/")[2])

        joining.take_back(ctx, second.invitation.id)
        with pytest.raises(InvitationGone):
            joining.offered(ctx, second.path.rpartition("/")[2])
        with pytest.raises(NotFound):
            joining.take_back(ctx, second.invitation.id)

    def test_it_is_for_one_address_alone(self, ctx: Context, people: dict[str, User]) -> None:
        here = ctx.workspace
        make_workspace(ctx, "other")
        ida = make_user(ctx, ctx.workspace, "viewer", "ida@example.com")
        eve = make_user(ctx, ctx.workspace, "viewer", "eve@example.com")
        act_in(ctx, here)
        token = joining.invite(ctx, InviteMember(email="ida@example.com", role="owner")).path.rpartition("/")[2]
        attempt = signin.Attempt("key", eve.id, eve.password_hash)

        with pytest.raises(signin.WrongPassword):
            joining.join_with_password(ctx, token, attempt, "", "Firefox")
        with pytest.raises(joining.AccountNeeded):
            joining.join_as_new(ctx, token, JoinAsNew(name="Eve", password="four words to guess"), "hash", "Firefox")
        assert joining.offered(ctx, token).has_account

        session = signin.start(ctx, ida.id, "Ida", "Firefox")
        assert joining.join_signed_in(ctx, token, session).slug == "northwind"

    def test_a_member_is_not_invited_again(self, ctx: Context, people: dict[str, User]) -> None:
        with pytest.raises(joining.AlreadyMember):
            joining.invite(ctx, InviteMember(email="VIEWER@example.com", role="owner"))

    def test_the_number_of_open_ones_is_bounded(self, ctx: Context, people: dict[str, User]) -> None:
        for number in range(joining.MOST_OPEN):
            joining.invite(ctx, InviteMember(email=f"ida-{number}@example.com", role="viewer"))

        with pytest.raises(joining.TooManyInvitations):
            joining.invite(ctx, InviteMember(email="one-more@example.com", role="viewer"))

    def test_the_operator_may_invite_an_owner(self, ctx: Context, people: dict[str, User]) -> None:
        act_in(ctx, ctx.workspace, OPERATOR)

        assert joining.invite(ctx, InviteMember(email="ida@example.com", role="owner")).invitation.invited_by is None


def test_whoever_founds_a_workspace_cannot_be_entered_by_a_link_made_before(
    ctx: Context, people: dict[str, User]
) -> None:
    act_as(ctx, people["owner"], "owner")
    reset = team.reset_link(ctx, people["admin"].id).rpartition("/")[2]

    workspaces.found(ctx, people["admin"].id, CreateWorkspace(name="Secret", report_zone="UTC"))

    with pytest.raises(LinkGone):
        users.check_reset(ctx, reset)


@pytest.mark.parametrize(
    "decide",
    [
        lambda ctx, _: joining.invite(ctx, InviteMember(email="friend@example.com", role="owner")),
        lambda ctx, subject: team.change_role(ctx, subject, ChangeRole(role="owner")),
        team.reset_link,
    ],
    ids=["invite", "promote", "reset"],
)
def test_an_owner_demoted_while_waiting_decides_nothing_any_more(
    ctx: Context, people: dict[str, User], decide: Callable[[Context, UUID], object]
) -> None:
    act_as(ctx, people["owner"], "owner")
    demoted = update(Membership).where(Membership.user_id == people["owner"].id).values(role="viewer")
    ctx.session.execute(demoted, execution_options={"synchronize_session": False})  # as another unit would

    with pytest.raises(Forbidden):
        decide(ctx, people["manager"].id)
