"""What a form page sent: read from the bytes of the body, bounded, with every doubt kept as a problem of a field.

A problem never loses what was typed: the fields are kept as far as they can be shown, so that the form can be
shown again with them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from cxsurvey.core.text import NOT_TEXT

MEDIA_TYPE = b"application/x-www-form-urlencoded"
MOST_FIELDS = 80
LONGEST_NAME = 100

DUPLICATE = "duplicate"
FORBIDDEN_CHARACTERS = "forbidden_characters"
UNREADABLE = "unreadable"


@dataclass(slots=True)
class Sent:
    """The fields of a form by name, and which of them broke a rule (`""`: the form as a whole)."""

    fields: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """A field, or nothing."""
        return self.fields.get(name, "")


def parse(body: bytes) -> Sent:
    """The fields in an urlencoded body."""
    sent = Sent()
    if not body:
        return sent
    if body.count(b"&") >= MOST_FIELDS:
        sent.problems[""] = UNREADABLE
        return sent
    for pair in body.split(b"&"):
        raw_name, _, raw_value = pair.partition(b"=")
        name, name_is_text = _text(raw_name[: 3 * LONGEST_NAME])
        value, value_is_text = _text(raw_value)
        if not name_is_text:
            sent.problems[""] = UNREADABLE
        elif name in sent.fields:
            sent.problems[name] = DUPLICATE
        else:
            sent.fields[name] = value
            if not value_is_text:
                sent.problems[name] = FORBIDDEN_CHARACTERS
    return sent


def _text(raw: bytes) -> tuple[str, bool]:
    """The text of a name or value, and whether it was text; what cannot be shown is taken out of it."""
    if raw.isalnum():  # plain letters and digits, as names and scores are
        return raw.decode(), True
    raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        raw = unquote_to_bytes(raw)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return NOT_TEXT.sub("", raw.decode("utf-8", "ignore")), False
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if NOT_TEXT.search(text):
        return NOT_TEXT.sub("", text), False
    return text, True
