"""From the file of an import to a table that can be read, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from cxsurvey.settings import Settings
from cxsurvey.transfer import apart, profile, sniffing, uploads
from cxsurvey.transfer.errors import FileUnreadable
from cxsurvey.transfer.files import CsvFile
from cxsurvey.transfer.profile import Profile
from cxsurvey.transfer.sniffing import TextForm


@dataclass(frozen=True, slots=True)
class Source:
    """How the file of one import is read, and its columns. `text` is None for a workbook, `sheet` for a text."""

    text: TextForm | None
    sheet: str | None
    sheets: tuple[str, ...]
    profile: Profile

    @property
    def in_words(self) -> str:
        """What the file was found to be, for the person who brought it."""
        if self.text is not None:
            return f"Text in {self.text.in_words}"
        return f"XLSX workbook, sheet “{self.sheet}”"

    def table(self, settings: Settings, import_id: UUID) -> CsvFile:
        """The rows of the file."""
        if self.text is None:
            assert self.sheet is not None
            place = self.sheets.index(self.sheet)
            return CsvFile(uploads.sheet(settings, import_id, place), encoding="utf-8", numbered=True)
        return CsvFile(uploads.original(settings, import_id), self.text.delimiter, self.text.encoding)

    def as_stored(self) -> dict[str, Any]:
        """As the row of an import keeps it."""
        text = self.text
        return {
            "text": [text.encoding, text.delimiter, text.guessed] if text is not None else None,
            "sheet": self.sheet,
            "sheets": list(self.sheets),
            "profile": self.profile.as_stored(),
        }

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> Self:
        """The source that `as_stored` gave."""
        text = TextForm(*stored["text"]) if stored["text"] is not None else None
        return cls(text, stored["sheet"], tuple(stored["sheets"]), Profile.from_stored(stored["profile"]))


def examine(settings: Settings, import_id: UUID, *, sheet: str | None = None, delimiter: str | None = None) -> Source:
    """Reads the whole file of an import once; takes as long as that takes, so never inside a unit.

    `sheet` and `delimiter` are what somebody has chosen; else the first sheet and the likeliest separator are taken.
    Raises `FileUnreadable` or `FileTooLarge`.
    """
    path = uploads.original(settings, import_id)
    if not sniffing.is_workbook(path):
        if sheet is not None:
            raise FileUnreadable("This file is text and has no sheets.")
        form = sniffing.text_form(path, delimiter)
        table = CsvFile(path, form.delimiter, form.encoding)
        return Source(form, None, (), profile.profile(table))
    with uploads.new_file(settings, import_id) as written:
        names, chosen = apart.write_table(path, sheet, written)
        table = CsvFile(written, encoding="utf-8", numbered=True)
        found = Source(None, chosen, names, profile.profile(table))
        # whoever reads the same sheet at this moment reads all of the one table or of the other
        written.replace(uploads.sheet(settings, import_id, names.index(chosen)))
    return found
