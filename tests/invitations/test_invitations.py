"""Personal links: made again from the row, never stored, usable until they expire or are taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from cxsurvey.accounts.permissions import Grant
from cxsurvey.core.context import NOBODY, Actor, ActorKind, Context
from cxsurvey.core.errors import Forbidden, LiveKeyNeeded, NotFound, Unauthenticated
from cxsurvey.core.signing import Keys
from cxsurvey.invitations import service
from cxsurvey.invitations.errors import LinkExpired, LinkRevoked, LinkUnknown
from cxsurvey.invitations.service import CreateInvitation
from cxsurvey.people.service import PersonInput
from tests.factories import Place, act_in, make_place


@pytest.fixture
def place(ctx: Context) -> Place:
    return make_place(ctx)


def test_a_link_finds_its_invitation_and_is_not_stored(ctx: Context, place: Place) -> None:
    made = service.create(ctx, place.survey.id, CreateInvitation(person=PersonInput(email="kim@example.com")))

    token = made.token(ctx)

    assert token is not None
    assert service.by_token(ctx, token).id == made.id
    stored = ctx.connection.execute(text("SELECT * FROM invitations")).one()
    assert token.encode() not in str(tuple(stored)).encode()


def test_a_link_lives_for_its_days(ctx: Context, place: Place) -> None:
    made = service.create(ctx, place.survey.id, CreateInvitation(expires_in_days=3))

    made.check_usable(ctx.now + timedelta(days=3, seconds=-1))
    with pytest.raises(LinkExpired):
        made.check_usable(ctx.now + timedelta(days=3))


def test_a_revoked_link_is_dead_even_when_its_row_is_made_usable_again(ctx: Context, place: Place) -> None:
    made = service.create(ctx, place.survey.id, CreateInvitation())
    token = made.token(ctx)

    revoked = service.revoke(ctx, made.id)

    with pytest.raises(LinkRevoked):
        revoked.check_usable(ctx.now)
    assert revoked.token(ctx) != token


@pytest.mark.parametrize("token", ["", "x", "0" * 27, "é" * 27, "0" * 5000, "\ud800" * 27])
def test_any_other_token_is_unknown(ctx: Context, place: Place, token: str) -> None:
    with pytest.raises(LinkUnknown):
        service.by_token(ctx, token)


def test_links_made_with_a_former_key_stay_valid_while_it_is_configured(ctx: Context, place: Place) -> None:
    made = service.create(ctx, place.survey.id, CreateInvitation())
    token = made.token(ctx)
    assert token is not None
    ctx.keys = Keys((b"a newer root secret of the installation", *ctx.keys.roots))

    assert service.by_token(ctx, token).token(ctx) == token
    assert service.create(ctx, place.survey.id, CreateInvitation()).key_number == ctx.keys.current != made.key_number


def test_links_of_a_key_that_is_gone_are_dead_and_can_still_be_taken_back(ctx: Context, place: Place) -> None:
    made = service.create(ctx, place.survey.id, CreateInvitation())
    token = made.token(ctx)
    assert token is not None
    ctx.keys = Keys((b"a newer root secret of the installation",))

    with pytest.raises(LinkUnknown):
        service.by_token(ctx, token)
    assert service.revoke(ctx, made.id).token(ctx) is None


def test_the_invitation_of_another_workspace_is_not_there(ctx: Context, place: Place) -> None:
    made = service.create(ctx, place.survey.id, CreateInvitation())
    other = make_place(ctx, "other")
    act_in(ctx, other.workspace_id)

    with pytest.raises(NotFound):
        service.get(ctx, made.id)
    with pytest.raises(NotFound):
        service.create(ctx, place.survey.id, CreateInvitation())


def test_making_links_needs_the_grant(ctx: Context, place: Place) -> None:
    reader = Actor(ActorKind.KEY, grants=frozenset({str(Grant.SCORES_READ)}))
    for actor, refusal in ((NOBODY, Unauthenticated), (reader, Forbidden)):
        act_in(ctx, place.workspace_id, actor)
        with pytest.raises(refusal):
            service.create(ctx, place.survey.id, CreateInvitation())


def test_a_test_key_does_not_touch_a_live_link(ctx: Context, place: Place) -> None:
    made = service.create(ctx, place.survey.id, CreateInvitation())
    act_in(ctx, place.workspace_id, replace(ctx.actor, test=True))

    for touch in (service.get, service.revoke):
        with pytest.raises(LiveKeyNeeded):
            touch(ctx, made.id)


def test_a_test_key_makes_test_links(ctx: Context, place: Place) -> None:
    act_in(ctx, place.workspace_id, replace(ctx.actor, test=True))

    assert service.create(ctx, place.survey.id, CreateInvitation()).test
