from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from cxsurvey.accounts import doors, service, signin, workspaces
from cxsurvey.accounts.commands import AttributeNames, CreateWorkspace, EditWorkspace
from cxsurvey.accounts.workspaces import StaleSettings
from cxsurvey.core import audit
from cxsurvey.core.context import Actor, ActorKind, Context
from cxsurvey.core.errors import Forbidden, Invalid, LiveKeyNeeded
from cxsurvey.insights import listing, periods
from cxsurvey.insights import service as insights
from cxsurvey.responses import service as responses
from tests.factories import act_in, make_open_survey, make_user, make_workspace, user_actor
from tests.insights.answers import answer, store


def test_what_is_left_out_stays_and_every_change_raises_the_revision(ctx: Context) -> None:
    make_workspace(ctx)
    before = workspaces.settings(ctx)

    changed = workspaces.edit(ctx, EditWorkspace(name="Northwind Garden", minimum_group=10, revision=1))

    assert (changed.name, changed.minimum_group, changed.revision) == ("Northwind Garden", 10, 2)
    assert (changed.report_zone, changed.privacy_url, changed.slug) == (
        before.report_zone, before.privacy_url, before.slug,
    )  # fmt: skip
    assert workspaces.edit(ctx, EditWorkspace(privacy_url=None)).privacy_url is None


def test_changing_nothing_writes_nothing(ctx: Context) -> None:
    workspace = make_workspace(ctx)

    same = workspaces.edit(ctx, EditWorkspace(name=workspace.name, report_zone=workspace.report_zone))

    assert same.revision == 1
    assert audit.find(ctx, audit.Wanted(), None, 10) == []


def test_a_change_of_what_was_not_read_is_refused(ctx: Context) -> None:
    make_workspace(ctx)
    workspaces.edit(ctx, EditWorkspace(name="One", revision=1))

    with pytest.raises(StaleSettings):
        workspaces.edit(ctx, EditWorkspace(name="Two", revision=1))
    assert service.workspace(ctx).name == "One"


def test_attributes_are_named_one_by_one_and_exports_use_the_names(ctx: Context) -> None:
    make_workspace(ctx)
    workspaces.edit(ctx, EditWorkspace(attributes=AttributeNames(attribute_1="Plan", attribute_3="Shop")))
    workspaces.edit(ctx, EditWorkspace(attributes=AttributeNames(attribute_1=None, attribute_2="Tier")))

    assert service.workspace(ctx).segment_names == {"attribute_2": "Tier", "attribute_3": "Shop"}
    assert listing.segment_names(ctx)["attribute_2"] == "Tier"


@pytest.mark.parametrize("names", [{"attribute_1": "Plan", "attribute_2": "plan"}, {"attribute_4": "Touchpoint"}])
def test_names_that_cannot_be_told_apart_are_refused(ctx: Context, names: dict[str, str]) -> None:
    make_workspace(ctx)

    with pytest.raises(Invalid) as caught:
        workspaces.edit(ctx, EditWorkspace(attributes=AttributeNames(**names)))
    assert [problem.rule for problem in caught.value.problems] == ["name_taken"]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""}, {"name": None}, {"report_zone": "Mars/Olympus"}, {"report_zone": None},
        {"minimum_group": 2}, {"minimum_group": 101}, {"minimum_group": "5"}, {"slug": "other"}, {"is_demo": True},
        {"link_generation": 2}, {"attributes": {"attribute_5": "x"}}, {"privacy_url": "javascript:alert(1)"},
    ],
)  # fmt: skip
def test_what_is_no_setting_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        EditWorkspace.from_fields(fields)


def test_a_key_in_test_mode_changes_no_settings(ctx: Context) -> None:
    workspace = make_workspace(ctx)
    act_in(ctx, workspace.id, Actor(ActorKind.KEY, grants=frozenset({"workspace:manage"}), test=True))

    with pytest.raises(LiveKeyNeeded):
        workspaces.edit(ctx, EditWorkspace(name="Other"))


def test_another_workspace_has_one_owner_and_an_address_of_its_own(ctx: Context) -> None:
    home = make_workspace(ctx, "northwind", "Northwind")
    ada = make_user(ctx, home.id, "admin", "ada@example.com")
    token = signin.start(ctx, ada.id, "Ada", "Firefox")
    visitor = doors.enter_by_session(ctx, token, "northwind")

    made = workspaces.create(ctx, visitor, CreateWorkspace(name="Northwind", report_zone="UTC"))

    assert made.slug == "northwind-2"
    entered = doors.enter_by_session(ctx, token, "northwind-2")
    assert [(place.slug, place.role) for place in entered.places] == [("northwind", "admin"), ("northwind-2", "owner")]


def test_coming_in_asks_three_questions_and_knows_every_setting(ctx: Context) -> None:
    ada = make_user(ctx, make_workspace(ctx).id, "owner", "ada@example.com")
    edited = workspaces.edit(ctx, EditWorkspace(attributes=AttributeNames(attribute_1="Plan"), minimum_group=7))
    token = signin.start(ctx, ada.id, "Ada", "Firefox")
    asked: list[str] = []

    def note(*args: Any) -> None:
        asked.append(args[2])

    event.listen(ctx.connection, "before_cursor_execute", note)
    doors.enter_by_session(ctx, token, "northwind")
    entered = service.workspace(ctx)
    event.remove(ctx.connection, "before_cursor_execute", note)

    assert len(asked) == 3
    assert entered == edited == service.workspace_by_slug(ctx, "northwind")
    assert (entered.segment_names, entered.minimum_group, entered.is_demo) == ({"attribute_1": "Plan"}, 7, False)


def test_a_manager_makes_no_workspace(ctx: Context) -> None:
    home = make_workspace(ctx)
    max_ = make_user(ctx, home.id, "manager")
    visitor = doors.enter_by_session(ctx, signin.start(ctx, max_.id, "Max", "Firefox"), None)
    act_in(ctx, home.id, user_actor(max_, "manager"))

    with pytest.raises(Forbidden):
        workspaces.create(ctx, visitor, CreateWorkspace(name="Mine", report_zone="UTC"))


def test_stored_days_stay_and_the_trend_says_from_when_on_another_zone_counts(ctx: Context) -> None:
    make_workspace(ctx, zone="Europe/Istanbul")
    asked = make_open_survey(ctx)
    late = ctx.now - timedelta(hours=14)  # 22:00 UTC of the 20th is the 21st in Istanbul and the 20th in New York
    (before,) = store(ctx, [answer(ctx, asked.id, 9, late)])
    workspaces.edit(ctx, EditWorkspace(report_zone="America/New_York"))
    (after,) = store(ctx, [answer(ctx, asked.id, 9, late)])

    days = [responses.get(ctx, one).report_day.isoformat() for one in (before, after)]
    assert days == ["2026-11-21", "2026-11-20"]
    period = periods.parse({"period": "30d"}, ctx.now, "America/New_York")
    marks = insights.survey_report(ctx, asked.id, period).marks
    assert [(mark.day.isoformat(), mark.text) for mark in marks] == [("2026-11-21", "Days in America/New_York")]
