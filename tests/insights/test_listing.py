from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import Invalid
from cxsurvey.insights import changes, filters, listing, service
from cxsurvey.insights.periods import parse
from cxsurvey.people.segments import Segments
from cxsurvey.responses import service as responses
from cxsurvey.responses.service import VoidResponse
from cxsurvey.responses.states import ResponseState
from tests.application import NOON
from tests.factories import Place, act_in, make_open_survey, make_place
from tests.insights.answers import answer, plan_of, store

Write = Callable[[Callable[[Context], Any]], Any]
LAST_90 = parse({}, NOON, "Europe/Istanbul")
EVERY = tuple(ResponseState)


@pytest.fixture
def place(write: Write) -> Place:
    """43 counted answers on twelve days, three of them void, two tests, and answers of another survey."""

    def work(ctx: Context) -> Place:
        made = make_place(ctx)
        at = [NOON - timedelta(days=index // 4, minutes=index % 2) for index in range(43)]
        ids = store(ctx, [answer(ctx, made.survey.id, index % 11, at[index]) for index in range(43)])
        for response_id in (ids[0], ids[17], ids[42]):
            responses.void(ctx, response_id, VoidResponse(reason="wrong customer"))
        store(ctx, [answer(ctx, made.survey.id, 5, NOON - timedelta(days=3), test=True) for _ in range(2)])
        store(ctx, [answer(ctx, make_open_survey(ctx, "Other").id, 5, NOON)])
        return made

    made: Place = write(work)
    return made


def walk(database: Database, place: Place, states: tuple[ResponseState, ...], limit: int) -> list[Any]:
    seen: list[Any] = []
    after: str | None = None
    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        line = service.survey_line(ctx, place.survey.id)
        while True:
            found = listing.page(ctx, line, LAST_90, states, after=after, limit=limit)
            assert len(found.items) <= limit
            seen += found.items
            after = found.next
            if after is None:
                assert found.total == len(seen)
                return seen


@pytest.mark.parametrize("limit", [1, 3, 7, 50])
def test_pages_hold_every_answer_once_newest_day_first(database: Database, place: Place, limit: int) -> None:
    seen = walk(database, place, EVERY, limit)

    assert len(seen) == len({view.id for view in seen}) == 45
    days = [(view.report_day, view.answered_at) for view in seen]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(("state", "count"), [("counted", 40), ("void", 3), ("test", 2), ("flagged", 0)])
def test_a_filter_by_state_finds_those_and_no_others(database: Database, place: Place, state: str, count: int) -> None:
    seen = walk(database, place, (ResponseState(state),), 2)

    assert [view.state for view in seen] == [state] * count


@pytest.mark.parametrize("cursor", ["x", "2026-02-30.0-" + "0" * 32, "2026-02-03.zz-" + "0" * 32])
def test_a_cursor_that_was_never_given_is_refused(database: Database, place: Place, cursor: str) -> None:
    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        line = service.survey_line(ctx, place.survey.id)
        with pytest.raises(Invalid):
            listing.page(ctx, line, LAST_90, EVERY, after=cursor, limit=5)


def test_segments_and_groups_are_walked_to_the_end_and_counted(database: Database, write: Write, place: Place) -> None:
    def work(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        for days, touchpoint in ((1, "Delivery"), (2, "Support"), (40, "Delivery")):
            where, at = Segments(touchpoint=touchpoint), NOON - timedelta(days=days)
            store(ctx, [answer(ctx, place.survey.id, score, at, segments=where) for score in (2, 9, 10)])

    write(work)
    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        line = service.survey_line(ctx, place.survey.id)
        only = filters.parse(ctx, {"touchpoint": "Delivery", "band": "promoter"})
        seen: list[int | None] = []
        after: str | None = None
        while True:
            found = listing.page(ctx, line, LAST_90, EVERY, only, after=after, limit=3)
            seen += [view.score for view in found.items]
            after = found.next
            if after is None:
                break
        days = listing.days_with(ctx, line, LAST_90, EVERY, only)
        ids = listing.ids_of(ctx, line, days, EVERY, only)

    assert sorted(score or 0 for score in seen) == [9, 9, 10, 10]
    assert (found.total, len(ids)) == (4, 4)


CONSENT = {"contact": {"consent": True, "address": "kim@example.com"}}


@pytest.fixture
def reachable(place: Place, write: Write) -> Place:
    """Every third of 60 more answers of one day may be contacted, half of them about a delivery."""

    def work(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        for touchpoint in ("Delivery", "Support"):
            where = Segments(touchpoint=touchpoint)
            given = [
                answer(ctx, place.survey.id, number % 11, NOON - timedelta(minutes=number), segments=where)
                for number in range(30)
            ]
            store(ctx, [replace(one, claims=CONSENT) if number % 3 == 0 else one for number, one in enumerate(given)])

    write(work)
    return place


@pytest.mark.parametrize("limit", [1, 4, 50])
@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"contact": "yes"}, 20),
        ({"contact": "no"}, 85),
        ({"contact": "yes", "touchpoint": "Delivery"}, 10),
        ({"contact": "yes", "band": "promoter", "touchpoint": "Support"}, 2),
        ({"contact": "no", "touchpoint": "Delivery"}, 20),
    ],
)
def test_who_may_be_contacted_is_walked_to_the_end_and_counted_exactly(
    database: Database, reachable: Place, query: dict[str, str], count: int, limit: int
) -> None:
    with database.read() as ctx:
        act_in(ctx, reachable.workspace_id)
        line = service.survey_line(ctx, reachable.survey.id)
        only = filters.parse(ctx, query)
        seen: list[Any] = []
        after: str | None = None
        while True:
            found = listing.page(ctx, line, LAST_90, EVERY, only, after=after, limit=limit)
            assert found.total == count
            seen += found.items
            after = found.next
            if after is None:
                break
        ids = listing.ids_of(ctx, line, listing.days_with(ctx, line, LAST_90, EVERY, only), EVERY, only)

    assert len({view.id for view in seen}) == len(seen) == count
    assert {view.id for view in seen} == set(ids)
    places = [(view.report_day, view.answered_at, view.id) for view in seen]
    assert places == sorted(places, reverse=True)
    assert all(("contact" in view.claims) is (query["contact"] == "yes") for view in seen)


