import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from cxsurvey.cli.score import register
from tests.parts import ROOT

FIELDS = ["metric", "unit", "estimate", "lower", "upper", "confidence", "method", "n", "excluded", "counts"]
BESIDE = ["definition", "flags", "top_box", "bottom_box", "net", "mean"]
NOTHING_LEFT_OUT = {
    "blank": 0,
    "not_on_scale": 0,
    "excluded_code": 0,
    "do_not_know": 0,
    "same_respondent": 0,
    "broken_row": 0,
}
ESCAPE, OVERRIDE = "\x1b", "\u202e"


def run(*arguments: str | Path, columns: int = 200) -> Result:
    app = typer.Typer()
    # A second command keeps Typer from dropping the name of the only one.
    app.command("other")(lambda: None)
    register(app)
    return CliRunner().invoke(app, ["score", *map(str, arguments)], env={"COLUMNS": str(columns)})


def run_json(*arguments: str | Path) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def shown_in_the_readme() -> list[tuple[str, str]]:
    """Each `cxsurvey score` of the README with the output that stands below it."""
    blocks = re.findall(r"^```\n(.*?)```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    shown = [re.findall(r"^\$ cxsurvey score (.*)\n((?:[^$].*\n)+)", block, re.MULTILINE) for block in blocks]
    return [example for examples in shown for example in examples]


def test_the_readme_shows_what_is_printed() -> None:
    examples = shown_in_the_readme()
    assert len(examples) >= 2
    for words, printed in examples:
        assert run(*shlex.split(words)).output == printed, words


def refused(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    return result.stderr


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write_file(content: str | bytes, name: str = "answers.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


def test_score_of_a_file_prints_one_object_with_exactly_the_agreed_fields(write: Any) -> None:
    file = write("score\n" + "9\n" * 12 + "7\n" * 3 + "6\n" * 5)

    score = run_json(file, "--metric", "nps", "--column", "score")

    assert list(score) == [*FIELDS, *BESIDE]
    assert (score["metric"], score["unit"], score["method"]) == ("nps", "points", "score")
    assert (score["estimate"], score["n"], score["confidence"]) == (35.0, 20, 0.95)
    assert (score["lower"], score["upper"]) == (pytest.approx(-5.4, abs=0.05), pytest.approx(65.1, abs=0.05))
    assert score["counts"] == {"promoters": 12, "passives": 3, "detractors": 5}
    assert score["excluded"] == NOTHING_LEFT_OUT


@pytest.mark.parametrize("counts", ["promoters=12,passives=3,detractors=5", "9=12,7=3,0=5", " 10 = 12, 8 = 3, 6 = 5"])
def test_score_of_counts_equals_the_score_of_the_file(write: Any, counts: str) -> None:
    file = write("score\n" + "9\n" * 12 + "7\n" * 3 + "6\n" * 5)

    counted, read = run_json("--counts", counts), run_json(file, "--column", "score")
    assert {name: counted[name] for name in FIELDS} == {name: read[name] for name in FIELDS}


def test_score_uses_the_confidence_and_the_method_asked_for() -> None:
    score = run_json(
        "--counts", "promoters=12,passives=3,detractors=5", "--method", "adjusted-wald", "--confidence", "0.8"
    )

    assert (score["method"], score["confidence"]) == ("adjusted-wald", 0.8)
    assert score["upper"] == pytest.approx(53.0, abs=0.05)


@pytest.mark.parametrize("cell", ["9 ", " 9", "９", "9.5", "9.0", "+9", "-1", "11", "0009", "nine", "1e1", "٩"])
def test_a_cell_that_is_no_whole_number_on_the_scale_is_left_out_and_counted(write: Any, cell: str) -> None:
    score = run_json(write(f"score\n10\n{cell}\n"), "--column", "score")

    assert score["n"] == 1
    assert score["excluded"] == NOTHING_LEFT_OUT | {"not_on_scale": 1}


@pytest.mark.parametrize("cell", ["", " ", "\t", "\u00a0"])
def test_a_blank_cell_is_left_out_as_blank_and_never_a_passive(write: Any, cell: str) -> None:
    score = run_json(write(f"id,score\n1,10\n2,{cell}\n"), "--column", "score")

    assert score["n"] == 1
    assert score["excluded"] == NOTHING_LEFT_OUT | {"blank": 1}


def test_short_rows_and_empty_lines_are_told_apart(write: Any) -> None:
    score = run_json(write("id,score\n1,10\n2\n\n3,9\n"), "--column", "score")

    assert (score["n"], score["excluded"]["blank"]) == (2, 1)


def test_an_empty_line_is_a_blank_answer_where_there_is_one_column(write: Any) -> None:
    score = run_json(write("score\n10\n\n9\n"), "--column", "score")

    assert (score["n"], score["excluded"]["blank"]) == (2, 1)


def test_a_row_with_more_cells_than_the_header_is_left_out(write: Any) -> None:
    score = run_json(write("comment,score\nfine,10\nso, so,9\n"), "--column", "score")

    assert (score["n"], score["excluded"]["broken_row"]) == (1, 1)


def test_excluded_codes_are_counted_even_when_they_lie_on_the_scale(write: Any) -> None:
    file = write("score\n10\n6\n7\n99\n98\n")

    score = run_json(file, "--column", "score", "--exclude", "6, 7,99")

    assert score["n"] == 1
    assert score["excluded"] == NOTHING_LEFT_OUT | {"excluded_code": 3, "not_on_scale": 1}


def test_only_the_first_row_of_a_respondent_counts(write: Any) -> None:
    file = write("who,score\na,10\na,0\nb,\nb,9\n,8\n,8\n")

    score = run_json(file, "--column", "score", "--respondent", "who")

    assert score["counts"] == {"promoters": 1, "passives": 2, "detractors": 0}
    assert score["excluded"] == NOTHING_LEFT_OUT | {"same_respondent": 2, "blank": 1}


def test_groups_are_a_list_sorted_by_name_with_their_own_exclusions(write: Any) -> None:
    file = write("shop,score\nwest,0\nEast,10\nwest,\n,9\n")

    groups = run_json(file, "--column", "score", "--by", "shop")

    assert [group["group"] for group in groups] == ["", "East", "west"]
    assert all(sorted(group) == sorted(["group", *FIELDS, *BESIDE]) for group in groups)
    assert [(group["n"], group["excluded"]["blank"]) for group in groups] == [(1, 0), (1, 0), (1, 1)]


def test_a_file_without_rows_has_no_score_rather_than_zero(write: Any) -> None:
    file = write("shop,score\n")

    score = run_json(file, "--column", "score")

    assert (score["estimate"], score["lower"], score["upper"], score["n"]) == (None, None, None, 0)
    assert run_json(file, "--column", "score", "--by", "shop") == []
    assert "no score" in run(file, "--column", "score", "--by", "shop").stdout
    assert "NPS none" in run(file, "--column", "score").stdout


def test_a_byte_order_mark_and_quoted_line_breaks_are_read(write: Any) -> None:
    file = write('\ufeffscore,comment\r\n10,"two\r\nlines"\r\n9,x\r\n')

    assert run_json(file, "--column", "score")["n"] == 2


def test_text_output_tells_score_interval_n_counts_and_what_was_left_out(write: Any) -> None:
    file = write("id,score\n" + "1,9\n" * 12 + "1,7\n" * 3 + "1,6\n" * 5 + "1,\n1,x\n")

    text = run(file, "--column", "score").stdout

    assert "NPS +35" in text
    assert "95 % interval: -5 to +65, method score (Tango)" in text
    assert "Responses: 20, promoters 12, passives 3, detractors 5" in text
    assert "Left out: 1 blank, 1 not a whole number on the scale" in text
    assert "low base" in text


@pytest.mark.parametrize(
    ("n", "note"),
    [(0, "no responses"), (4, "too few to judge"), (9, "very low base"), (29, "Note: low base"), (30, None)],
)
def test_small_bases_are_shown_and_marked(n: int, note: str | None) -> None:
    text = run("--counts", f"9={n}").stdout

    assert f"Responses: {n}" in text
    assert (note in text) if note else ("Note" not in text)


def test_plain_wald_is_labelled_as_not_recommended() -> None:
    assert "Wald (not recommended)" in run("--counts", "9=5", "--method", "wald").stdout


@pytest.mark.parametrize("columns", [40, 200])
def test_the_table_is_sorted_by_name_and_hides_nothing(write: Any, columns: int) -> None:
    file = write("shop,score\n" + "west,0\n" * 30 + "east,10\n" + "mid,8\nmid,\n")

    lines = run(file, "--column", "score", "--by", "shop", columns=columns).stdout.splitlines()

    starts = [line.split()[0] for line in lines if line[:4] in {"east", "mid ", "west"}]
    assert starts == ["east", "mid", "west"]
    text = "\n".join(lines)
    assert "+100" in text
    assert "-100" in text
    assert "Responses: 32" in text
    assert "Left out: 1 blank" in text


def test_a_group_without_a_response_has_a_row_without_a_score(write: Any) -> None:
    lines = run(write("shop,score\neast,\n"), "--column", "score", "--by", "shop").stdout.splitlines()

    assert lines[1].split() == ["east", "none", "0", "0/0/0", "1", "no", "responses"]


def test_data_is_neither_markup_nor_a_control_sequence(write: Any) -> None:
    file = write(f"[b]shop[/b],score\n[red]x[/],9\n:smile:,9\n{ESCAPE}[2J{OVERRIDE}y,9\n")

    text = run(file, "--column", "score", "--by", "[b]shop[/b]").stdout

    assert "[b]shop[/b]" in text
    assert "[red]x[/]" in text
    assert ":smile:" in text
    assert ESCAPE not in text
    assert OVERRIDE not in text


def test_a_missing_column_names_the_file_and_its_columns(write: Any) -> None:
    file = write("id,rating\n1,9\n", name="june.csv")

    for option in ("--by", "--respondent"):
        assert "no column 'shop'" in refused(file, "--column", "rating", option, "shop")
    message = refused(file, "--column", "score")
    assert "june.csv has no column 'score'" in message
    assert "'id', 'rating'" in message


def test_an_empty_file_has_no_header(write: Any) -> None:
    assert "not even a header row" in refused(write(""), "--column", "score")


def test_a_column_that_appears_twice_is_refused(write: Any) -> None:
    assert "more than one column 'score'" in refused(write("score,score\n1,2\n"), "--column", "score")


@pytest.mark.parametrize("content", ["score\n9\n".encode("utf-16"), b"id,score\n1,9\nJos\xe9,9\n"])
def test_a_wrong_encoding_is_named_with_its_file(write: Any, content: bytes) -> None:
    message = refused(write(content, name="latin.csv"), "--column", "score")

    assert "latin.csv is not UTF-8 text" in message


@pytest.mark.parametrize(
    "content", ['score,c\n9,"never closed\n', 'score,c\n9,"a"b\n', "score\n" + "9" * 200_000 + "\n"]
)
def test_a_broken_file_is_refused_rather_than_half_read(write: Any, content: str) -> None:
    assert "is not valid CSV" in refused(write(content), "--column", "score")


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    assert "absent.csv cannot be read" in refused(tmp_path / "absent.csv", "--column", "score")
    assert "cannot be read" in refused(tmp_path, "--column", "score")


@pytest.mark.parametrize("metric", ["happiness", "NPS", ""])
def test_another_metric_is_refused_and_the_allowed_ones_named(metric: str) -> None:
    assert "--metric must be one of nps" in refused("--counts", "9=1", "--metric", metric)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--confidence", "95"], "strictly between 0 and 1"),
        (["--confidence", "nan"], "strictly between 0 and 1"),
        (["--method", "t"], "score, adjusted-wald, agresti-min, dirichlet, wald"),
    ],
)
def test_a_wrong_confidence_or_method_is_refused_even_without_rows(
    write: Any, arguments: list[str], message: str
) -> None:
    file = write("shop,score\n")

    assert message in refused(file, "--column", "score", "--by", "shop", *arguments)


@pytest.mark.parametrize(
    "counts",
    [
        "",
        "promoters=12,detractors=5",
        "promoters=12,passives=3,detractors=5,promoters=1",
        "promoters=12,passives=3,detractors=5,9=1",
        "promoters=-1,passives=3,detractors=5",
        "promoters=1.5,passives=3,detractors=5",
        "9=1,09=2",
        "9=1,9=2",
        "9=1,",
        "others=3",
        "9:1",
    ],
)
def test_counts_that_do_not_add_up_to_a_meaning_are_refused(counts: str) -> None:
    assert "--counts takes each of promoters, passives and detractors once" in refused("--counts", counts)


def test_counts_off_the_scale_or_too_large_are_refused() -> None:
    assert "whole number from 0 to 10" in refused("--counts", "11=1")
    assert "must be a whole number from 0 to 1000000000000" in refused("--counts", "9=9999999999999")


@pytest.mark.parametrize("codes", ["", "a", "6;7", "6,", "-1", "1000"])
def test_codes_that_are_no_numbers_are_refused(write: Any, codes: str) -> None:
    assert "--exclude takes numbers" in refused(write("score\n9\n"), "--column", "score", "--exclude", codes)


@pytest.mark.parametrize("option", ["--column", "--by", "--respondent", "--exclude"])
def test_counts_stand_alone(write: Any, option: str) -> None:
    assert "--counts stands alone" in refused("--counts", "9=1", option, "score")
    assert "--counts stands alone" in refused(write("score\n9\n"), "--counts", "9=1")


def test_a_source_and_a_column_are_needed(write: Any) -> None:
    assert "Name a CSV file" in refused()
    assert "--column must name" in refused(write("score\n9\n"))


STARS = "stars\n" + "5\n" * 3 + "4\n" * 3 + "3\n" * 2 + "1\n" * 2


def test_csat_is_the_share_of_the_top_box_with_the_mean_beside_it(write: Any) -> None:
    score = run_json(write(STARS), "--metric", "csat", "--column", "stars")

    assert (score["metric"], score["unit"], score["method"]) == ("csat", "percent", "wilson")
    assert (score["estimate"], score["n"], score["definition"]) == (60.0, 10, "csat-1-5/1")
    assert (score["lower"], score["upper"]) == (pytest.approx(31.3, abs=0.05), pytest.approx(83.2, abs=0.05))
    assert score["counts"] == {"satisfied": 6, "neutral": 2, "dissatisfied": 2}
    assert (score["mean"]["estimate"], score["mean"]["unit"]) == (3.5, "scale-points")
    assert score["net"]["estimate"] == 40.0
    assert score["flags"] == ["low-base"]


def test_a_reversed_scale_counts_the_lowest_scores_as_good(write: Any) -> None:
    score = run_json(write(STARS), "--metric", "csat", "--scale", "1-5", "--reversed", "--column", "stars")

    assert (score["estimate"], score["definition"]) == (20.0, "csat-1-5-reversed/1")


def test_other_scores_may_be_named_as_good_and_the_key_says_so(write: Any) -> None:
    score = run_json(write(STARS), "--metric", "csat", "--top", "3,4,5", "--column", "stars")

    assert (score["estimate"], score["definition"]) == (80.0, "csat-1-5-top-3-4-5/1")


def test_ces_of_seven_points_counts_five_to_seven_as_easy() -> None:
    score = run_json("--metric", "ces", "--counts", "7=3,6=2,5=1,4=2,2=2")

    assert (score["estimate"], score["counts"]) == (60.0, {"easy": 6, "neutral": 2, "difficult": 2})
    assert score["net"]["estimate"] == 40.0


def test_ces_as_effort_is_a_mean_that_says_when_a_share_should_lead() -> None:
    score = run_json("--definition", "ces-1-5-reversed-mean/1", "--counts", "1=4,2=3,5=3")

    assert (score["unit"], score["estimate"], score["method"]) == ("scale-points", 2.5, "t")
    assert score["flags"] == ["low-base", "lead-with-share"]


def test_those_who_do_not_know_are_left_out_or_stay_in_the_base(write: Any) -> None:
    file = write(STARS + "6\n" * 10)

    left_out = run_json(file, "--metric", "csat", "--column", "stars", "--unknown", "6")
    in_base = run_json(file, "--metric", "csat", "--column", "stars", "--unknown", "6", "--unknown-in-base")

    assert (left_out["estimate"], left_out["n"], left_out["excluded"]["do_not_know"]) == (60.0, 10, 10)
    assert (in_base["estimate"], in_base["n"], in_base["excluded"]["do_not_know"]) == (30.0, 10, 10)
    assert in_base["definition"] == "csat-1-5-unknown-in-base/1"


def test_nps_of_a_short_scale_is_marked_as_translated() -> None:
    told = run("--scale", "1-5", "--counts", "5=2,4=1,3=1,1=1")

    assert "NPS 0" in told.stdout
    assert "not comparable with NPS from 0 to 10" in told.stdout


@pytest.mark.parametrize(("method", "lower"), [("agresti-coull", 31.2), ("clopper-pearson", 26.2), ("jeffreys", 30.4)])
def test_a_share_takes_the_methods_of_shares(method: str, lower: float) -> None:
    score = run_json("--metric", "csat", "--counts", "5=6,3=4", "--method", method)

    assert score["method"] == method
    assert score["lower"] == pytest.approx(lower, abs=0.06)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--metric", "csat", "--method", "score"), "of a top-box score must be one of wilson"),
        (("--metric", "nps", "--method", "wilson"), "of a net score must be one of score"),
        (("--metric", "csat", "--scale", "5-1"), "--scale takes two whole numbers"),
        (("--metric", "csat", "--scale", "1-5x"), "--scale takes two whole numbers"),
        (("--metric", "csat", "--top", "6"), "--top takes scores on the scale from 1 to 5"),
        (("--metric", "csat", "--top", "x"), "--top takes numbers"),
        (("--metric", "nps", "--scale", "1-10"), "--scale of NPS must be one of 0-10, 1-3, 1-5, 1-7"),
        (("--metric", "nps", "--top", "8,9,10"), "The bands of NPS are fixed"),
        (("--definition", "nps"), "--definition must be one of nps-0-10/1"),
        (("--definition", "nps-0-10/1", "--scale", "0-10"), "--definition stands alone"),
    ],
)
def test_an_option_that_does_not_fit_is_named(arguments: tuple[str, ...], says: str) -> None:
    assert says in refused(*arguments, "--counts", "5=2,4=1")


def test_csat_is_told_in_words_with_the_figures_beside_it(write: Any) -> None:
    told = run(write(STARS), "--metric", "csat", "--column", "stars").stdout

    assert told.splitlines()[:3] == [
        "CSAT 60 %",
        "95 % interval: 31 % to 83 %, method Wilson",
        "Responses: 10, satisfied 6, neutral 2, dissatisfied 2",
    ]
    assert "Dissatisfied: 20 % (" in told
    assert "Net satisfied: +40 (" in told
    assert "Mean: 3.50 (" in told
