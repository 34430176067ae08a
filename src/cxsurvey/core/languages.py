"""Language tags as browsers, mails and other systems write them: checked, and written in one way."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

# language, perhaps a script, perhaps a region: what a page can be written in (RFC 5646, without extensions)
TAG = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?")
# what else a tag may say: a narrower language, and at the end variants, extensions and private words
WHOLE = re.compile(
    r"([a-z]{2,3})(?:-[a-z]{3}){0,3}((?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?)"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?",
    re.ASCII | re.IGNORECASE,
)


def canonical(tag: str) -> str | None:
    """The tag in its one spelling (`pt-br` gives `pt-BR`), or None when it is no language tag."""
    found = TAG.fullmatch(tag)
    if found is None:
        return None
    language, script, region = found.groups()
    parts = [language.lower(), script.title() if script else None, region.upper() if region else None]
    return "-".join(part for part in parts if part)


def _check(value: str) -> str:
    tag = canonical(value)
    if tag is None:
        raise PydanticCustomError("not_a_language", "must be a language tag such as en, de or pt-BR")
    return tag


def _check_spoken(value: str) -> str:
    tag = value.replace("_", "-")
    found = WHOLE.fullmatch(tag)
    return _check("".join(found.groups()) if found is not None else tag)


Language = Annotated[str, StringConstraints(strip_whitespace=True, max_length=16), AfterValidator(_check)]
"""A language that something is written in."""
SpokenLanguage = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40), AfterValidator(_check_spoken)]
"""The language of a person, as other systems know it: `pt_BR` is read as well, and `de-DE-1996` as `de-DE`."""