def test_a_page_of_who_may_be_contacted_is_read_in_the_order_of_its_index_and_no_further(
    database: Database, reachable: Place
) -> None:
    with database.read() as ctx:
        act_in(ctx, reachable.workspace_id)
        asked: list[tuple[str, Any]] = []
        event.listen(ctx.connection, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
        line = service.survey_line(ctx, reachable.survey.id)
        only = filters.parse(ctx, {"contact": "yes", "touchpoint": "Delivery", "band": "detractor"})
        first = listing.page(ctx, line, LAST_90, (ResponseState.COUNTED,), only, limit=2)
        listing.page(ctx, line, LAST_90, (ResponseState.COUNTED,), only, after=first.next, limit=2)
        found = [pair for pair in asked if "may_be_contacted" in pair[0] and "LIMIT" in pair[0]]
        plans = [plan_of(ctx, *pair) for pair in found]
        wanted = "USING COVERING INDEX" if ctx.connection.dialect.name == "sqlite" else "Index Only Scan Backward using"

    assert len(plans) == 2
    for plan in plans:
        assert f"{wanted} ix_responses_contact" in plan
        assert "B-TREE" not in plan
        assert "Sort" not in plan


@pytest.mark.parametrize("more", [{}, {"touchpoint": "Delivery"}])
def test_the_changes_of_who_may_be_contacted_are_read_in_the_order_of_their_index(
    database: Database, reachable: Place, more: dict[str, str], clock: FixedClock
) -> None:
    clock.instant += timedelta(seconds=10)
    with database.read() as ctx:
        act_in(ctx, reachable.workspace_id)
        asked: list[tuple[str, Any]] = []
        event.listen(ctx.connection, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
        wanted = changes.Wanted(only=filters.parse(ctx, {"contact": "yes", **more}))
        found = changes.changed(ctx, wanted, limit=3)
        rest = changes.changed(ctx, wanted, after=found.next, limit=50)
        plans = [plan_of(ctx, *pair) for pair in list(asked) if "ORDER BY responses.changed_at" in pair[0]]

    assert len(found.items) + len(rest.items) == (10 if more else 20)
    assert all("contact" in view.claims for view in (*found.items, *rest.items))
    assert plans
    for plan in plans:
        assert "ix_responses_contact_changed" in plan
        assert "B-TREE" not in plan
        assert "Sort" not in plan
