"""The workspace over the API: settings, members, audit log. Who may ask is tried in `tests/walls`."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from cxsurvey.accounts import joining
from cxsurvey.accounts.commands import InviteMember
from cxsurvey.core.context import Context
from tests.api.conftest import TEST, Scene, Write, bearer
from tests.factories import act_in, make_user


def test_settings_are_read_and_changed_one_by_one(rest: TestClient) -> None:
    before = rest.get("/workspace").json()
    assert before["attributes"] == dict.fromkeys(("attribute_1", "attribute_2", "attribute_3", "attribute_4"))

    changed = rest.patch("/workspace", json={"attributes": {"attribute_2": "Plan"}, "minimum_group": 10})

    assert changed.status_code == 200
    assert changed.json() == {
        **before,
        "attributes": {**before["attributes"], "attribute_2": "Plan"},
        "minimum_group": 10,
        "revision": before["revision"] + 1,
    }
    assert rest.patch("/workspace", json={"privacy_url": None}).json()["privacy_url"] is None
    assert rest.get("/me").json()["workspace"]["name"] == before["name"]


def test_a_change_of_an_older_revision_is_refused(rest: TestClient) -> None:
    rest.patch("/workspace", json={"name": "One", "revision": 1})
    late = rest.patch("/workspace", json={"name": "Two", "revision": 1})

    assert (late.status_code, late.json()["code"]) == (409, "stale_edit")
    assert rest.get("/workspace").json()["name"] == "One"


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({"name": None}, "name", "not_text"),
        ({"report_zone": "Mars"}, "report_zone", "not_a_zone"),
        ({"slug": "other"}, "slug", "unknown_field"),
        ({"minimum_group": 1}, "minimum_group", "out_of_range"),
        ({"attributes": {"attribute_1": "Agent"}}, "attributes.attribute_1", "name_taken"),
    ],
)
def test_what_is_no_setting_is_named(rest: TestClient, body: dict[str, object], field: str, rule: str) -> None:
    refused = rest.patch("/workspace", json=body)

    assert refused.status_code == 422
    assert [(one["field"], one["rule"]) for one in refused.json()["errors"]] == [(field, rule)]


def test_a_test_key_changes_no_settings(rest: TestClient) -> None:
    assert rest.patch("/workspace", json={"name": "x"}, headers=bearer(TEST)).json()["code"] == "live_key_needed"


def test_members_and_the_invited_are_listed_without_any_secret(rest: TestClient, scene: Scene, write: Write) -> None:
    def make(ctx: Context) -> str:
        make_user(ctx, scene.foreign.workspace_id, "owner", "stranger@example.com")
        make_user(ctx, scene.place.workspace_id, "viewer", "max@example.com")
        act_in(ctx, scene.place.workspace_id)
        return joining.invite(ctx, InviteMember(email="ida@example.com", role="admin")).path

    token = write(make).rpartition("/")[2]
    members, invited = rest.get("/members"), rest.get("/member-invitations")

    assert [(one["email"], one["role"]) for one in members.json()["data"]] == [("max@example.com", "viewer")]
    assert [(one["email"], one["role"]) for one in invited.json()["data"]] == [("ida@example.com", "admin")]
    assert token not in invited.text
    assert "unusable" not in members.text


def test_the_audit_log_is_paged_to_its_end(rest: TestClient) -> None:
    for name in ("One", "Two", "Three"):
        rest.patch("/workspace", json={"name": name})

    first = rest.get("/audit-entries?limit=2&kind=settings").json()
    assert first["data"][0]["text"].endswith("changed the name of the workspace from “Two” to “Three”.")
    assert first["data"][0]["actor"]["kind"] == "key"
    rest_of_it = rest.get(first["next"]).json()

    assert [entry["detail"]["changes"]["name"][1] for entry in first["data"] + rest_of_it["data"]] == [
        "Three", "Two", "One",
    ]  # fmt: skip
    assert rest_of_it["next"] is None


@pytest.mark.parametrize(
    "query", ["kind=x", "person=me", "since=1", "until=2026-13-01", "after=x", "limit=0", "page=2"]
)
def test_a_query_that_cannot_be_meant_is_named(rest: TestClient, query: str) -> None:
    refused = rest.get(f"/audit-entries?{query}")

    assert refused.status_code == 422
    assert [one["query"] for one in refused.json()["errors"]] == [query.partition("=")[0]]
