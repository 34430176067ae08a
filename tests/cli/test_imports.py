import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from cxsurvey.cli.choosing import enter
from cxsurvey.core.context import Context
from cxsurvey.core.db.serving import ServeLock
from cxsurvey.core.db.units import Share
from cxsurvey.core.ids import decode
from cxsurvey.transfer import mapping, running, undoing
from cxsurvey.transfer.undoing import UndoImport
from cxsurvey.worker import Worker
from tests.cli.installed import installation, opened, run, run_json

MAP = ("--survey", "relationship", "--map", "score=Rating", "--map", "comment=Why")


@pytest.fixture(autouse=True)
def installed(furnished_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with installation(furnished_url, tmp_path, monkeypatch, "imports"):
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
    carry_out = running.run

    def warn_and_run(*arguments: Any, **options: Any) -> Any:
        structlog.get_logger("cxsurvey.lane").warning("lane.begin_failed", error="kim@example.com waits")
        return carry_out(*arguments, **options)

    monkeypatch.setattr(running, "run", warn_and_run)

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


def test_a_dry_run_tells_the_score_so_that_a_reversed_scale_shows(file: Path) -> None:
    file.write_text("Rating\n" + "10\n" * 9 + "2\n" * 3)
    options = ("--survey", "relationship", "--map", "score=Rating", "--dry-run")

    plain, turned = run("import", "responses", file, *options), run("import", "responses", file, *options, "--reversed")

    assert "NPS would be +50 (" in plain.stdout
    assert "n = 12: promoters 9, passives 0, detractors 3" in plain.stdout
    assert "NPS would be -75 (" in turned.stdout
    assert run_json("import", "responses", file, *options)["expected_score"]["estimate"] == 50.0
    assert run_json("import", "responses", file, *options[:-1])["expected_score"] is None


def test_dates_are_read_in_the_order_that_is_said_or_that_the_cells_say(file: Path) -> None:
    options = ("--survey", "relationship", "--map", "score=Rating", "--map", "answered_at=At", "--dry-run")
    file.write_text("Rating,At\n9,13.03.2026\n3,01.03.2026\n")
    assert (
        "The responses were given from 2026-03-01 to 2026-03-13." in run("import", "responses", file, *options).stdout
    )
    file.write_text("Rating,At\n9,02.03.2026\n")

    unclear = run("import", "responses", file, *options)
    wrong = run("import", "responses", file, *options, "--date-order", "year")
    said = run_json("import", "responses", file, *options, "--date-order", "month-first")

    assert (unclear.exit_code, wrong.exit_code) == (2, 2)
    assert "Say which: day-first or month-first." in unclear.stderr
    assert "--date-order must be" in wrong.stderr
    assert (said["date_order"], said["first_answered_at"]) == ("month-first", "2026-02-02T21:00:00+00:00")
    file.write_text("Rating,At\n9,02.03.2026\n3,13.03.2026\n")
    tried = run("import", "responses", file, *options, "--date-order", "month-first").stdout
    done = run("import", "responses", file, *options[:-1], "--date-order", "month-first").stderr
    for told in (tried, done):
        assert "“At”: 1 of 2 dates can only begin with the day" in told


def test_what_would_show_in_wrong_numbers_alone_is_told_before_anything_is_stored(file: Path) -> None:
    file.write_text("5\n90\n9\n")
    options = ("--survey", "relationship", "--map", "score=5")

    tried = run("import", "responses", file, *options, "--dry-run")
    done = run("import", "responses", file, *options)

    for told in (tried.stdout, done.stderr):
        assert "all of them would count as given today." in told
        assert "“5” holds 90, which the scale of the survey, 0 to 10, does not have" in told
    assert "all of them would count" not in done.stdout
    abouts = [one["about"] for one in run_json_of(file, *options, "--dry-run")["cautions"]]
    assert abouts == ["other_scale", "no_dates"]
    file.write_text("5,2026-10-01\n4,2026-10-02\n")
    assert "The first row looks like a response" in run("import", "responses", file, *options).stderr


def run_json_of(file: Path, *options: str) -> Any:
    """What the command prints with `--json` for a file of which rows are refused."""
    return json.loads(run("import", "responses", file, *options, "--json").stdout)


def test_the_same_file_under_another_name_is_known_and_another_source_is_warned_of(file: Path) -> None:
    first = run_json("import", "responses", file, *MAP)
    other = file.rename(file.with_name("renamed.csv"))

    same = run("import", "responses", other, *MAP, "--dry-run")
    doubled = run("import", "responses", other, *MAP, "--source", "till", "--dry-run")

    assert first["earlier_import"] is None
    assert f"({first['import']}): 2 of its rows are there." in same.stdout
    assert "new responses" not in same.stdout
    assert "Their source is “import”, so this time they are new responses." in doubled.stdout
    run("import", "undo", first["import"], "--reason", "Wrong.")
    assert run_json("import", "responses", other, *MAP)["earlier_import"] is None


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
    assert result.stdout.count("not_a_score") == 20
    assert "and 5 more" in result.stdout
    with file.with_name("old answers.errors.csv").open(newline="") as written:
        problems = list(csv.reader(written))
    assert problems[0] == ["line", "column", "rule", "message", "Rating", "'=Why"]
    assert len(problems) == 26
    assert problems[1] == ["3", "Rating", "not_a_score", "must be a whole number from 0 to 10", "11", ""]


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
def a_server() -> Iterator[None]:
    """A process beside the command: its lock on SQLite, its sign of life on Postgres, and its worker."""
    with opened() as database:
        assert database.engines is not None
        lock = ServeLock(database.engines.sqlite_file)
        lock.share()
        worker = Worker(database, "serve")
        worker.start()
        yield
        worker.stop()
        lock.close()


def test_beside_a_running_server_its_worker_imports(file: Path, a_server: None) -> None:
    told = run_json("import", "responses", file, *MAP)

    assert (told["stored"], told["without_answer"], told["stopped"]) == (2, 1, None)


def test_a_dry_run_leaves_no_file_behind(file: Path, tmp_path: Path) -> None:
    run("import", "responses", file, *MAP, "--dry-run")

    assert list((tmp_path / "imports").iterdir()) == []


def test_a_file_in_another_form_is_read_and_said(file: Path) -> None:
    file.write_bytes("Rating;Why\n9;Sch\u00f6n.\n7;Preis, Ware\n".encode("cp1252"))

    told = run_json("import", "responses", file, *MAP)

    assert told["stored"] == 2
    assert told["read_as"] == "Text in Windows-1252 (a guess: it is not UTF-8), cells separated by semicolons"


def test_every_value_of_the_score_column_is_listed_with_what_it_becomes(file: Path) -> None:
    file.write_text("Rating,Why\nLove it,a\nLove it,b\n3,c\nNo idea,d\nn/a,e\n")
    options = (*MAP, "--scale-map", "Love it=10", "--exclude", "n/a", "--reversed")

    result = run("import", "responses", file, *options, "--dry-run", "--json")

    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert {one["value"]: (one["rows"], one["becomes"]) for one in told["scores"]} == {
        "3": (1, "7"),
        "Love it": (2, "10"),
        "No idea": (1, "refused"),
        "n/a": (1, "left out"),
    }
    assert (told["stored"], told["left_out"], told["refused"]) == (3, 1, 1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--scale-map", "Fine=11"), "Fine must be 10 or less"),
        (("--scale-map", "Fine"), "--scale-map takes VALUE=SCORE"),
        (("--scale-map", "Fine=9", "--exclude", "Fine"), "only one thing"),
        (("--sheet", "Answers"), "has no sheets"),
    ],
)
def test_a_scale_that_is_none_is_one_sentence(file: Path, options: tuple[str, ...], words: str) -> None:
    result = run("import", "responses", file, *MAP, *options)

    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


