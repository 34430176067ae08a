"""Workbooks: which sheets one has, and one of them as a plain table.

A workbook is an archive of XML from a stranger. Before any of it is parsed, every part is unpacked once to nowhere and
counted, because what an archive says of itself may be a lie. What the parts then cost to read is bounded by `apart`,
because which of them are read, and how, is told by parts of their own. Cells are taken as they were last calculated; a
formula is never evaluated.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from cxsurvey.transfer.errors import FileTooLarge, FileUnreadable

MOST_PARTS: Final = 2000
MOST_UNPACKED: Final = 200 * 1024 * 1024
MOST_WRITTEN: Final = 200 * 1024 * 1024
"""Characters of a sheet as a table; a shared text counts as often as a cell has it."""
MOST_ROWS: Final = 200_000
LAST_ROW: Final = 1_048_576
"""The highest number that a row of a workbook can have."""
MOST_COLUMNS: Final = 200
PIECE: Final = 1 << 16
BROKEN: Final = "This is not a readable XLSX workbook. Open it in a spreadsheet program and save it anew, or as CSV."


def check(path: Path) -> None:
    """Raises `FileTooLarge` or `FileUnreadable` unless the archive is bounded and free of document types."""
    try:
        with ZipFile(path) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise FileTooLarge(f"The workbook has more than {MOST_PARTS} parts.")
            left = MOST_UNPACKED
            for part in parts:
                if part.flag_bits & 1:
                    raise FileUnreadable("The workbook is protected by a password. Save it without one.")
                with archive.open(part) as unpacked:
                    left -= _counted(unpacked, left)
    except (BadZipFile, NotImplementedError, EOFError, OSError):
        raise FileUnreadable(BROKEN) from None


def _counted(unpacked: Any, bound: int) -> int:
    """How many bytes a part has; reads it to its end, or a little past `bound`."""
    size, start = 0, _Start()
    while piece := unpacked.read(PIECE):
        size += len(piece)
        if size > bound:
            raise FileTooLarge(f"The workbook unpacks to more than {MOST_UNPACKED // 1024 // 1024} MB. Save it as CSV.")
        start.look_at(piece)
    return size


class _Start:
    """The beginning of a part up to its first element, where a document type would stand, in whatever encoding."""

    def __init__(self) -> None:
        self._is_over = False
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._end

    def look_at(self, piece: bytes) -> None:
        """Raises `FileUnreadable` for a document type."""
        if self._is_over:
            return
        try:
            self._parser.Parse(piece, False)
        except expat.ExpatError:
            self._is_over = True  # a picture or the like; who reads it as XML stops here as well

    def _refuse(self, *_: object) -> None:
        raise FileUnreadable(BROKEN)

    def _end(self, *_: object) -> None:
        self._is_over = True


def sheets(path: Path) -> tuple[str, ...]:
    """The names of the sheets that hold cells, in their order. The workbook has passed `check`."""
    with _opened(path) as book:
        return tuple(sheet.title for sheet in book.worksheets)


def write_table(path: Path, sheet: str, target: Path) -> int:
    """Writes a sheet as a CSV in UTF-8, each row with its number first; gives the number of rows after the header.

    Raises `FileUnreadable` for a sheet that is not there or holds nothing, `FileTooLarge` for one with too many rows.
    """
    rows = written = 0
    with _opened(path) as book, target.open("w", encoding="utf-8", newline="") as file:
        if sheet not in {one.title for one in book.worksheets}:
            raise FileUnreadable(f"The workbook has no sheet “{sheet}”.")
        opened = book[sheet]
        opened.reset_dimensions()  # what a workbook says of its size is often wrong, and then cells would be lost
        out = csv.writer(file)
        for number, cells in enumerate(opened.iter_rows(values_only=True), start=1):
            if number > LAST_ROW:
                raise FileUnreadable(BROKEN)
            texts = _trimmed([text_of(cell) for cell in cells[: MOST_COLUMNS + 1]])
            if not texts:
                continue
            if len(texts) > MOST_COLUMNS:
                raise FileTooLarge(f"Row {number} of the sheet has more than {MOST_COLUMNS} cells.")
            rows += 1
            if rows > MOST_ROWS + 1:
                raise FileTooLarge(f"The sheet has more than {MOST_ROWS:,} rows. Save it as CSV.".replace(",", " "))
            written += sum(map(len, texts))
            if written > MOST_WRITTEN:
                raise FileTooLarge(f"The sheet holds more than {MOST_WRITTEN // 1024 // 1024} MB of text.")
            out.writerow([number, *texts])
    if rows == 0:
        raise FileUnreadable(f"The sheet “{sheet}” is empty: its first row must name the columns.")
    return rows - 1


def text_of(cell: object) -> str:
    """What a cell says, as a CSV would: whole numbers without a point, dates and times in ISO 8601.

    >>> text_of(9.0), text_of(4.5), text_of(True), text_of(datetime(2026, 3, 2)), text_of(None)
    ('9', '4.5', 'true', '2026-03-02', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


def _trimmed(texts: list[str]) -> list[str]:
    while texts and not texts[-1]:
        texts.pop()
    return texts


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    from openpyxl import load_workbook

    with path.open("rb") as file:  # by its bytes, because the library believes the ending of a name
        book = None
        try:
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            yield book
        except (FileUnreadable, FileTooLarge, MemoryError):
            raise
        except Exception as error:
            # a reader of strangers' XML fails in more ways than can be listed, and none is ours
            raise FileUnreadable(BROKEN) from error
        finally:
            if book is not None:
                book.close()
