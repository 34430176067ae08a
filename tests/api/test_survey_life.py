"""The life of a survey through HTTP: edited on what was read, published, closed, opened again, deleted as a draft."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from cxsurvey import api
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import decode
from cxsurvey.surveys.models import SurveyVersion
from tests.api.conftest import LIVE, TEST, Scene, Write, bearer, set_scene
from tests.application import ORIGIN

GONE = "srv_0694n1s2vhtlb9hqa83bssdf00"


@pytest.fixture
def draft(rest: TestClient) -> dict[str, Any]:
    made: dict[str, Any] = rest.post("/surveys", json={"name": "After delivery", "languages": ["en", "de"]}).json()
    return made


def address(survey: dict[str, Any]) -> str:
    return f"/surveys/{survey['id']}"


def tag(rest: TestClient, survey: dict[str, Any]) -> str:
    found: str = rest.get(address(survey)).headers["etag"]
    return found


def edited(survey: dict[str, Any], question: str) -> dict[str, Any]:
    """The draft of a survey with another question."""
    definition = {**survey["draft"], "texts": {**survey["draft"]["texts"]}}
    definition["texts"]["en"] = {**definition["texts"]["en"], "question": question}
    return {"name": survey["name"], "definition": definition}


def test_a_copy_is_kept_by_its_tag(rest: TestClient, draft: dict[str, Any]) -> None:
    first = rest.get(address(draft))
    known = rest.get(address(draft), headers={"If-None-Match": first.headers["etag"]})
    weakly = rest.get(address(draft), headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    other = rest.get(address(draft), headers={"If-None-Match": '"1-0000000000000000"'})

    assert first.headers["etag"].startswith('"1-')
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", first.headers["etag"])
    assert known.headers["cache-control"] == "no-store"
    assert weakly.status_code == 304
    assert (other.status_code, other.content) == (200, first.content)


def test_anonymity_is_fixed_by_the_first_publication(rest: TestClient, draft: dict[str, Any]) -> None:
    wanted = {**edited(draft, "How likely are you?"), "anonymous": True}
    made = rest.put(address(draft), json=wanted, headers={"If-Match": tag(rest, draft)}).json()
    assert made["anonymous"]
    rest.post(f"{address(draft)}/publish")

    back = rest.put(address(draft), json={**wanted, "anonymous": False}, headers={"If-Match": tag(rest, draft)})
    assert (back.status_code, back.json()["code"]) == (409, "anonymity_fixed")
    refused = [
        rest.post("/responses", json={"survey": draft["id"], "score": 9}),
        rest.post("/invitations", json={"survey": draft["id"]}),
    ]
    assert [(reply.status_code, reply.json()["code"]) for reply in refused] == [(422, "anonymous_survey")] * 2


def test_every_change_makes_another_tag(rest: TestClient, draft: dict[str, Any]) -> None:
    seen = [tag(rest, draft)]
    for step in ("publish", "close", "reopen", "close"):
        assert rest.post(f"{address(draft)}/{step}").status_code == 200
        seen.append(tag(rest, draft))
    assert len(set(seen)) == 5
    assert rest.get(address(draft), headers={"If-None-Match": seen[0]}).status_code == 200


def test_an_edit_says_what_it_is_based_on(rest: TestClient, draft: dict[str, Any]) -> None:
    body, read = edited(draft, "Would you come back?"), tag(rest, draft)
    without = rest.put(address(draft), json=body)
    first = rest.put(address(draft), json=body, headers={"If-Match": read})
    second = rest.put(address(draft), json=edited(draft, "Lost?"), headers={"If-Match": read})
    now = rest.get(address(draft)).json()

    assert (without.status_code, without.json()["code"]) == (428, "precondition_required")
    assert without.json()["errors"] == [{"header": "If-Match", "rule": "missing", "message": "is required"}]
    assert (first.status_code, first.json()["revision"]) == (200, 2)
    assert (second.status_code, second.json()["code"]) == (412, "precondition_failed")
    assert second.json()["errors"][0] == {
        "header": "If-Match",
        "rule": "stale",
        "message": "must be the ETag of what is stored now",
    }
    assert now["draft"]["texts"]["en"]["question"] == "Would you come back?"


@pytest.mark.parametrize("given", ["2", 'W/"1"', '"1", "2"', '"0"', '"x"', "", '"99999999999"'])
def test_a_condition_of_another_kind_is_refused_by_name(rest: TestClient, draft: dict[str, Any], given: str) -> None:
    refused = rest.put(address(draft), json=edited(draft, "?"), headers={"If-Match": given})
    assert (refused.status_code, refused.json()["code"]) == (422, "precondition_malformed")
    assert refused.json()["errors"][0]["header"] == "If-Match"


@pytest.mark.parametrize("given", ["*", '"1"'])
def test_the_revision_alone_or_a_star_will_do(rest: TestClient, draft: dict[str, Any], given: str) -> None:
    assert rest.put(address(draft), json=edited(draft, "?"), headers={"If-Match": given}).status_code == 200


def test_a_broken_draft_is_kept_and_told_before_it_is_published(rest: TestClient, draft: dict[str, Any]) -> None:
    ready = rest.get(f"{address(draft)}/readiness").json()
    rest.put(address(draft), json=edited(draft, ""), headers={"If-Match": '"1"'})
    gaps = rest.get(f"{address(draft)}/readiness").json()
    refused = rest.post(f"{address(draft)}/publish")

    assert ready == {"revision": 1, "possible": True, "outcome": "first", "errors": []}
    assert (gaps["revision"], gaps["possible"]) == (2, False)
    (gap,) = gaps["errors"]
    assert (gap["pointer"], gap["rule"]) == ("/definition/texts/en/question", "missing")
    assert refused.status_code == 422
    assert [entry["pointer"] for entry in refused.json()["errors"]] == ["/definition/texts/en/question"]


@pytest.mark.parametrize("step", ["publish", "close", "reopen"])
def test_a_step_on_something_else_than_was_read_is_refused(
    rest: TestClient, scene: Scene, draft: dict[str, Any], step: str
) -> None:
    path = f"/surveys/{scene.survey}"
    if step == "reopen":
        rest.post(f"{path}/close")
    before = rest.get(path)
    stale = rest.post(f"{path}/{step}", headers={"If-Match": '"77"'})
    done = rest.post(f"{path}/{step}", headers={"If-Match": before.headers["etag"]})

    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert done.status_code == 200


def test_a_revision_in_the_body_and_another_in_the_header_do_not_agree(rest: TestClient, draft: dict[str, Any]) -> None:
    refused = rest.post(f"{address(draft)}/publish", json={"revision": 2}, headers={"If-Match": '"1"'})
    assert refused.status_code == 412
    assert rest.get(address(draft)).json()["state"] == "draft"


def test_a_closed_survey_takes_no_answer_until_it_is_opened_again(rest: TestClient, scene: Scene) -> None:
    path = f"/surveys/{scene.survey}"
    closed = rest.post(f"{path}/close").json()
    refused = rest.post("/responses", json=scene.answer())
    uninvited = rest.post("/invitations", json={"survey": scene.survey})
    again = rest.post(f"{path}/close")
    opened = rest.post(f"{path}/reopen").json()

    assert (closed["state"], closed["closed_at"]) == ("closed", "2026-11-21T12:00:00Z")
    assert (refused.status_code, refused.json()["code"]) == (410, "survey_closed")
    assert (uninvited.status_code, uninvited.json()["code"]) == (410, "survey_closed")
    assert (again.status_code, again.json()["code"]) == (409, "survey_not_open")
    assert (opened["state"], opened["closed_at"]) == ("open", None)
    assert rest.post("/responses", json=scene.answer()).status_code == 201
    assert rest.post("/invitations", json={"survey": scene.survey}).status_code == 201


def test_what_was_asked_can_be_read_version_by_version(rest: TestClient, draft: dict[str, Any]) -> None:
    path = address(draft)
    assert rest.get(f"{path}/versions").json() == {"data": []}
    rest.post(f"{path}/publish")
    rest.put(path, json=edited(draft, "And now?"), headers={"If-Match": "*"})
    rest.post(f"{path}/publish")

    listed = rest.get(f"{path}/versions").json()["data"]
    first, second = (rest.get(f"{path}/versions/{number}").json() for number in (1, 2))

    assert [(one["number"], one["metric"], one["formula"]) for one in listed] == [
        (2, "nps", "nps-0-10/1"),
        (1, "nps", "nps-0-10/1"),
    ]
    assert listed[0]["trend_line"] == listed[1]["trend_line"]
    assert "definition" not in listed[0]
    assert first["definition"] == draft["draft"]
    assert second["definition"]["texts"]["en"]["question"] == "And now?"


def test_a_version_of_more_than_four_digits_is_found(
    rest: TestClient, scene: Scene, write: Write, draft: dict[str, Any]
) -> None:
    path = address(draft)
    rest.post(f"{path}/publish")
    own = SurveyVersion.survey_id == decode("srv", draft["id"])
    write(lambda ctx: ctx.connection.execute(update(SurveyVersion).where(own).values(number=12_345)))
    assert rest.get(f"{path}/versions/12345").json()["number"] == 12_345


NOT_THERE = ["0", "2", "-1", "1.0", "32767", "32768", "98539", "99999999999999999999", "9" * 5000, "first"]


@pytest.mark.parametrize("number", NOT_THERE, ids=lambda number: number[:24])
def test_a_version_that_is_not_there(rest: TestClient, scene: Scene, number: str) -> None:
    missing = rest.get(f"/surveys/{scene.survey}/versions/{number}")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


def test_a_draft_is_deleted_and_a_survey_that_was_asked_is_not(
    rest: TestClient, scene: Scene, draft: dict[str, Any]
) -> None:
    once = {"If-Match": "*", "Idempotency-Key": "away"}
    without = rest.delete(address(draft))
    stale = rest.delete(address(draft), headers={"If-Match": '"2"'})
    gone = rest.delete(address(draft), headers=once)
    again = rest.delete(address(draft), headers=once)
    asked = rest.delete(f"/surveys/{scene.survey}", headers={"If-Match": "*"})

    assert (without.status_code, stale.status_code) == (428, 412)
    assert (gone.status_code, gone.json()) == (200, {"id": draft["id"], "deleted": True})
    assert (again.content, again.headers["idempotency-replayed"]) == (gone.content, "true")
    assert rest.get(address(draft)).status_code == 404
    assert rest.delete(address(draft), headers={"If-Match": "*"}).status_code == 404
    assert (asked.status_code, asked.json()["code"]) == (409, "survey_was_published")
    assert rest.get(f"/surveys/{scene.survey}").status_code == 200


def test_a_key_in_test_mode_changes_no_survey(rest: TestClient, scene: Scene, draft: dict[str, Any]) -> None:
    trial = {**bearer(TEST), "If-Match": "*"}
    answers = [
        rest.put(address(draft), json=edited(draft, "?"), headers=trial),
        rest.delete(address(draft), headers=trial),
        rest.post(f"/surveys/{scene.survey}/close", headers=trial),
        rest.post(f"/surveys/{scene.survey}/reopen", headers=trial),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(403, "live_key_needed")] * 4


def test_settings_are_kept_and_changed_by_their_tag(rest: TestClient) -> None:
    read = rest.get("/workspace")
    known = rest.get("/workspace", headers={"If-None-Match": read.headers["etag"]})
    changed = rest.patch("/workspace", json={"name": "Northwind"}, headers={"If-Match": read.headers["etag"]})
    stale = rest.patch("/workspace", json={"name": "Lost"}, headers={"If-Match": read.headers["etag"]})
    by_revision = rest.patch("/workspace", json={"name": "Lost", "revision": 1})
    whatever = rest.patch("/workspace", json={"name": "Northwind Home"})

    assert (known.status_code, changed.status_code, whatever.status_code) == (304, 200, 200)
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert (by_revision.status_code, by_revision.json()["code"]) == (409, "stale_edit")
    assert rest.get("/workspace").json()["name"] == "Northwind Home"


def test_of_twenty_edits_at_once_one_wins(real_database: Database) -> None:
    real_database.write(set_scene, share=Share.JOBS)
    with TestClient(api.build(real_database), base_url=f"{ORIGIN}/api/v1", headers=bearer(LIVE)) as rest:
        survey = rest.post("/surveys", json={"name": "Twenty"}).json()

        def edit(number: int) -> int:
            body = edited(survey, f"Question {number}?")
            return rest.put(address(survey), json=body, headers={"If-Match": '"1"'}).status_code

        with ThreadPoolExecutor(20) as pool:
            statuses = sorted(pool.map(edit, range(20)))
        assert statuses == [200] + [412] * 19
        assert rest.get(address(survey)).json()["revision"] == 2


def test_a_key_stands_for_one_change_of_one_revision(rest: TestClient, draft: dict[str, Any]) -> None:
    body, first = edited(draft, "Once?"), tag(rest, draft)
    once = rest.put(address(draft), json=body, headers={"If-Match": first, "Idempotency-Key": "edit"})
    again = rest.put(address(draft), json=body, headers={"If-Match": first, "Idempotency-Key": "edit"})
    newer = {"If-Match": tag(rest, draft), "Idempotency-Key": "edit"}
    other = rest.put(address(draft), json=body, headers=newer)

    assert (once.status_code, again.content) == (200, once.content)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_every_change_tells_the_etag_to_go_on_with(rest: TestClient, scene: Scene) -> None:
    once = {"Idempotency-Key": "one"}
    made = rest.post("/surveys", json={"name": "Again"}, headers=once)
    address = f"/surveys/{made.json()['id']}"

    def as_read() -> str:
        return str(rest.get(address).headers["etag"])

    assert made.headers["etag"] == as_read()
    draft = {"name": "Anew", "definition": made.json()["draft"]}
    edited = rest.put(address, json=draft, headers={"If-Match": made.headers["etag"]})
    assert edited.headers["etag"] == as_read()
    for step in ("publish", "close", "reopen"):
        changed = rest.post(f"{address}/{step}", headers={"If-Match": as_read()})
        assert (changed.status_code, changed.headers.get("etag")) == (200, as_read()), changed.text
    again = rest.post("/surveys", json={"name": "Again"}, headers=once)
    assert (again.headers["idempotency-replayed"], again.headers["etag"]) == ("true", made.headers["etag"])
    settings = rest.patch("/workspace", json={"name": "Northwind Home"})
    assert settings.headers["etag"] == rest.get("/workspace").headers["etag"]
