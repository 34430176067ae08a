"""What becomes of the rows of one chunk: stored, or tried and undone again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar
from uuid import UUID

from cxsurvey.core.addresses import normal_email
from cxsurvey.core.context import Context
from cxsurvey.core.errors import Refusal
from cxsurvey.people import rehearsing
from cxsurvey.people import service as people
from cxsurvey.people.rehearsing import PersonAsLeft
from cxsurvey.people.service import PersonInput, Written
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


@dataclass(slots=True)
class PeopleRehearsal:
    """Writes the people of each chunk down and undoes it.

    Whom earlier chunks have left otherwise than the database knows them is put there first as they were left, under the
    same id, so that the rows become what they become when the file is imported. Only of those whom the file may name
    again anything is remembered, and of nobody whose name the database has given to somebody else meanwhile.
    """

    names: Counted
    """The `names_of` all rows of the file."""
    _left: dict[UUID, PersonAsLeft] = field(default_factory=dict)
    _added: set[UUID] = field(default_factory=set)
    _names: dict[UUID, set[bytes]] = field(default_factory=dict)
    """All names there ever were of those in `_left`, those in the database too."""
    _named: dict[bytes, list[UUID]] = field(default_factory=dict)

    def __call__(self, ctx: Context, rows: Sequence[PersonRow]) -> list[Result]:
        """What would become of the rows."""
        persons = [row.person for row in rows]
        said = [names_of(person.external_id, person.email) for person in persons]
        met = self._met_under({name for names in said for name in names})
        with undone(ctx):
            overtaken = rehearsing.put_there(
                ctx,
                [self._left[who] for who in met if who not in self._added],
                [self._left[who] for who in met if who in self._added],
            )
            before = {each.id: each for each in rehearsing.found(ctx, persons)}
            written = _written(ctx, persons)
            changed = {who for who, outcome in written if outcome is not Written.KNOWN}
            after = rehearsing.as_they_are(ctx, changed)
        self._forget(overtaken)
        first_said = {who: names for (who, _), names in reversed(list(zip(written, said, strict=True)))}
        for each in after:
            names = {*names_of(*each.names), *(names_of(*before[each.id].names) if each.id in before else ())}
            if each.id in self._left or self._comes_again(names, first_said[each.id]):
                self._remember(each, names, is_new=each.id not in before)
        return [_PEOPLE[outcome] for _, outcome in written]

    def _comes_again(self, names: Collection[bytes], said: Collection[bytes]) -> bool:
        """Whether another row may mean somebody of these names, or one they gave up; some were `said` by a row."""
        return any(self.names.times(name) > (name in said) for name in names)

    def _met_under(self, names: set[bytes]) -> list[UUID]:
        """Everybody who has or had one of these names, or one that those have or had."""
        found: dict[UUID, None] = {}
        asked, waiting = set(names), list(names)
        while waiting:
            for who in self._named.get(waiting.pop(), ()):
                found[who] = None
                waiting += self._names[who] - asked
                asked |= self._names[who]
        return list(found)

    def _forget(self, ids: Collection[UUID]) -> None:
        """From now on these are who the database says: somebody else has come by a name of theirs."""
        for who in ids:
            del self._left[who]
            self._added.discard(who)
            for name in self._names.pop(who):
                self._named[name].remove(who)

    def _remember(self, person: PersonAsLeft, names: set[bytes], *, is_new: bool) -> None:
        if is_new:
            self._added.add(person.id)
        self._left[person.id] = person
        known = self._names.setdefault(person.id, set())
        for name in names - known:
            self._named.setdefault(name, []).append(person.id)
        known |= names


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
