"""What an anonymous survey keeps, and when it shows it: in groups that no subtraction takes apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import combinations
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from cxsurvey.accounts.models import Workspace
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import NotFound
from cxsurvey.insights import changes, comments, filters, listing, segments, service
from cxsurvey.insights.periods import Period, PeriodKey
from cxsurvey.invitations import service as invitations
from cxsurvey.invitations.service import CreateInvitation
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.responses import counts, release
from cxsurvey.responses import service as responses
from cxsurvey.responses.commands import Submission
from cxsurvey.responses.errors import ChangeExpired
from cxsurvey.responses.models import Response, ResponseRevision
from cxsurvey.responses.service import AnswerFollowUps, VoidResponse
from cxsurvey.responses.states import ResponseState
from cxsurvey.responses.submit import Outcome, Refused, Stored, submit
from cxsurvey.surveys.commands import CreateSurvey
from cxsurvey.surveys.errors import SurveyIsAnonymous
from cxsurvey.surveys.service import SurveyView
from tests.factories import Place, act_in, form_page, make_anonymous_survey, make_workspace

Write = Callable[[Callable[[Context], Any]], Any]
ALL = Period(PeriodKey.ALL, date(1970, 1, 1), date(2199, 1, 1), "UTC")
KEPT_OF_ALL = ("locale", "person_id", "invitation_id", "external_id")


@pytest.fixture
def place(write: Write) -> Place:
    def make(ctx: Context) -> Place:
        workspace = make_workspace(ctx, zone="UTC")
        return Place(workspace.id, workspace.slug, make_anonymous_survey(ctx, CreateSurvey(name="Staff")))

    made: Place = write(make)
    return made


def form(ctx: Context, survey: SurveyView, score: int = 9, comment: str | None = None) -> Submission:
    return Submission(survey.id, "link", score=score, comment=comment, locale="tr", page=form_page(ctx))


def _submit(ctx: Context, survey: SurveyView, score: int, comment: str | None) -> Outcome:
    return submit(ctx, [form(ctx, survey, score, comment)])[0]


def give(write: Write, place: Place, *scores: int, comment: str | None = None) -> list[Stored]:
    """Answers through the shared link, each a unit of its own."""
    given = []
    for score in scores:
        outcome = write(partial(_submit, survey=place.survey, score=score, comment=comment))
        assert isinstance(outcome, Stored), outcome
        given.append(outcome)
    return given


def let_out(write: Write, place: Place) -> None:
    """Releases all that is due."""
    while write(lambda ctx: release.release_some(ctx, place.survey.trend_line_id or 0)):
        pass


def seen(database: Database, place: Place, period: Period = ALL) -> int:
    """How many answers the score of a period counts."""
    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        return service.score(ctx, place.survey.id, period).result.n


def rows(database: Database) -> list[dict[str, Any]]:
    with database.read() as ctx:
        return [dict(row) for row in ctx.connection.execute(select(Response.__table__)).mappings()]


def test_of_an_anonymous_answer_only_the_day_and_the_answer_are_kept(
    write: Write, place: Place, database: Database, clock: FixedClock
) -> None:
    given = give(write, place, 3, comment="Too loud")[0]
    row = rows(database)[0]

    assert (row["report_day"], row["answered_at"], row["changed_at"]) == (
        date(2026, 11, 21),
        datetime(2026, 11, 21, tzinfo=UTC),
        datetime(2026, 11, 21, tzinfo=UTC),
    )
    assert {name: row[name] for name in KEPT_OF_ALL} == dict.fromkeys(KEPT_OF_ALL)
    assert (row["facts"], row["claims"], row["attributes"]) == ({}, {}, {})
    assert row["id"].version != 7, "an id tells the time"
    assert (row["score"], row["comment"], given.locale) == (3, "Too loud", None)
    assert not any(row[key] for key in SEGMENT_KEYS), "the language of a form would tell who is one of few"


def test_the_same_page_twice_is_one_answer_and_a_change_leaves_no_trace(
    write: Write, place: Place, database: Database, clock: FixedClock
) -> None:
    page = write(form_page)
    first = Submission(place.survey.id, "link", score=2, comment="Too loud", page=page)
    stored = write(lambda ctx: submit(ctx, [first])[0])
    clock.instant += timedelta(hours=3)
    again = write(lambda ctx: submit(ctx, [replace(first, score=8)])[0])

    assert (again.id, again.created) == (stored.id, False)
    row = rows(database)[0]
    assert (row["score"], row["changed_at"]) == (8, datetime(2026, 11, 21, tzinfo=UTC))
    with database.read() as ctx:
        assert ctx.connection.execute(select(ResponseRevision.__table__)).all() == []
        assert ctx.connection.execute(text("SELECT count(*) FROM jobs")).scalar() == 0


@pytest.mark.parametrize("by", ["rest", "invitation"])
def test_only_the_shared_link_takes_answers(write: Write, place: Place, by: str) -> None:
    def send(ctx: Context) -> Outcome:
        act_in(ctx, place.workspace_id)
        if by == "invitation":
            invitations.create(ctx, place.survey.id, CreateInvitation())
        return submit(ctx, [Submission(place.survey.id, "import", score=9, accepts_closed=True)])[0]

    if by == "invitation":
        with pytest.raises(SurveyIsAnonymous):
            write(send)
        return
    outcome = write(send)
    assert isinstance(outcome, Refused)
    problem = outcome.refusal.problems[0]
    assert (problem.field, problem.rule) == ("survey", "anonymous_survey")


def test_an_answer_may_be_changed_until_the_end_of_the_next_day(write: Write, place: Place, clock: FixedClock) -> None:
    clock.instant = datetime(2026, 11, 21, 23, 58, tzinfo=UTC)
    token = give(write, place, 3)[0].change_token

    def follow_up(ctx: Context) -> None:
        responses.follow_up(ctx, AnswerFollowUps(answers={}), place.survey.draft, token=token)

    clock.instant = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
    write(follow_up)
    clock.instant += timedelta(minutes=1)
    with pytest.raises(ChangeExpired):
        write(follow_up)


def test_nothing_is_shown_before_a_group_is_full_and_its_days_are_over(
    write: Write, place: Place, database: Database, clock: FixedClock
) -> None:
    give(write, place, 1, 2, 3, 4, comment="Words")
    clock.instant += timedelta(days=1)
    give(write, place, 9, 9, comment="Words")

    for days, shown in ((0, 0), (1, 0), (2, 6)):
        clock.instant = datetime(2026, 11, 22 + days, 12, tzinfo=UTC)
        let_out(write, place)
        clock.instant += timedelta(seconds=10)
        assert seen(database, place) == shown, days
        with database.read() as ctx:
            act_in(ctx, place.workspace_id)
            line = service.survey_line(ctx, place.survey.id)
            assert listing.page(ctx, line, ALL, tuple(ResponseState), limit=50).total == shown
            assert len(comments.newest(ctx, [line], ALL, limit=50).items) == shown
            assert len(changes.changed(ctx).items) == shown
            report = service.survey_report(ctx, place.survey.id, ALL)
            assert sum(step.counts.n for step in report.trend.periods if step.counts) == shown
            assert report.ever_answered == bool(shown)
    assert {row["report_day"] for row in rows(database)} == {date(2026, 11, 22)}, "a group tells its last day only"


def test_no_filter_split_or_id_shows_an_answer_that_waits(
    write: Write, place: Place, database: Database, clock: FixedClock
) -> None:
    given = give(write, place, *[9] * 7, *[2] * 6, comment="Words")
    every = tuple(ResponseState)

    def looked() -> tuple[int | None, ...]:
        with database.read() as ctx:
            act_in(ctx, place.workspace_id)
            line = service.survey_line(ctx, place.survey.id)
            happy = filters.parse(ctx, {"band": "promoter"})
            today = [listing.Day(row["report_day"], 1) for row in rows(database)]
            split = segments.by_segment(ctx, place.survey.id, "touchpoint", ALL)
            return (
                sum(day.count for day in listing.days_with(ctx, line, ALL, every, happy)),
                listing.page(ctx, line, ALL, every, happy, limit=50).total,
                len(listing.ids_of(ctx, line, today, every)),
                split.total.n if split.total is not None else 0,
                len(responses.some(ctx, [each.id for each in given])),
                len(changes.changed(ctx, changes.Wanted(place.survey.id, period=ALL, only=happy)).items),
            )

    assert looked() == (0, 0, 0, 0, 0, 0)
    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        with pytest.raises(NotFound):
            responses.get(ctx, given[0].id)
    with pytest.raises(NotFound):
        write(partial(_void, place=place, response_id=given[0].id))

    clock.instant += timedelta(days=2)
    let_out(write, place)
    clock.instant += timedelta(seconds=10)
    assert looked() == (7, 7, 13, 13, 13, 7)


def _void(ctx: Context, place: Place, response_id: UUID) -> None:
    act_in(ctx, place.workspace_id)
    responses.void(ctx, response_id, VoidResponse(reason="A trial"))


def test_a_released_answer_has_lost_its_form_its_link_and_its_place(
    write: Write, place: Place, database: Database, clock: FixedClock
) -> None:
    token = give(write, place, *range(11), *range(9))[0].change_token
    clock.instant += timedelta(days=2)
    let_out(write, place)

    assert [row["submission_id"] or row["change_hash"] for row in rows(database)] == [None] * 20
    assert {row["changed_at"] for row in rows(database)} == {clock.now()}, "a copy elsewhere has to learn of them"
    with database.read() as ctx, pytest.raises(NotFound):
        responses.by_change_token(ctx, token or "")
    came = [*range(11), *range(9)]
    assert [row["score"] for row in rows(database)] != came, "the rows lie in the order they came in"


def test_no_two_periods_differ_by_less_than_a_group(
    write: Write, place: Place, database: Database, clock: FixedClock
) -> None:
    start = clock.now()
    for day, number in enumerate((7, 1, 0, 3, 2, 5, 4, 0, 12, 1)):
        clock.instant = start + timedelta(days=day)
        give(write, place, *[9, 3, 7, 8, 10, 0, 5, 6, 9, 9, 9, 2][:number])
        let_out(write, place)
    clock.instant += timedelta(days=2)
    let_out(write, place)
    first = start.date()

    def window(since: int, until: int) -> int:
        one, other = first + timedelta(days=since), first + timedelta(days=until)
        return seen(database, place, Period(PeriodKey.CUSTOM, one, other, "UTC"))

    shown = {pair: window(*pair) for pair in combinations(range(12), 2)}
    assert max(shown.values()) == 34, "one answer still waits"
    for (since, until), outer in shown.items():
        for (first_inner, last_inner), inner in shown.items():
            if since <= first_inner and last_inner <= until:
                assert outer - inner == 0 or outer - inner >= 5


def test_what_is_out_stays_out_and_counts_stay_exact(
    write: Write, place: Place, database: Database, clock: FixedClock
) -> None:
    give(write, place, 1, 2)
    clock.instant += timedelta(days=1)
    given = give(write, place, 3, 4, 9)
    clock.instant += timedelta(days=2)
    let_out(write, place)

    def later(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        ctx.connection.execute(update(Workspace).values(minimum_group=50, report_zone="Pacific/Apia"))
        responses.void(ctx, given[0].id, VoidResponse(reason="A trial"))

    write(later)
    let_out(write, place)

    assert seen(database, place) == 4
    with database.read() as ctx:
        assert counts.differences(ctx.connection, place.survey.trend_line_id or 0) == []


def test_a_large_day_is_released_in_parts_that_end_as_one(
    write: Write, place: Place, database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "CHUNK", 4)
    give(write, place, 1, 2, 3)
    clock.instant += timedelta(days=1)
    give(write, place, *[9] * 10)
    clock.instant += timedelta(days=2)
    line = place.survey.trend_line_id or 0

    for _ in range(2):
        assert write(lambda ctx: release.release_some(ctx, line))
        assert seen(database, place) == 0
    let_out(write, place)

    assert seen(database, place) == 13
    with database.read() as ctx:
        assert counts.differences(ctx.connection, line) == []
