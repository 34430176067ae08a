"""From the row of a file to a submission: the same command as REST takes, and the same refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from cxsurvey.core.errors import Refusal
from cxsurvey.core.ids import encode
from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.people.segments import Segments
from cxsurvey.responses.checks import check_score
from cxsurvey.responses.commands import AnswerInput, Submission, submission_of
from cxsurvey.responses.errors import NotAScore
from cxsurvey.transfer.mapping import NAMED, PERSON, Columns
from cxsurvey.transfer.repeats import Occurrences, digest_of, id_of
from cxsurvey.transfer.scales import Instead, Scale
from cxsurvey.transfer.times import DateOrder, NoSuchDayError, Oddity, form_of, parse_time

COMBINATIONS_KEPT: Final = 1000
NO_TIME: Final = {
    DateOrder.ISO: "must be an ISO 8601 date or time, such as 2026-11-21 14:05",
    DateOrder.DAY_FIRST: "must be a date with the day first, such as 21.11.2026 14:05, or one of ISO 8601",
    DateOrder.MONTH_FIRST: "must be a date with the month first, such as 11/21/2026 14:05, or one of ISO 8601",
}
NOT_ISO: Final = "is no ISO 8601 date: the settings must say whether the day or the month comes first"
NO_DAY: Final = {
    DateOrder.ISO: "names a day that does not exist",
    DateOrder.DAY_FIRST: "names a day that does not exist, read with the day first",
    DateOrder.MONTH_FIRST: "names a day that does not exist, read with the month first",
}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One rule that one row broke. `column` is "" when the whole row is meant; never holds what the cell said."""

    line: int
    column: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A row that became a submission."""

    line: int
    submission: Submission
    oddity: Oddity | None
    again: bool = False
    """Whether an earlier row of the file names the same respondent."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row with neither score nor comment: nobody answered."""

    line: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row whose score is a value that was said to be left out."""

    line: int


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that breaks rules and is not stored."""

    line: int
    problems: tuple[RowProblem, ...]


Found: TypeAlias = Taken | Skipped | LeftOut | Broken


@dataclass(frozen=True, slots=True)
class Target:
    """Where the answers of an import go, and what they say of where they come from."""

    survey_id: UUID
    workspace_id: UUID
    import_id: UUID
    source: str


@dataclass(frozen=True, slots=True)
class TimeReading:
    """How times are written in a file: on the wall of which zone, and what comes first in a date."""

    zone: ZoneInfo
    order: DateOrder


