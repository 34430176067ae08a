"""One import as pages, the API and the command line see it, and the states it goes through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from cxsurvey.core.ids import encode
from cxsurvey.transfer.models import TALLIES
from cxsurvey.transfer.reading import Kind, Reading
from cxsurvey.transfer.source import Source


class ImportState(StrEnum):
    """Where an import is."""

    DRAFT = "draft"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDOING = "undoing"
    """Being taken back."""
    UNDONE = "undone"


UNDER_WAY: Final = (ImportState.WAITING, ImportState.RUNNING)
ENDED: Final = (ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED)
"""From here an import may be taken back."""


@dataclass(frozen=True, slots=True)
class ImportView:
    """One import as pages, the API and the command line show it."""

    id: UUID
    workspace_id: UUID
    kind: Kind
    state: ImportState
    rehearsal: bool
    run: int
    """The number of its last run, dry or not; 0 before the first."""
    survey_id: UUID | None
    file_name: str
    size: int
    digest: str | None
    """SHA-256 of the file; None for one that was brought before contents were compared."""
    source: Source
    reading: Reading
    position: int
    tally: Mapping[str, int]
    """The counters of `TALLIES`: each row read is in exactly one of those after the first."""
    times: Mapping[str, int]
    scores: Mapping[str, int]
    """How many of the rows that are stored, or would be, have each score, or “unknown”."""
    first_answered_at: datetime | None
    """When the first of the answers was given that are stored, or would be; None where the file does not say."""
    last_answered_at: datetime | None
    failure: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    undone: int
    """Answers that were taken back."""
    left_alone: int
    """Answers that somebody had changed since, and that were not taken back."""
    undo_reason: str | None
    undone_at: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """The view of a row. Why it failed once is not its state any more when it is, or was, taken back since."""
        state = ImportState(row["state"])
        return cls(
            id=row["id"],
            workspace_id=row["workspace_id"],
            kind=Kind(row["kind"]),
            state=state,
            rehearsal=row["rehearsal"],
            run=row["run"],
            survey_id=row["survey_id"],
            file_name=row["file_name"],
            size=row["size"],
            digest=row["digest"],
            source=Source.from_stored(row["file"]),
            reading=Reading.model_validate(row["reading"], strict=False),
            position=row["position"],
            tally={name: row[name] for name in TALLIES},
            times=row["times"],
            scores=row["scores"],
            first_answered_at=row["first_answered_at"],
            last_answered_at=row["last_answered_at"],
            failure=row["failure"] if state is ImportState.FAILED else None,
            created_at=row["created_at"],
            started_at=row["started_at"],
            finished_at=row["finished_at"],
            undone=row["undone"],
            left_alone=row["left_alone"],
            undo_reason=row["undo_reason"],
            undone_at=row["undone_at"],
        )

    @property
    def public_id(self) -> str:
        return encode("imp", self.id)

    @property
    def rows(self) -> int:
        """Rows of the file."""
        return self.source.profile.rows

    @property
    def rows_there(self) -> int:
        """Rows whose answers or people are there now, brought by this import or before it."""
        return sum(self.tally[name] for name in ("stored", "changed", "known", "same_respondent"))

    @property
    def days_answered(self) -> tuple[date, date] | None:
        """The first and the last day in the zone of the reading; None where the file does not say."""
        if self.first_answered_at is None or self.last_answered_at is None:
            return None
        zone = ZoneInfo(self.reading.zone)
        return self.first_answered_at.astimezone(zone).date(), self.last_answered_at.astimezone(zone).date()

    @property
    def changes_nothing(self) -> bool:
        """Whether none of the rows read stores, changes or adds anything."""
        return not any(self.tally[name] for name in ("stored", "changed", "same_respondent"))

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def has_answers(self) -> bool:
        """Whether it has stored answers, which are what can be taken back."""
        return self.kind is Kind.RESPONSES and self.tally["stored"] > 0

    @property
    def can_be_undone(self) -> bool:
        return self.state in ENDED and self.has_answers

    @property
    def was_tried(self) -> bool:
        """Whether the counters are those of a dry run of the present reading."""
        return self.state is ImportState.DRAFT and self.rehearsal and self.finished_at is not None
