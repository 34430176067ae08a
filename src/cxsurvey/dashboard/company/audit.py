"""The audit log of a workspace: newest first, by kind, person and days, and as CSV."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from cxsurvey.accounts import audit_log, keys, team
from cxsurvey.accounts.audit_log import OPERATOR, AuditFilter, AuditPage, EntryView
from cxsurvey.accounts.audit_words import KIND_NAMES
from cxsurvey.core.errors import Invalid
from cxsurvey.core.ids import decode, encode
from cxsurvey.dashboard.exports import CSV, as_attachment
from cxsurvey.surveys import service as surveys
from cxsurvey.transfer import audit_log as download_of
from cxsurvey.transfer.export import as_csv
from cxsurvey.web.door import Acting, Visit, Visiting
from cxsurvey.web.forms import SentFields, errors_by_field
from cxsurvey.web.frame import Frame
from cxsurvey.web.templating import render

router = APIRouter(prefix="/w/{slug}/audit")

ENTRIES_A_PAGE = 50
PARTS = ("kind", "person", "since", "until")
PLACES = {
    "srv": "surveys/{}/edit",
    "rsp": "responses/{}",
    "usr": "team",
    "key": "keys",
    "min": "team",
    "imp": "imports/{}",
}
"""Where the thing lives that an entry is about, by the prefix of its id."""


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry in the list; `href` leads to what it is about, or is empty."""

    at: datetime
    sentence: str
    kind: str
    href: str


@dataclass(frozen=True, slots=True)
class AuditLogPage:
    """Some entries, and what they were asked for with."""

    frame: Frame
    rows: tuple[EntryRow, ...]
    older: str
    typed: dict[str, str]
    is_filtered: bool
    kinds: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str], ...]
    errors: dict[str, str] = field(default_factory=dict)


@router.get("")
def listed(request: Request, visit: Visiting) -> Response:
    """Entries, newest first; after a bad value the newest of all."""
    parameters = request.query_params
    typed = {name: parameters.get(name, "") for name in PARTS}
    errors: dict[str, str] = {}
    try:
        wanted = audit_log.parse(parameters)
        found = audit_log.page(visit.ctx, wanted, after=parameters.get("after"), limit=ENTRIES_A_PAGE)
    except Invalid as refusal:
        errors, wanted = errors_by_field(refusal), AuditFilter()
        found = audit_log.page(visit.ctx, wanted, limit=ENTRIES_A_PAGE)
    page = _page(visit, wanted, found, typed, errors)
    return render(request, "dashboard/company/audit.html", page, 422 if errors else 200)


@router.post("/download")
def download(act: Acting, sent: SentFields) -> Response:
    """The entries that the list shows, all of them, as CSV."""
    wanted = audit_log.parse(sent)
    made = act.do(lambda ctx: download_of.order(ctx, wanted))
    lines = download_of.rows(made, lambda read: act.look(lambda visit: read(visit.ctx)))
    pieces = as_csv(lines, bom=sent.get("bom", "") == "yes")
    return StreamingResponse(pieces, media_type=CSV, headers=as_attachment(made.filename))


def _page(
    visit: Visit, wanted: AuditFilter, found: AuditPage, typed: dict[str, str], errors: dict[str, str]
) -> AuditLogPage:
    home = f"/w/{visit.workspace.slug}"
    older = f"?{urlencode({**wanted.query, 'after': found.next})}" if found.next else ""
    gone = _gone(visit, found)
    rows = tuple(
        EntryRow(entry.at, entry.sentence, KIND_NAMES[entry.kind] if entry.kind else "", _href(home, entry, gone))
        for entry in found.items
    )
    return AuditLogPage(
        frame=visit.frame("Audit log", "settings"),
        rows=rows,
        older=older,
        typed=typed,
        is_filtered=bool(wanted.query),
        kinds=(("", "Everything"), *((kind.value, name) for kind, name in KIND_NAMES.items())),
        people=_people(visit, wanted),
        errors=errors,
    )


def _people(visit: Visit, wanted: AuditFilter) -> tuple[tuple[str, str], ...]:
    """Everybody who can be asked for; whoever left can still be asked for by the address of the page."""
    members = [(encode("usr", each.user_id), each.name) for each in team.listed(visit.ctx)]
    made = [(encode("key", each.id), f"Key “{each.name}”") for each in keys.listed(visit.ctx)]
    known = (("", "Everybody"), *members, *made, (OPERATOR, "The operator"))
    if wanted.person is None or wanted.person in dict(known):
        return known
    return (*known, (wanted.person, "Somebody who left"))


def _gone(visit: Visit, found: AuditPage) -> set[str]:
    """The surveys that entries are about and that are no more: a draft may be deleted."""
    named = {entry.subject: decode("srv", entry.subject) for entry in found.items}
    return {
        subject
        for subject, survey_id in named.items()
        if survey_id is not None and not surveys.exists(visit.ctx, survey_id)
    }


def _href(home: str, entry: EntryView, gone: set[str]) -> str:
    if entry.subject in gone:
        return ""
    if entry.action == "workspace.changed":
        return f"{home}/settings"
    place = PLACES.get(entry.subject.partition("_")[0])
    return f"{home}/{place.format(entry.subject)}" if place and not entry.action.startswith("user.") else ""
