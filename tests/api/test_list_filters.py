"""The list of responses, narrowed: what is found, that nothing is missed, and that a cursor keeps to its list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from cxsurvey import api
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.ids import encode
from cxsurvey.insights import changes
from cxsurvey.people.segments import Segments
from cxsurvey.responses.commands import Submission
from cxsurvey.responses.queries.changed import Stretch, changed_place
from cxsurvey.scoring.scales import Metric
from cxsurvey.surveys.commands import CreateSurvey
from cxsurvey.surveys.models import TrendLine
from tests.api.conftest import LIVE, TEST, Scene, Write, bearer, with_scene
from tests.application import ORIGIN, House, Houses
from tests.direct import DirectClient
from tests.factories import act_in, form_page, make_anonymous_survey, make_key
from tests.insights.answers import answer, store

NARROW = "cxs_live_narrow"
DELIVERY = {"touchpoint": "delivery"}


@dataclass(frozen=True)
class Filled(Scene):
    """The scene with responses in it, and when the last of them was some seconds ago."""

    stored: list[str]
    now: datetime


def with_responses(database: Database) -> Filled:
    """Builds 24, one a second: every second of a touchpoint, every third with a comment; then ten seconds pass."""
    clock = cast("FixedClock", database.clock)
    scene = with_scene(database)
    stored = []
    with DirectClient(api.build(database), base_url=f"{ORIGIN}/api/v1", headers=bearer(LIVE)) as rest:
        for number in range(24):
            more: dict[str, Any] = {"segments": DELIVERY} if number % 2 else {}
            more |= {"comment": f"Straße {number}"} if number % 3 == 0 else {}
            stored.append(rest.post("/responses", json=scene.answer(score=number % 11, **more)).json()["id"])
            clock.instant += timedelta(seconds=1)
    return Filled(scene.place, scene.foreign, stored, clock.instant + timedelta(seconds=10))


@pytest.fixture
def house(request: pytest.FixtureRequest, houses: Houses) -> House[Scene]:
    """The scene, with responses for tests that ask for them."""
    return houses(with_responses if "stored" in request.fixturenames else with_scene)


@pytest.fixture
def stored(house: House[Filled], clock: FixedClock) -> list[str]:
    """The ids of the responses, oldest first."""
    clock.instant = house.found.now
    return house.found.stored


def walk(rest: TestClient, **query: Any) -> tuple[list[str], int]:
    """The ids of a list followed to its end, and how many pages it had."""
    reply = rest.get("/responses", params=query)
    seen, pages = [], 1
    while True:
        assert reply.status_code == 200, reply.text
        seen += [item["id"] for item in reply.json()["data"]]
        if reply.json()["next"] is None:
            return seen, pages
        reply, pages = rest.get(reply.json()["next"]), pages + 1


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({"touchpoint": "delivery"}, [number for number in range(24) if number % 2]),
        ({"touchpoint": "(none)", "band": "promoter"}, [10, 20]),
        ({"band": "detractor", "touchpoint": "delivery"}, [1, 3, 5, 11, 13, 15, 17, 23]),
        ({"q": "strasse"}, list(range(0, 24, 3))),
        ({"q": "STRASSE 21"}, [21]),
        ({"follow_up": "yes"}, []),
        ({"follow_up": "no", "band": "passive"}, [7, 8, 18, 19]),
        ({"period": "30d"}, list(range(24))),
        ({"since": "2026-11-01", "until": "2026-11-20"}, []),
        ({"state": "void"}, []),
    ],
)
def test_a_filter_finds_what_it_says_whatever_the_size_of_pages(
    rest: TestClient, scene: Scene, stored: list[str], query: dict[str, str], wanted: list[int]
) -> None:
    for limit in (1, 5, 100):
        assert walk(rest, **query, limit=limit)[0] == [stored[number] for number in wanted]
        assert walk(rest, **query, limit=limit, survey=scene.survey)[0] == [stored[number] for number in wanted]


@pytest.mark.parametrize("query", [{"touchpoint": "delivery"}, {"q": "strasse"}, {"state": "void"}, {}])
def test_a_page_looks_at_so_many_and_the_next_goes_on_from_there(
    rest: TestClient, stored: list[str], query: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, _ = walk(rest, **query)
    monkeypatch.setattr(changes, "MOST_LOOKED_AT", 4)
    monkeypatch.setattr(changes, "CHUNK", 3)
    in_parts, pages = walk(rest, **query)
    assert in_parts == whole
    assert pages == (7 if query else 1), "six times four, and the end"


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ({}, 0),
        ({"survey": None}, 6),
        ({"touchpoint": "delivery"}, 24),
        ({"touchpoint": "delivery", "limit": "1"}, 6),
        ({"band": "promoter"}, 48),
    ],
)
def test_a_page_looks_little_further_than_it_must_to_be_full(
    rest: TestClient, scene: Scene, stored: list[str], query: dict[str, Any], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []

    def place(connection: Any, stretch: Stretch, skip: int) -> Any:
        looked.append(skip + 1)
        return changed_place(connection, stretch, skip)

    monkeypatch.setattr(changes, "changed_place", place)
    monkeypatch.setattr(changes, "CHUNK", 6)
    query = {name: scene.survey if name == "survey" else value for name, value in query.items()}
    page = rest.get("/responses", params={"limit": "5", **query}).json()["data"]

    assert len(page) == min(int(query.get("limit", 5)), 4 if "band" in query else 5)
    assert sum(looked) <= most


def test_a_page_compares_so_many_letters_and_the_next_goes_on_from_there(
    rest: TestClient, stored: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST_LETTERS", 15)
    in_parts, pages = walk(rest, q="strasse", limit=100)
    assert in_parts == stored[::3]
    assert pages == 4, "eight comments, two a page"


@pytest.mark.parametrize(
    "other",
    [
        {"touchpoint": "delivery", "state": "counted"},
        {"touchpoint": "(none)"},
        {"survey": None},
        {"band": "promoter"},
        {"period": "30d"},
        {},
    ],
)
def test_a_cursor_is_refused_by_a_list_with_other_filters(
    rest: TestClient, scene: Scene, stored: list[str], other: dict[str, Any]
) -> None:
    following = rest.get("/responses", params={"touchpoint": "delivery", "limit": 2}).json()["next"]
    (cursor,) = parse_qs(urlsplit(following).query)["after"]
    other = {name: scene.survey if name == "survey" else value for name, value in other.items()}
    reply = rest.get("/responses", params={**other, "after": cursor})
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid")
    (problem,) = reply.json()["errors"]
    assert (problem["query"], problem["rule"]) == ("after", "other_list")


def test_a_cursor_of_another_kind_of_list_is_refused_as_well(rest: TestClient, stored: list[str]) -> None:
    (cursor,) = parse_qs(urlsplit(rest.get("/responses?limit=1").json()["next"]).query)["after"]
    for address in ("/invitations", "/people", "/imports"):
        reply = rest.get(address, params={"after": cursor})
        assert reply.json()["errors"][0]["rule"] == "other_list", address


def test_a_cursor_may_go_on_with_longer_pages_and_a_later_start(rest: TestClient, stored: list[str]) -> None:
    following = rest.get("/responses", params={**DELIVERY, "limit": 1}).json()["next"]
    (cursor,) = parse_qs(urlsplit(following).query)["after"]
    since = "2026-11-21T12:00:10Z"
    found = rest.get("/responses", params={**DELIVERY, "limit": 100, "after": cursor, "updated_since": since}).json()
    assert [item["id"] for item in found["data"]] == stored[11::2]


def test_one_scale_of_a_survey_can_be_listed(rest: TestClient, clock: FixedClock) -> None:
    made = rest.post("/surveys", json={"name": "After delivery", "formula": "csat-1-5/1"}).json()
    survey = f"/surveys/{made['id']}"
    listed: dict[str, list[str]] = {}
    for number, formula in enumerate(("csat-1-5/1", "csat-1-7/1"), 1):
        if number == 2:
            other = rest.post("/surveys", json={"name": "Other scale", "formula": formula}).json()["draft"]
            read = rest.get(survey)
            rest.put(
                survey,
                json={"name": made["name"], "definition": other},
                headers={"If-Match": read.headers["etag"]},
            )
        assert rest.post(f"{survey}/publish").status_code == 200
        listed[str(number)] = [
            rest.post("/responses", json={"survey": made["id"], "score": score}).json()["id"] for score in (1, 5)
        ]
        clock.instant += timedelta(seconds=10)

    for scale, ids in listed.items():
        assert walk(rest, survey=made["id"], scale=scale)[0] == ids
    assert walk(rest, survey=made["id"], band="promoter")[0] == [listed["1"][1]], "5 of 7 is no top box"
    assert len(walk(rest, survey=made["id"])[0]) == 4
    for query, named in (({"survey": made["id"], "scale": "3"}, "scale"), ({"scale": "1"}, "survey")):
        reply = rest.get("/responses", params=query)
        assert reply.status_code == 422
        assert [problem["query"] for problem in reply.json()["errors"]] == [named]


def test_each_wrong_filter_is_refused_by_name(rest: TestClient, scene: Scene) -> None:
    wrong = {
        "touchpoint": "nowhere",
        "band": "happy",
        "state": "lost",
        "follow_up": "maybe",
        "contact": "perhaps",
        "q": "x" * 101,
        "period": "year",
        "since": "2026-02-30",
        "until": "2026-11-31",
        "scale": "0",
    }
    for name, value in wrong.items():
        reply = rest.get("/responses", params={name: value, **({"since": "2026-11-01"} if name == "until" else {})})
        assert reply.status_code == 422, name
        assert [problem["query"] for problem in reply.json()["errors"]] == [name]


def test_who_may_be_contacted_is_found_by_a_key_that_may_read_people(
    rest: TestClient, scene: Scene, write: Write, clock: FixedClock
) -> None:
    def make(ctx: Context) -> None:
        act_in(ctx, scene.place.workspace_id)
        consent = {"contact": {"consent": True, "address": "kim@example.com"}}
        given = [answer(ctx, scene.place.survey.id, score, ctx.now) for score in range(4)]
        store(ctx, [replace(one, claims=consent) if one.score == 2 else one for one in given])
        make_key(ctx, scene.place.workspace_id, NARROW).scopes = "responses:read"

    write(make)
    clock.instant += timedelta(seconds=10)

    def scores(**query: str) -> list[int]:
        return [item["score"] for item in rest.get("/responses", params=query).json()["data"]]

    assert scores(contact="yes") == [2]
    assert scores(contact="no", survey=scene.survey) == [0, 1, 3]
    assert rest.get("/responses?contact=yes", headers=bearer(NARROW)).status_code == 403
    assert rest.get("/responses", headers=bearer(NARROW)).status_code == 200


def test_a_segment_that_no_database_can_hold_is_a_value_that_nobody_has(rest: TestClient, scene: Scene) -> None:
    for address in ("/responses", *(f"/surveys/{scene.survey}/{part}" for part in ("score", "follow-ups"))):
        reply = rest.get(address, params={"attribute_1": "QQ\0¹"})
        assert (reply.status_code, reply.json()["errors"][0]["rule"]) == (422, "unknown_value"), address


def test_tests_are_a_state_like_any_other(rest: TestClient, scene: Scene, clock: FixedClock) -> None:
    trial = rest.post("/responses", json=scene.answer(), headers=bearer(TEST)).json()["id"]
    rest.post("/responses", json=scene.answer())
    clock.instant += timedelta(seconds=10)
    assert walk(rest, state="test")[0] == [trial]


def test_no_filter_shows_an_anonymous_response_that_waits_or_splits_those_that_do_not(
    rest: TestClient, scene: Scene, write: Write, clock: FixedClock
) -> None:
    rest.post("/responses", json=scene.answer(segments=DELIVERY))

    def make(ctx: Context) -> tuple[str, int]:
        act_in(ctx, scene.place.workspace_id)
        survey = make_anonymous_survey(ctx, CreateSurvey(name="Staff", metric=Metric.NPS))
        segments = Segments(touchpoint="delivery")
        for score in (1, 9):
            form = Submission(survey.id, "link", score=score, comment="said", page=form_page(ctx), segments=segments)
            store(ctx, [form])
        return encode("srv", survey.id), survey.trend_line_id or 0

    staff, line = write(make)
    clock.instant += timedelta(seconds=10)
    every: tuple[dict[str, str], ...] = (
        {},
        {"state": "counted"},
        {"band": "promoter"},
        {"q": "said"},
        {"period": "all"},
        {"scale": "1"},
    )
    for query in every:
        assert walk(rest, survey=staff, **query)[0] == [], query

    def let_out(ctx: Context) -> None:
        ctx.connection.execute(
            update(TrendLine).where(TrendLine.id == line).values(released_through=date(2026, 11, 21))
        )
        ctx.connection.exec_driver_sql("UPDATE responses SET change_hash = NULL")

    write(let_out)
    assert [len(walk(rest, survey=staff, **query)[0]) for query in every] == [2, 2, 1, 2, 2, 2]
    refused = rest.get("/responses", params={"survey": staff, "touchpoint": "delivery"})
    assert (refused.status_code, refused.json()["errors"][0]["rule"]) == (422, "anonymous")
    of_all = rest.get("/responses", params={"touchpoint": "delivery"}).json()["data"]
    assert [item["survey"] for item in of_all] == [scene.survey], "the others are left out"
