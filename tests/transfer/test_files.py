from pathlib import Path

import pytest

from cxsurvey.transfer.errors import FileUnreadable
from cxsurvey.transfer.files import CsvFile


def rows_of(path: Path, content: bytes, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    path.write_bytes(content)
    return list(CsvFile(path, delimiter).rows())


def reason(path: Path, content: bytes) -> str:
    with pytest.raises(FileUnreadable) as refusal:
        rows_of(path, content)
    return refusal.value.text


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers.csv"


def test_a_row_is_told_by_the_line_it_starts_on(path: Path) -> None:
    content = b'score,comment\n9,"two\nlines"\n\n8,one\n'

    assert rows_of(path, content) == [(2, ["9", "two\nlines"]), (5, ["8", "one"])]


def test_a_byte_order_mark_is_no_part_of_the_first_column(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbfscore\n9\n")

    assert CsvFile(path).header() == ["score"]


def test_cells_may_be_separated_otherwise(path: Path) -> None:
    assert rows_of(path, b"score;comment\n9;a,b\n", ";") == [(2, ["9", "a,b"])]


def test_bytes_that_are_not_utf8_are_named_with_their_line(path: Path) -> None:
    assert "byte 0xe9 in line 3" in reason(path, b"score,comment\n9,caf\xc3\xa9\n9,caf\xe9\n")


def test_a_quotation_mark_that_is_never_closed_is_named_with_its_row(path: Path) -> None:
    assert "the row that starts at line 3" in reason(path, b'score,comment\n9,a\n8,"b\n7,c\n')


def test_an_empty_file_has_no_header(path: Path) -> None:
    path.write_bytes(b"")

    with pytest.raises(FileUnreadable, match="first row must name the columns"):
        CsvFile(path).header()


def test_a_missing_file_is_said_to_be_missing(path: Path) -> None:
    with pytest.raises(FileUnreadable, match="No such file"):
        CsvFile(path).header()
