"""A table in a file, read row by row: whatever its size, one row is in memory.

A sheet of a workbook is written out as such a table first, with the number of each row in its first cell.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from cxsurvey.transfer.errors import FileUnreadable

LONGEST_LINE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV file whose first row names the columns.

    `numbered` is for tables that we wrote ourselves: the first cell of a row is its number where it came from.
    """

    path: Path
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    numbered: bool = False

    def header(self) -> list[str]:
        """The names of the columns; raises `FileUnreadable`, also when there are none."""
        for _, cells in self._records():
            return cells
        raise FileUnreadable(f"{self.path.name} is empty: the first row must name the columns.")

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row after the header with the line it starts on; blank lines are no rows.

        Raises `FileUnreadable` with the line at which the file stops being readable.
        """
        records = self._records()
        next(records, None)
        return ((line, cells) for line, cells in records if cells)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        if not self.numbered:
            return self._read()
        return ((int(cells[0]), cells[1:]) for _, cells in self._read())

    def _read(self) -> Iterator[tuple[int, list[str]]]:
        end = 0
        try:
            with self.path.open(encoding=self.encoding, newline="") as file:
                records = csv.reader(_lines(file), delimiter=self.delimiter, strict=True)
                for cells in records:
                    yield end + 1, cells
                    end = records.line_num
        except OSError as error:
            raise FileUnreadable(f"{self.path.name} cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError as error:
            raise FileUnreadable(f"{self.path.name} is not {error.encoding.upper()} text.") from None
        except csv.Error as error:
            raise FileUnreadable(
                f"{self.path.name} is not valid CSV: {error}, in the row that starts at line {end + 1}."
            ) from None


def _lines(file: IO[str]) -> Iterator[str]:
    """The lines of a file; one without an end must not fill the memory."""
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            raise csv.Error(f"a line has more than {LONGEST_LINE} characters")
        yield line
