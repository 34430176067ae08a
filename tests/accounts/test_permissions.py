from __future__ import annotations

import pytest

from cxsurvey.accounts.permissions import ALL, KEY_SCOPES, ROLE_GRANTS, Grant, Role, allows, require
from cxsurvey.core.context import NOBODY, OPERATOR, SYSTEM, Actor, ActorKind, Context
from cxsurvey.core.errors import Forbidden, Unauthenticated

READING = {Grant.SURVEYS_READ, Grant.RESPONSES_READ, Grant.SCORES_READ}


@pytest.mark.parametrize("grant", list(Grant))
def test_nobody_is_asked_to_sign_in(ctx: Context, grant: Grant) -> None:
    ctx.actor = NOBODY

    with pytest.raises(Unauthenticated):
        require(ctx, grant)


@pytest.mark.parametrize("actor", [OPERATOR, SYSTEM])
def test_operator_and_system_may_do_everything(ctx: Context, actor: Actor) -> None:
    ctx.actor = actor

    for grant in Grant:
        require(ctx, grant)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("grant", list(Grant))
def test_a_user_may_do_exactly_what_the_role_says(ctx: Context, role: Role, grant: Grant) -> None:
    ctx.actor = Actor(ActorKind.USER, grants=frozenset(str(one) for one in ROLE_GRANTS[role]))

    if grant in ROLE_GRANTS[role]:
        require(ctx, grant)
    else:
        with pytest.raises(Forbidden):
            require(ctx, grant)


def test_each_role_may_do_all_that_the_one_below_may() -> None:
    viewer, manager, admin, owner = (ROLE_GRANTS[role] for role in (Role.VIEWER, Role.MANAGER, Role.ADMIN, Role.OWNER))

    assert viewer == READING
    assert viewer < manager < admin <= owner


def test_no_role_or_key_holds_the_word_for_everything(ctx: Context) -> None:
    assert all(ALL not in grants for grants in ROLE_GRANTS.values())
    assert not KEY_SCOPES & {Grant.KEYS, Grant.WORKSPACE}


def test_a_key_may_do_only_what_it_was_given(ctx: Context) -> None:
    ctx.actor = Actor(ActorKind.KEY, grants=frozenset({"responses:write"}))

    assert [grant for grant in Grant if allows(ctx, grant)] == [Grant.RESPONSES_WRITE]
