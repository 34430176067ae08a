"""Imports: brought, read as somebody says, tried, carried out by a job, and told exactly.

Whoever begins one has already received and examined its file outside of a unit: see `uploads` and `source`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from cxsurvey.accounts.permissions import Grant, allows, require
from cxsurvey.core import audit
from cxsurvey.core.context import ActorKind, Context
from cxsurvey.core.errors import LiveKeyNeeded
from cxsurvey.core.jobs import beats, queue
from cxsurvey.responses.errors import SurveyUnknown
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.asked import asked_by_id
from cxsurvey.transfer import keeping, mapping, queries, uploads
from cxsurvey.transfer.errors import (
    DatesUnclear,
    ImportInTheWay,
    ImportStateForbids,
    ImportUnknown,
    MappingWrong,
    NothingAsked,
    RefusedRowsGone,
)
from cxsurvey.transfer.import_views import UNDER_WAY, ImportState, ImportView
from cxsurvey.transfer.models import TALLIES
from cxsurvey.transfer.reading import Kind, Reading
from cxsurvey.transfer.scales import Scale
from cxsurvey.transfer.source import Source
from cxsurvey.transfer.times import date_order_of
from cxsurvey.transfer.uploads import Received

JOB: Final = "imports.run"
NEWEST: Final = 50
LONGEST_NAME: Final = 200
GRANTS: Final = {Kind.RESPONSES: Grant.RESPONSES_WRITE, Kind.PEOPLE: Grant.PEOPLE_WRITE}


NOTHING_YET: Final[Mapping[str, Any]] = {
    **dict.fromkeys(TALLIES, 0),
    "position": 0,
    "times": {},
    "scores": {},
    "first_answered_at": None,
    "last_answered_at": None,
    "failure": None,
    "started_at": None,
    "finished_at": None,
}
NEVER_UNDONE: Final[Mapping[str, Any]] = {"undone": 0, "left_alone": 0, "undo_reason": None, "undone_at": None}


def room(ctx: Context) -> int | None:
    """How many bytes a file may have that is brought now, None for any; raises `TooManyFiles` where none may come."""
    _require(ctx, Kind.RESPONSES)
    return keeping.room(ctx)


def begin(ctx: Context, kind: Kind, import_id: UUID, file_name: str, received: Received, source: Source) -> ImportView:
    """A draft for a file that was received and examined; nothing is imported yet. Raises `TooManyFiles`."""
    _require(ctx, kind)
    keeping.check_room(ctx, received.size)
    row = {
        "id": import_id,
        "workspace_id": ctx.workspace,
        "kind": kind.value,
        "state": ImportState.DRAFT.value,
        "rehearsal": False,
        "run": 0,
        "survey_id": None,
        "file_name": _plain(file_name),
        "size": received.size,
        "digest": received.digest,
        "file": source.as_stored(),
        "reading": Reading().model_dump(mode="json"),
        **NOTHING_YET,
        **NEVER_UNDONE,
        "actor_kind": ctx.actor.kind.value,
        "actor_id": ctx.actor.id,
        "created_at": ctx.now,
    }
    queries.add(ctx.connection, row)
    return ImportView.of(row)


def settle(
    ctx: Context, import_id: UUID, reading: Reading, survey_id: UUID | None = None, source: Source | None = None
) -> ImportView:
    """Says how the file of a draft is read; `source` where another sheet was examined.

    What comes first in dates is taken from the cells where nobody has said it. Raises `MappingWrong`, `ScaleWrong`,
    `DatesUnclear` or `NothingAsked` for what could not be carried out.
    """
    view = get(ctx, import_id)
    _require(ctx, view.kind)
    if view.state is not ImportState.DRAFT:
        raise ImportStateForbids
    found = source or view.source
    _check_settled(ctx, view.kind, reading, survey_id, found)
    return _read_as(ctx, view, with_date_order(reading, found), survey_id, found)


def keep(ctx: Context, import_id: UUID, reading: Reading, survey_id: UUID | None = None) -> ImportView:
    """Remembers what somebody has said so far of how a draft is read; `start` checks whether it suffices.

    What a dry run told stays where nothing was said anew. Raises `MappingWrong`, `ScaleWrong` or `NothingAsked` for
    what could not be carried out whatever is said besides.
    """
    view = get(ctx, import_id)
    if view.state is not ImportState.DRAFT:
        raise ImportStateForbids
    mapping.find_columns(reading.mapping, view.source.profile.header)
    if survey_id is not None:
        _check_survey(ctx, survey_id, reading)
    if (view.reading, view.survey_id) == (reading, survey_id):
        return view
    return _read_as(ctx, view, reading, survey_id, view.source)


def _read_as(ctx: Context, view: ImportView, reading: Reading, survey_id: UUID | None, source: Source) -> ImportView:
    values = {
        "survey_id": survey_id if view.kind is Kind.RESPONSES else None,
        "reading": reading.model_dump(mode="json"),
        "file": source.as_stored(),
        "rehearsal": False,
        **NOTHING_YET,
    }
    _change(ctx, view, (ImportState.DRAFT,), values)
    return get(ctx, view.id)


def take_sheet(ctx: Context, import_id: UUID, source: Source) -> ImportView:
    """Another sheet of a draft's workbook was examined; what was said of the columns before holds no more."""
    view = get(ctx, import_id)
    values = {"file": source.as_stored(), "reading": Reading().model_dump(mode="json"), "rehearsal": False}
    _change(ctx, view, (ImportState.DRAFT,), {**values, **NOTHING_YET})
    return get(ctx, import_id)


