"""Which column of a file is which field of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.transfer.errors import MappingWrong
from cxsurvey.transfer.reading import Kind

PLAIN = ("score", "comment", "answered_at", "external_id", "respondent", "locale")
PERSON = ("person.email", "person.external_id", "person.name", "person.locale")
FIELDS = (*PLAIN, *PERSON, *SEGMENT_KEYS)
NAMED = ("attributes.", "follow_ups.")
"""Beginnings of fields that are completed with a name: `attributes.order_value`, `follow_ups.reason`."""
PEOPLE_FIELDS = ("email", "external_id", "name", "locale")
PEOPLE_NAMED = ("attributes.",)


@dataclass(frozen=True, slots=True)
class Columns:
    """Fields by the place of their column, and the width of a whole row."""

    header: tuple[str, ...]
    places: Mapping[str, int]

    def at(self, fields: Iterable[str]) -> tuple[tuple[str, int], ...]:
        """Those of the fields that are mapped, each with the place of its column."""
        return tuple((field, self.places[field]) for field in fields if field in self.places)

    def cell(self, cells: Sequence[str], field: str) -> str | None:
        """What a row says in a field; None when the field is not mapped or its cell is blank."""
        place = self.places.get(field)
        if place is None or place >= len(cells):
            return None
        text = cells[place]
        return text if text and not text.isspace() else None

    def column_of(self, path: str) -> str:
        """The name of the column behind the path of a problem, "" when the whole row is meant."""
        also = {"external_id": "respondent", "unknown": "score"}.get(path)
        for field, place in self.places.items():
            if field in {path, also} or path.startswith(f"{field}.") or path == f"segments.{field}":
                return self.header[place]
        return ""


def parse(pairs: Iterable[str], kind: Kind = Kind.RESPONSES) -> dict[str, str]:
    """Field to column name of `score=Rating` and the like; raises `MappingWrong`."""
    mapping: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        if not equals or not column:
            raise MappingWrong(f"--map takes FIELD=COLUMN such as score=Rating, not “{pair}”.")
        if field in mapping:
            raise MappingWrong(f"“{field}” is mapped twice.")
        mapping[field] = column
    check(mapping, kind)
    return mapping


def check(mapping: Mapping[str, str], kind: Kind) -> None:
    """Raises `MappingWrong` unless every field exists and the fields together say enough."""
    people = kind is Kind.PEOPLE
    fields, named = (PEOPLE_FIELDS, PEOPLE_NAMED) if people else (FIELDS, NAMED)
    for field in mapping:
        if field not in fields and not any(field.startswith(name) and field != name for name in named):
            more = "attributes.NAME" if people else "attributes.NAME and follow_ups.ID"
            raise MappingWrong(
                f"“{field}” is not a field of {'a person' if people else 'an answer'}. "
                f"Fields are: {', '.join(fields)}, {more}.",
                field="mapping",
            )
    if people:
        if "email" not in mapping and "external_id" not in mapping:
            raise MappingWrong("Map at least the email or the external_id, by which people are known.", field="mapping")
        return
    if "score" not in mapping and "comment" not in mapping:
        raise MappingWrong("Map at least the score or the comment, such as --map score=Rating.", field="mapping")
    if "respondent" in mapping and "external_id" in mapping:
        raise MappingWrong("Map either the respondent or the external_id: each is what an answer is known by.",
                           field="mapping")  # fmt: skip


def find_columns(mapping: Mapping[str, str], header: Sequence[str]) -> Columns:
    """Where the mapped columns stand; raises `MappingWrong` that lists the columns there are."""
    for column in mapping.values():
        if header.count(column) > 1:
            raise MappingWrong(f"The file has more than one column “{column}”.", field="mapping")
        if column not in header:
            raise MappingWrong(f"The file has no column “{column}”. {_listing(header)}", field="mapping")
    return Columns(tuple(header), {field: header.index(column) for field, column in mapping.items()})


def _listing(header: Sequence[str]) -> str:
    listing = "Its columns are: " + ", ".join(f"“{name}”" for name in header) + "."
    if len(header) == 1:
        for mark, name in ((";", "';'"), ("\t", "$'\\t'")):
            if mark in header[0]:
                return f"{listing} If they are separated otherwise, add --delimiter {name}."
    return listing
