"""Surveys, invitations and scores through HTTP."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from cxsurvey.surveys.standard import preset
from tests.api.conftest import TEST, Scene, Write, bearer
from tests.factories import publish_anew
from tests.insights.test_follow_ups import ALL_KINDS


def test_me_tells_the_key_and_its_workspace(rest: TestClient) -> None:
    me = rest.get("/me").json()
    assert me["workspace"] == {"slug": "northwind", "name": "Northwind Home", "report_zone": "Europe/Istanbul"}
    assert me["key"]["mode"] == "live"
    assert me["key"]["id"].startswith("key_")
    assert "responses:write" in me["key"]["scopes"]


def test_head_is_get_without_the_body(rest: TestClient) -> None:
    reply = rest.head("/me")
    assert (reply.status_code, reply.content) == (200, b"")


def test_a_survey_is_made_read_and_published(rest: TestClient) -> None:
    made = rest.post("/surveys", json={"name": "After delivery", "languages": ["de", "en"]})
    assert made.status_code == 201, made.text
    survey = made.json()
    assert made.headers["location"] == f"/api/v1/surveys/{survey['id']}"
    assert (survey["state"], survey["version"], survey["url"], survey["published"]) == ("draft", None, None, None)
    assert list(survey["draft"]["texts"]) == ["de", "en"]
    address = f"/surveys/{survey['id']}"
    assert rest.get(f"{address}/score").status_code == 404
    stale = rest.post(f"{address}/publish", json={"revision": survey["revision"] + 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_edit")
    published = rest.post(f"{address}/publish").json()
    assert (published["outcome"], published["survey"]["state"], published["survey"]["version"]) == ("first", "open", 1)
    assert published["survey"]["url"].startswith("http://localhost:8000/s/")
    assert rest.post(f"{address}/publish", json={}).json()["outcome"] == "unchanged"
    listed = rest.get("/surveys").json()["data"]
    assert {item["name"] for item in listed} == {"After delivery", "Relationship"}
    assert "draft" not in listed[0]
    assert rest.get(address).json() == published["survey"]


def test_a_survey_may_bring_its_own_texts(rest: TestClient) -> None:
    draft = rest.post("/surveys", json={"name": "First"}).json()["draft"]
    copied = rest.post("/surveys", json={"name": "Second", "definition": draft})
    assert (copied.status_code, copied.json()["draft"]) == (201, draft)


def test_every_formula_on_offer_makes_a_survey_that_can_be_published(rest: TestClient) -> None:
    offered = rest.get("/formulas").json()["data"]
    by_key = {each["formula"]: each for each in offered}
    effort = by_key["ces-1-5-reversed-mean/1"]

    assert (effort["direction"], effort["unit"], effort["top_box"]) == ("lower-is-better", "scale-points", [1, 2])
    assert by_key["csat-0-1-thumbs/1"]["groups"][1] == {"band": "passive", "name": "neutral", "scores": []}
    for formula, each in by_key.items():
        made = rest.post("/surveys", json={"name": formula, "formula": formula, "languages": ["en", "ar"]})
        assert (made.status_code, made.json()["metric"]) == (201, each["metric"]), made.text
        assert made.json()["draft"]["scale"]["formula"] == formula
        assert rest.post(f"/surveys/{made.json()['id']}/publish", json={}).json()["outcome"] == "first"


def test_a_metric_alone_means_its_usual_formula(rest: TestClient) -> None:
    asked = [rest.post("/surveys", json={"name": "x", "metric": metric}) for metric in ("nps", "csat", "ces")]
    formulas = [made.json()["draft"]["scale"]["formula"] for made in asked]
    assert formulas == ["nps-0-10/1", "csat-1-5/1", "ces-1-7/1"]


def test_an_invitation_is_made_read_and_revoked(rest: TestClient, scene: Scene) -> None:
    made = rest.post(
        "/invitations",
        json={
            "survey": scene.survey,
            "person": {"email": "customer@example.com"},
            "locale": "de",
            "segments": {"agent": "Desk 4"},
            "attributes": {"order": 12},
            "expires_in_days": 10,
        },
    )
    assert made.status_code == 201, made.text
    invitation = made.json()
    assert made.headers["location"] == f"/api/v1/invitations/{invitation['id']}"
    assert invitation["url"].startswith("http://localhost:8000/r/")
    assert invitation["segments"] == {"agent": "Desk 4"}
    assert invitation["expires_at"] == "2026-12-01T12:00:00Z"
    assert (invitation["mode"], invitation["revoked_at"]) == ("live", None)
    address = f"/invitations/{invitation['id']}"
    assert rest.get(address).json() == invitation
    revoked = rest.post(f"{address}/revoke").json()
    assert (revoked["url"], revoked["revoked_at"]) == (None, "2026-11-21T12:00:00Z")
    assert rest.post(f"{address}/revoke", json={"x": 1}).status_code == 422
    assert rest.post("/invitations", json={"survey": scene.survey}, headers=bearer(TEST)).json()["mode"] == "test"


def test_a_score_comes_with_its_uncertainty(rest: TestClient, scene: Scene) -> None:
    empty = rest.get(f"/surveys/{scene.survey}/score").json()
    assert (empty["n"], empty["estimate"], empty["lower"], empty["upper"]) == (0, None, None, None)
    for number, score in enumerate([10] * 6 + [9] * 6 + [7] * 3 + [3] * 5):
        comment = "Why" if number == 0 else None
        assert rest.post("/responses", json=scene.answer(score=score, comment=comment)).status_code == 201
    rest.post("/responses", json={"survey": scene.survey, "comment": "No score"})
    reply = rest.get(f"/surveys/{scene.survey}/score", params={"since": "2026-11-01", "until": "2026-11-21"}).json()
    assert (reply["metric"], reply["unit"], reply["n"], reply["estimate"]) == ("nps", "points", 20, 35.0)
    assert (round(reply["lower"]), round(reply["upper"])) == (-5, 65)
    assert {group["name"]: group["n"] for group in reply["groups"]} == {"promoters": 12, "passives": 3, "detractors": 5}
    assert reply["scores"][9] == {"score": 9, "n": 6}
    assert reply["left_out"]["unscored"] == 1
    assert reply["period"] == {"since": "2026-11-01", "until": "2026-11-21", "zone": "Europe/Istanbul"}
    assert (reply["confidence"], reply["method"]) == (0.95, "score")
    narrow = rest.get(f"/surveys/{scene.survey}/score", params={"confidence": "0.8"}).json()
    assert narrow["lower"] > reply["lower"]
    before = {"since": "2026-10-01", "until": "2026-11-20"}
    assert rest.get(f"/surveys/{scene.survey}/score", params=before).json()["n"] == 0


def answer_with(rest: TestClient, scene: Scene, counts: dict[int, int], day: str) -> None:
    for score, number in counts.items():
        batch = [scene.answer(score=score, answered_at=f"{day}T09:00:00Z") for _ in range(number)]
        sent = rest.post("/responses/batch", json={"responses": batch}, headers={"Idempotency-Key": f"{day}-{score}"})
        assert {item["status"] for item in sent.json()["data"]} == {201}


def test_a_score_tells_how_far_it_lies_from_that_of_another_period(rest: TestClient, scene: Scene) -> None:
    answer_with(rest, scene, {9: 40, 7: 35, 3: 25}, "2026-11-10")
    answer_with(rest, scene, {9: 30, 7: 35, 3: 35}, "2026-10-10")
    november, address = {"since": "2026-11-01", "until": "2026-11-20"}, f"/surveys/{scene.survey}/score"

    alone = rest.get(address, params=november).json()
    asked = rest.get(address, params=november | {"since2": "2026-10-01", "until2": "2026-10-31"}).json()

    assert alone["comparison"] is None
    found = asked["comparison"]
    assert (found["period"]["since"], found["period"]["until"], found["n"]) == ("2026-10-01", "2026-10-31", 100)
    assert (found["estimate"], found["difference"], found["direction"]) == (-5.0, 20.0, "up")
    assert (round(found["difference_lower"], 1), round(found["difference_upper"], 1)) == (-2.3, 41.6)
    assert (round(found["p_value"], 3), found["changed"], found["comparable"]) == (0.080, False, True)
    assert round(found["minimum_detectable"]) == 31


def test_the_previous_period_has_as_many_days(rest: TestClient, scene: Scene) -> None:
    answer_with(rest, scene, {9: 20}, "2026-11-10")
    answer_with(rest, scene, {3: 20}, "2026-10-25")
    params = {"since": "2026-11-01", "until": "2026-11-10", "compare": "previous"}

    found = rest.get(f"/surveys/{scene.survey}/score", params=params).json()["comparison"]

    assert (found["period"]["since"], found["period"]["until"]) == ("2026-10-22", "2026-10-31")
    assert (found["n"], found["difference"], found["changed"]) == (20, 200.0, True)


def test_nothing_to_compare_with_is_no_change(rest: TestClient, scene: Scene) -> None:
    answer_with(rest, scene, {9: 20}, "2026-11-10")
    params = {"period": "30d", "compare": "previous"}

    found = rest.get(f"/surveys/{scene.survey}/score", params=params).json()["comparison"]

    assert (found["n"], found["estimate"], found["difference"], found["p_value"]) == (0, None, None, None)
    assert (found["changed"], found["comparable"]) == (False, False)


def test_a_score_carries_its_flags_and_the_figures_beside_it(rest: TestClient, scene: Scene) -> None:
    answer_with(rest, scene, {9: 12}, "2026-11-10")

    found = rest.get(f"/surveys/{scene.survey}/score", params={"method": "wald"}).json()

    assert found["flags"] == ["low-base", "all-equal", "not-recommended"]
    assert found["top_box"]["estimate"] == 100.0
    assert (found["top_box"]["unit"], found["top_box"]["method"]) == ("percent", "wilson")
    assert (found["mean"]["estimate"], found["mean"]["unit"], found["mean"]["method"]) == (
        9.0,
        "scale-points",
        "end-padded",
    )


def test_a_score_can_be_asked_of_some_segments(rest: TestClient, scene: Scene) -> None:
    for touchpoint, scores in (("Delivery", [9] * 6 + [3] * 6), ("Support", [9] * 12)):
        batch = [scene.answer(score=score, segments={"touchpoint": touchpoint, "country": "DE"}) for score in scores]
        sent = rest.post("/responses/batch", json={"responses": batch}, headers={"Idempotency-Key": touchpoint})
        assert sent.status_code == 207
    address = f"/surveys/{scene.survey}"

    found = rest.get(f"{address}/score", params={"touchpoint": "Delivery", "country": "DE"}).json()
    split = rest.get(f"{address}/segments", params={"by": "touchpoint", "country": "DE"}).json()

    assert (found["estimate"], found["n"], found["comments"]) == (0.0, 12, None)
    assert [(one["value"], one["score"]["n"], one["stands_out"]) for one in split["segments"]] == [
        ("Support", 12, True),
        ("Delivery", 12, True),
    ]
    assert (split["tests"], split["q"], split["total"]["n"]) == (2, 0.05, 24)
    assert split["segments"][1]["rest"]["difference"] == -100.0
    assert (split["change_tests"], split["segments"][0]["moved"]) == (0, False), "nobody answered before"
    assert split["segments"][0]["change_adjusted_p_value"] is None


def test_numbers_can_be_asked_of_an_earlier_scale(rest: TestClient, scene: Scene, write: Write) -> None:
    answer_with(rest, scene, {9: 12}, "2026-11-10")
    write(lambda ctx: publish_anew(ctx, scene.place, preset("csat-1-5/1", "Northwind Home", ("en",))))
    answer_with(rest, scene, {5: 3}, "2026-11-11")
    base = f"/surveys/{scene.survey}"

    def told(**scale: str) -> list[tuple[str, int]]:
        score = rest.get(f"{base}/score", params=scale).json()
        split = rest.get(f"{base}/segments", params={"by": "touchpoint", **scale}).json()
        return [(score["metric"], score["n"]), (split["metric"], split["total"]["n"])]

    assert told() == [("csat", 3)] * 2
    assert told(scale="1") == [("nps", 12)] * 2
    for tail in ("score?", "segments?by=touchpoint&", "follow-ups?"):
        assert rest.get(f"{base}/{tail}scale=2").status_code == 200
        assert rest.get(f"{base}/{tail}scale=3").json()["errors"][0]["rule"] == "not_offered"
    refused = rest.get(f"{base}/score?scale=first")
    assert (refused.status_code, refused.json()["errors"][0]["query"]) == (422, "scale")


@pytest.mark.parametrize(
    ("tail", "params", "parameter", "rule"),
    [
        ("score", {"touchpoint": "Nowhere"}, "touchpoint", "unknown_value"),
        ("score", {"shoe_size": "43"}, "shoe_size", None),
        ("segments", {"by": "shoe_size"}, "by", None),
        ("segments", {}, "by", None),
        ("segments", {"by": "agent", "since": "2026-02-30"}, "since", "not_a_date"),
    ],
)
def test_a_wrong_segment_is_refused_by_the_name_of_its_parameter(
    rest: TestClient, scene: Scene, tail: str, params: dict[str, str], parameter: str, rule: str | None
) -> None:
    refused = rest.get(f"/surveys/{scene.survey}/{tail}", params=params)

    assert refused.status_code == 422
    assert [error["query"] for error in refused.json()["errors"]] == [parameter]
    if rule:
        assert refused.json()["errors"][0]["rule"] == rule


def test_follow_ups_are_told_by_group_with_their_intervals(rest: TestClient, scene: Scene, write: Write) -> None:
    definition = scene.place.survey.draft.model_copy(update={"follow_ups": ALL_KINDS})
    write(lambda ctx: publish_anew(ctx, scene.place, definition))
    for number, (score, said) in enumerate(((9, "staff"), (9, "staff"), (2, "price"))):
        sent = scene.answer(score=score, follow_ups={"reason": said}, external_id=str(number))
        assert rest.post("/responses", json=sent).status_code == 201
    address = f"/surveys/{scene.survey}/follow-ups"

    found = rest.get(address).json()
    unhappy = rest.get(address, params={"band": "detractor"}).json()["follow_ups"][0]

    assert (found["looked_at"], found["total"], found["method"], found["minimum"]) == (3, 3, "wilson", None)
    reason = found["follow_ups"][0]
    assert (reason["id"], reason["kind"], reason["total"]["n"], reason["total"]["base"]) == (
        "reason",
        "single",
        3,
        "counts-only",
    )
    staff = reason["total"]["shares"][1]
    assert (staff["answer"], staff["n"], staff["share"]) == ("staff", 2, pytest.approx(200 / 3))
    assert staff["lower"] < staff["share"] < staff["upper"]
    assert [(part["band"], part["n"]) for part in reason["groups"]] == [
        ("promoter", 2),
        ("passive", 0),
        ("detractor", 1),
    ]
    assert (unhappy["total"]["n"], unhappy["groups"]) == (1, [])
    assert rest.get(address, params={"band": "angry"}).status_code == 422
    assert rest.get(f"/surveys/{scene.foreign_survey}/follow-ups").status_code == 404
