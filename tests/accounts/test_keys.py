from __future__ import annotations

import re
from datetime import timedelta

import pytest

from cxsurvey.accounts import doors, keys
from cxsurvey.accounts.commands import CreateKey
from cxsurvey.accounts.keys import TooManyKeys
from cxsurvey.accounts.models import ApiKey
from cxsurvey.accounts.permissions import ROLE_GRANTS, USUAL_SCOPES, Role
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Actor, ActorKind, Context
from cxsurvey.core.errors import Forbidden, Invalid, NotFound, Unauthenticated
from cxsurvey.core.signing import digest
from tests.factories import act_in, make_workspace


def test_the_token_is_given_once_and_stored_as_a_hash(ctx: Context) -> None:
    make_workspace(ctx)

    made = keys.create(ctx, CreateKey(name="Shop"))

    assert re.fullmatch("cxs_live_[0-9A-Za-z]{27}", made.token)
    row = ctx.session.query(ApiKey).one()
    assert row.token_hash == digest(made.token)
    assert made.token.startswith(row.prefix)
    assert len(row.prefix) == 13
    assert frozenset(row.scopes.split()) == USUAL_SCOPES


def test_a_key_lets_its_bearer_into_its_own_workspace(ctx: Context) -> None:
    home = make_workspace(ctx)
    made = keys.create(ctx, CreateKey(name="Shop", test=True, scopes=("responses:write",)))
    make_workspace(ctx, "other", "Other")

    entered = doors.enter_by_key(ctx, made.token)

    assert entered.id == made.key.id
    assert ctx.workspace_id == home.id
    assert (ctx.actor.kind, ctx.actor.test, ctx.actor.grants) == (
        ActorKind.KEY,
        True,
        frozenset({"responses:write"}),
    )
    assert made.token.startswith("cxs_test_")


def test_an_unknown_expired_or_revoked_key_opens_nothing(ctx: Context) -> None:
    make_workspace(ctx)
    lasting = keys.create(ctx, CreateKey(name="Shop"))
    ending = keys.create(ctx, CreateKey(name="Trial", expires_days=30))

    doors.enter_by_key(ctx, ending.token)
    act_in(ctx, lasting.key.workspace_id)
    ctx.now += timedelta(days=30)
    keys.revoke(ctx, lasting.key.id)

    for token in (lasting.token, ending.token, "cxs_live_" + "0" * 27, ""):
        with pytest.raises(Unauthenticated):
            doors.enter_by_key(ctx, token)


def test_keys_by_hash_finds_valid_and_invalid_ones_and_leaves_unknown_ones_out(ctx: Context) -> None:
    make_workspace(ctx)
    one, two = (keys.create(ctx, CreateKey(name=name)) for name in ("one", "two"))
    keys.revoke(ctx, two.key.id)
    ctx.session.flush()

    found = keys.keys_by_hash(ctx, [digest(one.token), digest(two.token), digest("unknown")])

    assert {view.name: view.valid_at(ctx.now) for view in found.values()} == {"one": True, "two": False}


def test_a_key_of_another_workspace_is_not_there(ctx: Context) -> None:
    make_workspace(ctx)
    made = keys.create(ctx, CreateKey(name="Shop"))
    make_workspace(ctx, "other", "Other")

    assert keys.listed(ctx) == []
    with pytest.raises(NotFound):
        keys.revoke(ctx, made.key.id)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VIEWER])
def test_only_admins_handle_keys(ctx: Context, role: Role) -> None:
    workspace = make_workspace(ctx)
    actor = Actor(ActorKind.USER, ctx.ids.new(), "Max", frozenset(str(grant) for grant in ROLE_GRANTS[role]))
    act_in(ctx, workspace.id, actor)

    with pytest.raises(Forbidden):
        keys.create(ctx, CreateKey(name="Shop"))
    with pytest.raises(Forbidden):
        keys.listed(ctx)


def test_a_key_cannot_make_keys(ctx: Context) -> None:
    make_workspace(ctx)
    doors.enter_by_key(ctx, keys.create(ctx, CreateKey(name="Shop")).token)

    with pytest.raises(Forbidden):
        keys.create(ctx, CreateKey(name="Another"))


@pytest.mark.parametrize("scopes", [("keys:manage",), ("team:manage",), ("owners:manage",), ("*",), ()])
def test_a_key_cannot_be_given_what_no_key_may_have(scopes: tuple[str, ...]) -> None:
    with pytest.raises(Invalid):
        CreateKey.from_fields({"name": "Shop", "scopes": scopes})


def test_the_number_of_living_keys_is_bounded(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST_KEYS", 2)
    make_workspace(ctx)
    first = keys.create(ctx, CreateKey(name="1"))
    keys.create(ctx, CreateKey(name="2"))

    with pytest.raises(TooManyKeys):
        keys.create(ctx, CreateKey(name="3"))
    keys.revoke(ctx, first.key.id)
    keys.create(ctx, CreateKey(name="3"))


def test_last_use_moves_forward_only(ctx: Context, clock: FixedClock) -> None:
    from cxsurvey.accounts import sessions

    make_workspace(ctx)
    made = keys.create(ctx, CreateKey(name="Shop"))
    ctx.session.flush()

    for minutes in (5, 3):
        sessions.note_use(ctx, {}, {made.key.id: clock.now() + timedelta(minutes=minutes)})
    ctx.session.expire_all()

    assert keys.get(ctx, made.key.id).last_used_at == clock.now() + timedelta(minutes=5)
