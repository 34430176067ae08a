from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event

from cxsurvey.core.context import NOBODY, Actor, ActorKind, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.errors import Forbidden, NotFound, Unauthenticated
from cxsurvey.insights import comments, service
from cxsurvey.insights.periods import Period, parse
from cxsurvey.responses.commands import Submission
from cxsurvey.scoring.trend import Grain
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey
from tests.application import NOON
from tests.factories import Place, act_in, form_page, make_open_survey, make_place, make_workspace
from tests.insights.answers import answer, store

Write = Callable[[Callable[[Context], Any]], Any]
ZONE = "Europe/Istanbul"
LAST_90 = parse({}, NOON, ZONE)


@pytest.fixture
def place(write: Write) -> Place:
    made: Place = write(make_place)
    return made


@pytest.fixture
def read(database: Database, place: Place) -> Write:
    """Runs a function on a reading context of the place's operator."""

    def run(work: Callable[[Context], Any]) -> Any:
        with database.read() as ctx:
            act_in(ctx, place.workspace_id)
            return work(ctx)

    return run


def stored(write: Write, place: Place, answers: Sequence[tuple[int | None, datetime]], *, test: bool = False) -> None:
    def work(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        store(
            ctx,
            [
                answer(ctx, place.survey.id, score, at, "so" if score is None else None, test=test)
                for score, at in answers
            ],
        )

    write(work)


def own(since: str, until: str) -> Period:
    return parse({"since": since, "until": until}, NOON, ZONE)


def test_the_score_is_that_of_the_889_answers_it_was_checked_with(write: Write, read: Any, place: Place) -> None:
    scores = [9] * 501 + [8] * 317 + [3] * 71
    stored(write, place, [(score, NOON - timedelta(days=1)) for score in scores])

    report = read(lambda ctx: service.score(ctx, place.survey.id, LAST_90))

    assert report.result.n == 889
    assert round(report.result.estimate, 1) == 48.4
    assert dict(report.result.groups) == {"promoters": 501, "passives": 317, "detractors": 71}
    assert report.result.lower < 48.4 < report.result.upper


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 10)), st.integers(0, 200 * 24), st.booleans()), max_size=40)
)
def test_numbers_equal_a_naive_recount(
    database: Database, connection: Connection, write: Write, answers: list[tuple[int | None, int, bool]]
) -> None:
    undo = connection.begin_nested()
    place: Place = write(make_place)
    given_at = [(score, NOON - timedelta(hours=hours), test) for score, hours, test in answers]
    for test in (False, True):
        stored(write, place, [(score, at) for score, at, is_test in given_at if is_test == test], test=test)
    zone = ZoneInfo(ZONE)
    inside = [each for each in given_at if LAST_90.since <= each[1].astimezone(zone).date() < LAST_90.until]
    counted = [score for score, _, test in inside if not test and score is not None]
    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        found = service.survey_report(ctx, place.survey.id, LAST_90, Grain.WEEK)
        same = service.score(ctx, place.survey.id, LAST_90)
        card = service.overview(ctx, LAST_90).cards[0]
    undo.rollback()

    result = found.score.result
    assert same == found.score == card.report
    assert result.scores == tuple(counted.count(score) for score in range(11))
    assert found.score.left_out.test == sum(test for _, _, test in inside)
    assert found.score.left_out.unscored == sum(not test and score is None for score, _, test in inside)
    assert sum(period.result.n for period in found.trend.periods if period.result) == len(counted)
    if counted:
        promoters, detractors = sum(score >= 9 for score in counted), sum(score <= 6 for score in counted)
        assert result.estimate == 100 * (promoters - detractors) / len(counted)
    else:
        assert result.estimate is None


def test_a_period_begins_and_ends_at_midnight_of_the_zone(write: Write, read: Any, place: Place) -> None:
    # 1 March in Istanbul begins at 21:00 UTC of 28 February
    stored(
        write,
        place,
        [
            (10, datetime(2026, 2, 28, 20, 59, 59, tzinfo=UTC)),
            (9, datetime(2026, 2, 28, 21, 0, tzinfo=UTC)),
            (8, datetime(2026, 3, 31, 20, 59, 59, tzinfo=UTC)),
            (0, datetime(2026, 3, 31, 21, 0, tzinfo=UTC)),
        ],
    )

    march = read(lambda ctx: service.score(ctx, place.survey.id, own("2026-03-01", "2026-03-31")))

    assert [score for score, count in enumerate(march.result.scores) if count] == [8, 9]


def test_a_change_is_measured_against_the_period_right_before(write: Write, read: Any, place: Place) -> None:
    now, before = NOON - timedelta(days=2), NOON - timedelta(days=95)
    stored(write, place, [(10, now)] * 60 + [(2, now)] * 10 + [(10, before)] * 20 + [(2, before)] * 50)

    report = read(lambda ctx: service.score(ctx, place.survey.id, LAST_90))

    assert (report.result.n, report.before.n) == (70, 70)
    assert report.change.changed
    assert round(report.change.estimate) == 114


