"""Text as it is searched: without case, accents and marks, in any script, the same on both databases.

Databases fold only some of this, and each in its own way, so the comparison is made here.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_ALIKE: Final = {
    "ı": "i",
    "ß": "ss",
    "ø": "o",
    "đ": "d",
    "ł": "l",
    "æ": "ae",
    "œ": "oe",
    "ى": "ي",
    "ة": "ه",
    "ـ": "",
    "\u200c": "",
    "\u200d": "",
    "’": "'",
}
"""Letters that no decomposition takes apart: dotless i, final forms of Arabic, the stroke that stretches a word."""
_REMEMBERED: Final = 0x20000
"""Letters below this number may have case or marks; above stand ideographs and signs for private use."""


class _Letters(dict[int, str]):
    """Each letter, by its number, to what it becomes; remembered from the first look on, `_REMEMBERED` at most."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if code < _REMEMBERED:
            self[code] = _folded_letter(letter)
            return self[code]
        return _folded_letter(letter) if unicodedata.decomposition(letter) else letter


def _folded_letter(letter: str) -> str:
    if letter.isascii():
        return letter.lower()
    parts = unicodedata.normalize("NFKD", letter).casefold()
    kept = (part for part in unicodedata.normalize("NFKD", parts) if not unicodedata.combining(part))
    return "".join(_ALIKE.get(part, part) for part in kept)


_LETTERS: Final = _Letters()


def folded(text: str) -> str:
    """The text as it is compared.

    Letter by letter, so that no text costs more than its length: normalising a whole one takes the square of a
    run of marks.

    >>> folded("İSTANBUL ığdır"), folded("Müller Straße"), folded("أُمّ")
    ('istanbul igdir', 'muller strasse', 'ام')
    """
    return text.lower() if text.isascii() else text.translate(_LETTERS)


def words(search: str) -> tuple[str, ...]:
    """The words to find, all of which must stand in a text, in any order; one in "double quotes" keeps its spaces."""
    found = [part if index % 2 else part.split() for index, part in enumerate(search.split('"'))]
    flat = [word for part in found for word in ([part] if isinstance(part, str) else part)]
    return tuple(dict.fromkeys(word for each in flat if (word := folded(each).strip())))


def holds(text: str, wanted: tuple[str, ...]) -> bool:
    """Whether all of the words stand in the text."""
    if not wanted:
        return True
    ground = folded(text)
    return all(word in ground for word in wanted)


def pieces(text: str, search: str) -> tuple[tuple[str, bool], ...]:
    """The text in order, in pieces, each with whether it is one of the words that were searched for.

    >>> pieces("Die Straße ist laut.", "STRASSE")
    (('Die ', False), ('Straße', True), (' ist laut.', False))
    """
    wanted = words(search)
    if not wanted:
        return ((text, False),)
    letters = [_LETTERS[ord(letter)] for letter in text]
    ground, owner = "".join(letters), [index for index, each in enumerate(letters) for _ in each]
    marked = [False] * len(text)
    for word in wanted:
        at = ground.find(word)
        while at >= 0:
            last = owner[at + len(word) - 1]
            marked[owner[at] : last + 1] = [True] * (last + 1 - owner[at])
            at = ground.find(word, at + len(word))
    return _grouped(text, marked)


def _grouped(text: str, marked: list[bool]) -> tuple[tuple[str, bool], ...]:
    found: list[tuple[str, bool]] = []
    for letter, mark in zip(text, marked, strict=True):
        if found and found[-1][1] is mark:
            found[-1] = (found[-1][0] + letter, mark)
        else:
            found.append((letter, mark))
    return tuple(found)
