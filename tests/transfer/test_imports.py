import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from cxsurvey import wiring
from cxsurvey.core.clock import FixedClock
from cxsurvey.core.context import OPERATOR, Actor, ActorKind, Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import NotFound, Unavailable
from cxsurvey.core.jobs import queue
from cxsurvey.core.jobs.runner import JobRun, Runner
from cxsurvey.responses import counts, service
from cxsurvey.responses.queries import Slice
from cxsurvey.responses.submit import submit
from cxsurvey.responses.views import ResponseView
from cxsurvey.surveys import service as surveys
from cxsurvey.transfer import imports, keeping, running, uploads
from cxsurvey.transfer.errors import DatesUnclear, ImportUnknown, TooManyFiles
from cxsurvey.transfer.import_views import ImportState, ImportView
from cxsurvey.transfer.mapping import parse
from cxsurvey.transfer.reading import Kind, Reading
from cxsurvey.transfer.refusals import first_refused
from cxsurvey.transfer.rows import RowProblem
from cxsurvey.transfer.scales import ScaleReading
from cxsurvey.transfer.source import examine
from cxsurvey.transfer.times import DateOrder, Oddity
from tests.factories import Place, act_in, make_place

MANAGER = replace(OPERATOR, kind=ActorKind.USER)
MAPS = ("score=Rating", "comment=Why")
Run = Callable[..., tuple[ImportView, list[RowProblem]]]


@pytest.fixture
def place(database: Database) -> Place:
    return database.write(make_place, share=Share.JOBS)


@pytest.fixture
def run(database: Database, place: Place, tmp_path: Path) -> Run:
    def run_import(
        content: str,
        *maps: str,
        dry_run: bool = False,
        source: str = "import",
        scale: ScaleReading | None = None,
        kind: Kind = Kind.RESPONSES,
        order: DateOrder | None = None,
    ) -> tuple[ImportView, list[RowProblem]]:
        view = brought(database, place, content.encode(), kind)
        reading = Reading(
            mapping=parse(maps or MAPS, kind),
            zone="Europe/London",
            date_order=order,
            source=source,
            scale=scale or ScaleReading(),
        )

        def begin(ctx: Context) -> None:
            act_in(ctx, place.workspace_id)
            imports.settle(ctx, view.id, reading, place.survey.id)
            imports.start(ctx, view.id, rehearsal=dry_run)

        database.write(begin, share=Share.JOBS)
        Runner(database, wiring.JOB_HANDLERS, "test").drain()
        ended = seen(database, place, view)
        path = uploads.refused(database.settings, view.id)
        return ended, first_refused(path, ended.position, 100)

    return run_import


def brought(
    database: Database, place: Place, content: bytes, kind: Kind = Kind.RESPONSES, actor: Actor = OPERATOR
) -> ImportView:
    """A draft for a file."""
    import_id = database.ids.new()
    received = uploads.receive(database.settings, import_id, BytesIO(content))
    found = examine(database.settings, import_id)

    def begin(ctx: Context) -> ImportView:
        act_in(ctx, place.workspace_id, actor)
        return imports.begin(ctx, kind, import_id, "answers.csv", received, found)

    return database.write(begin, share=Share.JOBS)


def seen(database: Database, place: Place, view: ImportView) -> ImportView:
    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        return imports.get(ctx, view.id)


