from __future__ import annotations

import pytest

from cxsurvey.accounts.permissions import (
    ALL,
    KEY_SCOPES,
    MEANING,
    ROLE_GRANTS,
    USUAL_SCOPES,
    Grant,
    Role,
    allows,
    require,
)
from cxsurvey.core.context import NOBODY, OPERATOR, SYSTEM, Actor, ActorKind, Context
from cxsurvey.core.errors import Forbidden, Unauthenticated
from tests.parts import ROOT

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
    assert viewer < manager < admin < owner
    assert owner - admin == {Grant.OWNERS}


def test_no_role_or_key_holds_the_word_for_everything(ctx: Context) -> None:
    assert all(ALL not in grants for grants in ROLE_GRANTS.values())
    assert not KEY_SCOPES & {Grant.KEYS, Grant.TEAM, Grant.OWNERS, Grant.WORKSPACES_CREATE}


def test_a_key_may_do_only_what_it_was_given(ctx: Context) -> None:
    ctx.actor = Actor(ActorKind.KEY, grants=frozenset({"responses:write"}))

    assert [grant for grant in Grant if allows(ctx, grant)] == [Grant.RESPONSES_WRITE]


def test_the_page_about_permissions_is_the_table_in_the_code() -> None:
    text = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    shown = [[cell.strip() for cell in line[1:-1].split("|")] for line in text.splitlines() if line.startswith("| `")]

    def expected(grant: Grant) -> list[str]:
        held = ["yes" if grant in ROLE_GRANTS[role] else "" for role in Role]
        key = ("usual" if grant in USUAL_SCOPES else "yes") if grant in KEY_SCOPES else ""
        return [f"`{grant}`", MEANING[grant], *held, key]

    assert shown == [expected(grant) for grant in MEANING]
    assert set(MEANING) == set(Grant)
