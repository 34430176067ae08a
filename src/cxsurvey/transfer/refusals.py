"""The rows of an import that were refused, as a CSV that can be mended and brought again."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Final

from cxsurvey.transfer.export import safe
from cxsurvey.transfer.rows import RowProblem

ADDED: Final = ("line", "column", "rule", "message")
"""The columns before those of the file."""
BETWEEN: Final = " | "
LOOKED_AT: Final = 256 * 1024
LONGEST_CELL: Final = 131_071
"""Characters that a reader of CSV takes; the sign that keeps a cell from being a formula may make it longer."""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that broke rules, with what it said."""

    cells: Sequence[str]
    problems: Sequence[RowProblem]


class RefusedRows:
    """The file of one import. What was written after `position` belongs to a chunk that was not stored."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self._path = path
        self._header = header

    def write(self, rows: Sequence[RefusedRow], position: int) -> int:
        """Writes the rows from `position` on, over whatever stands there; gives where they end.

        Called inside the unit that stores the chunk, and so perhaps twice for one: what counts is the position that
        is stored with it.
        """
        if not rows:
            return position
        text = StringIO()
        out = csv.writer(text)
        if position == 0:
            out.writerow([*ADDED, *map(_kept, self._header)])
        for row in rows:
            first = row.problems[0]
            named = [BETWEEN.join(getattr(one, name) for one in row.problems) for name in ADDED[1:]]
            out.writerow([first.line, *map(_kept, named), *map(_kept, row.cells)])
        with self._path.open("r+b" if self._path.exists() else "w+b") as file:
            file.seek(position)
            file.write(text.getvalue().encode())
            file.truncate()
            return file.tell()


def _kept(text: str) -> str:
    return str(safe(text))[:LONGEST_CELL]


def first_refused(path: Path, size: int, limit: int) -> list[RowProblem]:
    """The first refused rows of an import, of whose file `size` bytes count."""
    if size == 0 or not path.exists():
        return []
    with path.open("rb") as file:
        text = file.read(min(size, LOOKED_AT)).decode(errors="ignore")
    rows = list(csv.reader(StringIO(text, newline="")))[1:]
    if size > LOOKED_AT:
        rows.pop()
    return [RowProblem(int(cells[0]), *(one.removeprefix("'") for one in cells[1:4])) for cells in rows[:limit]]
