from __future__ import annotations

from pathlib import Path

import pytest

from cxsurvey.transfer.files import CsvFile
from cxsurvey.transfer.guessing import guess
from cxsurvey.transfer.profile import profile
from cxsurvey.transfer.reading import Kind


def guessed(tmp_path: Path, content: str, kind: Kind = Kind.RESPONSES) -> dict[str, tuple[str, str]]:
    (tmp_path / "file.csv").write_text(content)
    return {one.field: (one.column, one.reason) for one in guess(profile(CsvFile(tmp_path / "file.csv")), kind)}


def test_columns_are_known_by_their_names(tmp_path: Path) -> None:
    found = guessed(tmp_path, "Response ID,Submitted-At,NPS,Comment,Country\n1,2026-03-02,9,x,DE\n")

    assert {field: column for field, (column, _) in found.items()} == {
        "external_id": "Response ID",
        "answered_at": "Submitted-At",
        "score": "NPS",
        "comment": "Comment",
        "country": "Country",
    }
    assert {reason for _, reason in found.values()} == {"of its name"}


def test_columns_without_a_telling_name_are_known_by_their_cells(tmp_path: Path) -> None:
    found = guessed(tmp_path, "a,b,c\n7,ida@example.com,2026-03-02T10:00:00\n10,bo@example.com,2026-03-03\n")

    assert found == {
        "score": ("a", "all its cells are whole numbers from 0 to 10"),
        "person.email": ("b", "its cells look like addresses"),
        "answered_at": ("c", "its cells look like dates"),
    }


def test_a_name_that_its_cells_belie_is_not_believed(tmp_path: Path) -> None:
    assert "answered_at" not in guessed(tmp_path, "Date,Score\nyesterday,9\n")


@pytest.mark.parametrize(
    "name",
    [
        "Submitted at",
        "Submit Date (UTC)",
        "Eingegangen am",
        "Antwort-Datum",
        "YANIT TARİHİ",
        "Gönderim tarihi",
        "تاريخ الإجابة",
        "Fecha",
    ],
)
@pytest.mark.parametrize("cell", ["12.03.2026", "3/12/2026 2:05 PM", "2026-03-12"])
def test_the_time_is_known_by_its_name_however_dates_are_written(tmp_path: Path, name: str, cell: str) -> None:
    found = guessed(tmp_path, f"When sent,{name},Score\n{cell},{cell},9\n")

    assert found["answered_at"] == (name, "of its name")


@pytest.mark.parametrize(
    ("field", "other", "own", "cell"),
    [
        ("score", "NPS (last year)", "NPS", "9"),
        ("answered_at", "Date (of birth)", "Date", "1980-05-13"),
        ("person.email", "Email (agent)", "Email", "ida@example.com"),
    ],
)
def test_what_a_name_says_in_brackets_may_make_it_another_column(
    tmp_path: Path, field: str, other: str, own: str, cell: str
) -> None:
    assert guessed(tmp_path, f"{other},{own}\n{cell},{cell}\n")[field] == (own, "of its name")
    assert field not in guessed(tmp_path, f"{other},Comment\n{cell},x\n")


@pytest.mark.parametrize(
    ("field", "name", "cell"),
    [
        ("answered_at", "Submit Date (UTC)", "2026-03-12"),
        ("answered_at", "Date (local time)", "2026-03-12"),
        ("answered_at", "Timestamp (GMT+01:00)", "2026-03-12"),
        ("answered_at", "Datum (MEZ)", "12.03.2026"),
        ("answered_at", "Date (MM/DD/YYYY)", "03/12/2026"),
        ("score", "NPS (0-10)", "9"),
        ("score", "Rating (1 to 5)", "4"),
        ("score", "Bewertung (1 bis 5)", "4"),
        ("score", "Rating (0–10) ", "4"),
    ],
)
def test_a_unit_or_a_zone_in_brackets_changes_no_name(tmp_path: Path, field: str, name: str, cell: str) -> None:
    assert guessed(tmp_path, f"{name},Comment\n{cell},x\n")[field] == (name, "of its name")


@pytest.mark.parametrize("name", ["NPS (2025)", "NPS (2)", "NPS (last year) (0-10)", "NPS (0-10) (last year)"])
def test_a_year_or_a_place_in_brackets_is_no_unit(tmp_path: Path, name: str) -> None:
    assert "score" not in guessed(tmp_path, f"{name},Comment\n9,x\n")


def test_the_plain_name_goes_before_the_one_with_brackets(tmp_path: Path) -> None:
    assert guessed(tmp_path, "NPS (0-10),Score\n9,8\n")["score"] == ("Score", "of its name")


def test_a_column_of_dates_is_known_by_its_cells_in_any_order(tmp_path: Path) -> None:
    assert guessed(tmp_path, "a,b\n7,12.03.2026\n9,\n")["answered_at"] == ("b", "its cells look like dates")


@pytest.mark.parametrize("cells", [["5.13.10", "5.14.11", "7.15.02"], ["14/03/07"], ["14-03-07"], ["20260312-01"]])
def test_numbers_of_versions_and_receipts_are_not_taken_for_dates(tmp_path: Path, cells: list[str]) -> None:
    rows = "".join(f"{cell},9\n" for cell in cells)

    assert "answered_at" not in guessed(tmp_path, f"App version,Score\n{rows}")


def test_a_year_of_two_digits_is_one_where_the_name_says_so(tmp_path: Path) -> None:
    assert guessed(tmp_path, "Date,Score\n5/13/26,9\n")["answered_at"] == ("Date", "of its name")
    assert "answered_at" not in guessed(tmp_path, "Date,Score\n26-03-12,9\n")


def test_a_respondent_is_what_answers_are_known_by(tmp_path: Path) -> None:
    found = guessed(tmp_path, "respondent_id,comment_id,score\na,1,9\n")

    assert found["respondent"] == ("respondent_id", "of its name")
    assert "external_id" not in found


def test_people_have_other_fields(tmp_path: Path) -> None:
    found = guessed(tmp_path, "Customer ID,Full Name,Mail,Language\n1,Ida,ida@example.com,de\n", Kind.PEOPLE)

    assert {field: column for field, (column, _) in found.items()} == {
        "email": "Mail",
        "external_id": "Customer ID",
        "name": "Full Name",
        "locale": "Language",
    }
