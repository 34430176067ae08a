"""Merge tags: the two words in braces that are replaced when a text is shown.

Texts of managers never become templates. A tag is looked up once and what replaces it is not looked at again,
so a value that contains braces stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

TAGS = ("first_name", "workspace")
LONGEST_VALUE = 40

BRACED = re.compile(r"\{([^{}]*)\}")
# anything a mail program or a page might turn into a link
ADDRESS = re.compile(r"://|//|www\.|@|\b[\w-]+\.[a-z]{2,}\b|\\", re.IGNORECASE)
NOT_PLAIN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069<>{}]")
# where a name is missing, the comma and the space that lead to it go with it
WITH_LEAD = r"^\{%s\}\s*[,،:]?\s*|\s*[,،]?\s*\{%s\}"


def unknown_tags(text: str) -> list[str]:
    """The braced words of a text that are no merge tags, each once, in their order; stray braces count."""
    found = [word for word in BRACED.findall(text) if word not in TAGS]
    if re.search(r"[{}]", BRACED.sub("", text)):
        found.append("{" if "{" in BRACED.sub("", text) else "}")
    return list(dict.fromkeys(found))


def safe_value(value: str | None) -> str | None:
    """`value` if it may stand in a text: one line of at most 40 characters without an address; else None."""
    text = (value or "").strip()
    if not text or len(text) > LONGEST_VALUE or NOT_PLAIN.search(text) or ADDRESS.search(text):
        return None
    return text


def workspace_value(name: str) -> str:
    """A workspace's name as a value: one line, cut after 40 characters. It may be called example.com."""
    line = " ".join(NOT_PLAIN.sub(" ", name).split())
    return line if len(line) <= LONGEST_VALUE else line[: LONGEST_VALUE - 1].rstrip() + "…"


def replace(text: str, values: Mapping[str, str | None]) -> str:
    """`text` with its tags replaced. A tag without a value vanishes with the comma before it.

    >>> replace("Thank you, {first_name}!", {"first_name": "Kim"})
    'Thank you, Kim!'
    >>> replace("Thank you, {first_name}!", {"first_name": None})
    'Thank you!'
    """
    for tag in TAGS:
        if values.get(tag) is None and "{" + tag + "}" in text:
            text = re.sub(WITH_LEAD % (tag, tag), "", text)
    return BRACED.sub(lambda found: values.get(found.group(1)) or found.group(0), text)