class RowReader:
    """Turns rows into submissions to one survey. Call it for every row of a file, in order."""

    def __init__(
        self,
        columns: Columns,
        occurrences: Occurrences,
        times: TimeReading,
        scale: Scale,
        target: Target,
    ) -> None:
        self._columns = columns
        self._occurrences = occurrences
        self._times = times
        self._target = target
        self._always = {"survey": encode("srv", target.survey_id), "source": target.source}
        self._width = len(columns.header)
        self._places = columns.places
        self._scale = scale
        self._segments = _SegmentReader(columns.at(SEGMENT_KEYS))
        self._person = tuple((field.partition(".")[2], place) for field, place in columns.at(PERSON))
        self._locale = columns.at(("locale",))
        self._named = tuple(
            (*field.partition(".")[::2], place) for field, place in columns.places.items() if field.startswith(NAMED)
        )

    def read(self, line: int, cells: list[str]) -> Found:
        """What one row is."""
        known_by, again = self._identity(cells)
        if len(cells) > self._width:
            # an unquoted comma shifts the cells, so nothing in such a row can be trusted
            return Broken(line, (RowProblem(line, "", "broken_row", "has more cells than the first row"),))
        score, comment = self._columns.cell(cells, "score"), self._columns.cell(cells, "comment")
        if score is None and comment is None:
            return Skipped(line)
        meaning = self._scale.meaning(score) if score is not None else None
        if meaning is Instead.LEFT_OUT:
            return LeftOut(line)
        answered_at, oddity, problems = self._time(line, cells)
        problems = (*problems, *self._off_scale(line, meaning))
        fields = self._fields(cells)
        fields["external_id"] = known_by
        if comment is not None:
            fields["comment"] = comment
        if answered_at is not None:
            fields["answered_at"] = answered_at
        if meaning is Instead.UNKNOWN:
            fields["unknown"] = True
        elif meaning is not None:
            fields["score"] = meaning
        try:
            answer = AnswerInput.from_fields(fields)
        except Refusal as refusal:
            return Broken(line, (*problems, *problems_at(line, refusal, self._columns)))
        if problems:
            return Broken(line, problems)
        target = self._target
        submission = submission_of(answer, target.survey_id, target.workspace_id, import_id=target.import_id)
        return Taken(line, submission, oddity, again)

    def _off_scale(self, line: int, meaning: object) -> tuple[RowProblem, ...]:
        """The problem of a score beyond the scale, told together with all others of its row."""
        if isinstance(meaning, int):
            try:
                check_score(meaning, self._scale.minimum, self._scale.maximum)
            except NotAScore as refusal:
                return problems_at(line, refusal, self._columns)
        return ()

    def _identity(self, cells: list[str]) -> tuple[str, bool]:
        """What the answer is known by, and whether an earlier row names the same respondent.

        Counted for every row, also one that is refused, so that a corrected file keeps its ids.
        """
        own = self._columns.cell(cells, "external_id")
        if own is not None:
            return own, False
        respondent = self._columns.cell(cells, "respondent")
        if respondent is not None:
            return respondent, self._occurrences.next(digest_of([respondent.strip()])) > 1
        row = digest_of(cells)
        return id_of(self._target.survey_id, row, self._occurrences.next(row)), False

    def _time(self, line: int, cells: list[str]) -> tuple[datetime | None, Oddity | None, tuple[RowProblem, ...]]:
        text = self._columns.cell(cells, "answered_at")
        if text is None:
            if "answered_at" not in self._places:
                return None, None, ()
            # an old answer must not become one of today
            column = self._columns.column_of("answered_at")
            return None, None, (RowProblem(line, column, "missing", "must hold a date or time"),)
        zone, order = self._times.zone, self._times.order
        try:
            return *parse_time(text, zone, order), ()
        except NoSuchDayError:
            rule, message = "no_such_day", NO_DAY[order]
        except (ValueError, OverflowError):
            is_other = order is DateOrder.ISO and form_of(text.strip()) is not None
            rule, message = "not_a_time", NOT_ISO if is_other else NO_TIME[order]
        return None, None, (RowProblem(line, self._columns.column_of("answered_at"), rule, message),)

    def _fields(self, cells: list[str]) -> dict[str, Any]:
        fields: dict[str, Any] = dict(self._always)
        if self._locale:
            fields |= _filled(cells, self._locale)
        if segments := self._segments.read(cells):
            fields["segments"] = segments
        if self._person and (person := _filled(cells, self._person)):
            fields["person"] = person
        for kind, key, place in self._named:
            fields.setdefault(kind, {}).update(_filled(cells, ((key, place),)))
        return fields


class _SegmentReader:
    """The segments of rows. Few combinations come again and again, so each is checked once."""

    def __init__(self, places: Sequence[tuple[str, int]]) -> None:
        self._places = places
        # what is refused raises, and so is not kept however long it is
        self._checked = lru_cache(maxsize=COMBINATIONS_KEPT)(self._check)

    def read(self, cells: Sequence[str]) -> Segments | dict[str, str] | None:
        """The segments of a row, checked; as they stand where they break a rule, so that the answer is refused."""
        if not self._places:
            return None
        width = len(cells)
        try:
            return self._checked(tuple([cells[place] if place < width else "" for _, place in self._places]))
        except Refusal:
            return _filled(cells, self._places)

    def _check(self, texts: tuple[str, ...]) -> Segments | None:
        fields = [(field, place) for place, (field, _) in enumerate(self._places)]
        filled = _filled(texts, fields)
        return Segments.from_fields(filled) if filled else None


def _filled(cells: Sequence[str], places: Sequence[tuple[str, int]]) -> dict[str, str]:
    """The cells at these places by name, without those that are blank or not there."""
    width = len(cells)
    return {name: text for name, place in places if place < width and (text := cells[place]) and not text.isspace()}


def problems_at(line: int, refusal: Refusal, columns: Columns) -> tuple[RowProblem, ...]:
    """A refusal as problems of one line, with the names of the columns."""
    if not refusal.problems:
        return (RowProblem(line, "", refusal.code, refusal.text),)
    return tuple(
        RowProblem(line, columns.column_of(problem.field), problem.rule, problem.message)
        for problem in refusal.problems
    )
