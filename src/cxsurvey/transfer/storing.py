"""What becomes of the rows of one chunk: stored, or tried and undone again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar
from uuid import UUID

from cxsurvey.core.addresses import normal_email
from cxsurvey.core.context import Context
from cxsurvey.core.errors import Refusal
from cxsurvey.people import service as people
from cxsurvey.people.service import PersonInput, PersonView, Written
from cxsurvey.responses.further import add_comments
from cxsurvey.responses.submit import Outcome, Refused, submit
from cxsurvey.transfer.repeats import Counted, digest_of, short
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
    return [_PEOPLE[outcome] for _, outcome in _written(ctx, [row.person for row in rows])]


def _written(ctx: Context, persons: Sequence[PersonInput]) -> list[tuple[UUID, Written]]:
    return people.write_down(ctx, [(ctx.workspace, person) for person in persons], moves=True)


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
        with undone(ctx):
            return self.store(ctx, rows)


@dataclass(slots=True, eq=False)
class _Met:
    """Somebody whom earlier chunks named: as they left that person, when that was, and all names there ever were."""

    person: PersonInput
    at: int
    names: set[bytes]


@dataclass(slots=True)
class PeopleRehearsal:
    """Writes the people of each chunk down and undoes it.

    Whom earlier chunks named is written down first as those would have left that person, so that the rows become what
    they become when the file is imported. Only of those whom the file names again anything is remembered.
    """

    names: Counted
    """The `names_of` all rows of the file."""
    _met: dict[bytes, list[_Met]] = field(default_factory=dict)
    _changes: int = 0

    def __call__(self, ctx: Context, rows: Sequence[PersonRow]) -> list[Result]:
        """What would become of the rows."""
        persons = [row.person for row in rows]
        said = [names_of(person.external_id, person.email) for person in persons]
        before = self._met_under({name for names in said for name in names})
        with undone(ctx):
            known = dict(zip((who for who, _ in _written(ctx, [met.person for met in before])), before, strict=True))
            written = _written(ctx, persons)
            left = people.people(ctx, {who for who, _ in written})
        # in the order in which they were last named: one may have an address that another one left
        named = {who: names for (who, _), names in reversed(list(zip(written, said, strict=True)))}
        for who in reversed(named):
            if who in known or self._comes_again(left[who], named[who]):
                self._remember(left[who], known.get(who))
        return [_PEOPLE[outcome] for _, outcome in written]

    def _comes_again(self, view: PersonView, said: Sequence[bytes]) -> bool:
        """Whether another row may mean the same person, by what this row says or by what is known besides."""
        known = [name for name in names_of(view.external_id, view.email) if name not in said]
        return any(self.names.times(name) > 1 for name in said) or any(self.names.times(name) for name in known)

    def _met_under(self, names: set[bytes]) -> list[_Met]:
        """Everybody who has or had one of these names, or one that those have or had, in the order of their change."""
        found: dict[_Met, None] = {}
        asked, waiting = set(names), list(names)
        while waiting:
            for met in self._met.get(waiting.pop(), ()):
                found[met] = None
                waiting += met.names - asked
                asked |= met.names
        return sorted(found, key=lambda met: met.at)

    def _remember(self, view: PersonView, known: _Met | None) -> None:
        # checked when it came; what stands in the database need not be checked again
        person = PersonInput.model_construct(
            email=view.email,
            external_id=view.external_id,
            name=view.name,
            locale=view.locale,
            attributes=view.attributes,
        )
        self._changes += 1
        met = known or _Met(person, 0, set())
        met.person, met.at = person, self._changes
        for name in names_of(view.external_id, view.email):
            if name not in met.names:
                met.names.add(name)
                self._met.setdefault(name, []).append(met)


def names_of(external_id: str | None, email: str | None) -> list[bytes]:
    """What a person is known by, as digests; an address that is none gives nothing."""
    names = [digest_of(["id", external_id.strip()])] if external_id else []
    with suppress(ValueError):
        names += [digest_of(["email", normal_email(email.strip())])] if email else []
    return names


@contextmanager
def undone(ctx: Context) -> Iterator[None]:
    """Undoes what is done in the block, in the database and on the context."""
    savepoint = ctx.connection.begin_nested()
    try:
        yield
    finally:
        ctx.abandon()
        savepoint.rollback()
        ctx.events, ctx.jobs, ctx.deltas = [], [], {}
