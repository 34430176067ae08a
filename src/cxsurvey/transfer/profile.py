"""What a table holds, found in one reading: its columns with samples and the values that come in them.

The mapping is guessed from it, and whoever maps a score sees each value with its count.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, field, replace
from typing import Any, Final, Self

from cxsurvey.transfer.errors import FileUnreadable
from cxsurvey.transfer.files import CsvFile
from cxsurvey.transfer.times import Dates, Form, dates_of, form_of

MOST_VALUES: Final = 60
"""Different values of a column that are counted; one with more is no scale."""
LONGEST_VALUE: Final = 80
MOST_COUNTED: Final = 32 * 1024
"""Bytes of all counted values as they are stored; columns with the shortest lists keep theirs.

A unit reads and writes the row that holds them, and no unit may take long.
"""
MOST_SAMPLED: Final = 12_000
"""Characters of the samples of all columns."""
SAMPLES: Final = 3
MOST_COLUMNS: Final = 200
LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column: how many cells are filled, the first different ones, and all values where they are few."""

    name: str
    filled: int
    samples: tuple[str, ...]
    values: tuple[tuple[str, int], ...]
    """Each value with how often it comes, in the order of the file; empty where they are too many or too long."""
    dates: Dates = field(default_factory=Dates)
    """Its cells that are dates, whatever the others are."""

    @property
    def repeats(self) -> bool:
        """Whether some value certainly comes more than once."""
        return any(count > 1 for _, count in self.values)


@dataclass(frozen=True, slots=True)
class Profile:
    """A table: rows after the header, and its columns in their order."""

    rows: int
    columns: tuple[ColumnProfile, ...]

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> ColumnProfile | None:
        """The column of that name, if there is exactly one."""
        found = [column for column in self.columns if column.name == name]
        return found[0] if len(found) == 1 else None

    def as_stored(self) -> dict[str, Any]:
        """As the row of an import keeps it."""
        columns = [
            {
                "name": one.name,
                "filled": one.filled,
                "samples": one.samples,
                "values": one.values,
                "dates": astuple(one.dates),
            }
            for one in self.columns
        ]
        return {"rows": self.rows, "columns": columns}

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> Self:
        """The profile that `as_stored` gave."""
        columns = tuple(
            ColumnProfile(
                one["name"],
                one["filled"],
                tuple(one["samples"]),
                tuple((value, count) for value, count in one["values"]),
                Dates(*one.get("dates", ())),
            )
            for one in stored["columns"]
        )
        return cls(stored["rows"], columns)


class _Counting:
    """One column while the table is read."""

    def __init__(self, name: str, longest_sample: int) -> None:
        self.name = name
        self.longest_sample = longest_sample
        self.filled = 0
        self.values: Counter[str] | None = Counter()
        self.samples: list[str] = []
        self.dates: Counter[Form] = Counter()

    def add(self, text: str) -> None:
        self.filled += 1
        text = text.strip()
        if (form := form_of(text)) is not None:
            self.dates[form] += 1
        if len(self.samples) < SAMPLES and (short := text[: self.longest_sample]) not in self.samples:
            self.samples.append(short)
        if self.values is not None:
            self.values[text[:LONGEST_VALUE]] += 1
            if len(self.values) > MOST_VALUES:
                self.values = None

    def done(self) -> ColumnProfile:
        values = tuple(self.values.items()) if self.values is not None else ()
        return ColumnProfile(self.name, self.filled, tuple(self.samples), values, dates_of(self.dates))


def profile(table: CsvFile) -> Profile:
    """Reads the whole table once; raises `FileUnreadable` where it cannot be read to its end."""
    header = table.header()
    if len(header) > MOST_COLUMNS:
        raise FileUnreadable(f"The file has more than {MOST_COLUMNS} columns.")
    if any(len(name) > LONGEST_NAME for name in header):
        raise FileUnreadable(f"The first row must name the columns; a name has more than {LONGEST_NAME} characters.")
    longest = min(LONGEST_VALUE, MOST_SAMPLED // SAMPLES // max(1, len(header)))
    columns = [_Counting(name, longest) for name in header]
    rows = 0
    for _, cells in table.rows():
        rows += 1
        _count(columns, cells)
    return Profile(rows, _bounded([column.done() for column in columns]))


def _bounded(columns: Sequence[ColumnProfile]) -> tuple[ColumnProfile, ...]:
    """The columns, without the counted values of those for which there is no room."""
    sizes = [len(json.dumps(column.values)) for column in columns]
    left, kept = MOST_COUNTED, set[int]()
    for place in sorted(range(len(columns)), key=sizes.__getitem__):
        left -= sizes[place]
        if left >= 0:
            kept.add(place)
    return tuple(column if place in kept else replace(column, values=()) for place, column in enumerate(columns))


def _count(columns: Sequence[_Counting], cells: Sequence[str]) -> None:
    for column, text in zip(columns, cells, strict=False):
        if text and not text.isspace():
            column.add(text)
