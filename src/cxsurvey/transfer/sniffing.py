"""What a file is, from its bytes alone: a workbook or text, in which encoding, with which separator.

Nothing is believed because of a name or an announced type. What was found is told to whoever imports.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

from cxsurvey.transfer.errors import FileUnreadable

ZIP: Final = b"PK\x03\x04"
OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
NO_TABLES: Final = {
    b"%PDF-": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"{\\rtf": "a text document",
}
"""How files begin that are brought by mistake, and what to call them."""
BRING: Final = "Bring a CSV file or an XLSX workbook."
PIECE: Final = 1 << 20
LOOKED_AT: Final = 64 * 1024
"""Characters from which the separator is guessed."""
DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
ENCODINGS: Final = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with a byte order mark",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
"""Encodings by what they are called in a sentence."""


@dataclass(frozen=True, slots=True)
class TextForm:
    """How a text file is to be read. `guessed` says that nothing in the file names its encoding."""

    encoding: str
    delimiter: str
    guessed: bool

    @property
    def in_words(self) -> str:
        """For the person who imports: “UTF-8, cells separated by commas”."""
        separated = DELIMITERS.get(self.delimiter, f"“{self.delimiter}”")
        guess = " (a guess: it is not UTF-8)" if self.guessed else ""
        return f"{ENCODINGS[self.encoding]}{guess}, cells separated by {separated}"


def is_workbook(path: Path) -> bool:
    """Whether the bytes begin like an XLSX workbook; raises `FileUnreadable` for the workbooks before it."""
    try:
        with path.open("rb") as file:
            first = file.read(4)
    except OSError as error:
        raise FileUnreadable(f"{path.name} cannot be read: {error.strerror}.") from None
    if first == OLD_EXCEL:
        raise FileUnreadable("This is a workbook of Excel 97 to 2003. Save it as XLSX or as CSV and bring that.")
    return first == ZIP


def text_form(path: Path, delimiter: str | None = None) -> TextForm:
    """Encoding and separator of a text file; `delimiter` where somebody has said it. Raises `FileUnreadable`."""
    encoding, guessed = _encoding(path)
    return TextForm(encoding, delimiter or _delimiter(path, encoding), guessed)


def _encoding(path: Path) -> tuple[str, bool]:
    try:
        with path.open("rb") as file:
            first = file.read(4096)
    except OSError as error:
        raise FileUnreadable(f"{path.name} cannot be read: {error.strerror}.") from None
    if first.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", False
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", False
    if (what := next((told for begins, told in NO_TABLES.items() if first.startswith(begins)), None)) is not None:
        raise FileUnreadable(f"This is {what}, not a table. {BRING}")
    if (halves := _utf16_by_zeros(first)) is not None:
        return halves, True
    if b"\0" in first:
        raise FileUnreadable(f"This is a binary file, not a table. {BRING}")
    if _decodes(path, "utf-8"):
        return "utf-8", False
    if _decodes(path, "cp1252"):
        return "cp1252", True
    line, byte = _first_undecodable(path)
    raise FileUnreadable(f"{path.name} is not UTF-8 text: byte 0x{byte:02x} in line {line}.")


def _utf16_by_zeros(first: bytes) -> str | None:
    """Western text in UTF-16 without a mark has a zero in every other byte."""
    even, odd = first[::2].count(0), first[1::2].count(0)
    half = len(first) / 2
    if len(first) < 8 or max(even, odd) < 0.4 * half or min(even, odd) > 0.1 * half:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while piece := file.read(PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _first_undecodable(path: Path) -> tuple[int, int]:
    """The line that is not UTF-8, and its first byte that is not."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                return number, line[error.start]
    return 0, 0


def _delimiter(path: Path, encoding: str) -> str:
    """The separator that gives most rows one width of two cells and more; a comma where none does."""
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        text = file.read(LOOKED_AT)
    best, chosen = (0.0, 0), ","
    for mark in DELIMITERS:
        widths = Counter(len(cells) for cells in _rows(text, mark) if cells)
        width, rows = widths.most_common(1)[0] if widths else (0, 0)
        fit = (rows / max(1, widths.total()), width) if width > 1 else (0.0, 0)
        if fit > best:
            best, chosen = fit, mark
    return chosen


def _rows(text: str, mark: str) -> list[list[str]]:
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=mark))
    except csv.Error:
        return []
    return rows[:-1] if len(rows) > 1 and len(text) == LOOKED_AT else rows
