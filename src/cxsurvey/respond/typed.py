"""Which fields of a form hold what a customer typed, told without knowing the survey. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from cxsurvey.respond.questions import ADDRESS, FIELD
from cxsurvey.respond.sentences import COMMENT

TYPED = "typed"
"""Hidden field of page two: the names of its fields for words, so that they are known when nothing can be read."""


def typed_in(fields: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The fields that hold words, as pairs of name and text, in the order of the form."""
    told = {name for name in fields.get(TYPED, "").split() if name.startswith(FIELD)}
    return tuple((name, text) for name, text in fields.items() if name in {COMMENT, ADDRESS} or name in told)


def words_in(fields: Mapping[str, str]) -> tuple[str, ...]:
    """What was typed, without what was left empty."""
    return tuple(text.strip() for _, text in typed_in(fields) if text.strip())