def start(ctx: Context, import_id: UUID, *, rehearsal: bool = False) -> ImportView:
    """Puts the job that carries a settled import out, or tries it and stores nothing.

    Raises `ImportInTheWay` while another import of the same source is taken back: what that has not reached yet is
    neither new nor known for good, so rows would be refused, and a dry run would tell so of rows that are stored later.
    """
    view = get(ctx, import_id)
    _require(ctx, view.kind)
    if not view.reading.mapping:
        raise MappingWrong("Say first which column is what.", field="mapping")
    if view.state is ImportState.DRAFT:
        _check_settled(ctx, view.kind, view.reading, view.survey_id, view.source)
        view = replace(view, reading=with_date_order(view.reading, view.source))
    if view.kind is Kind.RESPONSES:
        queries.hold(ctx.connection, ctx.workspace)
        if is_beside(ctx, view, (ImportState.UNDOING,)):
            raise ImportInTheWay(
                "An import of the same source is being taken back. Try or start this one when that has ended."
            )
    run = view.run + 1
    values = {
        "state": ImportState.WAITING.value,
        "rehearsal": rehearsal,
        "run": run,
        "reading": view.reading.model_dump(mode="json"),
        **NOTHING_YET,
    }
    _change(ctx, view, (ImportState.DRAFT,), values)
    ctx.enqueue(JOB, {"import": str(view.id), "run": run}, dedupe_key=job_key(view.id, run))
    if not rehearsal:
        note(ctx, "import.started", view)
    return get(ctx, import_id)


def cancel(ctx: Context, import_id: UUID) -> ImportView:
    """Stops an import; what it has stored stays stored. A dry run becomes the draft that it was."""
    view = get(ctx, import_id)
    _require(ctx, view.kind)
    if view.rehearsal:
        values = {"state": ImportState.DRAFT.value, "rehearsal": False, **NOTHING_YET}
    else:
        values = {"state": ImportState.CANCELLED.value, "finished_at": ctx.now}
    _change(ctx, view, UNDER_WAY, values)
    if not view.rehearsal:
        note(ctx, "import.cancelled", view)
    return get(ctx, import_id)


def discard(ctx: Context, import_id: UUID) -> None:
    """Forgets a draft; its file goes when the caller removes it, else with the next housekeeping."""
    view = get(ctx, import_id)
    _require(ctx, view.kind)
    if view.state is not ImportState.DRAFT:
        raise ImportStateForbids
    queries.remove(ctx.connection, ctx.workspace, import_id)


def get(ctx: Context, import_id: UUID) -> ImportView:
    """One import; raises `ImportUnknown`."""
    view = named(ctx, import_id)
    _require(ctx, view.kind)
    return view


def named(ctx: Context, import_id: UUID) -> ImportView:
    """The same for a use case of another grant, which it has asked for; a key in test mode has no business here."""
    row = queries.get(ctx.connection, ctx.workspace, import_id)
    if row is None:
        raise ImportUnknown
    _refuse_test_keys(ctx)
    return ImportView.of(row)


def is_beside(ctx: Context, view: ImportView, states: Collection[ImportState]) -> bool:
    """Whether another import that may hold the same responses is in one of these states: ids count per source."""
    return queries.has_of_source(ctx.connection, ctx.workspace, view.reading.source, states, view.id)


def is_held(ctx: Context, view: ImportView) -> bool:
    """Whether nobody can take the job of an import now: it is with some process, even a dead one, or waits to retry."""
    job_id = queue.unfinished(ctx.connection, job_key(view.id, view.run))
    return job_id is None or queue.candidate(ctx.connection, job_id, ctx.now) is None


