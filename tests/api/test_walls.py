"""Workspaces are walls for lists and people too; what names a thing is tried in `tests/walls`."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import FOREIGN, Scene, bearer


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
