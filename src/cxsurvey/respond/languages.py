"""Which language a page is shown in: the link's word, then the invitation's, then the browser's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from babel.core import LOCALE_ALIASES, get_global

from cxsurvey.core.languages import canonical

LONGEST_HEADER = 500
QUALITY = re.compile(r"q=([01](?:\.[0-9]{0,3})?)")


def choose(available: Sequence[str], default: str, wishes: Iterable[str | None], accept: str = "") -> str:
    """The first of `available` that a wish or else the `Accept-Language` header names; `default` if none does."""
    return _choose(tuple(available), default, tuple(wishes), accept[:LONGEST_HEADER])


@lru_cache(maxsize=1024)  # browsers of one country send a handful of headers
def _choose(available: tuple[str, ...], default: str, wishes: tuple[str | None, ...], accept: str) -> str:
    for wish in (*wishes, *accepted(accept)):
        found = nearest(wish, available) if wish else None
        if found is not None:
            return found
    return default


def nearest(wish: str, available: Sequence[str]) -> str | None:
    """The available language a tag means: itself, its usual other name (`zh-TW`, `zh-Hant-TW`), or its base."""
    for tag in _readings(wish):
        if tag in available:
            return tag
    base = wish.partition("-")[0].lower()
    return next((tag for tag in available if tag.partition("-")[0] == base), None)


def accepted(header: str) -> list[str]:
    """The tags of an `Accept-Language` header, most wanted first; what is malformed or refused is left out."""
    weighed: list[tuple[float, str]] = []
    for part in header[:LONGEST_HEADER].split(","):
        tag, _, rest = part.partition(";")
        quality = QUALITY.fullmatch(rest.strip()) if rest else None
        weight = float(quality.group(1)) if quality else (0.0 if rest else 1.0)
        if weight > 0 and canonical(tag.strip()) is not None:
            weighed.append((weight, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]


def _readings(wish: str) -> Iterator[str]:
    tag = canonical(wish)
    if tag is None:
        return
    language, _, region = tag.partition("-")
    language = get_global("language_aliases").get(language, language).replace("_", "-")
    likely = get_global("likely_subtags").get(f"{language}_{region}", "").replace("_", "-")
    usual = LOCALE_ALIASES.get(language, "").replace("_", "-")
    for full in (tag, likely, "-".join(filter(None, (language, region))), usual):
        parts = full.split("-") if full else []
        yield from ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
