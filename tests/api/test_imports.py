"""Imports by another system: a file is brought, tried, put right, carried out, and its refused rows taken out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from cxsurvey import wiring
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.ids import encode
from cxsurvey.core.jobs.runner import Runner
from cxsurvey.core.models import AuditEntry
from cxsurvey.responses.models import Response
from cxsurvey.surveys.service import SurveyView
from cxsurvey.transfer import imports, keeping, uploads
from cxsurvey.transfer.models import Import
from tests.api.conftest import FOREIGN, TEST, Scene, Write, bearer
from tests.factories import act_in, make_open_survey

RATINGS = b"Rating,Why,respondent_id\n9,Quick.,a\n3,=cmd,b\n9,And kind.,a\n12,,c\n6,,d\n"
MAPPING = {"score": "Rating", "comment": "Why", "respondent": "respondent_id"}


def bring(rest: TestClient, content: bytes = RATINGS, headers: dict[str, str] | None = None, **said: Any) -> Any:
    files = {"file": ("old.csv", content, "text/csv")}
    return rest.post("/imports", files=files, data={"settings": json.dumps(said)}, headers=headers)


def drain(database: Database) -> None:
    Runner(database, wiring.JOB_HANDLERS, "test").drain()


def read(rest: TestClient, made: Any) -> Any:
    return rest.get(f"/imports/{made.json()['id']}").json()


def folders(database: Database) -> int:
    home = uploads.home(database.settings)
    return len(list(home.iterdir())) if home.is_dir() else 0


def test_a_file_is_tried_imported_and_its_refused_rows_taken_out(
    rest: TestClient, scene: Scene, database: Database, write: Write
) -> None:
    made = bring(rest, survey=scene.survey, mapping=MAPPING, source="till")
    assert made.status_code == 201, made.text
    here = f"/imports/{made.json()['id']}"
    assert made.headers["location"] == f"/api/v1{here}"
    assert (made.json()["state"], made.json()["dry_run"], made.json()["rows"]) == ("waiting", True, 5)
    drain(database)

    tried = rest.get(here).json()
    assert (tried["state"], tried["dry_run"]) == ("draft", True)
    told = {"rows_read": 5, "stored": 3, "same_respondent": 1, "refused": 1}
    assert {name: number for name, number in tried["counts"].items() if number} == told
    assert tried["refused_rows"] == [
        {"line": 5, "column": "Rating", "rule": "not_a_score", "message": "must be a whole number from 0 to 10"}
    ]
    assert rest.get(f"/surveys/{scene.survey}/score").json()["n"] == 0

    started = rest.post(f"{here}/start")
    assert (started.status_code, started.json()["state"], started.json()["dry_run"]) == (200, "waiting", False)
    drain(database)
    done = rest.get(here).json()
    assert done["state"] == "done"
    assert {name: number for name, number in done["counts"].items() if number} == told
    stored = write(lambda ctx: ctx.connection.execute(select(Response.score, Response.source)).all())
    assert sorted(map(tuple, stored)) == [(3, "till"), (6, "till"), (9, "till")]

    taken = rest.post(f"{here}/refused")
    assert taken.status_code == 200
    assert taken.headers["content-type"].startswith("text/csv")
    assert taken.text.splitlines()[1:] == ["5,Rating,not_a_score,must be a whole number from 0 to 10,12,,c"]
    actions = write(
        lambda ctx: ctx.connection.execute(select(AuditEntry.action).order_by(AuditEntry.id)).scalars().all()
    )
    assert [one for one in actions if one.startswith("import")] == [
        "import.started",
        "import.done",
        "import.refused_downloaded",
    ]


def test_without_a_mapping_the_guess_is_tried(rest: TestClient, scene: Scene, database: Database) -> None:
    made = bring(rest, survey=scene.survey)
    drain(database)

    tried = read(rest, made)
    assert tried["mapping"] == MAPPING
    assert {one["field"]: one["column"] for one in tried["guessed"]} == MAPPING
    assert tried["counts"]["stored"] == 3


def test_where_the_guess_does_not_suffice_it_stays_a_draft_until_more_is_said(
    rest: TestClient, scene: Scene, database: Database
) -> None:
    made = bring(rest, b"a;b\n9;x\n", delimiter=",")
    assert (made.status_code, made.json()["state"], made.json()["mapping"]) == (201, "draft", {})
    here = f"/imports/{made.json()['id']}"
    assert rest.post(f"{here}/start").json()["code"] == "mapping_wrong"

    said = {"survey": scene.survey, "delimiter": ";", "mapping": {"score": "a"}, "dry_run": False}
    settled = rest.put(f"{here}/settings", json=said)
    assert (settled.status_code, settled.json()["state"]) == (200, "draft"), settled.text
    assert [one["name"] for one in settled.json()["columns"]] == ["a", "b"]
    rest.post(f"{here}/start")
    drain(database)
    assert read(rest, made)["counts"]["stored"] == 1


def test_dates_are_read_in_an_order_that_the_cells_or_the_settings_say(
    rest: TestClient, scene: Scene, database: Database
) -> None:
    said: dict[str, Any] = {"survey": scene.survey, "mapping": {"score": "Rating", "answered_at": "At"}}
    clear = bring(rest, b"Rating,At\n9,13.03.2026 10:00\n3,01.03.2026 10:00\n", zone="UTC", **said)
    assert clear.json()["date_order"] == "day-first"
    drain(database)
    tried = read(rest, clear)
    assert (tried["first_answered_at"], tried["last_answered_at"]) == ("2026-03-01T10:00:00Z", "2026-03-13T10:00:00Z")

    unclear = b"Rating,At\n9,02.03.2026\n"
    refused = bring(rest, unclear, **said)
    assert (refused.status_code, refused.json()["code"]) == (422, "dates_unclear")
    guessed = bring(rest, unclear, survey=scene.survey)
    assert (guessed.status_code, guessed.json()["state"], guessed.json()["mapping"]) == (201, "draft", {})
    settled = rest.put(f"/imports/{guessed.json()['id']}/settings", json={**said, "date_order": "month-first"})
    assert settled.json()["date_order"] == "month-first", settled.text
    drain(database)
    assert read(rest, guessed)["counts"]["stored"] == 1
    against = bring(rest, b"Rating,At\n9,02.03.2026\n3,13.03.2026\n", **said, date_order="month-first").json()
    assert [one["about"] for one in against["cautions"]] == ["other_date_order"]
    wrong = bring(rest, unclear, **said, date_order="year")
    assert wrong.json()["errors"][0]["rule"] == "enum"


def test_what_would_show_in_wrong_numbers_alone_is_told_until_it_is_carried_out(
    rest: TestClient, scene: Scene, database: Database
) -> None:
    made = bring(rest, b"Points\n90\n9\n", survey=scene.survey, mapping={"score": "Points"})
    drain(database)

    tried = read(rest, made)
    assert {one["about"]: one["text"] for one in tried["cautions"]} == {
        "other_scale": "“Points” holds 90, which the scale of the survey, 0 to 10, does not have: it looks like "
        "another scale. 1 of 2 scores would be refused.",
        "no_dates": "No column says when the responses were given: all of them would count as given today.",
    }
    assert tried["counts"]["refused"] == 1
    rest.post(f"/imports/{made.json()['id']}/start")
    drain(database)
    assert read(rest, made)["cautions"] == []
    headless = bring(rest, b"5;2026-10-01\n4;2026-10-02\n", survey=scene.survey).json()
    assert [one["about"] for one in headless["cautions"]] == ["first_row_is_data"]


def test_a_column_that_only_looks_like_dates_or_the_score_is_not_taken_for_it(
    rest: TestClient, scene: Scene, database: Database
) -> None:
    made = bring(rest, b"NPS (last year),NPS,App version\n3,9,5.13.10\n4,9,5.14.11\n", survey=scene.survey)
    drain(database)

    tried = read(rest, made)
    assert tried["mapping"] == {"score": "NPS"}
    assert [one["about"] for one in tried["cautions"]] == ["no_dates"]
    assert tried["first_answered_at"] is None


def test_the_same_file_once_more_is_read_with_the_order_it_had(
    rest: TestClient, scene: Scene, database: Database
) -> None:
    unclear = b"Rating,At\n9,02.03.2026\n"
    first = bring(rest, unclear, survey=scene.survey, date_order="month-first")
    drain(database)
    rest.post(f"/imports/{first.json()['id']}/start")
    drain(database)

    again = bring(rest, unclear)
    drain(database)

    assert read(rest, again)["date_order"] == "month-first"
    assert read(rest, again)["counts"]["known"] == 1


def test_a_file_from_before_there_was_an_order_of_dates_is_asked_about_where_its_dates_are_in_doubt(
    rest: TestClient, scene: Scene, database: Database, write: Write
) -> None:
    content = b"Rating,At\n9,2026-03-02\n8,02.03.2026\n"
    first = bring(rest, content, survey=scene.survey, date_order="iso")
    drain(database)
    rest.post(f"/imports/{first.json()['id']}/start")
    drain(database)

    def forget_order(ctx: Context) -> None:
        stored = ctx.connection.execute(select(Import.reading)).scalar_one()
        ctx.connection.execute(update(Import).values(reading={**stored, "date_order": None}))

    write(forget_order)

    again = bring(rest, content)
    assert (again.status_code, again.json()["state"], again.json()["mapping"]) == (201, "draft", {}), again.text
    said = rest.put(f"/imports/{again.json()['id']}/settings", json={"date_order": "day-first"})
    drain(database)
    assert said.json()["mapping"] == {"score": "Rating", "answered_at": "At"}
    counts = read(rest, again)["counts"]
    assert (counts["known"], counts["stored"]) == (1, 1)


def test_the_same_file_again_is_known_and_read_as_it_was_unless_taken_back(
    rest: TestClient, scene: Scene, database: Database
) -> None:
    scale = {"scores": {"12": 10}}
    first = bring(rest, survey=scene.survey, mapping=MAPPING, zone="Europe/London", source="till", scale=scale)
    assert first.json()["earlier"] is None
    drain(database)
    rest.post(f"/imports/{first.json()['id']}/start")
    drain(database)

    again = bring(rest)
    drain(database)
    tried = read(rest, again)
    assert tried["earlier"] == {
        "id": first.json()["id"],
        "state": "done",
        "created_at": first.json()["created_at"],
        "rows_there": 5,
        "source": "till",
    }
    assert (tried["survey"], tried["source"], tried["zone"]) == (scene.survey, "till", "Europe/London")
    assert tried["scale"]["scores"] == {"12": 10}
    assert (tried["counts"]["stored"], tried["counts"]["known"]) == (0, 4)
    assert tried["expected_score"]["n"] == 0
    assert bring(rest, survey=scene.survey, source="shop").json()["source"] == "shop"
    assert bring(rest, RATINGS + b"1,,e\n", survey=scene.survey).json()["earlier"] is None

    rest.post(f"/imports/{first.json()['id']}/undo", json={"reason": "Wrong."})
    drain(database)
    assert bring(rest, survey=scene.survey).json()["earlier"] is None


def test_a_file_for_another_survey_than_the_last_time_never_goes_to_that_one(
    rest: TestClient, scene: Scene, database: Database, write: Write
) -> None:
    def in_ours(ctx: Context) -> SurveyView:
        act_in(ctx, scene.place.workspace_id)
        return make_open_survey(ctx, "Support")

    other = encode("srv", write(in_ours).id)
    unclear = b"How;Where\ngood;x\nbad;y\n"
    said: dict[str, Any] = {"mapping": {"score": "How"}, "source": "till", "scale": {"scores": {"good": 9, "bad": 3}}}
    first = bring(rest, unclear, survey=scene.survey, **said)
    drain(database)
    rest.post(f"/imports/{first.json()['id']}/start")
    drain(database)
    assert rest.get(f"/surveys/{scene.survey}/score").json()["n"] == 2

    brought = bring(rest, unclear, survey=other)
    assert (brought.status_code, brought.json()["state"]) == (201, "draft")
    assert (brought.json()["survey"], brought.json()["mapping"]) == (other, {})
    assert brought.json()["source"] == "import", "as for a new import"
    refused = rest.post(f"/imports/{brought.json()['id']}/start")
    assert (refused.status_code, refused.json()["code"]) == (422, "mapping_wrong")

    proposed = bring(rest, unclear)
    drain(database)
    assert (proposed.json()["survey"], proposed.json()["mapping"]) == (scene.survey, {"score": "How"})
    here = f"/imports/{proposed.json()['id']}"
    settled = rest.put(f"{here}/settings", json={"survey": other})
    assert settled.status_code == 200, settled.text
    assert (settled.json()["survey"], settled.json()["mapping"]) == (other, {})
    assert rest.post(f"{here}/start").json()["code"] == "mapping_wrong"
    drain(database)
    assert rest.get(f"/surveys/{scene.survey}/score").json()["n"] == 2

    rest.put(f"{here}/settings", json={"survey": other, **said, "source": "shop", "dry_run": False})
    rest.post(f"{here}/start")
    drain(database)
    assert [rest.get(f"/surveys/{one}/score").json()["n"] for one in (scene.survey, other)] == [2, 2]


def test_a_dry_run_tells_what_score_it_would_bring_so_that_a_reversed_scale_shows(
    rest: TestClient, scene: Scene, database: Database
) -> None:
    rows = b"Rating\n" + b"10\n" * 6 + b"8\n" * 3 + b"2\n" * 3
    plain = bring(rest, rows, survey=scene.survey)
    reversed_ = bring(rest, rows, survey=scene.survey, scale={"reversed": True})
    assert plain.json()["expected_score"] is None, "it has not been tried yet"
    drain(database)

    expected = read(rest, plain)["expected_score"]
    assert (expected["metric"], expected["estimate"], expected["n"]) == ("nps", 25.0, 12)
    assert expected["lower"] < 25 < expected["upper"]
    assert expected["groups"] == [
        {"name": "promoters", "n": 6},
        {"name": "passives", "n": 3},
        {"name": "detractors", "n": 3},
    ]
    assert read(rest, reversed_)["expected_score"]["estimate"] == -75.0
    rest.post(f"/imports/{plain.json()['id']}/start")
    drain(database)
    assert rest.get(f"/surveys/{scene.survey}/score").json()["estimate"] == 25.0
    assert read(rest, plain)["expected_score"] is None


def test_people_are_brought_alike(rest: TestClient, database: Database) -> None:
    made = bring(rest, b"mail\nkim@example.com\n", kind="people", dry_run=False)
    assert (made.json()["kind"], made.json()["mapping"]) == ("people", {"email": "mail"}), made.text
    rest.post(f"/imports/{made.json()['id']}/start")
    drain(database)
    assert [one["email"] for one in rest.get("/people").json()["data"]] == ["kim@example.com"]


def test_the_same_request_with_its_key_again_brings_nothing_twice(
    rest: TestClient, scene: Scene, database: Database
) -> None:
    keyed = {"Idempotency-Key": "old-answers"}
    first = bring(rest, headers=keyed, survey=scene.survey)
    again = bring(rest, headers=keyed, survey=scene.survey)
    other = bring(rest, RATINGS + b"1,,e\n", headers=keyed, survey=scene.survey)

    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert again.content == first.content
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(rest.get("/imports").json()["data"]) == folders(database) == 1


def test_imports_are_listed_page_by_page_newest_first(rest: TestClient, scene: Scene) -> None:
    made = [bring(rest, survey=scene.survey).json()["id"] for _ in range(3)]

    first = rest.get("/imports", params={"limit": 2}).json()
    rest_of_them = rest.get(first["next"]).json()
    assert [one["id"] for one in (*first["data"], *rest_of_them["data"])] == made[::-1]
    assert rest_of_them["next"] is None


def test_what_waits_can_be_cancelled_and_what_has_ended_not(rest: TestClient, scene: Scene, database: Database) -> None:
    made = bring(rest, survey=scene.survey, dry_run=False)
    here = f"/imports/{made.json()['id']}"
    rest.post(f"{here}/start")

    assert rest.post(f"{here}/cancel").json()["state"] == "cancelled"
    again = rest.post(f"{here}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "state_forbids")
    drain(database)
    assert rest.get(f"/surveys/{scene.survey}/score").json()["n"] == 0


WRONG: list[tuple[dict[str, Any], int, str, str]] = [
    ({"kind": "answers"}, 422, "invalid", "kind"),
    ({"mapping": {"rating": "Rating"}}, 422, "mapping_wrong", "mapping"),
    ({"mapping": {"score": "Stars"}}, 422, "mapping_wrong", "mapping"),
    ({"zone": "Mars"}, 422, "invalid", "zone"),
    ({"delimiter": "::"}, 422, "invalid", "delimiter"),
    ({"colour": "red"}, 422, "invalid", "colour"),
    ({"sheet": "One"}, 422, "file_unreadable", ""),
    ({"scale": {"scores": {"9": 11}}}, 422, "invalid", "scale.scores.9"),
]


@pytest.mark.parametrize(("said", "status", "code", "field"), WRONG, ids=lambda value: str(value)[:30])
def test_wrong_settings_are_named_and_leave_nothing(
    rest: TestClient, scene: Scene, database: Database, said: dict[str, Any], status: int, code: str, field: str
) -> None:
    reply = bring(rest, **{"survey": scene.survey, "mapping": MAPPING, **said})

    assert (reply.status_code, reply.json()["code"]) == (status, code), reply.text
    assert not field or field in {one["field"] for one in reply.json()["errors"]}
    assert rest.get("/imports").json()["data"] == []
    assert folders(database) == 0


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"data": {"settings": "{}"}, "files": {"other": ("a.csv", b"x")}}, "other"),
        ({"data": {"file": "Rating"}, "files": {"settings": ("a.json", b"{}")}}, "file"),
        ({"files": {"file": ("a.csv", b"")}}, "file"),
        ({"data": {"settings": "{"}, "files": {"file": ("a.csv", b"a\n1\n")}}, "settings"),
        ({"data": {"settings": "[]"}, "files": {"file": ("a.csv", b"a\n1\n")}}, "settings"),
        ({"data": {"settings": '{"zone":"UTC","zone":"UTC"}'}, "files": {"file": ("a.csv", b"a\n1\n")}}, "zone"),
    ],
)
def test_a_form_that_is_not_right_is_refused_and_leaves_nothing(
    rest: TestClient, database: Database, parts: dict[str, Any], field: str
) -> None:
    reply = rest.post("/imports", **parts)

    assert reply.status_code == 422, reply.text
    assert [one["field"] for one in reply.json()["errors"]] == [field]
    assert folders(database) == 0


def test_a_body_of_another_type_is_refused(rest: TestClient) -> None:
    assert rest.post("/imports", json={}).status_code == 415
    assert rest.post("/imports", content=b"x", headers={"Content-Type": "multipart/form-data"}).status_code == 400


def test_a_foreign_survey_and_import_look_like_missing_ones(rest: TestClient, scene: Scene) -> None:
    foreign, missing = bring(rest, survey=scene.foreign_survey), bring(rest, survey="srv_0")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    made = bring(rest, survey=scene.survey)
    assert rest.get(f"/imports/{made.json()['id']}", headers=bearer(FOREIGN)).status_code == 404
    assert rest.get("/imports", headers=bearer(FOREIGN)).json()["data"] == []


def test_a_survey_that_was_never_published_takes_no_import(rest: TestClient) -> None:
    draft = rest.post("/surveys", json={"name": "Not yet"}).json()["id"]
    assert bring(rest, survey=draft, mapping=MAPPING).json()["code"] == "survey_never_published"


def test_a_key_in_test_mode_imports_nothing(rest: TestClient, scene: Scene, database: Database) -> None:
    reply = bring(rest, headers=bearer(TEST), survey=scene.survey)
    assert (reply.status_code, reply.json()["code"]) == (403, "live_key_needed")
    assert folders(database) == 0


def test_refused_rows_that_are_not_there_are_gone(rest: TestClient, scene: Scene) -> None:
    made = bring(rest, survey=scene.survey, dry_run=False)
    gone = rest.post(f"/imports/{made.json()['id']}/refused")
    assert (gone.status_code, gone.json()["code"]) == (410, "refused_rows_gone")


FORM = {"Content-Type": "multipart/form-data; boundary=x"}
NO_FORM = b"--x\r\nthis is no part of a form\r\n"
"""A body that is refused as soon as anybody reads it as a form."""


def test_a_file_without_room_is_refused_before_it_is_read(
    rest: TestClient, scene: Scene, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_DRAFTS", 1)
    assert rest.post("/imports", content=NO_FORM, headers=FORM).status_code == 400
    first = bring(rest, headers={"Idempotency-Key": "first"}, dry_run=False)
    assert first.status_code == 201, first.text

    refused = rest.post("/imports", content=NO_FORM, headers=FORM)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_files")
    again = bring(rest, headers={"Idempotency-Key": "first"}, dry_run=False)
    assert (again.status_code, again.headers.get("idempotency-replayed")) == (201, "true"), "a repeat needs no room"
    assert bring(rest, headers=bearer(TEST)).json()["code"] == "live_key_needed"
    assert folders(database) == 1


@pytest.mark.parametrize("announced", [True, False])
def test_a_file_larger_than_the_room_left_is_refused_by_its_length_or_as_it_comes(
    rest: TestClient, scene: Scene, database: Database, monkeypatch: pytest.MonkeyPatch, announced: bool
) -> None:
    monkeypatch.setattr(imports, "room", lambda _: 1000)
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + b"9\n" * 40_000

    refused = rest.post("/imports", content=body if announced else iter([body]), headers=FORM)

    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_files")
    assert ("content-length" in refused.request.headers) is announced
    assert folders(database) == 0
    assert bring(rest, dry_run=False).status_code == 201, "a small one fits in"


def test_an_import_is_taken_back_with_its_reason(rest: TestClient, scene: Scene, database: Database) -> None:
    made = bring(rest, survey=scene.survey, mapping=MAPPING, dry_run=False)
    here = f"/imports/{made.json()['id']}"
    assert rest.post(f"{here}/undo", json={"reason": "Mixed up"}).json()["code"] == "state_forbids"
    rest.post(f"{here}/start")
    drain(database)
    assert rest.get(f"/surveys/{scene.survey}/score").json()["n"] == 3
    assert rest.post(f"{here}/undo", json={"reason": ""}).status_code == 422

    undone = rest.post(f"{here}/undo", json={"reason": "Mixed up"})
    assert (undone.status_code, undone.json()["state"], undone.json()["undo_reason"]) == (200, "undoing", "Mixed up")
    drain(database)

    ended = rest.get(here).json()
    assert (ended["state"], ended["undone"], ended["left_alone"]) == ("undone", 3, 0)
    assert ended["undone_at"] is not None
    assert rest.get(f"/surveys/{scene.survey}/score").json()["n"] == 0


def test_a_response_that_comes_again_while_its_import_is_taken_back_is_refused_and_stored_after_the_end(
    rest: TestClient, scene: Scene, database: Database
) -> None:
    mapping = {"score": "Rating", "external_id": "respondent_id"}
    made = bring(rest, b"Rating,respondent_id\n9,a\n3,b\n", survey=scene.survey, mapping=mapping, dry_run=False)
    here = f"/imports/{made.json()['id']}"
    rest.post(f"{here}/start")
    drain(database)
    sent = scene.answer(score=5, external_id="a", source="import")
    batch = {"responses": [sent, scene.answer(score=6, external_id="c", source="import")]}
    assert rest.post("/responses", json=sent).json()["created"] is False
    rest.post(f"{here}/undo", json={"reason": "Mixed up"})

    refused = rest.post("/responses", json=sent, headers={"Idempotency-Key": "one"})
    items = rest.post("/responses/batch", json=batch, headers={"Idempotency-Key": "two"}).json()["data"]
    drain(database)
    again = rest.post("/responses", json=sent, headers={"Idempotency-Key": "one"})

    assert (refused.status_code, refused.json()["code"]) == (409, "being_taken_back")
    assert refused.headers["retry-after"] == "10"
    assert refused.json()["errors"][0]["pointer"] == "/external_id"
    assert [item["status"] for item in items] == [409, 201]
    assert (again.status_code, again.json()["created"], again.json()["state"]) == (201, True, "counted")
    assert rest.get(f"/surveys/{scene.survey}/score").json()["n"] == 2


def test_while_an_import_is_taken_back_a_file_of_its_source_comes_only_untried(
    rest: TestClient, scene: Scene, database: Database
) -> None:
    mapping = {"score": "Rating", "external_id": "respondent_id"}
    made = bring(rest, b"Rating,respondent_id\n9,a\n3,b\n", survey=scene.survey, mapping=mapping, dry_run=False)
    rest.post(f"/imports/{made.json()['id']}/start")
    drain(database)
    rest.post(f"/imports/{made.json()['id']}/undo", json={"reason": "Mixed up"})
    file = b"Rating,respondent_id\n8,a\n"

    refused = bring(rest, file, survey=scene.survey, mapping=mapping)
    brought = bring(rest, file, survey=scene.survey, mapping=mapping, dry_run=False)
    settings = {"survey": scene.survey, "mapping": mapping}
    here = f"/imports/{brought.json()['id']}"
    untried = rest.put(f"{here}/settings", json=settings)
    drain(database)
    rest.put(f"{here}/settings", json=settings)
    drain(database)

    for answer in (refused, untried):
        assert (answer.status_code, answer.json()["code"]) == (409, "import_in_the_way")
    assert (brought.status_code, brought.json()["state"]) == (201, "draft")
    counts = rest.get(here).json()["counts"]
    assert (counts["stored"], counts["known"], counts["refused"]) == (1, 0, 0)


def test_people_are_not_taken_back(rest: TestClient, database: Database) -> None:
    made = bring(rest, b"mail\nkim@example.com\n", kind="people", mapping={"email": "mail"}, dry_run=False)
    here = f"/imports/{made.json()['id']}"
    rest.post(f"{here}/start")
    assert rest.get(here).json()["waiting_for_worker"] is True
    drain(database)

    assert rest.get(here).json()["waiting_for_worker"] is False
    assert rest.post(f"{here}/undo", json={"reason": "Please"}).json()["code"] == "not_undoable"
