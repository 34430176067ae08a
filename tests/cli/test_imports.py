import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from cxsurvey.core.db.serving import ServeLock
from cxsurvey.core.db.units import Share
from cxsurvey.core.jobs import beats
from cxsurvey.core.jobs.beats import Beat
from cxsurvey.transfer import imports, mapping
from tests.cli.installed import installation, opened, run, run_json

MAP = ("--survey", "relationship", "--map", "score=Rating", "--map", "comment=Why")


@pytest.fixture(autouse=True)
def installed(migrated_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with installation(migrated_url, tmp_path, monkeypatch, "imports"):
        yield


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "old answers.csv"
    path.write_text("Rating,Why\n9,Quick.\n7,\n,\n")
    return path


def test_help_names_every_field() -> None:
    words = run("import", "responses", "--help").output.replace(",", " ").replace(";", " ").split()

    assert set(mapping.FIELDS) <= set(words)


def test_an_import_tells_what_became_of_the_rows(file: Path) -> None:
    told = run_json("import", "responses", file, *MAP)

    numbers = {key: told[key] for key in ("rows", "stored", "already_there", "without_answer", "refused")}
    assert numbers == {"rows": 3, "stored": 2, "already_there": 0, "without_answer": 1, "refused": 0}
    assert (told["source"], told["zone"], told["dry_run"]) == ("import", "Europe/Istanbul", False)
    assert told["problem_file"] is None
    assert not file.with_name("old answers.errors.csv").exists()


def test_a_warning_of_the_machine_stands_apart_from_what_the_command_says(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carry_out = imports.run

    def warn_and_run(*arguments: Any, **options: Any) -> Any:
        structlog.get_logger("cxsurvey.lane").warning("lane.begin_failed", error="kim@example.com waits")
        return carry_out(*arguments, **options)

    monkeypatch.setattr(imports, "run", warn_and_run)

    result = run("import", "responses", file, *MAP, "--json")

    assert json.loads(result.stdout)["stored"] == 2
    assert "lane.begin_failed" in result.stderr
    assert "[address] waits" in result.stderr


def test_a_second_run_adds_nothing_and_says_how_rows_are_known(file: Path) -> None:
    run("import", "responses", file, *MAP)

    result = run("import", "responses", file, *MAP)

    assert result.exit_code == 0
    assert "2  already there" in result.stdout
    assert "--source" in result.stdout


def test_a_dry_run_stores_nothing(file: Path) -> None:
    rehearsed = run("import", "responses", file, *MAP, "--dry-run")
    assert rehearsed.exit_code == 0
    assert "nothing was stored" in rehearsed.stdout

    assert run_json("import", "responses", file, *MAP)["stored"] == 2


def test_refused_rows_are_shown_written_down_and_told_by_the_exit_code(file: Path) -> None:
    rows = "".join(f"{number},\n" for number in range(11, 36))
    file.write_text(f"Rating,=Why\n9,\n{rows}")

    result = run("import", "responses", file, "--survey", "relationship", "--map", "score=Rating", "--map",
                 "comment==Why")  # fmt: skip

    assert result.exit_code == 1
    assert result.stdout.count("out_of_range") == 20
    assert "and 5 more" in result.stdout
    with file.with_name("old answers.errors.csv").open(newline="") as written:
        problems = list(csv.reader(written))
    assert problems[0] == ["line", "column", "rule", "message"]
    assert len(problems) == 26
    assert problems[1] == ["3", "Rating", "out_of_range", "must be 10 or less"]


def test_a_column_name_in_the_problem_file_is_no_formula(file: Path) -> None:
    file.write_text("=Rating\n99\n")

    run("import", "responses", file, "--survey", "relationship", "--map", "score==Rating")

    assert "'=Rating" in file.with_name("old answers.errors.csv").read_text()


def test_when_every_row_is_refused_nothing_was_done(file: Path) -> None:
    file.write_text("Rating,Why\n99,\n")

    assert run("import", "responses", file, *MAP).exit_code == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--survey", "nobody", "--map", "score=Rating"), "There is no survey “nobody”. Surveys are: "),
        (("--survey", "draft", "--map", "score=Rating"), "Publish it first"),
        (("--survey", "relationship", "--map", "score=Stars"), "Its columns are: “Rating”, “Why”."),
        (("--survey", "relationship", "--map", "stars=Rating"), "Fields are: score"),
        (("--survey", "relationship", "--map", "score=Rating", "--zone", "Mars/Base"), "--zone must be"),
        (("--survey", "relationship", "--map", "score=Rating", "--delimiter", ";;"), "--delimiter takes one"),
        (("--survey", "relationship", "--map", "score=Rating", "--workspace", "x"), "no workspace “x”"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_2(file: Path, options: tuple[str, ...], words: str) -> None:
    result = run("import", "responses", file, *options)

    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


@pytest.fixture
def running_server() -> Iterator[None]:
    """What a running server leaves for others to see: its lock on SQLite, its sign of life on Postgres."""
    with opened() as database:
        assert database.engines is not None
        lock = ServeLock(database.engines.sqlite_file)
        sign = Beat("shop-1:4711", "serve", database.clock.now(), database.clock.now(), 1)
        database.write(lambda ctx: beats.beat(ctx.connection, sign), share=Share.JOBS)
    lock.share()
    yield
    lock.close()


def test_beside_a_running_server_nothing_is_imported(file: Path, running_server: None) -> None:
    result = run("import", "responses", file, *MAP)

    assert result.exit_code == 2
    assert "needs the database for itself" in result.stderr
