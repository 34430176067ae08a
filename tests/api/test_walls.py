"""Workspaces are walls for lists and people too; what names a thing is tried in `tests/walls`."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from cxsurvey.core.context import Context
from tests.api.conftest import FOREIGN, Scene, Write, bearer
from tests.factories import make_key


@pytest.fixture
def ours(rest: TestClient, scene: Scene) -> dict[str, str]:
    return {
        "srv": scene.survey,
        "rsp": rest.post("/responses", json=scene.answer()).json()["id"],
        "inv": rest.post("/invitations", json={"survey": scene.survey}).json()["id"],
    }


def test_lists_show_only_ones_own(rest: TestClient, ours: dict[str, str]) -> None:
    assert rest.get("/responses", headers=bearer(FOREIGN)).json()["data"] == []
    assert ours["srv"] not in rest.get("/surveys", headers=bearer(FOREIGN)).text


def test_a_person_is_found_in_ones_own_workspace_only(rest: TestClient, scene: Scene) -> None:
    person = {"email": "same@example.com"}
    mine = rest.post("/responses", json=scene.answer(person=person)).json()["id"]
    theirs = rest.post(
        "/responses", json={"survey": scene.foreign_survey, "score": 1, "person": person}, headers=bearer(FOREIGN)
    ).json()["id"]
    one = rest.get(f"/responses/{mine}").json()["person"]["id"]
    other = rest.get(f"/responses/{theirs}", headers=bearer(FOREIGN)).json()["person"]["id"]
    assert one != other


def test_a_key_is_told_which_scope_it_lacks(rest: TestClient, scene: Scene, write: Write) -> None:
    def make(ctx: Context) -> None:
        make_key(ctx, scene.place.workspace_id, "cxs_live_few").scopes = "surveys:read"

    write(make)
    told = {
        "scores:read": rest.get(f"/surveys/{scene.survey}/score", headers=bearer("cxs_live_few")),
        "responses:write": rest.post("/responses", json=scene.answer(), headers=bearer("cxs_live_few")),
        "people:write": rest.post("/people", json={"external_id": "c-1"}, headers=bearer("cxs_live_few")),
    }
    for scope, refused in told.items():
        assert (refused.status_code, refused.json()["detail"]) == (403, f"The key lacks the scope {scope}.")
