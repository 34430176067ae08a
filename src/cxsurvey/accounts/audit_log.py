"""Reading the audit log of a workspace: pages of entries, newest first, by kind, person and days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from cxsurvey.accounts import queries, service
from cxsurvey.accounts.audit_words import ACTIONS, AuditKind, actions_of, sentence
from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.accounts.queries import team
from cxsurvey.core import audit
from cxsurvey.core.context import ActorKind, Context
from cxsurvey.core.errors import FieldProblem, Invalid
from cxsurvey.core.ids import decode, encode

PREFIX: Final = "aud"
OPERATOR: Final = "operator"
"""The person whose commands on the machine itself are asked for."""
PLAIN_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)
WHO: Final[Mapping[str, str]] = {
    ActorKind.NOBODY: "Somebody",
    ActorKind.RESPONDENT: "A customer",
    ActorKind.USER: "A user",
    ActorKind.KEY: "A key",
    ActorKind.OPERATOR: "The operator",
    ActorKind.SYSTEM: "cxsurvey",
}


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; what is None is not asked for. Both days are included, in the report zone."""

    kind: AuditKind | None = None
    person: str | None = None
    since: date | None = None
    until: date | None = None

    @property
    def query(self) -> dict[str, str]:
        """The parameters that `parse` reads it from."""
        parts = {"kind": self.kind, "person": self.person, "since": self.since, "until": self.until}
        return {name: str(value) for name, value in parts.items() if value is not None}


@dataclass(frozen=True, slots=True)
class EntryView:
    """Who did what to what. `sentence` says it in words, with names as they are today."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    sentence: str

    @property
    def public_id(self) -> str:
        """The id as others know it."""
        return encode(PREFIX, self.id)

    @property
    def kind(self) -> AuditKind | None:
        """What it is about; None for a word that this version does not know any more."""
        known = ACTIONS.get(self.action)
        return known.kind if known else None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some entries, newest first; `next` is what to pass as `after` for those before them."""

    items: tuple[EntryView, ...]
    next: str | None


def parse(values: Mapping[str, str]) -> AuditFilter:
    """The filter that `kind`, `person`, `since` and `until` name; raises `Invalid` naming each broken one."""
    problems: list[FieldProblem] = []
    kind = values.get("kind") or None
    if kind is not None and kind not in list(AuditKind):
        problems.append(FieldProblem("kind", "enum", f"must be one of {', '.join(AuditKind)}"))
    person = values.get("person") or None
    if person is not None and person != OPERATOR and _person(person) is None:
        problems.append(FieldProblem("person", "not_a_person", "must be the id of a user or key, or operator"))
    since, until = _day("since", values, problems), _day("until", values, problems)
    if since is not None and until is not None and until < since:
        problems.append(FieldProblem("until", "before_since", "must not lie before the first day"))
    if problems:
        raise Invalid(problems=problems)
    return AuditFilter(AuditKind(kind) if kind else None, person, since, until)


def page(ctx: Context, wanted: AuditFilter, *, after: str | None = None, limit: int) -> AuditPage:
    """Entries older than `after`, which is `AuditPage.next` of a former page; raises `Invalid` for anything else."""
    require(ctx, Grant.AUDIT)
    place = _place(ctx, after) if after else None
    rows = audit.find(ctx, _asked(ctx, wanted), place, limit + 1)
    items = _views(ctx, rows[:limit])
    return AuditPage(tuple(items), items[-1].public_id if len(rows) > limit else None)


def _asked(ctx: Context, wanted: AuditFilter) -> audit.Wanted:
    zone = ZoneInfo(service.workspace(ctx).report_zone)
    is_operator = wanted.person == OPERATOR
    person = None if is_operator or wanted.person is None else wanted.person
    return audit.Wanted(
        actions=actions_of(wanted.kind) if wanted.kind else None,
        actor_id=_person(person) if person else None,
        actor_kind=ActorKind.OPERATOR.value if is_operator else None,
        subject=person,
        since=_midnight(wanted.since, zone) if wanted.since else None,
        until=_midnight(wanted.until + timedelta(days=1), zone) if wanted.until else None,
    )


def _place(ctx: Context, after: str) -> tuple[datetime, UUID]:
    entry_id = decode(PREFIX, after)
    at = audit.instant_of(ctx, entry_id) if entry_id is not None else None
    if entry_id is None or at is None:
        raise Invalid(problems=[FieldProblem("after", "not_a_cursor", "must be taken from a former page")])
    return at, entry_id


def _views(ctx: Context, rows: list[Any]) -> list[EntryView]:
    subjects = {row.subject: decode("usr", row.subject) for row in rows}
    users = {row.actor_id for row in rows if row.actor_kind == ActorKind.USER} | set(subjects.values())
    names = team.names(ctx, {user for user in users if user is not None})
    keys = queries.key_names(ctx, {row.actor_id for row in rows if row.actor_kind == ActorKind.KEY})
    views = []
    for row in rows:
        who = _who(row, names, keys)
        person = subjects[row.subject]
        subject = names.get(person, "a user") if person is not None else "a user"
        said = sentence(row.action, row.detail, who, subject)
        views.append(
            EntryView(row.id, row.at, row.actor_kind, row.actor_id, who, row.action, row.subject, row.detail, said)
        )
    return views


def _who(row: Any, names: Mapping[UUID, str], keys: Mapping[UUID, str]) -> str:
    if row.actor_kind == ActorKind.KEY and row.actor_id in keys:
        return f"The key “{keys[row.actor_id]}”"
    return names.get(row.actor_id) or WHO.get(row.actor_kind, "Somebody")


def _person(text: str) -> UUID | None:
    return decode("usr", text) or decode("key", text)


def _day(name: str, values: Mapping[str, str], problems: list[FieldProblem]) -> date | None:
    text = values.get(name, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text) if PLAIN_DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        problems.append(FieldProblem(name, "not_a_date", "must be a date such as 2026-03-31"))
    return day


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
