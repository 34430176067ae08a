"""What the pages of imports show, ready for the templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.transfer.cautions import About, Caution
from cxsurvey.transfer.import_views import ImportState, ImportView
from cxsurvey.transfer.mapping import NAMED
from cxsurvey.transfer.reading import Kind
from cxsurvey.transfer.rows import RowProblem
from cxsurvey.transfer.times import DateOrder, Oddity
from cxsurvey.web.frame import Frame

MOST_COLUMNS: Final = 100
"""Columns that the form shows; a form holds no more fields."""
KINDS: Final = (
    (Kind.RESPONSES.value, "Responses", "Scores and comments that customers gave somewhere else."),
    (Kind.PEOPLE.value, "People", "Customers with names, addresses and attributes."),
)
FIELDS: Final = (
    ("", "Not imported"),
    ("score", "Score"),
    ("comment", "Comment"),
    ("answered_at", "Answered at"),
    ("respondent", "Respondent, may have several rows"),
    ("external_id", "Id of the response"),
    ("locale", "Language of the response"),
    ("person.email", "Customer: email"),
    ("person.name", "Customer: name"),
    ("person.external_id", "Customer: id"),
    ("person.locale", "Customer: language"),
)
OF_PEOPLE: Final = (
    ("", "Not imported"),
    ("email", "Email"),
    ("name", "Name"),
    ("external_id", "Id"),
    ("locale", "Language"),
)
ATTRIBUTE: Final = ("attributes", "Other fact, under its own name")
DATE_ORDERS: Final = (
    ("", "As the cells say"),
    (DateOrder.ISO.value, "The year: 2026-03-25"),
    (DateOrder.DAY_FIRST.value, "The day: 25.03.2026 or 25/03/2026"),
    (DateOrder.MONTH_FIRST.value, "The month: 03/25/2026"),
)
STATES: Final = {
    ImportState.DRAFT: "not started",
    ImportState.WAITING: "waiting",
    ImportState.RUNNING: "running",
    ImportState.DONE: "done",
    ImportState.FAILED: "failed",
    ImportState.CANCELLED: "cancelled",
    ImportState.UNDOING: "being taken back",
    ImportState.UNDONE: "taken back",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One counter in words."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """An import in the list."""

    href: str
    view: ImportView
    state: str
    said: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """The imports there were, and the form for another file."""

    frame: Frame
    rows: list[Row]
    megabytes: int
    kind: str = Kind.RESPONSES.value
    kinds: tuple[tuple[str, str, str], ...] = KINDS
    errors: dict[str, str] = field(default_factory=dict)
    notice: str = ""


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column in the form: its samples, and what it is taken for."""

    place: int
    name: str
    samples: tuple[str, ...]
    filled: int
    chosen: str
    reason: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ValueRow:
    """A value of the score column: how often it comes, what was chosen for it, and what it becomes now."""

    place: int
    value: str
    count: int
    chosen: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier import of the same file; `is_proposed` while the draft is read as that one was."""

    href: str
    view: ImportView
    is_proposed: bool


@dataclass(frozen=True, slots=True)
class DraftPage:
    """How a file is to be read, and what came of trying it."""

    frame: Frame
    view: ImportView
    href: str
    columns: list[ColumnRow]
    hidden_columns: int
    surveys: list[tuple[str, str]]
    values: list[ValueRow]
    value_options: tuple[tuple[str, str], ...]
    scored: str
    """The column whose values are listed."""
    dated: str
    """The column that is taken for the time, for which the order of dates is shown; "" where none is."""
    typed: Mapping[str, str]
    zones: tuple[str, ...]
    is_guess: bool
    drafts: int
    """Surveys that were never published and so take no answers."""
    earlier: Earlier | None
    expected: str
    """The score that the rows would bring that would be stored; "" before the file was tried."""
    tried: list[Line]
    problems: list[RowProblem]
    cautions: tuple[Caution, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def start(self) -> str:
        """What the button says that imports: what would happen that nobody should do unawares."""
        about = {one.about for one in self.cautions}
        tally = self.view.tally
        fit = tally["stored"] + tally["changed"]
        if not fit:
            return "Add the comments now"
        if About.OTHER_SCALE in about and tally["refused"]:
            return "Import only the row that fits" if fit == 1 else f"Import only the {_grouped(fit)} rows that fit"
        return "Import now, all as of today" if About.NO_DATES in about else "Import now"

    @property
    def date_orders(self) -> tuple[tuple[str, str], ...]:
        """What may come first in dates, as options."""
        return DATE_ORDERS

    @property
    def is_people(self) -> bool:
        return self.view.kind is Kind.PEOPLE

    @property
    def sheets(self) -> list[tuple[str, str]]:
        """The sheets of a workbook, as options."""
        return [(name, name) for name in self.view.source.sheets]


@dataclass(frozen=True, slots=True)
class RunPage:
    """An import that waits, runs or has ended."""

    frame: Frame
    view: ImportView
    href: str
    state: str
    percent: int
    rate: str
    left: str
    lines: list[Line]
    problems: list[RowProblem]
    survey: tuple[str, str] | None
    has_file: bool
    at: datetime | None
    may_undo: bool
    lacks_worker: bool
    """Whether it stands still because no worker is there for it."""


@dataclass(frozen=True, slots=True)
class UndoPage:
    """The question before an import is taken back, with what that would do; `nothing` says why there is none."""

    frame: Frame
    view: ImportView
    href: str
    answers: int
    changed_since: int
    undone: int
    """Responses that are void already, from a time when this was begun and given up."""
    later: list[tuple[ImportView, str]]
    """Later imports that may hold the same responses, with the addresses of their pages."""
    nothing: str = ""
    reason: str = ""
    errors: dict[str, str] = field(default_factory=dict)


def fields_for(
    kind: Kind, follow_ups: tuple[tuple[str, str], ...], names: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """What a column may be, with the follow-ups of a survey and the names that the workspace gave its segments."""
    if kind is Kind.PEOPLE:
        return (*OF_PEOPLE, ATTRIBUTE)
    segments = tuple((key, f"Segment: {names.get(key) or key.replace('_', ' ')}") for key in SEGMENT_KEYS)
    asked = tuple((f"{NAMED[1]}{key}", f"Follow-up: {question}") for key, question in follow_ups)
    return (*FIELDS, *segments, *asked, ATTRIBUTE)


def lines_of(view: ImportView, *, tried: bool = False) -> list[Line]:
    """What became of the rows, or would."""
    people, tally = view.kind is Kind.PEOPLE, view.tally
    would = "would be " if tried else ""
    said = {
        "stored": f"{would}added" if people else f"{would}stored",
        "changed": f"known, {would}brought up to date",
        "known": "there already, left as they are",
        "same_respondent": f"further rows of a respondent; comments {would}added to the response",
        "skipped": "empty, skipped" if people else "without score and comment, skipped",
        "left_out": "left out, as was said of their score",
        "refused": f"{would}refused",
    }
    lines = [Line(tally[name], text) for name, text in said.items() if tally[name] or name == "stored"]
    if number := view.times.get(Oddity.AMBIGUOUS, 0):
        lines.append(Line(number, f"at an hour that came twice in {view.reading.zone}; taken as the first"))
    if number := view.times.get(Oddity.NONEXISTENT, 0):
        lines.append(Line(number, f"at an hour that {view.reading.zone} skipped; moved on with the clocks"))
    return lines


def percent_of(view: ImportView) -> int:
    """How far the import is, or its taking back."""
    if view.state is ImportState.UNDOING:
        return min(100, 100 * (view.undone + view.left_alone) // max(1, view.tally["stored"]))
    return min(100, 100 * view.tally["rows_read"] // max(1, view.rows))


def summary_of(view: ImportView) -> str:
    """An import in one line of the list."""
    if view.state is ImportState.DRAFT:
        return f"{_grouped(view.rows)} rows"
    if view.state is ImportState.UNDONE:
        return f"{_grouped(view.undone)} responses taken out of the scores again"
    shown = [line for line in lines_of(view) if line.number][:3]
    return "; ".join(f"{_grouped(line.number)} {line.text.partition(';')[0]}" for line in shown) or "nothing yet"


def _grouped(number: float) -> str:
    return f"{number:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def pace(view: ImportView, now: datetime) -> tuple[str, str]:
    """Rows a second and the time left, in words; empty while neither can be said."""
    if view.started_at is None or not view.tally["rows_read"] or not view.is_under_way:
        return "", ""
    seconds = (now - view.started_at).total_seconds()
    if seconds < 1:
        return "", ""
    rate = view.tally["rows_read"] / seconds
    left = max(0.0, (view.rows - view.tally["rows_read"]) / rate)
    return f"{_grouped(rate)} rows a second", _span(left)


def _span(seconds: float) -> str:
    if seconds < 60:
        return "less than a minute left"
    minutes = round(seconds / 60)
    return "about a minute left" if minutes == 1 else f"about {minutes} minutes left"
