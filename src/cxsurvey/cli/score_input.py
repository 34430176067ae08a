"""From a CSV file or a line of counts to exact counts; every cell that is left out is counted."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from cxsurvey.scoring.counts import GroupCounts, ScoreCounts
from cxsurvey.scoring.scales import NPS, Definition, Scale

_NUMBER: Final = re.compile(r"[0-9]{1,3}")
_PAIR: Final = re.compile(r"\s*([a-z]+|[0-9]{1,3})\s*=\s*([0-9]{1,13})\s*")


class InputError(Exception):
    """The file or an option cannot be used; the message says why and what would be right."""


class Reason(StrEnum):
    """Why a row is not part of the score."""

    BLANK = "blank"
    NOT_ON_SCALE = "not_on_scale"
    EXCLUDED_CODE = "excluded_code"
    DO_NOT_KNOW = "do_not_know"
    SAME_RESPONDENT = "same_respondent"
    BROKEN_ROW = "broken_row"


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns to read, and which numbers in the first of them are no scores."""

    score: str
    by: str | None = None
    respondent: str | None = None
    excluded_codes: frozenset[int] = frozenset()
    unknown_codes: frozenset[int] = frozenset()


@dataclass(slots=True)
class Tally:
    """The rows of one group: those that count by score, the others by reason."""

    scores: Counter[int] = field(default_factory=Counter)
    excluded: dict[Reason, int] = field(default_factory=lambda: dict.fromkeys(Reason, 0))

    def add(self, found: int | Reason) -> None:
        """Count one row."""
        if isinstance(found, Reason):
            self.excluded[found] += 1
        else:
            self.scores[found] += 1


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the columns stand in a row."""

    width: int
    score: int
    by: int | None
    respondent: int | None


def read_tallies(path: Path, columns: Columns, definition: Definition = NPS) -> dict[str, Tally]:
    """Count the file row by row; the answer has one tally per value of ``columns.by``.

    Without ``by`` there is one tally under the empty name, also for a file without rows.
    With ``respondent`` the first row of each respondent is looked at and later ones are
    left out; rows that name no respondent are taken for different people.

    Raises ``InputError`` naming the file when it cannot be read as UTF-8 CSV, and naming the
    columns it has when one is missing.
    """
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    if columns.by is None:
        tallies[""] = Tally()
    seen: set[str] = set()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, strict=True)
            places = _find_places(path, next(rows, []), columns)
            for row in _filled_rows(rows, places):
                found = _judge(row, places, seen, columns, definition.scale)
                tallies[_cell(row, places.by)].add(found)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not UTF-8 text: byte 0x{error.object[error.start]:02x} at or after line {rows.line_num + 1}."
        ) from None
    except csv.Error as error:
        raise InputError(f"{path} is not valid CSV: {error} at line {rows.line_num}.") from None
    return tallies


def parse_codes(text: str, option: str = "--exclude") -> frozenset[int]:
    """The numbers of ``6,7``.

    Raises ``InputError`` for anything but numbers of one to three digits and commas.
    """
    codes = [code.strip() for code in text.split(",")]
    if not all(_NUMBER.fullmatch(code) for code in codes):
        raise InputError(f"{option} takes numbers of one to three digits such as 6,7, not {text!r}.")
    return frozenset(map(int, codes))


def parse_counts(text: str, definition: Definition = NPS) -> ScoreCounts | GroupCounts:
    """The counts of ``promoters=12,passives=3,detractors=5`` or of ``9=12,7=3``.

    All three groups must be named, by the names of the metric, because a forgotten group
    changes the score. Scores that are not named count 0.

    Raises ``InputError`` for any other text, and ``ScoringError`` for a score off the scale
    or too large a count.
    """
    pairs = [_PAIR.fullmatch(pair) for pair in text.split(",")]
    counts = {pair[1]: int(pair[2]) for pair in pairs if pair}
    if len(counts) == len(pairs):
        if set(counts) == set(definition.group_names):
            return GroupCounts(*(counts[name] for name in definition.group_names))
        scores = {int(name): count for name, count in counts.items() if name.isdecimal()}
        if len(scores) == len(pairs):
            return ScoreCounts.from_mapping(scores, definition.scale)
    first, second, third = definition.group_names
    best, worst = max(definition.top), min(definition.bottom)
    raise InputError(
        f"--counts takes each of {first}, {second} and {third} once, such as"
        f" {first}=12,{second}=3,{third}=5, or scores such as {best}=12,{worst}=3; not {text!r}."
    )


def _find_places(path: Path, header: Sequence[str], columns: Columns) -> _Places:
    def place(name: str) -> int:
        if header.count(name) == 1:
            return header.index(name)
        if name in header:
            raise InputError(f"{path} has more than one column {name!r}.")
        known = ", ".join(map(repr, header)) or "none, not even a header row"
        raise InputError(f"{path} has no column {name!r}. Its columns are: {known}.")

    return _Places(
        width=len(header),
        score=place(columns.score),
        by=place(columns.by) if columns.by is not None else None,
        respondent=place(columns.respondent) if columns.respondent is not None else None,
    )


def _filled_rows(rows: Iterator[list[str]], places: _Places) -> Iterator[list[str]]:
    """Skip empty lines, except where a single column makes an empty line a blank answer."""
    return (row for row in rows if row or places.width == 1)


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place] if place is not None and place < len(row) else ""


def _judge(row: Sequence[str], places: _Places, seen: set[str], columns: Columns, scale: Scale) -> int | Reason:
    """The row's score, or why it has none."""
    # An unquoted comma shifts the cells, so nothing in such a row can be trusted.
    if len(row) > places.width:
        return Reason.BROKEN_ROW
    respondent = _cell(row, places.respondent)
    if respondent:
        if respondent in seen:
            return Reason.SAME_RESPONDENT
        seen.add(respondent)
    text = _cell(row, places.score)
    if not text.strip():
        return Reason.BLANK
    if not _NUMBER.fullmatch(text):
        return Reason.NOT_ON_SCALE
    score = int(text)
    if score in columns.excluded_codes:
        return Reason.EXCLUDED_CODE
    if score in columns.unknown_codes:
        return Reason.DO_NOT_KNOW
    return score if score in scale else Reason.NOT_ON_SCALE