def test_people_are_brought_in_and_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Mail,Name,Plan\nida@example.com,Ida,Basic\nbo@example.com,Bo,\nnobody,X,\n,,\n")
    options = ("--map", "email=Mail", "--map", "name=Name", "--map", "attributes.plan=Plan")
    assert run("import", "people", file, *options).exit_code == 1
    file.write_text("Mail,Name,Plan\nida@example.com,Ida,Extra\nbo@example.com,Bo,\nkim@example.com,Kim,\n")

    told = run_json("import", "people", file, *options, "--dry-run")

    assert (told["stored"], told["changed"], told["already_there"], told["refused"]) == (1, 1, 1, 0)
    assert run_json("import", "people", file, *options)["changed"] == 1


def test_an_import_is_taken_back_and_the_file_comes_again(file: Path) -> None:
    told = run_json("import", "responses", file, *MAP)
    undo = ("import", "undo", told["import"], "--reason", "Wrong file")

    assert run_json(*undo, "--dry-run") == {
        "would_be_undone": 2,
        "would_be_left_alone": 0,
        "undone_already": 0,
        "later_imports": [],
    }
    later = run_json("import", "responses", file, *MAP)["import"]
    assert f"import those files again afterwards: {later} (old answers.csv)." in " ".join(
        run(*undo, "--dry-run").stdout.split()
    )
    assert run_json(*undo) == {"import": told["import"], "state": "undone", "undone": 2, "left_alone": 0}
    assert run_json("import", "responses", file, *MAP)["stored"] == 2


def test_an_undo_that_was_stopped_goes_on_with_the_same_command(file: Path) -> None:
    told = run_json("import", "responses", file, *MAP)
    undo = ("import", "undo", told["import"], "--reason", "Wrong file")

    def begin(ctx: Context) -> None:
        enter(ctx, None)
        import_id = decode("imp", told["import"])
        assert import_id is not None
        undoing.undo(ctx, import_id, UndoImport(reason="Wrong file"))

    with opened() as database:
        database.write(begin, share=Share.JOBS)
    assert "not possible in the present state" in run(*undo, "--dry-run").stderr

    result = run(*undo)

    assert result.exit_code == 0
    assert "2 responses are void." in result.stdout
    assert f"Going on with {told['import']}: 0 of 2 responses are done." in " ".join(result.stderr.split())
    assert run(*undo).exit_code == 2


def test_an_import_beside_an_undo_of_its_source_waits_for_that_and_leaves_nothing_behind(
    file: Path, tmp_path: Path
) -> None:
    run_json("import", "responses", file, *MAP)
    kept = list((tmp_path / "imports").iterdir())
    with opened() as database:
        database.write(lambda ctx: ctx.connection.exec_driver_sql("UPDATE imports SET state = 'undoing'"),
                       share=Share.JOBS)  # fmt: skip

    for more in ([], ["--dry-run"]):
        result = run("import", "responses", file, *MAP, *more)

        assert (result.exit_code, result.stdout) == (2, "")
        assert "is being taken back" in result.stderr
    assert list((tmp_path / "imports").iterdir()) == kept


def test_what_cannot_be_taken_back_is_one_sentence_and_exit_code_2(file: Path) -> None:
    shown = run("import", "responses", file, *MAP)
    import_id = shown.stdout.partition("cxsurvey import undo ")[2].split()[0]

    for name, reason, words in (
        ("imp_nothing", "Wrong", "There is no import “imp_nothing”"),
        (import_id, "x" * 201, "--reason must have at most 200 characters."),
    ):
        result = run("import", "undo", name, "--reason", reason)
        assert (result.exit_code, result.stdout) == (2, "")
        assert words in result.stderr
