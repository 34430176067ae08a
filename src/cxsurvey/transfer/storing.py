"""What becomes of the rows of one chunk: stored, or tried and undone again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar

from cxsurvey.core.context import Context
from cxsurvey.core.errors import Refusal
from cxsurvey.people import service as people
from cxsurvey.people.service import PersonInput, Written
from cxsurvey.responses.further import add_comments
from cxsurvey.responses.submit import Outcome, Refused, submit
from cxsurvey.transfer.repeats import digest_of, short
from cxsurvey.transfer.rows import Taken

R = TypeVar("R")


class Became(StrEnum):
    """What a row became; each is a counter of the import."""

    STORED = "stored"
    CHANGED = "changed"
    """Somebody known, of whom something was not known yet."""
    KNOWN = "known"
    """There already, from an earlier import or an earlier row with the same id; left as it is."""
    SAME_RESPONDENT = "same_respondent"
    """A further row of somebody whose answer is stored; its comment was added."""


Result: TypeAlias = Became | Refusal
Store: TypeAlias = Callable[[Context, Sequence[R]], list[Result]]


def store_answers(ctx: Context, rows: Sequence[Taken]) -> list[Result]:
    """Stores answers; the later rows of a respondent add their comments to the first.

    A respondent whose first row was refused is tried with the next one.
    """
    results: dict[int, Result] = {}
    _submit(ctx, rows, [index for index, row in enumerate(rows) if not row.again], results)
    left = [index for index, row in enumerate(rows) if row.again]
    while left:
        missing: dict[str | None, list[int]] = {}
        for index, added in zip(left, add_comments(ctx, [rows[index].submission for index in left]), strict=True):
            if added is False:
                missing.setdefault(rows[index].submission.external_id, []).append(index)
            else:
                results[index] = added if isinstance(added, Refusal) else Became.SAME_RESPONDENT
        _submit(ctx, rows, [indexes[0] for indexes in missing.values()], results)
        left = sorted(index for indexes in missing.values() for index in indexes[1:])
    return [results[index] for index in range(len(rows))]


def _submit(ctx: Context, rows: Sequence[Taken], indexes: Sequence[int], results: dict[int, Result]) -> None:
    if indexes:
        outcomes = submit(ctx, [rows[index].submission for index in indexes])
        results.update(zip(indexes, map(_told, outcomes), strict=True))


def _told(outcome: Outcome) -> Result:
    if isinstance(outcome, Refused):
        return outcome.refusal
    return Became.STORED if outcome.created else Became.KNOWN


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A row that became a person."""

    line: int
    person: PersonInput


_PEOPLE = {Written.ADDED: Became.STORED, Written.CHANGED: Became.CHANGED, Written.KNOWN: Became.KNOWN}


def store_people(ctx: Context, rows: Sequence[PersonRow]) -> list[Result]:
    """Writes people down; somebody known is updated."""
    written = people.write_down(ctx, [(ctx.workspace, row.person) for row in rows], moves=True)
    return [_PEOPLE[outcome] for _, outcome in written]


@dataclass(slots=True)
class Rehearsal(Generic[R]):
    """Stores each chunk and undoes it, remembering the repeated rows of it that later chunks would have met."""

    store: Store[R]
    repeats: frozenset[int]
    name: Callable[[R], str]
    """What a row is known by."""
    met_as: Callable[[R], Became]
    """What a row is whose twin in an earlier chunk was stored."""
    adds: Callable[[R], bool]
    """Whether a row only adds to its twin, so that there is nothing to try once that one is stored."""
    _met: set[bytes] = field(default_factory=set)

    def __call__(self, ctx: Context, rows: Sequence[R]) -> list[Result]:
        """What would become of the rows."""
        keys = [digest_of([self.name(row)]) for row in rows]
        before = frozenset(self._met)
        tried = [index for index, row in enumerate(rows) if not (self.adds(row) and keys[index] in before)]
        results: list[Result] = [self.met_as(row) for row in rows]
        for index, result in zip(tried, self._tried(ctx, [rows[index] for index in tried]), strict=True):
            met = keys[index] in before and result is Became.STORED
            results[index] = self.met_as(rows[index]) if met else result
            if short(keys[index]) in self.repeats and not isinstance(result, Refusal):
                self._met.add(keys[index])
        return results

    def _tried(self, ctx: Context, rows: Sequence[R]) -> list[Result]:
        savepoint = ctx.connection.begin_nested()
        try:
            return self.store(ctx, rows)
        finally:
            ctx.abandon()
            savepoint.rollback()
            ctx.events, ctx.jobs, ctx.deltas = [], [], {}
