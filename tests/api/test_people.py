"""People through HTTP."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient

from tests.api.conftest import FOREIGN, TEST, Scene, bearer

KIM = {"email": "Kim@Example.com", "external_id": "c-1", "name": "Kim", "attributes": {"plan": "basic", "since": 2024}}


def shown(written: dict[str, Any]) -> dict[str, Any]:
    """The person in the reply to a POST, as every other address shows one."""
    return {name: value for name, value in written.items() if name != "created"}


def test_somebody_is_written_down_once_and_brought_up_to_date(rest: TestClient, scene: Scene) -> None:
    made = rest.post("/people", json=KIM)
    again = rest.post("/people", json={"external_id": "c-1", "locale": "de", "attributes": {"plan": "extra"}})

    assert (made.status_code, again.status_code) == (201, 200)
    assert made.headers["location"] == f"/api/v1/people/{made.json()['id']}"
    assert "location" not in again.headers
    assert (made.json()["created"], again.json()["created"]) == (True, False)
    person = shown(again.json())
    assert person["id"] == made.json()["id"]
    assert person["id"].startswith("per_")
    assert (person["email"], person["name"], person["locale"]) == ("Kim@Example.com", "Kim", "de")
    assert person["attributes"] == {"plan": "extra", "since": 2024}
    assert rest.get(f"/people/{person['id']}").json() == person


def test_an_address_of_somebody_else_is_refused_and_nothing_changes(rest: TestClient, scene: Scene) -> None:
    rest.post("/people", json=KIM)
    rest.post("/people", json={"external_id": "c-2", "email": "lee@example.com", "name": "Lee"})
    before = rest.get("/people").json()

    for refused in (
        rest.post("/people", json={"external_id": "c-9", "email": "kim@example.com", "name": "New"}),
        rest.post("/people", json={"external_id": "c-1", "email": "LEE@example.com", "name": "New"}),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "email_taken")
        assert [(entry["pointer"], entry["rule"]) for entry in refused.json()["errors"]] == [("/email", "email_taken")]
    assert rest.get("/people").json() == before


def test_another_address_takes_the_place_of_the_old_one_and_leaves_a_trace(rest: TestClient, scene: Scene) -> None:
    made = rest.post("/people", json=KIM).json()

    moved = rest.post("/people", json={"external_id": "c-1", "email": "Kim@Elsewhere.example"})

    assert (moved.status_code, moved.json()["created"]) == (200, False)
    assert shown(moved.json()) == {**shown(made), "email": "Kim@Elsewhere.example"}
    assert rest.get("/people", params={"email": "kim@example.com"}).json()["data"] == []
    (entry,) = [each for each in rest.get("/audit-entries").json()["data"] if each["action"] == "person.changed"]
    assert (entry["subject"], entry["detail"]) == (made["id"], {"fields": ["email"]})
    rest.post("/people", json={"external_id": "c-1", "email": "kim@elsewhere.example"})
    assert len([1 for each in rest.get("/audit-entries").json()["data"] if each["action"] == "person.changed"]) == 1


def test_an_answer_takes_no_known_address_away(rest: TestClient, scene: Scene) -> None:
    made = rest.post("/people", json=KIM).json()
    rest.post("/responses", json=scene.answer(person={"external_id": "c-1", "email": "old@example.com"}))
    assert rest.get(f"/people/{made['id']}").json()["email"] == "Kim@Example.com"


def test_who_was_known_by_an_address_alone_is_given_an_id(rest: TestClient, scene: Scene) -> None:
    first = rest.post("/people", json={"email": "kim@example.com"}).json()
    second = rest.post("/people", json={"email": "kim@example.com", "external_id": "c-1"})
    assert (second.status_code, second.json()["id"], second.json()["external_id"]) == (200, first["id"], "c-1")


def test_an_answer_of_such_a_person_is_still_stored(rest: TestClient, scene: Scene) -> None:
    rest.post("/people", json=KIM)
    reply = rest.post("/responses", json=scene.answer(person={"external_id": "c-9", "email": "kim@example.com"}))
    assert reply.status_code == 201


def test_what_is_not_right_is_put_right_and_the_rest_stays(rest: TestClient, scene: Scene) -> None:
    person = shown(rest.post("/people", json=KIM).json())
    address = f"/people/{person['id']}"

    changed = rest.patch(address, json={"name": None, "attributes": {"since": None, "shop": 4}})

    assert changed.json() == {**person, "name": None, "attributes": {"plan": "basic", "shop": 4}}
    assert rest.get(address).json() == changed.json()
    assert rest.patch(address, json={"email": "other@example.com"}).status_code == 422


def test_people_are_listed_by_pages_and_found_by_what_they_are_known_by(rest: TestClient, scene: Scene) -> None:
    for number in range(3):
        rest.post("/people", json={"external_id": f"c-{number}", "email": f"kim{number}@example.com"})

    first = rest.get("/people", params={"limit": 2}).json()
    second = rest.get(first["next"].removeprefix("http://localhost:8000/api/v1")).json()

    assert [person["external_id"] for person in first["data"] + second["data"]] == ["c-0", "c-1", "c-2"]
    assert second["next"] is None
    found = rest.get("/people", params={"email": "KIM1@example.com"}).json()["data"]
    assert [person["external_id"] for person in found] == ["c-1"]
    assert rest.get("/people", params={"external_id": "nobody"}).json()["data"] == []
    assert rest.get("/people", params={"email": "nonsense"}).status_code == 422
    assert rest.get("/people", headers=bearer(FOREIGN)).json()["data"] == []


def test_a_trial_writes_nobody_down(rest: TestClient, scene: Scene) -> None:
    person = rest.post("/people", json=KIM).json()

    for refused in (
        rest.post("/people", json={"email": "new@example.com"}, headers=bearer(TEST)),
        rest.patch(f"/people/{person['id']}", json={"name": "Somebody else"}, headers=bearer(TEST)),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "live_key_needed")
    assert len(rest.get("/people").json()["data"]) == 1
