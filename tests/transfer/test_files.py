from pathlib import Path

import pytest

from cxsurvey.transfer.errors import FileUnreadable
from cxsurvey.transfer.files import CsvFile
from cxsurvey.transfer.sniffing import is_workbook, text_form


def rows_of(path: Path, content: bytes, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    path.write_bytes(content)
    return list(CsvFile(path, delimiter).rows())


def reason(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(FileUnreadable) as refusal:
        read_through(path)
    return refusal.value.text


def read_through(path: Path) -> None:
    if is_workbook(path):
        pytest.fail("taken for a workbook")
    form = text_form(path)
    for _ in CsvFile(path, form.delimiter, form.encoding).rows():
        pass


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
    assert "byte 0x81 in line 3" in reason(path, b"score,comment\n9,caf\xc3\xa9\n9,caf\x81\n")


def test_a_quotation_mark_that_is_never_closed_is_named_with_its_row(path: Path) -> None:
    assert "the row that starts at line 3" in reason(path, b'score,comment\n9,a\n8,"b\n7,c\n')


def test_an_empty_file_has_no_header(path: Path) -> None:
    path.write_bytes(b"")

    with pytest.raises(FileUnreadable, match="first row must name the columns"):
        CsvFile(path).header()


def test_a_missing_file_is_said_to_be_missing(path: Path) -> None:
    with pytest.raises(FileUnreadable, match="No such file"):
        CsvFile(path).header()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("score,comment\n9,naïve\n".encode(), "Text in UTF-8, cells separated by commas"),
        ("score;comment\n9;a,b\n".encode("utf-8-sig"), "UTF-8 with a byte order mark, cells separated by semicolons"),
        ("score\tcomment\n9\tnaïve\n".encode("utf-16"), "UTF-16, cells separated by tabs"),
        ("score;comment\n9;naïve\n".encode("utf-16-le"), "UTF-16 (a guess: it is not UTF-8)"),
        ("score;comment\n9;naïve\n".encode("cp1252"), "Windows-1252 (a guess: it is not UTF-8)"),
        (b"score\n9\n", "Text in UTF-8, cells separated by commas"),
    ],
)
def test_what_a_text_file_is_is_found_and_said(path: Path, content: bytes, words: str) -> None:
    path.write_bytes(content)

    form = text_form(path)

    assert form.in_words in f"Text in {words}" or words in f"Text in {form.in_words}"
    table = CsvFile(path, form.delimiter, form.encoding)
    assert table.header()[0] == "score"
    assert len(list(table.rows())) == 1


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0 an old workbook", b"%PDF-1.7\0\0\0", b"\x00" * 50])
def test_what_is_no_text_is_refused(path: Path, content: bytes) -> None:
    assert reason(path, content)


def test_a_line_without_an_end_does_not_fill_the_memory(path: Path) -> None:
    assert "more than 1000000 characters" in reason(path, b"score\n" + b"9" * 1_000_001 + b"\n")