def lacks_worker(ctx: Context, view: ImportView) -> bool:
    """Whether an import stands still because no worker is there for it: none runs, or the one it had has died."""
    if view.state is ImportState.WAITING:
        return not any(sign.works for sign in beats.alive(ctx.connection, ctx.now))
    if view.state not in {ImportState.RUNNING, ImportState.UNDOING}:
        return False
    return not queue.is_held(ctx.connection, job_key(view.id, view.run), ctx.now)


def changing(ctx: Context) -> dict[UUID, ImportState]:
    """The surveys whose numbers are not complete now, because an import brings their answers or takes them back."""
    require(ctx, Grant.SCORES_READ)
    states = (ImportState.RUNNING, ImportState.UNDOING)
    found = queries.changing_surveys(ctx.connection, ctx.workspace, states)
    return {survey_id: ImportState(state) for survey_id, state in found.items()}


def newest(ctx: Context, limit: int = NEWEST, before: tuple[datetime, UUID] | None = None) -> list[ImportView]:
    """The imports of the workspace, newest first, after the one that began at `before`.

    Those of people are told only to who may write people. What the columns of their files hold is left out.
    """
    _require(ctx, Kind.RESPONSES)
    kinds = [kind for kind, grant in GRANTS.items() if allows(ctx, grant)]
    return [ImportView.of(row) for row in queries.newest(ctx.connection, ctx.workspace, kinds, limit, before)]


def take_refused(ctx: Context, import_id: UUID) -> ImportView:
    """Records in the audit log that the refused rows of an import are taken out of the house."""
    view = get(ctx, import_id)
    if view.position == 0 or not uploads.refused(ctx.settings, import_id).exists():
        raise RefusedRowsGone
    note(ctx, "import.refused_downloaded", view, refused=view.tally["refused"])
    return view


def job_key(import_id: UUID, run: int) -> str:
    """The dedupe key of the job of one run. The job of a cancelled run may still be there when the next one starts."""
    return f"import:{import_id.hex}:{run}"


def note(ctx: Context, action: str, view: ImportView, **detail: Any) -> None:
    """An entry of the audit log about an import."""
    counted = {name: number for name, number in view.tally.items() if number}
    audit.record(ctx, action, view.public_id, kind=view.kind.value, **told_of(ctx, view), **(detail or counted))


def told_of(ctx: Context, view: ImportView) -> dict[str, str]:
    """The file of an import, and the survey of its answers, as they are called now."""
    asked = asked_by_id(ctx, view.survey_id) if view.survey_id is not None else None
    return {"file": view.file_name, **({"survey": asked.name} if asked is not None else {})}


def _require(ctx: Context, kind: Kind) -> None:
    require(ctx, GRANTS[kind])
    _refuse_test_keys(ctx)


def _refuse_test_keys(ctx: Context) -> None:
    if ctx.actor.kind is ActorKind.KEY and ctx.actor.test:
        raise LiveKeyNeeded


def with_date_order(reading: Reading, source: Source) -> Reading:
    """The reading with what comes first in its dates, as their cells say; raises `DatesUnclear` where they do not.

    Nothing is added where somebody has said it, or no column says when people answered.
    """
    name = reading.mapping.get("answered_at")
    column = source.profile.column(name) if name is not None else None
    if column is None:
        return reading
    order, unclear = date_order_of(column.name, column.dates, reading.date_order)
    if unclear is not None:
        raise DatesUnclear(unclear, field="date_order")
    return reading.model_copy(update={"date_order": order})


def _check_settled(ctx: Context, kind: Kind, reading: Reading, survey_id: UUID | None, source: Source) -> None:
    mapping.check(reading.mapping, kind)
    mapping.find_columns(reading.mapping, source.profile.header)
    if kind is Kind.RESPONSES:
        _check_survey(ctx, survey_id, reading)


def _check_survey(ctx: Context, survey_id: UUID | None, reading: Reading) -> None:
    if survey_id is None:
        raise MappingWrong("Say which survey these are responses to.", field="survey")
    if not surveys.exists(ctx, survey_id):
        raise SurveyUnknown(field="survey")
    asked = asked_by_id(ctx, survey_id)
    if asked is None:
        raise NothingAsked(field="survey")
    scale = asked.definition.scale
    Scale.of(reading.scale, scale.minimum, scale.maximum)


def _change(ctx: Context, view: ImportView, states: tuple[ImportState, ...], values: Mapping[str, Any]) -> None:
    names = tuple(state.value for state in states)
    if not queries.change(ctx.connection, view.id, names, values):
        raise ImportStateForbids


def _plain(name: str) -> str:
    """A file name for people: without folders and control characters; never used as a path."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in last if letter.isprintable()).strip()[:LONGEST_NAME] or "file"
