"""From the row of a file to a person."""

from __future__ import annotations

from typing import Any

from cxsurvey.core.errors import Refusal
from cxsurvey.people.service import PersonInput
from cxsurvey.transfer.mapping import PEOPLE_FIELDS, PEOPLE_NAMED, Columns
from cxsurvey.transfer.rows import Broken, RowProblem, Skipped, problems_at
from cxsurvey.transfer.storing import PersonRow


class PersonReader:
    """Turns rows into people."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._plain = [field for field in PEOPLE_FIELDS if field in columns.places]
        self._named = [field for field in columns.places if field.startswith(PEOPLE_NAMED)]

    def read(self, line: int, cells: list[str]) -> PersonRow | Skipped | Broken:
        """What one row is."""
        if len(cells) > len(self._columns.header):
            return Broken(line, (RowProblem(line, "", "broken_row", "has more cells than the first row"),))
        cell = self._columns.cell
        fields: dict[str, Any] = {field: text for field in self._plain if (text := cell(cells, field)) is not None}
        attributes = {
            field.partition(".")[2]: text for field in self._named if (text := cell(cells, field)) is not None
        }
        if not fields and not attributes:
            return Skipped(line)
        try:
            person = PersonInput.from_fields({**fields, "attributes": attributes})
        except Refusal as refusal:
            return Broken(line, problems_at(line, refusal, self._columns))
        return PersonRow(line, person)
