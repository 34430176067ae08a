"""A CSV file, read row by row: whatever its size, one row is in memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cxsurvey.transfer.errors import FileUnreadable


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV file in UTF-8 (with or without a byte order mark) whose first row names the columns."""

    path: Path
    delimiter: str = ","

    def header(self) -> list[str]:
        """The names of the columns; raises `FileUnreadable`, also when there are none."""
        for _, cells in self._records():
            return cells
        raise FileUnreadable(f"{self.path} is empty: the first row must name the columns.")

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row after the header with the line it starts on; blank lines are no rows.

        Raises `FileUnreadable` with the line at which the file stops being readable.
        """
        records = self._records()
        next(records, None)
        return ((line, cells) for line, cells in records if cells)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        end = 0
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                records = csv.reader(file, delimiter=self.delimiter, strict=True)
                for cells in records:
                    yield end + 1, cells
                    end = records.line_num
        except OSError as error:
            raise FileUnreadable(f"{self.path} cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            line, byte = _first_undecodable(self.path)
            raise FileUnreadable(f"{self.path} is not UTF-8 text: byte 0x{byte:02x} in line {line}.") from None
        except csv.Error as error:
            raise FileUnreadable(
                f"{self.path} is not valid CSV: {error}, in the row that starts at line {end + 1}."
            ) from None


def _first_undecodable(path: Path) -> tuple[int, int]:
    """The line that is not UTF-8, and its first byte that is not; the decoder of the file reads ahead."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                return number, line[error.start]
    return 0, 0
