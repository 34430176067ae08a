"""Imports: the file, how it is read, and what became of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import Field

from cxsurvey.api.schemas.base import Document, ImportId, SurveyId, maybe
from cxsurvey.api.schemas.score import Group
from cxsurvey.scoring.results import Flag, Result, Unit
from cxsurvey.scoring.scales import Metric
from cxsurvey.transfer.cautions import About, Caution
from cxsurvey.transfer.guessing import guess
from cxsurvey.transfer.import_views import ImportView
from cxsurvey.transfer.rows import RowProblem
from cxsurvey.transfer.scales import ScaleReading
from cxsurvey.transfer.telling import Told
from cxsurvey.transfer.times import DateOrder

KindName = Literal["responses", "people"]
StateName = Literal["draft", "waiting", "running", "done", "failed", "cancelled", "undoing", "undone"]


class ImportCounts(Document):
    """What became of the rows read so far: each is in exactly one of the counts after the first."""

    rows_read: int
    stored: int
    changed: int
    """Somebody known, of whom something was not known yet."""
    known: int
    """There already, and left as it is."""
    skipped: int
    """Empty: nobody answered."""
    left_out: int
    """Had a value that the settings leave out."""
    same_respondent: int
    """Further rows of a respondent, whose comments were added to the answer."""
    refused: int


class ImportValue(Document):
    """One value of a column."""

    value: str
    rows: int


class ImportColumn(Document):
    """One column of the file."""

    name: str
    filled: int
    """Rows with something in it."""
    samples: list[str]
    """The first different cells, shortened."""
    values: list[ImportValue]
    """Each value with its rows, in the order of the file; empty where there are more than 60."""


class ImportGuess(Document):
    """What a column probably is. Nothing is imported by it."""

    field: str
    column: str
    reason: str
    """The end of a sentence that begins with “because”."""


class ImportScale(Document):
    """What the cells of the score column mean, where they are no scores themselves."""

    scores: dict[str, int]
    unknown: list[str]
    left_out: list[str]
    reversed: bool

    @classmethod
    def of(cls, reading: ScaleReading) -> Self:
        """The document for what was settled."""
        return cls(
            scores=reading.scores,
            unknown=list(reading.unknown),
            left_out=list(reading.left_out),
            reversed=reading.reversed,
        )


class ExpectedScore(Document):
    """The score of the rows that a dry run would store, in the metric of the survey."""

    metric: Metric
    unit: Unit
    """`points` from -100 to 100, `percent` from 0 to 100, `scale-points` on the scale of the survey."""
    estimate: float | None
    """Unrounded; null when n is 0."""
    lower: float | None
    upper: float | None
    confidence: float
    method: str
    n: int
    """How many of these rows have a score."""
    unknown: int
    """How many of these rows say "I do not know"."""
    flags: list[Flag]
    """What to know before using the score, such as `low-base`."""
    groups: list[Group]
    definition: str = Field(examples=["nps-0-10/1"])
    """The formula, with its version."""

    @classmethod
    def of(cls, result: Result) -> Self:
        """The document for a result."""
        return cls(
            metric=result.metric,
            unit=result.unit,
            estimate=result.estimate,
            lower=result.lower,
            upper=result.upper,
            confidence=result.confidence,
            method=result.method.value,
            n=result.n,
            unknown=result.unknown,
            flags=list(result.flags),
            groups=[Group(name=group.name, n=group.n) for group in result.groups],
            definition=result.definition,
        )


class ImportCaution(Document):
    """Something to know before the file is imported."""

    about: About
    text: str

    @classmethod
    def of(cls, caution: Caution) -> Self:
        """The document for a caution."""
        return cls(about=caution.about, text=caution.text)


class EarlierImport(Document):
    """The import that carried the same file out before."""

    id: ImportId
    state: StateName
    created_at: datetime
    rows_there: int
    """Rows whose answers or people are there from it."""
    source: str
    """Where its answers came from; under another source the same ids make new answers."""

    @classmethod
    def of(cls, view: ImportView) -> Self:
        """The document for an import."""
        return cls(
            id=view.public_id,
            state=view.state.value,
            created_at=view.created_at,
            rows_there=view.rows_there,
            source=view.reading.source,
        )


class RefusedRow(Document):
    """A row that broke rules; never holds what the cell said."""

    line: int
    """Of the file, from 1."""
    column: str
    """Empty where the whole row is meant."""
    rule: str
    message: str


class ImportSummary(Document):
    """One import in short."""

    id: ImportId
    kind: KindName
    state: StateName
    dry_run: bool
    """Whether the run that waits, runs or has ended last stores nothing."""
    survey: SurveyId | None
    file: str = Field(examples=["answers-2025.csv"])
    size: int
    """Bytes of the file."""
    rows: int
    """Rows of the file, without the first."""
    counts: ImportCounts
    undone: int
    """Answers that were taken back."""
    left_alone: int
    """Answers that somebody had changed since, and that were not taken back."""
    undo_reason: str | None
    """Why it is taken back."""
    failure: str | None
    """Why it ended before its last row."""
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    undone_at: datetime | None

    @classmethod
    def of(cls, view: ImportView) -> Self:
        """The document for an import."""
        return cls(**_summary(view))


class Import(ImportSummary):
    """One import with its columns, how they are read, and its first refused rows."""

    waiting_for_worker: bool
    """Whether it stands still because no worker runs, or the one it had has died. Told when the import is read."""
    read_as: str = Field(examples=["Text in UTF-8, cells separated by commas"])
    sheet: str | None
    sheets: list[str]
    columns: list[ImportColumn]
    guessed: list[ImportGuess]
    """For a draft: which column is probably what."""
    mapping: dict[str, str]
    """Field to column, as it is settled; empty before that."""
    zone: str
    date_order: DateOrder | None
    """What comes first in dates; null before it is settled, or where no column says when people answered."""
    source: str
    scale: ImportScale
    times: dict[str, int]
    """Rows whose time on the wall was `ambiguous` or `nonexistent` in the zone."""
    first_answered_at: datetime | None
    """When the first of the answers was given that are stored, or would be; null where the file does not say."""
    last_answered_at: datetime | None
    earlier: EarlierImport | None
    """The last import of the same file that was not taken back; its settings hold where none are given."""
    expected_score: ExpectedScore | None
    """After a dry run of responses: what the rows that would be stored come to. It shows a scale read the wrong way."""
    cautions: list[ImportCaution]
    """Before it is started: what would show in nothing but wrong numbers afterwards."""
    refused_rows: list[RefusedRow]
    """The first 20; all of them are in the file of refused rows."""

    @classmethod
    def whole(
        cls, view: ImportView, told: Told, refused: Sequence[RowProblem] = (), *, lacks_worker: bool = False
    ) -> Self:
        """The document for an import and what is told beside it."""
        source, reading = view.source, view.reading
        return cls(
            **_summary(view),
            waiting_for_worker=lacks_worker,
            read_as=source.in_words,
            sheet=source.sheet,
            sheets=list(source.sheets),
            columns=[
                ImportColumn(
                    name=one.name,
                    filled=one.filled,
                    samples=list(one.samples),
                    values=[ImportValue(value=value, rows=rows) for value, rows in one.values],
                )
                for one in source.profile.columns
            ],
            guessed=[
                ImportGuess(field=one.field, column=one.column, reason=one.reason)
                for one in (guess(source.profile, view.kind) if view.state == "draft" else ())
            ],
            mapping=reading.mapping,
            zone=reading.zone,
            date_order=reading.date_order,
            source=reading.source,
            scale=ImportScale.of(reading.scale),
            times=dict(view.times),
            first_answered_at=view.first_answered_at,
            last_answered_at=view.last_answered_at,
            earlier=EarlierImport.of(told.earlier) if told.earlier is not None else None,
            expected_score=ExpectedScore.of(told.expected) if told.expected is not None else None,
            cautions=[ImportCaution.of(one) for one in told.cautions],
            refused_rows=[
                RefusedRow(line=one.line, column=one.column, rule=one.rule, message=one.message) for one in refused
            ],
        )


class ImportList(Document):
    """Imports, newest first."""

    data: list[ImportSummary]
    next: str | None
    """Address of the next page."""


def _summary(view: ImportView) -> dict[str, Any]:
    return {
        "id": view.public_id,
        "kind": view.kind.value,
        "state": view.state.value,
        "dry_run": view.rehearsal,
        "survey": maybe("srv", view.survey_id),
        "file": view.file_name,
        "size": view.size,
        "rows": view.rows,
        "counts": ImportCounts(**view.tally),
        "undone": view.undone,
        "left_alone": view.left_alone,
        "undo_reason": view.undo_reason,
        "failure": view.failure,
        "created_at": view.created_at,
        "started_at": view.started_at,
        "finished_at": view.finished_at,
        "undone_at": view.undone_at,
    }
