"""The language of one page: its tag, its direction, and our own words in it or as near as we have them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from markupsafe import Markup

from cxsurvey.core.i18n import Words, words
from cxsurvey.surveys.languages import direction_of

DOMAIN = "respond"


@dataclass(frozen=True, slots=True)
class Tongue:
    """What a page is written in. Our words may be in another language when nobody has translated them yet."""

    language: str
    direction: str
    words: Words

    @property
    def ours(self) -> Markup:
        """The attributes of an element that holds our words: nothing unless they differ from the page's language."""
        if self.language.partition("-")[0] == self.words.language.partition("-")[0]:
            return Markup()
        return Markup(' lang="{}" dir="{}"').format(self.words.language, direction_of(self.words.language))

    def day(self, value: date) -> str:
        """A date as this language writes it, in the language of our words, since it stands among them."""
        return _day(value, self.words.language)


@lru_cache(maxsize=256)
def tongue(language: str) -> Tongue:
    """The tongue of a language tag."""
    return Tongue(language, direction_of(language), words(DOMAIN, language))


@lru_cache(maxsize=4096)
def _day(value: date, language: str) -> str:
    # the day before the month, which nobody reads the wrong way round once the month is written out
    spelled = "en-GB" if language == "en" else language
    return format_date(value, "long", locale=Locale.parse(spelled, sep="-"))