def test_all_time_compares_with_nothing_and_begins_with_the_first_answer(write: Write, read: Any, place: Place) -> None:
    stored(write, place, [(9, datetime(2024, 2, 10, tzinfo=UTC)), (3, NOON)])

    report = read(lambda ctx: service.survey_report(ctx, place.survey.id, parse({"period": "all"}, NOON, ZONE)))

    assert report.score.change is None
    assert report.trend.periods[0].start == date(2024, 2, 10)
    assert len(report.trend.periods) == 34
    assert sum(period.result is None for period in report.trend.periods) == 32


def test_all_time_ends_with_the_last_month_that_has_answers(write: Write, read: Any, place: Place) -> None:
    stored(write, place, [(9, datetime(2019, 2, 10, tzinfo=UTC)), (3, datetime(2019, 4, 10, tzinfo=UTC))])
    everything = parse({"period": "all"}, NOON, ZONE)

    report = read(lambda ctx: service.survey_report(ctx, place.survey.id, everything))

    assert [period.start.month for period in report.trend.periods] == [2, 3, 4]
    assert [period.complete for period in report.trend.periods] == [False, True, True], "it began on the 10th"


def test_a_week_is_not_complete_on_its_last_day(write: Write, read: Any, place: Place) -> None:
    stored(write, place, [(9, NOON - timedelta(days=8)), (3, NOON)])
    sunday = own("2026-11-09", "2026-11-22")

    report = read(lambda ctx: service.survey_report(ctx, place.survey.id, sunday, Grain.WEEK))

    assert [found.complete for found in report.trend.periods] == [True, False]


def test_machines_are_left_out_and_named(write: Write, read: Any, place: Place) -> None:
    def trapped(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        store(ctx, [Submission(place.survey.id, "link", score=10, page=form_page(ctx, trapped=True))])

    write(trapped)

    report = read(lambda ctx: service.score(ctx, place.survey.id, LAST_90))

    assert report.result.n == 0
    assert (report.left_out.flagged, report.left_out.total) == (1, 1)


def test_a_foreign_or_unpublished_survey_is_not_there(write: Write, read: Any, place: Place) -> None:
    def elsewhere(ctx: Context) -> Any:
        make_workspace(ctx, "other")
        return make_open_survey(ctx).id

    def draft(ctx: Context) -> Any:
        act_in(ctx, place.workspace_id)
        return surveys.create(ctx, CreateSurvey(name="Draft", languages=("en",))).id

    for survey_id in (write(elsewhere), write(draft)):
        for ask in (service.score, service.survey_report):
            with pytest.raises(NotFound):
                read(lambda ctx, ask=ask, survey_id=survey_id: ask(ctx, survey_id, LAST_90))


def test_the_overview_shows_only_surveys_of_its_workspace(write: Write, read: Any, place: Place) -> None:
    def elsewhere(ctx: Context) -> None:
        make_workspace(ctx, "other")
        make_open_survey(ctx, "Not ours")

    write(elsewhere)

    found = read(lambda ctx: service.overview(ctx, LAST_90))

    assert [card.report.survey.name for card in found.cards] == ["Relationship"]
    assert not found.ever_answered


@pytest.mark.parametrize(
    ("actor", "refusal"), [(NOBODY, Unauthenticated), (Actor(ActorKind.KEY, name="without scopes"), Forbidden)]
)
def test_who_may_not_read_scores_reads_none(read: Any, place: Place, actor: Actor, refusal: type) -> None:
    def work(ask: Callable[[Context], Any]) -> Callable[[Context], Any]:
        def run(ctx: Context) -> Any:
            ctx.actor = actor
            return ask(ctx)

        return run

    for ask in (
        lambda ctx: service.score(ctx, place.survey.id, LAST_90),
        lambda ctx: service.overview(ctx, LAST_90),
        lambda ctx: service.survey_report(ctx, place.survey.id, LAST_90),
        lambda ctx: comments.newest(ctx, [], LAST_90, limit=5),
    ):
        with pytest.raises(refusal):
            read(work(ask))


def test_reads_do_not_grow_with_the_answers(write: Write, read: Any, place: Place, connection: Connection) -> None:
    statements: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    def everything(ctx: Context) -> None:
        service.overview(ctx, LAST_90)
        found = service.survey_report(ctx, place.survey.id, LAST_90)
        comments.newest(ctx, [found.score.survey], LAST_90, limit=20)

    def spent() -> list[str]:
        del statements[:]
        event.listen(connection, "before_cursor_execute", note)
        read(everything)
        event.remove(connection, "before_cursor_execute", note)
        return list(statements)

    stored(write, place, [(score, NOON - timedelta(days=score)) for score in range(10)])
    few = spent()
    stored(write, place, [(index % 11, NOON - timedelta(minutes=12 * index)) for index in range(10_000)])
    many = spent()

    assert many == few
    assert len(few) <= 10
    assert not [sql for sql in few if "FROM responses" in sql and "LIMIT" not in sql]


def test_where_not_every_survey_has_room_the_unanswered_ones_are_left_out(
    write: Write, read: Any, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_CARDS", 2)

    def more(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        for name in ("After a call", "Before"):
            make_open_survey(ctx, name)

    write(more)
    stored(write, place, [(9, NOON - timedelta(days=1))])

    found = read(lambda ctx: service.overview(ctx, LAST_90))

    assert [card.report.survey.name for card in found.cards] == ["Relationship", "After a call"]
    assert found.more == 1
