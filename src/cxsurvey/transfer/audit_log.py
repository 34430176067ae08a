"""The audit log as a table for spreadsheets, in pages that are each a read of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from cxsurvey.accounts import audit_log, service
from cxsurvey.accounts.audit_log import AuditFilter, AuditPage, EntryView
from cxsurvey.accounts.permissions import Grant, require
from cxsurvey.core import audit
from cxsurvey.core.context import Context
from cxsurvey.transfer.export import Cell, Read

PAGE: Final = 1000
"""Entries per read."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be downloaded, and the zone in which times are told."""

    wanted: AuditFilter
    slug: str
    zone: str

    @property
    def filename(self) -> str:
        """A plain name for the file."""
        return f"audit-log_{self.slug}.csv"


def order(ctx: Context, wanted: AuditFilter) -> Order:
    """Settles what a download will hold and records in the log itself that it was asked for."""
    require(ctx, Grant.AUDIT)
    workspace = service.workspace(ctx)
    audit.record(ctx, "audit.exported", workspace.slug, **wanted.query)
    return Order(wanted, workspace.slug, workspace.report_zone)


def rows(made: Order, read: Read) -> Iterator[list[Cell]]:
    """The heading and then every entry, newest first; the first one is the download itself."""
    yield ["id", f"at ({made.zone})", "at (UTC)", "who", "who_kind", "what", "action", "subject", "detail"]
    after: str | None = None
    while True:
        page: AuditPage = read(partial(audit_log.page, wanted=made.wanted, after=after, limit=PAGE))
        yield from (_row(entry, made.zone) for entry in page.items)
        if page.next is None:
            return
        after = page.next


def _row(entry: EntryView, zone: str) -> list[Cell]:
    return [
        entry.public_id,
        entry.at.astimezone(ZoneInfo(zone)).isoformat(sep=" ", timespec="seconds"),
        entry.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        entry.actor_name,
        entry.actor_kind,
        entry.sentence,
        entry.action,
        entry.subject,
        json.dumps(entry.detail, ensure_ascii=False, sort_keys=True) if entry.detail else None,
    ]