def change(database: Database, place: Place, act: Callable[[Context, UUID], object]) -> None:
    """Does something to the only import, as its manager would."""

    def unit(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        act(ctx, imports.newest(ctx)[0].id)

    database.write(unit, share=Share.JOBS)


def between_units(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Lets something happen once, after the first chunk of an import is stored."""
    left = [act]

    def pause(run: JobRun, seconds: float) -> None:
        if left:
            left.pop()()

    monkeypatch.setattr(JobRun, "pause", pause)


def became(view: ImportView) -> tuple[int, int, int, int]:
    tally = dict(view.tally)
    assert tally.pop("rows_read") == sum(tally.values())
    return tally["stored"], tally["known"], tally["skipped"], tally["refused"]


def counted(database: Database, place: Place) -> dict[str, int]:
    """All counters of the survey that are not zero."""
    assert place.survey.trend_line_id is not None
    total: dict[str, int] = {}
    with database.read() as ctx:
        for day in counts.stored(ctx.connection, place.survey.trend_line_id).values():
            for name, amount in day.items():
                total[name] = total.get(name, 0) + amount
    return {name: amount for name, amount in total.items() if amount}


def comments(database: Database, place: Place) -> list[str | None]:
    return [one.comment for one in stored(database, place, with_comment=True)]


def stored(database: Database, place: Place, *, with_comment: bool = False) -> list[ResponseView]:
    def read(ctx: Context) -> list[ResponseView]:
        act_in(ctx, place.workspace_id)
        assert place.survey.trend_line_id is not None
        ever = Slice(since=date(2000, 1, 1), until=date(2100, 1, 1), with_comment=with_comment)
        return service.newest(ctx, [place.survey.trend_line_id], ever)

    with database.read() as ctx:
        return read(ctx)


def test_every_row_is_told_and_the_good_ones_are_counted(run: Run, database: Database, place: Place) -> None:
    tally, problems = run("Rating,Why\n9,Quick.\n0,\n,\n11,\n,Only words.\n")

    assert became(tally) == (3, 0, 1, 1)
    assert counted(database, place) == {"n9": 1, "n0": 1, "unscored": 1, "comments": 2}
    assert problems == [RowProblem(5, "Rating", "not_a_score", "must be a whole number from 0 to 10")]


@pytest.mark.parametrize("cell", ["9.0", " 9", "+9", "٩", "1e1", "0x9", "ten", "-1", "0009"])
def test_only_one_to_three_plain_digits_are_a_score(run: Run, cell: str) -> None:
    tally, problems = run(f"Rating,Why\n{cell},so\n")

    assert became(tally) == (0, 0, 0, 1)
    assert [(problem.line, problem.column, problem.rule) for problem in problems] == [
        (2, "Rating", "not_a_whole_number")
    ]


def test_the_same_file_again_adds_nothing(run: Run, database: Database, place: Place) -> None:
    content = "Rating,Why\n9,\n9,\n9,\n2,Slow.\n"

    assert became(run(content)[0]) == (4, 0, 0, 0)
    assert became(run(content)[0]) == (0, 4, 0, 0)
    assert counted(database, place) == {"n9": 3, "n2": 1, "comments": 1}


def test_rows_added_to_the_file_are_added_once(run: Run) -> None:
    run("Rating,Why\n9,\n9,\n")

    assert became(run("Rating,Why\n9,\n9,\n9,\n1,\n")[0]) == (2, 2, 0, 0)


def test_the_same_answers_from_another_source_are_others(run: Run) -> None:
    run("Rating,Why\n9,\n")

    assert became(run("Rating,Why\n9,\n", source="till")[0]) == (1, 0, 0, 0)


def test_a_mapped_id_is_stored_once_whatever_else_the_row_says(run: Run, database: Database, place: Place) -> None:
    maps = ("score=Rating", "external_id=Id")

    tally, _ = run("Rating,Id\n9,a\n3,a\n8,b\n", *maps)

    assert became(tally) == (2, 1, 0, 0)
    assert counted(database, place) == {"n9": 1, "n8": 1}


def test_a_row_without_the_mapped_id_is_known_by_its_cells(run: Run) -> None:
    maps = ("score=Rating", "external_id=Id")
    content = "Rating,Id\n9,\n9,\n9,a\n"

    assert became(run(content, *maps)[0]) == (3, 0, 0, 0)
    assert became(run(content, *maps)[0]) == (0, 3, 0, 0)


@pytest.mark.parametrize(
    ("content", "maps"),
    [
        ("Rating,Why\n9,\n9,\n,\n11,\n", MAPS),
        # the same ids again after more rows than one chunk holds
        (
            "Rating,Id\n" + "".join(f"{number % 11},{number % 550}\n" for number in range(1200)) + "12,x\n3,x\n",
            ("score=Rating", "external_id=Id"),
        ),
    ],
)
def test_a_dry_run_tells_what_the_import_does_and_stores_nothing(
    run: Run, database: Database, place: Place, content: str, maps: tuple[str, ...]
) -> None:
    rehearsed = run(content, *maps, dry_run=True)
    assert counted(database, place) == {}
    assert stored(database, place) == []

    stored_then, problems = run(content, *maps)
    assert (stored_then.tally, problems) == (rehearsed[0].tally, rehearsed[1])
    assert run(content, *maps, dry_run=True)[0].tally["stored"] == 0


def test_all_fields_arrive(run: Run, database: Database, place: Place) -> None:
    maps = (
        "score=s", "comment=c", "answered_at=t", "locale=l", "touchpoint=w", "agent=a", "attributes.plan=p",
        "person.email=m", "person.name=n",
    )  # fmt: skip
    run("s,c,t,l,w,a,p,m,n\n7,Fine.,2026-07-01 00:30,de,Delivery,Mira,Basic,ida@example.com,Ida\n", *maps)

    (view,) = stored(database, place)
    assert (view.score, view.comment, view.locale, view.source) == (7, "Fine.", "de", "import")
    assert view.answered_at.isoformat() == "2026-06-30T23:30:00+00:00"
    assert view.segments == {"touchpoint": "Delivery", "agent": "Mira"}
    assert view.attributes == {"plan": "Basic"}
    assert view.person is not None
    assert (view.person.email, view.person.name) == ("ida@example.com", "Ida")


def test_odd_hours_are_stored_and_counted(run: Run) -> None:
    tally, _ = run("s,t\n9,2025-10-26 01:30\n9,2026-03-29 01:30\n9,2026-07-01 01:30\n", "score=s", "answered_at=t")

    assert tally.tally["stored"] == 3
    assert tally.times == {Oddity.AMBIGUOUS: 1, Oddity.NONEXISTENT: 1}


@pytest.mark.parametrize(
    ("row", "rule", "column"),
    [
        ("9,yesterday,", "not_a_time", "When"),
        ("9,2031-01-01,", "outside_time", "When"),
        ("9,1999-12-31,", "outside_time", "When"),
        ("9,2026-01-02,nobody", "not_an_address", "Mail"),
        ("9,,", "missing", "When"),
        ("9,,ida@example.com,too,many", "broken_row", ""),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused_with_line_column_and_rule(
    run: Run, row: str, rule: str, column: str
) -> None:
    tally, problems = run(f"Rating,When,Mail\n{row}\n", "score=Rating", "answered_at=When", "person.email=Mail")

    assert became(tally) == (0, 0, 0, 1)
    assert [(problem.line, problem.rule, problem.column) for problem in problems] == [(2, rule, column)]


def test_dates_are_read_as_their_cells_say_and_it_is_told_from_when_to_when_they_are(run: Run) -> None:
    rows = "Rating,When\n" + "".join(f"9,{day:02}.03.2026 10:00\n" for day in range(1, 16)) + "99,30.03.2026\n"

    tried, problems = run(rows, "score=Rating", "answered_at=When", dry_run=True)

    assert tried.reading.date_order is DateOrder.DAY_FIRST
    assert became(tried)[0] == 15
    assert [one.rule for one in problems] == ["not_a_score"]
    assert (tried.first_answered_at, tried.last_answered_at) == (
        datetime(2026, 3, 1, 10, tzinfo=UTC),
        datetime(2026, 3, 15, 10, tzinfo=UTC),
    )
    assert tried.days_answered == (date(2026, 3, 1), date(2026, 3, 15))
    assert run("Rating\n9\n", "score=Rating", dry_run=True)[0].days_answered is None


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["03/12/2026", "04/12/2026"], "nothing in its dates says whether they begin with the day or with the month"),
        (["13/12/2026", "12/13/2026"], "some dates can only begin with the day and others only with the month"),
        (["03/12/2025"] * 40 + ["13/3/2025"], "only 1 of its 41 dates says whether the day or the month comes first"),
        (["25/06/01"], "nothing in its dates says whether they begin"),
        (["n/a"] * 30 + ["03.04.2026"] * 10, "nothing in its dates says whether they begin with the day"),
    ],
)
def test_what_comes_first_is_never_guessed(run: Run, cells: list[str], words: str) -> None:
    rows = "Rating,When\n" + "".join(f"9,{cell}\n" for cell in cells)
    with pytest.raises(DatesUnclear) as refused:
        run(rows, "score=Rating", "answered_at=When")

    assert words in refused.value.text
    assert cells[0] not in refused.value.text
    assert refused.value.field == "date_order"


@pytest.mark.parametrize(
    ("cell", "order", "rule", "message"),
    [
        ("2026-02-31", None, "no_such_day", "names a day that does not exist"),
        ("31/02/2026", DateOrder.DAY_FIRST, "no_such_day", "names a day that does not exist, read with the day first"),
        ("12.03.2026", DateOrder.ISO, "not_a_time", "the settings must say whether the day or the month comes first"),
        ("yesterday", DateOrder.MONTH_FIRST, "not_a_time", "a date with the month first, such as 11/21/2026 14:05"),
    ],
)
def test_what_is_wrong_with_a_date_is_told_without_the_date(
    run: Run, cell: str, order: DateOrder | None, rule: str, message: str
) -> None:
    _, (problem,) = run(f"Rating,When\n9,{cell}\n", "score=Rating", "answered_at=When", order=order)

    assert problem.rule == rule
    assert message in problem.message
    assert cell not in problem.message


def test_every_rule_that_a_row_breaks_is_told(run: Run) -> None:
    _, (problem,) = run("Rating,When\n12,yesterday\n", "score=Rating", "answered_at=When")

    assert set(zip(problem.column.split(" | "), problem.rule.split(" | "), strict=True)) == {
        ("Rating", "not_a_score"),
        ("When", "not_a_time"),
    }


def test_a_closed_survey_takes_old_answers(run: Run, database: Database, place: Place) -> None:
    def close(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        surveys.close(ctx, place.survey.id)

    database.write(close, share=Share.JOBS)

    assert became(run("Rating,Why\n9,\n")[0]) == (1, 0, 0, 0)


def test_a_database_that_fails_is_tried_again_from_there(
    run: Run, database: Database, place: Place, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = "Rating,Why\n" + "".join(f"{number % 11},row {number}\n" for number in range(700)) + "11,\n"
    calls = 0

    def fails_on_the_second(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise Unavailable
        return submit(*arguments)

    monkeypatch.setattr("cxsurvey.transfer.storing.submit", fails_on_the_second)
    view, _ = run(content)
    assert view.state is ImportState.RUNNING
    assert 0 < view.tally["stored"] < 700

    clock.instant += timedelta(minutes=1)
    Runner(database, wiring.JOB_HANDLERS, "test").drain()

    ended = seen(database, place, view)
    assert (ended.state, became(ended)) == (ImportState.DONE, (700, 0, 0, 1))
    assert len(first_refused(uploads.refused(database.settings, view.id), ended.position, 9)) == 1
    assert sum(counted(database, place).values()) == 1400


def test_the_first_row_of_a_respondent_gives_the_score_and_later_ones_add_their_comments(
    run: Run, database: Database, place: Place
) -> None:
    filling = "".join(f"9,,other {number}\n" for number in range(600))
    content = f"s,c,r\n3,Late.,ann\n,Also rude.,ann\n{filling}10,Never again.,ann\n10,Never again.,ann\n2,,bo\n"
    maps = ("score=s", "comment=c", "respondent=r")
    rehearsed, _ = run(content, *maps, dry_run=True)

    view, _ = run(content, *maps)

    assert (view.tally["stored"], view.tally["same_respondent"]) == (602, 3)
    assert view.tally == rehearsed.tally
    assert counted(database, place) == {"n3": 1, "n2": 1, "n9": 600, "comments": 1}
    assert comments(database, place) == ["Late.\n\nAlso rude.\n\nNever again."]
    again, _ = run(content, *maps)
    assert (again.tally["stored"], again.tally["known"], again.tally["same_respondent"]) == (0, 602, 3)
    assert comments(database, place) == ["Late.\n\nAlso rude.\n\nNever again."]


def test_a_respondent_whose_first_row_is_refused_answers_with_the_next(
    run: Run, database: Database, place: Place
) -> None:
    view, problems = run("s,r\n11,ann\n4,ann\n5,ann\n", "score=s", "respondent=r")

    assert (view.tally["stored"], view.tally["same_respondent"], view.tally["refused"]) == (1, 1, 1)
    assert counted(database, place) == {"n4": 1}
    assert [problem.line for problem in problems] == [2]


def test_a_reversed_scale_words_and_values_to_leave_out_become_what_was_said(
    run: Run, database: Database, place: Place
) -> None:
    scale = ScaleReading(scores={"Best": 10}, left_out=("99",), reversed=True)

    view, _ = run("Rating,Why\n1,\n10,\nBest,\n99,why\nworst,\n", scale=scale)

    assert counted(database, place) == {"n9": 1, "n0": 1, "n10": 1}
    assert (view.tally["left_out"], view.tally["refused"]) == (1, 1)


def test_what_a_survey_does_not_offer_is_refused_also_when_it_is_mapped(run: Run) -> None:
    _, problems = run("Rating,Why\n7,\n", scale=ScaleReading(unknown=("7",)))

    assert [(problem.rule, problem.column) for problem in problems] == [("unknown_not_offered", "Rating")]


def test_a_cancelled_import_keeps_what_it_has_stored(
    run: Run, database: Database, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    between_units(monkeypatch, lambda: change(database, place, imports.cancel))
    with capture_logs() as logs:
        view, _ = run("Rating,Why\n" + "".join(f"{number % 11},row {number}\n" for number in range(700)))

    assert view.state is ImportState.CANCELLED
    assert 0 < view.tally["stored"] < 700
    assert sum(counted(database, place).values()) == 2 * view.tally["stored"]
    assert [line for line in logs if line["log_level"] != "info"] == []


def test_a_dry_run_that_is_cancelled_and_started_again_while_its_job_still_reads_is_carried_out(
    run: Run, database: Database, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again() -> None:
        change(database, place, imports.cancel)
        change(database, place, imports.start)

    between_units(monkeypatch, again)
    view, problems = run("Rating,Why\n" + "11,off\n" * 60 + "".join(f"9,{one}\n" for one in range(640)), dry_run=True)

    assert (view.state, became(view)) == (ImportState.DONE, (640, 0, 0, 60))
    assert [problem.line for problem in problems] == list(range(2, 62))
    assert counted(database, place) == {"n9": 640, "comments": 640}


def test_an_import_whose_job_was_given_up_is_told_as_failed_and_others_go_on(
    run: Run, database: Database, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*arguments: Any) -> Any:
        raise Unavailable

    monkeypatch.setattr(queue, "MAX_ATTEMPTS", 1)
    monkeypatch.setattr("cxsurvey.transfer.storing.submit", fails)
    given_up, _ = run("Rating,Why\n9,\n")
    waiting = brought(database, place, b"Rating,Why\n8,\n")

    def start(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        imports.settle(ctx, waiting.id, Reading(mapping=parse(MAPS)), place.survey.id)
        imports.start(ctx, waiting.id)
        ctx.enqueue(running.GIVE_UP, {}, due_at=ctx.now - timedelta(seconds=1))

    assert given_up.state is ImportState.RUNNING
    database.write(start, share=Share.JOBS)
    Runner(database, {running.GIVE_UP: running.give_up}, "test").drain()

    ended = seen(database, place, given_up)
    assert (ended.state, ended.finished_at is not None) == (ImportState.FAILED, True)
    assert ended.failure is not None
    assert "What is stored stays" in ended.failure
    assert seen(database, place, waiting).state is ImportState.WAITING


def test_a_file_that_goes_away_ends_the_import_with_a_reason(database: Database, place: Place) -> None:
    view = brought(database, place, b"Rating,Why\n9,\n")

    def begin(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        imports.settle(ctx, view.id, Reading(mapping=parse(MAPS)), place.survey.id)
        imports.start(ctx, view.id)

    database.write(begin, share=Share.JOBS)
    uploads.remove(database.settings, view.id)
    Runner(database, wiring.JOB_HANDLERS, "test").drain()

    ended = seen(database, place, view)
    assert ended.state is ImportState.FAILED
    assert ended.failure is not None
    assert "needs the same folder “imports” as the server; else bring the file again" in ended.failure


def test_a_file_of_many_columns_and_values_keeps_the_units_of_its_import_short(
    database: Database, place: Place
) -> None:
    header = ["Rating", *(f"{column}".ljust(200, "n") for column in range(199))]
    rows = [[str(row % 11), *(f"{column} {row} ".ljust(80, "ğ") for column in range(199))] for row in range(60)]
    content = "\n".join(",".join(cells) for cells in [header, *rows, ""])

    for _ in range(3):
        view = brought(database, place, content.encode())

    assert len(json.dumps(view.source.as_stored())) < 150 * 1024
    column = view.source.profile.column("Rating")
    assert column is not None
    assert dict(column.values)["0"] == 6
    with database.read() as ctx:
        act_in(ctx, place.workspace_id)
        listed = imports.newest(ctx)
    assert [(one.rows, one.source.in_words, one.source.profile.columns) for one in listed] == [
        (60, view.source.in_words, ())
    ] * 3


def test_a_workspace_keeps_so_many_drafts_and_no_more(
    database: Database, place: Place, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_DRAFTS", 2)
    content = b"Rating,Why\n9,\n"
    first = brought(database, place, content, actor=MANAGER)
    brought(database, place, content, actor=MANAGER)
    other = database.write(lambda ctx: make_place(ctx, "elsewhere"), share=Share.JOBS)

    with pytest.raises(TooManyFiles, match="2 drafts"):
        brought(database, place, content, actor=MANAGER)
    brought(database, other, content, actor=MANAGER)
    brought(database, other, content, actor=MANAGER)

    def discard(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        imports.discard(ctx, first.id)

    database.write(discard, share=Share.JOBS)
    brought(database, place, content, actor=MANAGER)
    clock.instant += timedelta(days=8)
    brought(database, place, content, actor=MANAGER)


def test_the_files_of_a_workspace_have_so_much_room_and_no_more(
    database: Database, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_FILES", 0)

    with pytest.raises(TooManyFiles, match="does not fit in"):
        brought(database, place, b"Rating,Why\n9,\n", actor=MANAGER)


def test_a_workspace_cannot_import_into_the_survey_of_another(database: Database, place: Place) -> None:
    other = database.write(lambda ctx: make_place(ctx, "elsewhere"), share=Share.JOBS)
    view = brought(database, other, b"Rating,Why\n9,\n")

    def settle(ctx: Context) -> None:
        act_in(ctx, other.workspace_id)
        imports.settle(ctx, view.id, Reading(mapping=parse(MAPS)), place.survey.id)

    with pytest.raises(NotFound):
        database.write(settle, share=Share.JOBS)


def test_an_import_of_another_workspace_is_not_there(database: Database, place: Place) -> None:
    view = brought(database, place, b"Rating,Why\n9,\n")
    other = database.write(lambda ctx: make_place(ctx, "elsewhere"), share=Share.JOBS)

    with pytest.raises(ImportUnknown):
        seen(database, other, view)


def housekeeping(database: Database) -> None:
    database.write(lambda ctx: ctx.enqueue(keeping.FORGET, {}), share=Share.JOBS)
    Runner(database, wiring.JOB_HANDLERS, "test").drain()


def test_a_file_that_is_just_being_brought_is_left_alone_and_one_that_nobody_finished_goes(
    database: Database, place: Place, clock: FixedClock
) -> None:
    young, old = database.ids.new(), database.ids.new()
    for import_id, age in ((young, timedelta(hours=2)), (old, timedelta(hours=25))):
        uploads.receive(database.settings, import_id, BytesIO(b"Rating,Why\n9,\n"))
        then = (clock.instant - age).timestamp()
        os.utime(uploads.folder(database.settings, import_id), (then, then))

    housekeeping(database)

    assert [uploads.original(database.settings, one).exists() for one in (young, old)] == [True, False]


def test_a_refused_cell_of_any_length_can_be_shown(run: Run) -> None:
    view, problems = run("Rating,Why,Note\n11,a,=" + "x" * 131_071 + "\n")

    assert became(view) == (0, 0, 0, 1)
    assert [(one.line, one.rule) for one in problems] == [(2, "not_a_score")]


def test_old_files_are_forgotten_and_young_ones_kept(
    run: Run, database: Database, place: Place, clock: FixedClock
) -> None:
    old, _ = run("Rating,Why\n9,\n")
    draft = brought(database, place, b"Rating,Why\n9,\n")
    clock.instant += timedelta(days=31)
    young = brought(database, place, b"Rating,Why\n9,\n")

    housekeeping(database)

    there = [uploads.original(database.settings, view.id).exists() for view in (old, draft, young)]
    assert there == [False, False, True]
