"""Personal links, listed: newest first, page by page, with nothing skipped while others are made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from tests.api.conftest import FOREIGN, TEST, Scene, Write, bearer


def make(rest: TestClient, scene: Scene, **changes: Any) -> str:
    made: str = rest.post("/invitations", json={"survey": scene.survey, **changes}).json()["id"]
    return made


def walk(rest: TestClient, path: str) -> list[str]:
    """The ids of every page."""
    seen: list[str] = []
    following: str | None = path
    while following:
        page = rest.get(following).json()
        seen += [item["id"] for item in page["data"]]
        following = page["next"] and page["next"].partition("/api/v1")[2]
    return seen


def test_every_link_is_met_once_newest_first(rest: TestClient, scene: Scene, clock: FixedClock) -> None:
    made = []
    for number in range(7):
        made.append(make(rest, scene))
        clock.instant += timedelta(seconds=number % 2)  # some at the same instant
    assert walk(rest, "/invitations?limit=3") == list(reversed(made))
    assert walk(rest, f"/invitations?limit=1&survey={scene.survey}") == list(reversed(made))


def test_what_is_made_while_reading_is_not_met_and_moves_nothing(
    rest: TestClient, scene: Scene, clock: FixedClock
) -> None:
    made = [make(rest, scene) for _ in range(4)]
    first = rest.get("/invitations", params={"limit": 2}).json()
    clock.instant += timedelta(seconds=1)
    make(rest, scene)
    second = rest.get(first["next"].partition("/api/v1")[2]).json()
    assert [item["id"] for item in first["data"] + second["data"]] == list(reversed(made))
    assert second["next"] is None


def test_an_entry_is_the_invitation_as_it_reads_alone(rest: TestClient, scene: Scene) -> None:
    invited = make(rest, scene, person={"email": "kim@example.com"}, segments={"agent": "Desk 4"})
    rest.post(f"/invitations/{make(rest, scene)}/revoke")
    revoked, open_one = rest.get("/invitations").json()["data"]
    assert open_one == rest.get(f"/invitations/{invited}").json()
    assert (open_one["segments"], open_one["url"] is None) == ({"agent": "Desk 4"}, False)
    assert (revoked["url"], revoked["revoked_at"]) == (None, "2026-11-21T12:00:00Z")


def test_a_key_in_test_mode_sees_only_trials(rest: TestClient, scene: Scene) -> None:
    make(rest, scene)
    trial = rest.post("/invitations", json={"survey": scene.survey}, headers=bearer(TEST)).json()["id"]
    seen = rest.get("/invitations", headers=bearer(TEST)).json()["data"]
    assert [item["id"] for item in seen] == [trial]
    assert len(rest.get("/invitations").json()["data"]) == 2


def test_others_see_nothing_of_ours(rest: TestClient, scene: Scene) -> None:
    make(rest, scene)
    assert rest.get("/invitations", headers=bearer(FOREIGN)).json() == {"data": [], "next": None}
    assert rest.get(f"/invitations?survey={scene.survey}", headers=bearer(FOREIGN)).status_code == 404


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "after=x", "after=", "page=2", "survey=" + "x" * 41]
)
def test_a_wrong_parameter_is_named(rest: TestClient, scene: Scene, query: str) -> None:
    refused = rest.get(f"/invitations?{query}")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["query"] == query.partition("=")[0]


def test_a_page_is_read_from_an_index_and_sorted_nowhere(rest: TestClient, write: Write, dialect: str) -> None:
    if dialect != "sqlite":
        return  # the planner of a small Postgres table sorts whatever the index
    asked = "SELECT id FROM invitations WHERE {0} = x'00' ORDER BY created_at DESC, id DESC LIMIT 50"

    def plans(ctx: Context) -> dict[str, str]:
        return {
            owner: str(ctx.connection.execute(text("EXPLAIN QUERY PLAN " + asked.format(owner))).all())
            for owner in ("workspace_id", "survey_id")
        }

    for owner, told in write(plans).items():
        assert f"ix_invitations_{owner}_created_at" in told
        assert "TEMP B-TREE" not in told
