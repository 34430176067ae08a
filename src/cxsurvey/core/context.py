"""The unit of work as a value: what every use case receives as its first argument.

A context lives as long as one unit. Nobody who holds one reads the clock, draws randomness or commits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from cxsurvey.core.events import Event
from cxsurvey.core.ids import Ids
from cxsurvey.core.signing import Keys
from cxsurvey.settings import Settings


class ActorKind(StrEnum):
    """Who acts."""

    NOBODY = "nobody"
    RESPONDENT = "respondent"
    USER = "user"
    KEY = "key"
    OPERATOR = "operator"  # the command line on the machine itself
    SYSTEM = "system"  # jobs and handlers


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and what that one may do in the workspace of the context.

    `id` is the user's or key's id. `grants` are words that `accounts.permissions` knows; `test` marks a key
    whose responses never count.
    """

    kind: ActorKind
    id: UUID | None = None
    name: str = ""
    grants: frozenset[str] = frozenset()
    test: bool = False


NOBODY = Actor(ActorKind.NOBODY)
RESPONDENT = Actor(ActorKind.RESPONDENT)
SYSTEM = Actor(ActorKind.SYSTEM, name="system", grants=frozenset({"*"}))
OPERATOR = Actor(ActorKind.OPERATOR, name="operator", grants=frozenset({"*"}))

DeltaKey: TypeAlias = tuple[Any, ...]
Deltas: TypeAlias = dict[str, dict[DeltaKey, dict[str, int]]]


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job that is written with the unit, or not at all."""

    name: str
    args: Mapping[str, Any]
    due_at: datetime | None = None
    dedupe_key: str | None = None
    workspace_id: UUID | None = None


@dataclass(slots=True)
class Context:
    """One unit of work.

    `connection` is the transaction of the unit (Core); `session` an ORM session on the same transaction, made
    at first use. `now` is aware UTC and the same for the whole unit. A reading context refuses writes.
    """

    connection: Connection
    now: datetime
    ids: Ids
    keys: Keys
    settings: Settings
    actor: Actor = NOBODY
    workspace_id: UUID | None = None
    locale: str = "en"
    events: list[Event] = field(default_factory=list)
    jobs: list[NewJob] = field(default_factory=list)
    deltas: Deltas = field(default_factory=dict)
    heard: Collection[type[Event]] | None = None
    """The types of events that somebody listens to; None where that is not known."""
    _reacting: bool = False
    _session: Session | None = None

    @property
    def session(self) -> Session:
        if self._session is None:
            self._session = Session(
                self.connection, join_transaction_mode="rollback_only", expire_on_commit=False, autoflush=True
            )
        return self._session

    @property
    def workspace(self) -> UUID:
        """The workspace of this unit; a bug if nobody has set it."""
        if self.workspace_id is None:
            raise RuntimeError("this unit has no workspace")
        return self.workspace_id

    def react_in(self, workspace_id: UUID) -> None:
        """Makes this the context of a handler of events: it acts for the system in the workspace of its events."""
        self.actor = SYSTEM
        self.workspace_id = workspace_id
        self._reacting = True

    def hears(self, event_type: type[Event]) -> bool:
        """Whether somebody may listen to such events; for who would make thousands of them in one unit."""
        return self.heard is None or event_type in self.heard

    def emit(self, event: Event) -> None:
        """States a fact; its handlers run once for all such facts of a workspace in the batch, before the commit."""
        if self._reacting:
            # those who would hear it may have had their turn
            raise RuntimeError("a handler of events emits none; it may enqueue a job that does")
        self.events.append(event)

    def enqueue(
        self,
        name: str,
        args: Mapping[str, Any],
        *,
        due_at: datetime | None = None,
        dedupe_key: str | None = None,
    ) -> None:
        """Adds a job that is written in this transaction. A second job of one `dedupe_key` is dropped."""
        self.jobs.append(NewJob(name, args, due_at, dedupe_key, self.workspace_id))

    def count(self, kind: str, key: DeltaKey, **amounts: int) -> None:
        """Adds to counters that are written once per batch by the finisher registered for `kind`."""
        row = self.deltas.setdefault(kind, {}).setdefault(key, defaultdict(int))
        for column, amount in amounts.items():
            row[column] += amount

    def close(self) -> None:
        """Writes out the session, if there is one, and lets go of its objects."""
        if self._session is not None:
            self._session.flush()
            self._session.close()
            self._session = None

    def abandon(self) -> None:
        """Lets go of the session without writing; the unit is being undone."""
        if self._session is not None:
            self._session.expunge_all()
            self._session.close()
            self._session = None
