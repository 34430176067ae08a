"""Workbooks, also hostile ones: what is read of them, and that none takes the server's memory or time."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from cxsurvey.transfer import apart, xlsx
from cxsurvey.transfer.errors import FileTooLarge, FileUnreadable
from cxsurvey.transfer.files import CsvFile


def saved(path: Path, *rows: Sequence[object]) -> Path:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def read(path: Path, sheet: str = "Sheet") -> list[tuple[int, list[str]]]:
    xlsx.check(path)
    target = path.with_suffix(".csv")
    xlsx.write_table(path, sheet, target)
    table = CsvFile(target, encoding="utf-8", numbered=True)
    return [(0, table.header()), *table.rows()]


def test_cells_are_read_as_a_csv_would_say_them_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    path = saved(
        tmp_path / "named anyhow",
        ["Score", "When", "Why"],
        [9.0, datetime.fromisoformat("2026-03-02 10:30"), 'two\nlines, "quoted"'],
        [],
        [4.5, date(2026, 3, 2), None],
        ["009", None, "=1+1"],
    )

    assert read(path) == [
        (0, ["Score", "When", "Why"]),
        (2, ["9", "2026-03-02 10:30:00", 'two\nlines, "quoted"']),
        (4, ["4.5", "2026-03-02"]),
        (5, ["009"]),
    ]


def test_merged_cells_speak_once(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["Score", "Why"], [9, "both"], [8, None]):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    book.save(tmp_path / "merged.xlsx")

    assert read(tmp_path / "merged.xlsx")[1:] == [(2, ["9", "both"]), (3, ["8"])]


def test_a_missing_or_empty_sheet_is_said(tmp_path: Path) -> None:
    path = saved(tmp_path / "empty.xlsx")

    with pytest.raises(FileUnreadable, match="no sheet “Answers”"):
        read(path, "Answers")
    with pytest.raises(FileUnreadable, match="is empty"):
        read(path)


def test_a_bomb_is_counted_before_it_is_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_UNPACKED", 1_000_000)
    path = tmp_path / "bomb.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 1_000_001)

    with pytest.raises(FileTooLarge, match="unpacks to more than"):
        xlsx.check(path)


def test_more_rows_than_a_sheet_may_have_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 2)
    path = saved(tmp_path / "long.xlsx", ["Score"], [1], [2], [3])

    with pytest.raises(FileTooLarge, match="more than 2 rows"):
        read(path)


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet/>',
        b"<!--" + b"x" * 65530 + b"--><!DOCTYPE x><worksheet/>",
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'.encode("utf-16"),
    ],
)
def test_a_document_type_is_refused_wherever_it_stands(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "entities.xlsx"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", content)

    with pytest.raises(FileUnreadable):
        xlsx.check(path)


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 500])
def test_a_broken_archive_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "broken.xlsx").write_bytes(content)

    with pytest.raises(FileUnreadable, match="not a readable XLSX"):
        xlsx.check(tmp_path / "broken.xlsx")


def test_an_archive_that_is_no_workbook_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "other.xlsx"
    with ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "hello")

    xlsx.check(path)
    with pytest.raises(FileUnreadable, match="not a readable XLSX"):
        xlsx.sheets(path)


def changed(path: Path, part: str, content: bytes) -> Path:
    """A workbook with another content of one of its parts."""
    book = saved(path.with_suffix(".good"), ["Score", "Why"], [9, "Quick."])
    with ZipFile(book) as good, ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name in good.namelist():
            archive.writestr(name, content if name == part else good.read(name))
    return path


SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
FOOT = b"</sheetData></worksheet>"


@pytest.mark.parametrize(
    ("part", "content", "refusal"),
    [
        (SHEET, HEAD + b"<row>" + b"<c/>" * 4_000_000 + b"</row>" + FOOT, FileTooLarge),
        ("xl/styles.xml", b"<styleSheet>" + b"<x/>" * 4_000_000 + b"</styleSheet>", FileTooLarge),
        (SHEET, HEAD + b'<row r="9999999999"><c><v>1</v></c></row>' + FOOT, FileUnreadable),
    ],
    ids=["a row of millions of cells", "millions of styles", "a row that is far down"],
)
def test_what_is_small_and_costs_much_is_refused_without_the_server_paying(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, content: bytes, refusal: type[Exception]
) -> None:
    path = changed(tmp_path / "hostile.xlsx", part, content)
    monkeypatch.setattr(apart, "MOST_MEMORY", 64 * 1024 * 1024)
    monkeypatch.setattr(apart, "MOST_SECONDS", 10)
    before = resource.getrusage(resource.RUSAGE_SELF)

    with pytest.raises(refusal):
        apart.write_table(path, None, tmp_path / "table.csv")

    after = resource.getrusage(resource.RUSAGE_SELF)
    assert after.ru_utime - before.ru_utime < 1
    assert after.ru_maxrss - before.ru_maxrss < 20 * 1024  # kB


def test_memory_that_ends_at_an_odd_moment_is_told_like_any_other(tmp_path: Path) -> None:
    """It ended once in 64 times while another error was being looked at, and the manager saw an error of the server."""
    path = saved(tmp_path / "good.xlsx", ["Score"], [9])
    ends = "import json, runpy\ndef ends(*_): raise MemoryError\njson.dump = ends\n"
    wish = {"path": str(path), "sheet": None, "target": str(tmp_path / "t.csv"), "memory": 2**30, "seconds": 10}

    done = subprocess.run(
        [sys.executable, "-c", f"{ends}runpy.run_module({apart.__name__!r}, run_name='__main__')"],
        input=json.dumps(wish).encode(),
        check=False,
    )

    assert done.returncode == apart.OUT_OF_MEMORY


def test_what_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = b"<row>" + b"<c><v>1</v></c>" * 50 + b"</row>"
    path = changed(tmp_path / "slow.xlsx", SHEET, HEAD + rows * 60_000 + FOOT)
    monkeypatch.setattr(apart, "MOST_SECONDS", 1)

    with pytest.raises(FileTooLarge, match="more memory or time"):
        apart.write_table(path, None, tmp_path / "table.csv")


def test_a_workbook_that_is_read_apart_is_told_like_any_other(tmp_path: Path) -> None:
    path = saved(tmp_path / "good.xlsx", ["Score", "Why"], [9, "Größe"])

    assert apart.write_table(path, None, tmp_path / "table.csv") == (("Sheet",), "Sheet")
    assert (tmp_path / "table.csv").read_text(encoding="utf-8").splitlines() == ["1,Score,Why", "2,9,Größe"]
    with pytest.raises(FileUnreadable, match="no sheet “Answers”"):
        apart.write_table(path, "Answers", tmp_path / "other.csv")


def test_a_text_that_every_cell_shares_is_counted_for_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_WRITTEN", 100_000)
    path = saved(tmp_path / "shared.xlsx", ["Why"], *[["x" * 30_000]] * 4)

    with pytest.raises(FileTooLarge, match="MB of text"):
        read(path)
