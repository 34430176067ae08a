"""Our own words in the languages of customers: gettext catalogues, read once and kept.

The English text is its own key. Catalogues stand as text under `locale/{language}/LC_MESSAGES/{domain}.po`;
nothing is compiled beforehand, so what translators write is what is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).resolve().parent.parent / "locale"
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Words:
    """The messages of one domain in one language. `language` is the one they are really in."""

    language: str
    messages: NullTranslations

    def say(self, message: str, **values: object) -> str:
        """The translation of an English message, its `%(name)s` parts filled in; the English itself if unknown."""
        found = self.messages.gettext(message)
        return found % values if values else found

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """The translation in the plural form that belongs to `number`, which is also the value of `%(number)d`."""
        return self.messages.ngettext(one, many, number) % {"number": number, **values}


def languages(domain: str) -> tuple[str, ...]:
    """The languages a domain is translated into, English first."""
    found = sorted(file.parent.parent.name for file in FOLDER.glob(f"*/LC_MESSAGES/{domain}.po"))
    return (ENGLISH, *(language for language in found if language != ENGLISH))


@lru_cache(maxsize=256)
def words(domain: str, language: str) -> Words:
    """The messages of a domain in `language`, else in its base language (`de` for `de-AT`), else in English."""
    known = languages(domain)
    tag = language
    while tag and tag not in known:
        tag = tag.rpartition("-")[0]
    return _read(domain, tag or ENGLISH)


@lru_cache(maxsize=64)
def _read(domain: str, language: str) -> Words:
    file = FOLDER / language / "LC_MESSAGES" / f"{domain}.po"
    if not file.is_file():
        return Words(ENGLISH, NullTranslations())
    with file.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Words(language, GNUTranslations(compiled))
