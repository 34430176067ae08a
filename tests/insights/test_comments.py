from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import Invalid
from cxsurvey.insights import comments, service
from cxsurvey.insights.periods import parse
from cxsurvey.insights.reports import Comment, Comments
from cxsurvey.people.segments import Segments
from cxsurvey.people.service import PersonInput
from cxsurvey.responses import service as responses
from cxsurvey.responses.service import VoidResponse
from tests.application import NOON
from tests.factories import Place, act_in, make_open_survey, make_place
from tests.insights.answers import answer, store

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
