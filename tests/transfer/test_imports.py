from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from cxsurvey.core.context import Context
from cxsurvey.core.db.database import Database
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Unavailable
from cxsurvey.responses import counts, service
from cxsurvey.responses.queries import Slice
from cxsurvey.surveys import service as surveys
from cxsurvey.transfer import imports
from cxsurvey.transfer.files import CsvFile
from cxsurvey.transfer.imports import Import, Tally
from cxsurvey.transfer.mapping import parse
from cxsurvey.transfer.rows import RowProblem
from cxsurvey.transfer.times import Oddity
from tests.factories import Place, act_in, make_place

MAPS = ("score=Rating", "comment=Why")
Run = Callable[..., tuple[Tally, list[RowProblem]]]


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
        workspace_id: UUID = place.workspace_id,
    ) -> tuple[Tally, list[RowProblem]]:
        path = tmp_path / "answers.csv"
        path.write_text(content, encoding="utf-8")
        file = CsvFile(path)
        columns = imports.columns_of(file, parse(maps or MAPS))
        zone = ZoneInfo("Europe/London")
        task = Import(file, columns, place.survey.id, workspace_id, source, zone, dry_run)
        problems: list[RowProblem] = []
        tally = imports.run(
            database, task, imports.scan(file, columns), on_problem=problems.append, on_progress=lambda _: None
        )
        return tally, problems

    return run_import


def became(tally: Tally) -> tuple[int, int, int, int]:
    assert tally.rows == tally.stored + tally.known + tally.skipped + tally.refused
    return tally.stored, tally.known, tally.skipped, tally.refused


def counted(database: Database, place: Place) -> dict[str, int]:
    """All counters of the survey that are not zero."""
    assert place.survey.trend_line_id is not None
    total: dict[str, int] = {}
    with database.read() as ctx:
        for day in counts.stored(ctx.connection, place.survey.trend_line_id).values():
            for name, amount in day.items():
                total[name] = total.get(name, 0) + amount
    return {name: amount for name, amount in total.items() if amount}


def stored(database: Database, place: Place) -> list[service.ResponseView]:
    def read(ctx: Context) -> list[service.ResponseView]:
        act_in(ctx, place.workspace_id)
        assert place.survey.trend_line_id is not None
        ever = Slice(since=date(2000, 1, 1), until=date(2100, 1, 1))
        return service.newest(ctx, [place.survey.trend_line_id], ever)

    with database.read() as ctx:
        return read(ctx)


def test_every_row_is_told_and_the_good_ones_are_counted(run: Run, database: Database, place: Place) -> None:
    tally, problems = run("Rating,Why\n9,Quick.\n0,\n,\n11,\n,Only words.\n")

    assert became(tally) == (3, 0, 1, 1)
    assert counted(database, place) == {"n9": 1, "n0": 1, "unscored": 1, "comments": 2}
    assert problems == [RowProblem(5, "Rating", "out_of_range", "must be 10 or less")]


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

    assert run(content, *maps) == rehearsed
    assert run(content, *maps, dry_run=True)[0].stored == 0


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

    assert tally.stored == 3
    assert tally.times == {Oddity.AMBIGUOUS: 1, Oddity.NONEXISTENT: 1}


@pytest.mark.parametrize(
    ("row", "rule", "column"),
    [
        ("9,01/02/2026,", "not_a_time", "When"),
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


def test_every_rule_that_a_row_breaks_is_told(run: Run) -> None:
    _, problems = run("Rating,When\n12,yesterday\n", "score=Rating", "answered_at=When")

    assert {(problem.column, problem.rule) for problem in problems} == {
        ("Rating", "out_of_range"),
        ("When", "not_a_time"),
    }


def test_a_closed_survey_takes_old_answers(run: Run, database: Database, place: Place) -> None:
    def close(ctx: Context) -> None:
        act_in(ctx, place.workspace_id)
        surveys.close(ctx, place.survey.id)

    database.write(close, share=Share.JOBS)

    assert became(run("Rating,Why\n9,\n")[0]) == (1, 0, 0, 0)


def test_a_database_that_fails_ends_the_import_where_the_next_one_goes_on(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = "Rating,Why\n" + "".join(f"{number % 11},row {number}\n" for number in range(700))
    real, calls = database.hot, 0

    def fails_on_the_second(*arguments: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise Unavailable
        return real(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(database, "hot", fails_on_the_second)
    tally, _ = run(content)
    assert (tally.stored, tally.stopped_at) == (500, 502)
    assert isinstance(tally.stopped, Unavailable)

    assert became(run(content)[0]) == (200, 500, 0, 0)


def test_a_workspace_cannot_import_into_the_survey_of_another(run: Run, database: Database) -> None:
    other = database.write(lambda ctx: make_place(ctx, "elsewhere"), share=Share.JOBS)

    tally, problems = run("Rating,Why\n9,\n", workspace_id=other.workspace_id)

    assert became(tally) == (0, 0, 0, 1)
    assert [problem.rule for problem in problems] == ["survey_unknown"]
