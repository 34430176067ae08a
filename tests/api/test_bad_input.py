"""What no system should send, and what it hears then: a clean refusal that repeats nothing of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from cxsurvey.scoring.methods import method_names
from tests.api.conftest import Scene, bearer

JSON = {"Content-Type": "application/json"}
MARK = "zzsecretzz"


def refused(rest: TestClient, body: str | bytes, status: int = 422) -> dict[str, Any]:
    reply = rest.post("/responses", content=body, headers=JSON)
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = reply.json()
    assert problem["status"] == status
    assert problem["request_id"] == reply.headers["x-request-id"]
    return problem


@pytest.mark.parametrize(
    "score",
    ["true", "9.5", "9.0", '"9"', "1e999", "-1e999", "NaN", "Infinity", "1" + "0" * 400, "[9]", "{}", "-1", "11"],
)
def test_a_score_is_a_whole_number_on_the_scale(rest: TestClient, scene: Scene, score: str) -> None:
    problem = refused(rest, f'{{"survey": "{scene.survey}", "score": {score}}}')
    assert [entry["pointer"] for entry in problem["errors"]] in (["/score"], [""])  # what is no JSON has no place
    assert score not in json.dumps(problem) or len(score) < 4


A_BATCH = {"Content-Type": "application/json", "Idempotency-Key": "b"}


@pytest.mark.parametrize("score", ["0", "6", "-1", "11", "-11", "1" + "0" * 400])
def test_a_score_off_the_scale_is_one_refusal_that_names_the_scale_alone_and_in_a_batch(
    rest: TestClient, score: str
) -> None:
    survey = rest.post("/surveys", json={"name": "After delivery", "formula": "csat-1-5/1"}).json()["id"]
    rest.post(f"/surveys/{survey}/publish")
    item = f'{{"survey": "{survey}", "score": {score}}}'
    alone = refused(rest, item)
    batch = rest.post("/responses/batch", content=f'{{"responses": [{item}]}}', headers=A_BATCH)
    in_batch = batch.json()["data"][0]["problem"]

    for problem, pointer in ((alone, "/score"), (in_batch, "/responses/0/score")):
        assert (problem["status"], problem["code"]) == (422, "not_a_score")
        (entry,) = problem["errors"]
        assert (entry["pointer"], entry["rule"]) == (pointer, "not_a_score")
        assert entry["message"] == "must be a whole number from 1 to 5"


@pytest.mark.parametrize("score", ["true", '"9 "', "9.5", "1e999", "1" + "0" * 5000])
def test_a_score_of_another_type_is_refused_in_a_batch_and_costs_the_others_nothing(
    rest: TestClient, scene: Scene, score: str
) -> None:
    items = f'{{"survey": "{scene.survey}", "score": {score}}}, {json.dumps(scene.answer())}'
    reply = rest.post("/responses/batch", content=f'{{"responses": [{items}]}}', headers=A_BATCH)
    if reply.status_code == 207:
        assert [item["status"] for item in reply.json()["data"]] == [422, 201]
        assert reply.json()["data"][0]["problem"]["errors"][0]["pointer"] == "/responses/0/score"
    else:
        assert (reply.status_code, reply.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b"{" * 60_000,
        b"[" * 60_000 + b"]" * 4,
        b'{"survey": "x", "survey": "y", "score": 1}',
        b'{"survey": "x", "score": 1, "attributes": {"a": 1, "a": 2}}',
        b'{"survey": "x", "score": 1, "comment": "\\ud800"}',
        b'{"survey": "x", "score": 1, "comment": "\\u0000"}',
        b'{"survey": "x", "score": 1, "source": "a\\nb"}',
        b'{"survey": "x", "score": 1, "attributes": {"a": [1]}}',
        b'{"survey": "x", "score": 1, "attributes": {"a": 1e999}}',
        b'{"survey": "x", "score": 1, "answered_at": "2026-01-01T00:00:00"}',
        b'{"survey": "x", "score": 1, "answered_at": 1767225600}',
        b'{"survey": "x", "score": 1, "person": {"email": "nobody"}}',
        b'{"survey": "x", "score": 1, "person": {"email": "a@example.com", "workspace_id": "1"}}',
        b'{"survey": "x", "score": 1, "workspace_id": "1"}',
        b'{"survey": "x", "score": 1, "state": "counted"}',
        b'{"survey": "x", "score": 1, "test": false}',
        b'{"survey": "x", "score": 1, "segments": {"shop": "a"}}',
        b'{"survey": "x", "score": 1, "follow_ups": ["1) OR 1=1--"]}',
        b'{"survey": ["1) OR 1=1--"], "score": 1}',
    ],
)
def test_what_breaks_a_rule_is_refused(rest: TestClient, body: bytes) -> None:
    assert refused(rest, body)["code"] == "invalid"


@pytest.mark.parametrize(
    "answered_at",
    ["2026-01-01T00:00:00", "yesterday", "", "2026-13-01T00:00:00Z", "2026-01-01", "12:00", 1767225600, True, [], {}],
)
def test_an_instant_is_told_in_our_words(rest: TestClient, scene: Scene, answered_at: object) -> None:
    problem = refused(rest, json.dumps(scene.answer(answered_at=answered_at)))
    assert problem["errors"] == [
        {
            "pointer": "/answered_at",
            "field": "answered_at",
            "rule": "not_an_instant",
            "message": "must be an instant with an offset such as 2026-03-02T09:30:00Z",
        }
    ]


def test_text_is_bounded(rest: TestClient, scene: Scene) -> None:
    for field, size in (("comment", 4001), ("external_id", 201), ("source", 41), ("locale", 41), ("survey", 41)):
        problem = refused(rest, json.dumps(scene.answer(**{field: "x" * size})))
        assert [(entry["pointer"], entry["rule"]) for entry in problem["errors"]] == [(f"/{field}", "too_long")]


def test_nothing_that_was_sent_comes_back(rest: TestClient, scene: Scene) -> None:
    sent = scene.answer(comment=7, locale=MARK * 9, person={"email": MARK}, segments={"agent": [MARK]})
    assert MARK not in json.dumps(refused(rest, json.dumps(sent)))


def test_a_flood_of_unknown_fields_gets_a_short_answer(rest: TestClient) -> None:
    problem = refused(rest, json.dumps({f"{number}{'x' * 50}": 1 for number in range(900)}))
    assert len(problem["errors"]) == 20


def test_an_answer_lies_in_the_past(rest: TestClient, scene: Scene) -> None:
    late, early = (
        ("2026-11-22T12:00:00Z", "9999-12-31T23:59:59-23:59"),
        ("1999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59"),
    )
    for instant in (*late, *early):
        problem = refused(rest, json.dumps(scene.answer(answered_at=instant)))
        assert problem["code"] == "outside_time"


def test_a_survey_that_is_no_id_is_missing(rest: TestClient, scene: Scene) -> None:
    for survey in (scene.foreign_survey, "srv_0000000000000000000000000g", "x", scene.survey.upper(), "'; DROP TABLE"):
        assert refused(rest, json.dumps(scene.answer(survey=survey)), 404)["code"] == "survey_unknown"


def test_a_score_or_a_comment_is_needed(rest: TestClient, scene: Scene) -> None:
    assert refused(rest, json.dumps({"survey": scene.survey}))["code"] == "score_missing"


@pytest.mark.parametrize("metric", ["NPS", 0, ["nps"], "happiness"])
def test_a_survey_asks_what_there_is_a_question_for(rest: TestClient, metric: Any) -> None:
    reply = rest.post("/surveys", json={"name": "x", "metric": metric})
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid"), reply.text
    (entry,) = reply.json()["errors"]
    assert (entry["pointer"], entry["rule"]) == ("/metric", "enum")
    assert entry["message"] == "must be 'nps', 'csat' or 'ces'"


@pytest.mark.parametrize(
    ("formula", "rule"), [("nps-1-5/1", "not_offered"), ("csat-1-5", "not_offered"), ("ces-1-7/1", "other_metric")]
)
def test_a_survey_is_made_with_a_formula_of_its_metric(rest: TestClient, formula: str, rule: str) -> None:
    reply = rest.post("/surveys", json={"name": "x", "metric": "csat", "formula": formula})
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid"), reply.text
    assert [(entry["pointer"], entry["rule"]) for entry in reply.json()["errors"]] == [("/formula", rule)]


def test_whether_a_survey_is_anonymous_is_true_or_false(rest: TestClient) -> None:
    reply = rest.post("/surveys", json={"name": "x", "anonymous": "yes"})
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid"), reply.text
    (entry,) = reply.json()["errors"]
    assert (entry["pointer"], entry["rule"]) == ("/anonymous", "not_true_or_false")


@pytest.mark.parametrize("languages", [["en", "en"], ["pt-br", "de", "pt-BR"]])
def test_a_language_is_named_once(rest: TestClient, languages: list[str]) -> None:
    reply = rest.post("/surveys", json={"name": "x", "languages": languages})
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid"), reply.text
    assert [(entry["pointer"], entry["rule"]) for entry in reply.json()["errors"]] == [
        ("/languages", "duplicate_language")
    ]


@pytest.mark.parametrize("place", ["/definition/texts", "/definition/follow_ups/0/labels"])
def test_a_language_has_one_text(rest: TestClient, place: str) -> None:
    draft = rest.post("/surveys", json={"name": "x", "languages": ["pt-BR"]}).json()["draft"]
    draft["follow_ups"] = [{"id": "why", "kind": "text", "bands": ["detractor"], "labels": {"pt-BR": "Por quê?"}}]
    twice = draft["texts"] if place == "/definition/texts" else draft["follow_ups"][0]["labels"]
    assert rest.post("/surveys", json={"name": "x", "definition": draft}).status_code == 201
    twice["pt-br"] = twice["pt-BR"]
    reply = rest.post("/surveys", json={"name": "x", "definition": draft})
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid"), reply.text
    assert [(entry["pointer"], entry["rule"]) for entry in reply.json()["errors"]] == [(place, "duplicate_language")]


@pytest.mark.parametrize(
    "media_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", "json"]
)
def test_only_json_is_read(rest: TestClient, scene: Scene, media_type: str) -> None:
    reply = rest.post("/responses", content=json.dumps(scene.answer()), headers={"Content-Type": media_type})
    assert (reply.status_code, reply.json()["code"]) == (415, "unsupported_media_type")
    assert reply.json()["detail"].startswith("Send Content-Type: application/json")


def test_packed_bodies_are_not_unpacked(rest: TestClient, scene: Scene) -> None:
    headers = {**JSON, "Content-Encoding": "gzip"}
    reply = rest.post("/responses", content=json.dumps(scene.answer()), headers=headers)
    assert reply.status_code == 415
    assert reply.json()["detail"].endswith("not compressed.")


def test_json_may_name_its_charset(rest: TestClient, scene: Scene) -> None:
    headers = {"Content-Type": "Application/JSON; charset=UTF-8"}
    assert rest.post("/responses", content=json.dumps(scene.answer()), headers=headers).status_code == 201


def test_a_body_is_refused_by_its_size(rest: TestClient, scene: Scene) -> None:
    long = json.dumps(scene.answer(comment="x" * 70_000))
    assert rest.post("/responses", content=long, headers=JSON).status_code == 413
    pieces = rest.post("/responses", content=iter([long[:40_000].encode(), long[40_000:].encode()]), headers=JSON)
    assert (pieces.status_code, pieces.json()["code"]) == (413, "too_large")
    announced = rest.post("/responses", content=b"{}", headers={**JSON, "Content-Length": str(3 * 1024 * 1024)})
    assert announced.status_code == 413
    batch = json.dumps({"responses": [scene.answer(comment="x" * 3000)] * 100})
    reply = rest.post("/responses/batch", content=batch, headers={**JSON, "Idempotency-Key": "k"})
    assert reply.status_code == 207


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=101", "limit=x", "limit=1e3",
        "after=x", "after=%00", "after=" + "A" * 65, "after=" + "f" * 32,
        "updated_since=yesterday", "updated_since=2026-01-01T00:00:00", "updated_since=9999-12-31T23:59:59-23:59",
        "offset=1", "survey%00=x",
    ],
)  # fmt: skip
def test_a_query_is_as_strict(rest: TestClient, query: str) -> None:
    reply = rest.get(f"/responses?{query}")
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid"), reply.text
    assert "query" in reply.json()["errors"][0]


@pytest.mark.parametrize(
    "query",
    [
        "since=2026-13-01", "since=2026-11-20&until=2026-11-19", "until=2026-11-19", "period=forever", "confidence=1",
        "confidence=nan", "confidence=0", "method=guess", "since=2026-01-01T00:00:00", "since=0000-01-01",
    ],
)  # fmt: skip
def test_a_period_is_as_strict(rest: TestClient, scene: Scene, query: str) -> None:
    reply = rest.get(f"/surveys/{scene.survey}/score?{query}")
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid"), reply.text
    assert "query" in reply.json()["errors"][0]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "DISPATCH", "__class__"])
def test_other_methods_are_not_known(rest: TestClient, method: str) -> None:
    reply = rest.request(method, "/responses")
    assert (reply.status_code, reply.json()["code"]) == (405, "method_not_allowed")
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["", "/", "/responses/", "/nowhere", "/responses/x/void/y", "/../v1/me/"])
def test_other_addresses_are_not_known(rest: TestClient, path: str) -> None:
    reply = rest.get(path)
    assert (reply.status_code, reply.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic eDp5"},
        {"Authorization": "Bearer " + "x" * 300},
        {"Authorization": b"Bearer \xff\xfe"},
        {**bearer("cxs_live_unknown"), "Cookie": "cxsurvey=0123456789012345678901234567"},
    ],
)
def test_nobody_gets_nothing(rest: TestClient, scene: Scene, headers: dict[str, str]) -> None:
    for reply in (
        rest.get("/me", headers=headers),
        rest.get("/surveys/x", headers=headers),
        rest.post("/responses", json=scene.answer(), headers=headers),
        rest.post("/surveys", json={"name": "x"}, headers=headers),
    ):
        assert (reply.status_code, reply.json()["code"]) == (401, "unauthenticated")
        assert reply.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("path", "query", "said"),
    [
        ("/responses", "limit=0", "limit must be a whole number from 1 to 100"),
        ("/responses", "limit=101", "limit must be a whole number from 1 to 100"),
        ("/responses", "limit=many", "limit must be a whole number from 1 to 100"),
        ("/responses", "limit=", "limit must be a whole number from 1 to 100"),
        ("/responses", "limit=1.5", "limit must be a whole number from 1 to 100"),
        (
            "/responses",
            "updated_since=2026-03-01T00:00:00",
            "updated_since must be an instant with an offset such as 2026-03-02T09:30:00Z, from 2000 to 2199",
        ),
        ("/responses", f"survey={'s' * 41}", "survey must have at most 40 characters"),
        ("/responses", "after=srv", "after must be taken from the address in `next`"),
        ("/responses", "page=2", "page is not a parameter of this address"),
        ("/surveys/{survey}/score", "period=1y", "period must be '30d', '90d', '12m', '18m', 'all' or 'custom'"),
        ("/surveys/{survey}/score", "since=2026-3-1", "since must be a day such as 2026-03-02"),
        ("/surveys/{survey}/score", "confidence=1", "confidence must be a number from 0.5 to 0.999"),
        ("/surveys/{survey}/score", "confidence=nan", "confidence must be a number from 0.5 to 0.999"),
        (
            "/surveys/{survey}/score",
            "method=exact",
            f"method must be {', '.join(repr(name) for name in method_names()[:-1])} or {method_names()[-1]!r}",
        ),
        (
            "/surveys/{survey}/score",
            "method=wilson",
            "method must be one of score, adjusted-wald, agresti-min, dirichlet, wald for the metric of this survey",
        ),
        (
            "/surveys/{survey}/score",
            "period=all&compare=previous",
            "compare must be left out when all of time is asked for",
        ),
        (
            "/surveys/{survey}/score",
            "since2=2026-01-01&compare=previous",
            "compare must be left out when since2 is given",
        ),
        (
            "/surveys/{survey}/score",
            "since=2026-01-01&since2=2026-02-01&until2=2026-02-28",
            "since2 must name days that are not part of the period it is compared with",
        ),
        (
            "/surveys/{survey}/score",
            "since=2026-01-01&since2=2025-02-01",
            "until2 is required here: without it the days go on to today, into the period they are compared with",
        ),
        ("/surveys/{survey}/score", "until2=2026-02-01", "since2 is required with until2"),
        ("/surveys/{survey}/score", "since2=2026-02-30", "since2 must be a date that exists"),
    ],
)
def test_a_parameter_is_named_with_its_rule(rest: TestClient, scene: Scene, path: str, query: str, said: str) -> None:
    reply = rest.get(f"{path.format(survey=scene.survey)}?{query}")
    assert reply.status_code == 422
    (problem,) = reply.json()["errors"]
    assert f"{problem['query']} {problem['message']}" == said


def test_several_parameters_are_told_in_one_sentence(rest: TestClient) -> None:
    reply = rest.get("/responses?limit=0&page=2").json()
    assert reply["detail"] == "limit must be a whole number from 1 to 100; page is not a parameter of this address."


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/me"),
        ("GET", "/formulas"),
        ("GET", "/surveys"),
        ("GET", "/surveys/{survey}"),
        ("GET", "/workspace"),
        ("GET", "/responses"),
        ("GET", "/people"),
        ("POST", "/responses"),
        ("POST", "/responses/batch"),
        ("POST", "/surveys"),
        ("POST", "/surveys/{survey}/close"),
    ],
)
def test_every_address_refuses_a_parameter_it_does_not_take(
    rest: TestClient, scene: Scene, method: str, path: str
) -> None:
    body = scene.answer() if method == "POST" else None
    reply = rest.request(method, path.format(survey=scene.survey) + "?colour=red", json=body)
    assert (reply.status_code, reply.json()["detail"]) == (422, "colour is not a parameter of this address.")
    assert [(entry["query"], entry["rule"]) for entry in reply.json()["errors"]] == [("colour", "unknown_field")]


@pytest.mark.parametrize(
    "path", ["/responses?limit=1&limit=2", "/people?limit=1&limit=1", "/audit-entries?limit=&limit=2"]
)
def test_a_parameter_is_named_once(rest: TestClient, path: str) -> None:
    reply = rest.get(path)
    assert (reply.status_code, reply.json()["detail"]) == (422, "limit must not be named twice.")
    assert [(entry["query"], entry["rule"]) for entry in reply.json()["errors"]] == [("limit", "duplicate_key")]


def test_a_key_in_the_query_is_no_key(rest: TestClient) -> None:
    reply = rest.get("/me?access_token=cxs_live_ours", headers={"Authorization": ""})
    assert reply.status_code == 401


def test_a_metric_or_formula_that_contradicts_the_definition_is_refused(rest: TestClient) -> None:
    made = rest.post("/surveys", json={"name": "After delivery", "formula": "csat-1-5/1"}).json()
    again = {"name": "Again", "definition": made["draft"]}
    for said in ({"formula": "csat-1-7/1"}, {"metric": "nps"}):
        reply = rest.post("/surveys", json={**again, **said})
        assert (reply.status_code, reply.json()["errors"][0]["rule"]) == (422, "scale_does_not_fit")
    assert rest.post("/surveys", json={**again, "metric": "csat", "formula": "csat-1-5/1"}).status_code == 201


def test_a_survey_that_is_not_there_is_named_wherever_a_request_names_one(rest: TestClient, scene: Scene) -> None:
    content = {"file": ("a.csv", b"Rating\n9\n")}
    for survey in ("srv_0694n1s2vhtlb9hqa83bssdf00", "nonsense", scene.foreign_survey):
        replies = (
            rest.post("/responses", json=scene.answer(survey=survey)),
            rest.post("/invitations", json={"survey": survey}),
            rest.post("/imports", files=content, data={"settings": json.dumps({"survey": survey})}),
            rest.get("/responses", params={"survey": survey}),
            rest.get("/invitations", params={"survey": survey}),
        )
        for reply in replies:
            problem = reply.json()
            assert (reply.status_code, problem["code"]) == (404, "survey_unknown"), reply.request.url
            assert problem["errors"][0].get("query", problem["errors"][0].get("field")) == "survey"


@pytest.mark.parametrize("since", ["1740900000", "1740900000000", "-1", "1740900000.5", "2026-03-02", "yesterday"])
def test_an_instant_is_no_number_of_seconds(rest: TestClient, scene: Scene, since: str) -> None:
    reply = rest.get("/responses", params={"updated_since": since})
    assert (reply.status_code, reply.json()["errors"][0]["rule"]) == (422, "not_an_instant")


def test_a_plus_that_became_a_space_is_told(rest: TestClient, scene: Scene) -> None:
    lost = rest.get("/responses?updated_since=2026-03-01T00:00:00+03:00").json()
    kept = rest.get("/responses?updated_since=2026-03-01T00:00:00%2B03:00")

    assert lost["detail"] == "updated_since must be sent with %2B in place of +, or in UTC with Z."
    assert [(entry["query"], entry["rule"]) for entry in lost["errors"]] == [("updated_since", "not_an_instant")]
    assert kept.status_code == 200


def test_another_kind_of_body_is_told_which_one_is_taken(rest: TestClient, scene: Scene) -> None:
    pictures = "Send Content-Type: image/png, image/jpeg or image/webp; not compressed."
    for reply, taken in (
        (rest.post("/responses", data={"score": "9"}), "Send Content-Type: application/json; not compressed."),
        (rest.post("/imports", json={}), "Send Content-Type: multipart/form-data; not compressed."),
        (rest.put("/branding/logo", json={}), pictures),
    ):
        assert (reply.status_code, reply.json()["code"]) == (415, "unsupported_media_type")
        assert reply.json()["detail"] == taken


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"score": None}, "score must be given."),
        ({"score": 11}, "score must be a whole number from 0 to 10."),
        ({"answered_at": "1999-12-31T23:59:59Z"}, "answered_at must be between 2000-01-01 and now."),
        (
            {"follow_ups": {"colour": "red"}},
            "follow_ups.colour is not a follow-up that this survey asks after this score.",
        ),
    ],
)
def test_the_detail_is_a_sentence_with_its_subject(
    rest: TestClient, scene: Scene, changes: dict[str, Any], detail: str
) -> None:
    assert refused(rest, json.dumps(scene.answer(**changes)))["detail"] == detail


def test_every_wrong_follow_up_is_named(rest: TestClient, scene: Scene) -> None:
    problem = refused(rest, json.dumps(scene.answer(follow_ups={"colour": "red", "size": 11})))

    assert problem["code"] == "invalid"
    assert [(entry["pointer"], entry["rule"]) for entry in problem["errors"]] == [
        ("/follow_ups/colour", "unknown_follow_up"),
        ("/follow_ups/size", "unknown_follow_up"),
    ]


def test_an_empty_batch_is_told_in_the_singular(rest: TestClient) -> None:
    reply = rest.post("/responses/batch", json={"responses": []}, headers={"Idempotency-Key": "none"})

    assert [entry["message"] for entry in reply.json()["errors"]] == ["must have at least 1 item"]


def test_the_form_of_an_id_is_told_in_words(rest: TestClient, scene: Scene) -> None:
    (entry,) = refused(rest, json.dumps(scene.answer(follow_ups={"liked": ["Not An Id"]})))["errors"]

    assert (entry["rule"], entry["message"]) == ("wrong_form", "must be 1 to 40 of the signs a to z, 0 to 9, - and _")
