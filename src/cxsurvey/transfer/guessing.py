"""Which column is probably what: a proposal with its reason, for somebody to confirm. Nothing is imported by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cxsurvey.people.keys import SEGMENT_KEYS
from cxsurvey.transfer.profile import ColumnProfile, Profile
from cxsurvey.transfer.reading import Kind
from cxsurvey.transfer.times import form_of, is_plainly_date

NOT_A_LETTER: Final = re.compile(r"[\W_]+")
BESIDE: Final = re.compile(r"\s*\(([^()]*)\)\s*$")
"""What a name says of itself at its end: “Submit Date (UTC)”, “Rating (1 to 5)”, “Date (of birth)”."""
UNIT: Final = re.compile(
    r"(?:utc|gmt)\s*(?:[+\-−±]\s*\d{1,2}(?::?\d{2})?)?|[ce]es?t|wet|bst|[ecmp][sd]t|trt|mes?z|zulu|z"
    r"|local(?: time)?|time ?zone|ortszeit|lokale zeit|yerel saat|الوقت المحلي"
    r"|(?:dd?|mm?|yy(?:yy)?)([./-])(?:dd?|mm?)\1(?:dd?|yy(?:yy)?)(?: hh:mm(?::ss)?)?"
    r"|[01]\s*(?:[-–—/]|\.\.|to|bis|ile|إلى)\s*(?:[2-9]|10|100)|(?:out )?of (?:5|7|10|100)|iso(?: ?8601)?"
)
"""Zones, forms of dates and ends of scales: in brackets they leave a name what it is without them."""
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "score": (
        "score", "rating", "nps", "csat", "ces", "likelytorecommend", "recommend", "answer", "fftanswer",
        "bewertung", "note", "puan",
    ),
    "comment": ("comment", "comments", "feedback", "why", "reason", "verbatim", "text", "kommentar", "yorum"),
    "answered_at": (
        "answeredat", "submittedat", "respondedat", "completedat", "createdat", "answerdate", "responsedate",
        "submitdate", "submissiondate", "completiondate", "datesubmitted", "enddate", "timestamp", "date", "datetime",
        "time", "beantwortetam", "abgeschicktam", "abgesendetam", "eingegangenam", "eingangsdatum", "antwortdatum",
        "erstelltam", "zeitstempel", "zeitpunkt", "datum", "yanıttarihi", "yanittarihi", "cevaptarihi",
        "gönderimtarihi", "gönderilmetarihi", "oluşturmatarihi", "zamandamgası", "zamandamgasi", "tarih", "tarihsaat",
        "تاريخالإجابة", "تاريخالرد", "تاريخالإرسال", "وقتالإرسال", "الطابعالزمني", "التاريخ", "تاريخ",
        "horodateur", "fecha", "data",
    ),
    "external_id": ("externalid", "responseid", "answerid", "commentid", "id"),
    "respondent": ("respondent", "respondentid", "customerid", "userid", "participantid"),
    "locale": ("locale",),
    "person.email": ("email", "mail", "emailaddress", "eposta"),
    "person.name": ("name", "fullname", "customer", "customername"),
}  # fmt: skip
OF_PEOPLE: Final[Mapping[str, tuple[str, ...]]] = {
    "email": NAMES["person.email"],
    "external_id": ("externalid", "customerid", "userid", "personid", "id"),
    "name": NAMES["person.name"],
    "locale": ("locale", "language", "lang", "sprache"),
}
SEGMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "touchpoint": ("touchpoint", "event", "service", "journey"),
    **{key: (key.replace("_", ""),) for key in SEGMENT_KEYS if key != "touchpoint" and "attribute" not in key},
}


KNOWN: Final = frozenset(name for fields in (NAMES, OF_PEOPLE, SEGMENTS) for names in fields.values() for name in names)


@dataclass(frozen=True, slots=True)
class Guess:
    """A field for one column, and why, as the end of a sentence that begins with “because”."""

    field: str
    column: str
    reason: str


def guess(profile: Profile, kind: Kind) -> list[Guess]:
    """At most one column for each field and one field for each column, in the order of the fields."""
    found: dict[str, Guess] = {}
    for one in (*_by_name(profile, kind, _letters), *_by_name(profile, kind, _bare), *_by_cells(profile, kind)):
        if one.field not in found and one.column not in {other.column for other in found.values()}:
            found[one.field] = one
    if "respondent" in found and "external_id" in found:
        # an answer is known by one of the two; where somebody has several rows it is the respondent
        del found["external_id"]
    return list(found.values())


def _by_name(profile: Profile, kind: Kind, known_as: Callable[[str], str]) -> Iterator[Guess]:
    fields = OF_PEOPLE if kind is Kind.PEOPLE else {**NAMES, **SEGMENTS}
    for field, names in fields.items():
        for name in names:
            for column in profile.columns:
                if known_as(column.name) == name and _fits(field, column):
                    yield Guess(field, column.name, "of its name")


def _by_cells(profile: Profile, kind: Kind) -> Iterator[Guess]:
    for column in profile.columns:
        found = _like(column, kind) if column.samples else None
        if found is not None and not _is_another(column.name, found[0], kind):
            yield Guess(found[0], column.name, found[1])


def _like(column: ColumnProfile, kind: Kind) -> tuple[str, str] | None:
    """The field that the cells of a column look like, and why."""
    if all(is_address(text) for text in column.samples):
        return "email" if kind is Kind.PEOPLE else "person.email", "its cells look like addresses"
    if kind is Kind.PEOPLE:
        return None
    if column.values and all(is_score(value) for value, _ in column.values):
        return "score", "all its cells are whole numbers from 0 to 10"
    if all(is_plainly_date(text) for text in column.samples):
        return "answered_at", "its cells look like dates"
    return None


def _is_another(name: str, field: str, kind: Kind) -> bool:
    """Whether a name is that of a field but for what it says in brackets: “NPS (last year)” is not the score."""
    names = (OF_PEOPLE if kind is Kind.PEOPLE else NAMES)[field]
    return _letters(_without_brackets(name)) in names and _bare(name) not in names


def _fits(field: str, column: ColumnProfile) -> bool:
    """Whether the cells of a column could be what its name promises."""
    if field == "answered_at":
        return all(form_of(text) for text in column.samples)
    if field == "score":
        return bool(column.values)
    return True


def is_known_name(name: str) -> bool:
    """Whether a column of this name is known by it, of whatever kind the file is."""
    return _letters(name) in KNOWN or _letters(_without_brackets(name)) in KNOWN


def _letters(name: str) -> str:
    return NOT_A_LETTER.sub("", name.casefold())


def _bare(name: str) -> str:
    """The letters of a name without a unit or a zone in brackets."""
    return _letters(_without_brackets(name, UNIT))


def _without_brackets(name: str, only: re.Pattern[str] | None = None) -> str:
    """A name without the brackets at its end, or without those alone that say what `only` matches."""
    while (beside := BESIDE.search(name)) is not None:
        if only is not None and only.fullmatch(beside[1].strip().casefold()) is None:
            break
        name = name[: beside.start()]
    return name


def is_address(text: str) -> bool:
    """Whether a cell looks like a mail address."""
    return "@" in text and " " not in text


def is_score(text: str) -> bool:
    """Whether a cell is a whole number from 0 to 10."""
    return text.isascii() and text.isdigit() and int(text) <= 10
