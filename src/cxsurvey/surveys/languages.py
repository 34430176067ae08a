"""Languages as the tags that browsers and mails use: checked, written in one way, and named for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from cxsurvey.core.languages import canonical


def refuse_twins(tags: Iterable[object]) -> None:
    """Raises a validation error when two tags are one language, perhaps in two spellings."""
    seen = [canonical(tag.strip()) or tag for tag in tags if isinstance(tag, str)]
    if len(set(seen)) != len(seen):
        raise PydanticCustomError("duplicate_language", "must not name one language twice")


def _check_keys(value: object) -> object:
    # before the keys are written in one way, after which the last of two would win in silence
    if isinstance(value, Mapping):
        refuse_twins(value)
    return value


EachLanguageOnce = BeforeValidator(_check_keys)
"""For a mapping by language."""


@lru_cache(maxsize=256)
def _locale(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None


@lru_cache(maxsize=256)
def name_of(tag: str) -> str:
    """The English name of a language, or its tag when nobody has named it: `de` gives `German`."""
    locale = _locale(tag)
    return (locale.get_display_name("en") if locale else None) or tag


def own_name_of(tag: str) -> str:
    """The name a language has in itself: `de` gives `Deutsch`."""
    locale = _locale(tag)
    name = locale.get_display_name() if locale else None
    return name[:1].upper() + name[1:] if name else tag


def direction_of(tag: str) -> str:
    """`rtl` for languages written from right to left, else `ltr`; the value of the HTML attribute `dir`."""
    locale = _locale(tag)
    return locale.text_direction if locale else "ltr"
