from __future__ import annotations

from datetime import timedelta

import pytest

from cxsurvey.accounts import audit_log, keys, signin, team
from cxsurvey.accounts.audit_words import ACTIONS, sentence
from cxsurvey.accounts.commands import ChangeRole, CreateKey
from cxsurvey.accounts.models import Membership
from cxsurvey.core import audit
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import NOBODY, Context
from cxsurvey.core.errors import Forbidden, Invalid
from cxsurvey.core.ids import encode
from tests.factories import act_in, make_user, make_workspace, user_actor


def said(ctx: Context, **wanted: str) -> list[str]:
    return [entry.sentence for entry in audit_log.page(ctx, audit_log.parse(wanted), limit=50).items]


def test_what_was_done_is_told_in_sentences_newest_first(ctx: Context) -> None:
    workspace = make_workspace(ctx)
    ada = make_user(ctx, workspace.id, "owner", "ada@example.com")
    max_ = make_user(ctx, workspace.id, "viewer", "max@example.com")
    act_in(ctx, workspace.id, user_actor(ada, "owner"))

    key = keys.create(ctx, CreateKey(name="Shop", test=True)).key
    team.change_role(ctx, max_.id, ChangeRole(role="manager"))
    keys.revoke(ctx, key.id)

    assert said(ctx) == [
        "Ada revoked the key “Shop”.",
        "Ada changed the role of Max from viewer to manager.",
        "Ada made the test key “Shop”.",
    ]
    assert said(ctx, kind="team") == ["Ada changed the role of Max from viewer to manager."]
    assert said(ctx, person=encode("usr", max_.id)) == ["Ada changed the role of Max from viewer to manager."]
    assert said(ctx, person="operator") == []


def test_whoever_left_keeps_the_name(ctx: Context) -> None:
    workspace = make_workspace(ctx)
    ada = make_user(ctx, workspace.id, "owner", "ada@example.com")
    max_ = make_user(ctx, workspace.id, "admin", "max@example.com")
    act_in(ctx, workspace.id, user_actor(max_, "admin"))
    keys.create(ctx, CreateKey(name="Shop"))
    act_in(ctx, workspace.id, user_actor(ada, "owner"))
    team.remove(ctx, max_.id)

    assert said(ctx) == ["Ada removed Max.", "Max made the live key “Shop”."]


def test_signing_in_is_told_in_every_workspace_of_the_user_and_in_no_other(ctx: Context) -> None:
    one = make_workspace(ctx, "one")
    two = make_workspace(ctx, "two")
    three = make_workspace(ctx, "three")
    ada = make_user(ctx, one.id, "owner", "ada@example.com")
    act_in(ctx, two.id)
    ctx.session.add(Membership(workspace_id=two.id, user_id=ada.id, role="viewer", created_at=ctx.now))
    signin.start(ctx, ada.id, "Ada", "Firefox")
    ctx.actor = NOBODY
    signin.note_failure(ctx, signin.Attempt("key", ada.id, "hash"))

    for workspace, expected in ((one, 2), (two, 2), (three, 0)):
        act_in(ctx, workspace.id)
        assert len(said(ctx, kind="accounts")) == expected
    act_in(ctx, one.id)
    assert said(ctx) == ["Somebody tried to sign in as Ada with a wrong password.", "Ada signed in."]


def test_pages_follow_one_another_without_gap_or_repetition(ctx: Context) -> None:
    make_workspace(ctx)
    for number in range(7):
        ctx.now += timedelta(seconds=number % 2)  # some share an instant
        audit.record(ctx, "key.revoked", name=str(number))
    found: list[str] = []
    after: str | None = None
    while True:
        page = audit_log.page(ctx, audit_log.AuditFilter(), after=after, limit=3)
        found += [entry.detail["name"] for entry in page.items]
        if page.next is None:
            break
        after = page.next

    assert found == [str(number) for number in reversed(range(7))]


def test_days_are_those_of_the_report_zone_and_both_included(ctx: Context, clock: FixedClock) -> None:
    make_workspace(ctx, zone="Europe/Istanbul")
    for hour in (20, 21, 44, 45):  # 23:00 and 24:00 of the 21st, 23:00 and 24:00 of the 22nd
        ctx.now = clock.now().replace(hour=0) + timedelta(hours=hour)
        audit.record(ctx, "key.revoked", name=str(hour))

    assert [text[-5:-2] for text in said(ctx, since="2026-11-22", until="2026-11-22")] == ["“44", "“21"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"kind": "nonsense"}, {"person": "x"}, {"since": "21.11.2026"}, {"until": "2026-02-30"},
        {"since": "2026-11-22", "until": "2026-11-21"}, {"person": "srv_" + "0" * 26}, {"since": "9999-12-31"},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_named(wanted: dict[str, str]) -> None:
    with pytest.raises(Invalid) as caught:
        audit_log.parse(wanted)
    assert caught.value.problems[0].field in wanted


def test_an_entry_of_another_workspace_is_no_place_to_go_on_from(ctx: Context) -> None:
    make_workspace(ctx, "one")
    audit.record(ctx, "key.revoked", name="x")
    place = audit_log.page(ctx, audit_log.AuditFilter(), limit=5).items[0].public_id
    make_workspace(ctx, "two")

    for after in (place, "aud_" + "0" * 26, "x"):
        with pytest.raises(Invalid):
            audit_log.page(ctx, audit_log.AuditFilter(), after=after, limit=5)


@pytest.mark.parametrize("role", ["manager", "viewer"])
def test_only_admins_read_it(ctx: Context, role: str) -> None:
    workspace = make_workspace(ctx)
    act_in(ctx, workspace.id, user_actor(make_user(ctx, workspace.id, role), role))

    with pytest.raises(Forbidden):
        audit_log.page(ctx, audit_log.AuditFilter(), limit=5)


def test_a_name_is_no_template() -> None:
    hostile = "{who.__class__} {0} %s {"

    assert sentence("key.revoked", {"name": hostile}, "Ada", "") == f"Ada revoked the key “{hostile}”."
    assert sentence("workspace.changed", {"changes": {"name": [hostile, None]}}, "{x}", "") == (
        f"{{x}} changed the name of the workspace from “{hostile}” to nothing."
    )


@pytest.mark.parametrize("action", [*ACTIONS, "of.a_later_version"])
def test_an_entry_of_which_nothing_is_known_still_reads(action: str) -> None:
    assert sentence(action, {}, "Ada", "Max").endswith(".")


def test_tries_to_sign_in_as_nobody_are_forgotten(ctx: Context) -> None:
    workspace = make_workspace(ctx)
    signin.note_failure(ctx, signin.Attempt("key", None, "hash"))
    audit.record(ctx, "key.revoked", name="x")
    ctx.session.flush()

    assert audit.forget_nobodys(ctx.connection, ctx.now, 10) == 0
    assert audit.forget_nobodys(ctx.connection, ctx.now + timedelta(days=1), 10) == 1
    act_in(ctx, workspace.id)
    assert len(said(ctx)) == 1


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ({"since": "2026-08-24", "until": "2026-11-21"}, "2026-08-24 to 2026-11-21"),
        ({"until": "2026-11-21"}, "all time up to 2026-11-21"),
        ({"since": "1970-01-01", "until": "2026-11-21"}, "all time up to 2026-11-21"),
    ],
    ids=["days", "all time", "all time, as it was recorded once"],
)
def test_a_download_names_its_days(days: dict[str, str], told: str) -> None:
    said = sentence("scores.exported", {"name": "A", **days}, "Ada", "")

    assert said == f"Ada downloaded the scores of the survey “A”, {told}."
