from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import Invalid
from cxsurvey.insights import comments, filters, queries, service
from cxsurvey.insights.periods import parse
from cxsurvey.insights.reports import Comment, Comments
from cxsurvey.people.segments import Segments
from cxsurvey.people.service import PersonInput
from cxsurvey.responses import service as responses
from cxsurvey.responses.service import VoidResponse
from tests.application import NOON
from tests.factories import Place, act_in, make_open_survey, make_place
from tests.insights.answers import answer, plan_of, store

Write = Callable[[Callable[[Context], Any]], Any]
LAST_90 = parse({}, NOON, "Europe/Istanbul")


def newest(database: Database, place: Place, **options: Any) -> Comments:
    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        return comments.newest(ctx, service.survey_lines(ctx), LAST_90, **options)


def test_pages_hold_every_comment_once_newest_first_across_surveys(database: Database, write: Write) -> None:
    def work(ctx: Context) -> Place:
        place = make_place(ctx)
        other = make_open_survey(ctx, "After delivery")
        for survey in (place.survey, other):
            # three at a time share one instant, so that the id must decide
            at = [NOON - timedelta(hours=index // 3) for index in range(25)]
            store(ctx, [answer(ctx, survey.id, 9, at[index], f"{survey.name} {index}") for index in range(25)])
            store(ctx, [answer(ctx, survey.id, 9, NOON), answer(ctx, survey.id, 9, NOON - timedelta(days=91), "old")])
        return place

    place = write(work)
    seen: list[Comment] = []
    after: str | None = None
    for _ in range(10):
        found = newest(database, place, after=after, limit=7)
        seen += found.items
        after = found.next
        if after is None:
            break

    assert len(seen) == len({comment.response_id for comment in seen}) == 50
    assert [comment.answered_at for comment in seen] == sorted((each.answered_at for each in seen), reverse=True)
    assert "old" not in {comment.text for comment in seen}


def test_comments_of_more_surveys_than_one_statement_takes(database: Database, write: Write) -> None:
    def work(ctx: Context) -> Place:
        place = make_place(ctx)
        store(ctx, [answer(ctx, place.survey.id, 9, NOON, "so")])
        return place

    place = write(work)
    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        (line,) = service.survey_lines(ctx)
        many = [replace(line, line_id=line.line_id + away) for away in (*range(1, 1200), 0)]
        found = comments.newest(ctx, many, LAST_90, limit=5)

    assert [comment.text for comment in found.items] == ["so"]


def test_a_comment_says_who_where_and_which_group(database: Database, write: Write) -> None:
    def work(ctx: Context) -> Place:
        place = make_place(ctx)
        person = PersonInput(email="mert@example.com", name="Mert Example")
        segments = Segments(touchpoint="Delivery", country="Germany")
        store(ctx, [answer(ctx, place.survey.id, 2, NOON, "late", person=person, segments=segments)])
        return place

    (found,) = newest(database, write(work), limit=5).items

    assert found.person_name == "Mert Example"
    assert found.attribution == ("Delivery", "Germany")
    assert (found.score, found.band) == (2, "detractor")


def test_a_comment_that_was_taken_out_is_not_shown(database: Database, write: Write) -> None:
    def work(ctx: Context) -> Place:
        place = make_place(ctx)
        (response_id,) = store(ctx, [answer(ctx, place.survey.id, 2, NOON, "a joke")])
        responses.void(ctx, response_id, VoidResponse(reason="not a customer"))
        return place

    assert newest(database, write(work), limit=5).items == ()


@pytest.mark.parametrize("cursor", ["x", "0-0", "-1-" + "0" * 32, "fffffffffffffff-" + "0" * 32, "0-" + "g" * 32])
def test_a_cursor_that_was_never_given_is_refused(database: Database, write: Write, cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        newest(database, write(make_place), after=cursor, limit=5)

    assert [(problem.field, problem.rule) for problem in refused.value.problems] == [("after", "not_a_cursor")]


def test_a_search_finds_what_fits_everything_that_is_asked(database: Database, write: Write) -> None:
    def work(ctx: Context) -> Place:
        place = make_place(ctx)
        delivery, support = Segments(touchpoint="Delivery"), Segments(touchpoint="Support")
        said = [
            (2, "Came late.", delivery),
            (9, "LATE, but friendly", delivery),
            (3, "late", support),
            (3, "Too dear", delivery),
            (None, "Spät? late", delivery),
        ]
        store(
            ctx,
            [
                answer(ctx, place.survey.id, score, NOON - timedelta(hours=hours), text, segments=where)
                for hours, (score, text, where) in enumerate(said)
            ],
        )
        return place

    place = write(work)

    def texts(**wanted: str) -> list[str]:
        with database.read() as ctx:
            act_in(ctx, place.workspace_id)
            only = filters.parse(ctx, wanted)
            return [one.text for one in comments.newest(ctx, service.survey_lines(ctx), LAST_90, only, limit=20).items]

    assert texts(q="late") == ["Came late.", "LATE, but friendly", "late", "Spät? late"]
    assert texts(q="late", touchpoint="Delivery") == ["Came late.", "LATE, but friendly", "Spät? late"]
    assert texts(q="late", touchpoint="Delivery", band="detractor") == ["Came late."]
    assert texts(q="spat") == ["Spät? late"]
    assert texts(follow_up="yes") == []


def test_a_long_search_says_how_far_it_came_and_goes_on(
    database: Database, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comments, "CHUNK", 4)
    monkeypatch.setattr(comments, "MOST_LOOKED_AT", 8)

    def work(ctx: Context) -> Place:
        place = make_place(ctx)
        texts = ["found" if index in {3, 17, 21} else "something else" for index in range(25)]
        at = [NOON - timedelta(days=index) for index in range(25)]
        store(ctx, [answer(ctx, place.survey.id, 9, day, text) for day, text in zip(at, texts, strict=True)])
        return place

    place = write(work)
    seen, pages, after = [], 0, None
    while True:
        with database.read() as ctx:
            act_in(ctx, place.workspace_id)
            only = filters.parse(ctx, {"q": "found"})
            page = comments.newest(ctx, service.survey_lines(ctx), LAST_90, only, after=after, limit=5)
        seen += [one.answered_at for one in page.items]
        pages += 1
        if pages == 1:
            assert page.searched_back_to == (NOON - timedelta(days=7)).date()
        after = page.next
        if after is None:
            break

    assert seen == [NOON - timedelta(days=index) for index in (3, 17, 21)]
    assert pages == 4
    assert page.searched_back_to is None


def test_a_page_of_found_comments_goes_on_after_the_last_one(
    database: Database, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comments, "CHUNK", 3)

    def work(ctx: Context) -> Place:
        place = make_place(ctx)
        at = [NOON - timedelta(hours=index) for index in range(20)]
        texts = [f"{'yes' if index % 2 else 'no'} {index}" for index in range(20)]
        store(ctx, [answer(ctx, place.survey.id, 9, when, text) for when, text in zip(at, texts, strict=True)])
        return place

    place = write(work)
    seen: list[str] = []
    after: str | None = None
    for _ in range(9):
        with database.read() as ctx:
            act_in(ctx, place.workspace_id)
            only = filters.parse(ctx, {"q": "yes"})
            page = comments.newest(ctx, service.survey_lines(ctx), LAST_90, only, after=after, limit=3)
        seen += [one.text for one in page.items]
        after = page.next
        if after is None:
            break

    assert seen == [f"yes {index}" for index in range(1, 20, 2)]


def nine_surveys(ctx: Context) -> Place:
    """900 comments in nine surveys that were answered by turns."""
    place = make_place(ctx)
    surveys = [place.survey, *(make_open_survey(ctx, f"Survey {number}") for number in range(2, 10))]
    at = [NOON - timedelta(minutes=index) for index in range(900)]
    store(ctx, [answer(ctx, surveys[index % 9].id, index % 11, at[index], f"so {index}") for index in range(900)])
    return place


def one_busy_survey(ctx: Context) -> Place:
    """900 comments in one of nine surveys, and one old comment in each other."""
    place = make_place(ctx)
    at = [NOON - timedelta(minutes=index) for index in range(892)]
    store(ctx, [answer(ctx, place.survey.id, 9, when, "so") for when in at])
    others = [make_open_survey(ctx, f"Survey {number}").id for number in range(2, 10)]
    store(ctx, [answer(ctx, survey, 9, NOON - timedelta(days=20), "old") for survey in others])
    return place


def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many comments each statement brings from now on."""
    found: list[int] = []

    def counted(*asked: Any) -> list[Any]:
        rows = real(*asked)
        found.append(len(rows))
        return rows

    real = queries.comments
    monkeypatch.setattr(queries, "comments", counted)
    return found


@pytest.mark.parametrize("work", [nine_surveys, one_busy_survey])
def test_a_search_reads_each_comment_once_whatever_the_number_of_surveys(
    database: Database, write: Write, monkeypatch: pytest.MonkeyPatch, work: Callable[[Context], Place]
) -> None:
    place = write(work)
    read = reads(monkeypatch)
    statements: list[str] = []
    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        lines, only = service.survey_lines(ctx), filters.parse(ctx, {"q": "nowhere"})
        event.listen(ctx.connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
        found = comments.newest(ctx, lines, LAST_90, only, limit=25)

    assert (found.items, found.next) == ((), None)
    assert sum(read) == 900
    assert len(statements) <= 7


def test_a_page_that_is_full_at_once_reads_little_more_than_it_shows(
    database: Database, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = write(nine_surveys)
    read = reads(monkeypatch)
    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        only = filters.parse(ctx, {"q": "so"})
        found = comments.newest(ctx, service.survey_lines(ctx), LAST_90, only, limit=25)

    assert [one.text for one in found.items] == [f"so {index}" for index in range(25)]
    assert read == [26]


def test_the_database_goes_back_through_all_surveys_together_by_the_index_of_comments(
    database: Database, write: Write
) -> None:
    place = write(nine_surveys)
    asked: list[tuple[str, Any]] = []
    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        lines = service.survey_lines(ctx)
        event.listen(ctx.connection, "before_cursor_execute", lambda *args: asked.append(args[2:4]))
        comments.newest(ctx, lines, LAST_90, limit=25)
        is_sqlite = ctx.connection.dialect.name == "sqlite"
        plan = plan_of(ctx, *asked[0])

    assert plan.count("ix_responses_comments") == 9
    # no line is read further than the page goes: a merge asks each for the next one only
    assert (plan.count("MERGE (UNION ALL)") == 8) if is_sqlite else ("Merge Append" in plan)


def test_a_search_is_bounded_by_letters_and_goes_on(
    database: Database, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comments, "MOST_LETTERS", 800)

    def work(ctx: Context) -> Place:
        place = make_place(ctx)
        texts = [("found" if index in {3, 17} else "other").ljust(100, "é") for index in range(20)]
        at = [NOON - timedelta(days=index) for index in range(20)]
        store(ctx, [answer(ctx, place.survey.id, 9, day, text) for day, text in zip(at, texts, strict=True)])
        return place

    place = write(work)

    def page(after: str | None = None, **wanted: str) -> Comments:
        with database.read() as ctx:
            act_in(ctx, place.workspace_id)
            only = filters.parse(ctx, wanted)
            return comments.newest(ctx, service.survey_lines(ctx), LAST_90, only, after=after, limit=5)

    first = page(q="found")
    second = page(first.next, q="found")
    third = page(second.next, q="found")

    assert [len(each.items) for each in (first, second, third)] == [1, 0, 1]
    assert [each.searched_back_to for each in (first, second)] == [
        (NOON - timedelta(days=days)).date() for days in (7, 15)
    ]
    assert (third.next, third.searched_back_to) == (None, None)
    assert page(band="detractor").next is None, "no text is compared, so all are looked at"
