"""Which messages the pages of customers say: found in the Python sources and the templates."""

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2.ext import babel_extract

from cxsurvey.core import paths
from cxsurvey.respond import routes

SOURCES = Path(routes.__file__).parent
FUNCTIONS = {"say": 1, "noted": 1, "count": 2}

Message = str | tuple[str, ...]


def messages_in_python() -> Iterator[Message]:
    for source in sorted(SOURCES.glob("*.py")):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            given = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            wanted = FUNCTIONS.get(name, 0)
            if wanted and len(given) >= wanted:
                yield given[0] if wanted == 1 else tuple(given[:wanted])


def messages_in_templates() -> Iterator[Message]:
    folder = paths.templates()
    for template in [*sorted((folder / "respond").glob("*.html")), folder / "_layouts" / "respond.html"]:
        with template.open("rb") as source:
            for _, _, found, _ in babel_extract(source, list(FUNCTIONS), [], {"trim_blocks": "true"}):
                yield found if isinstance(found, str) else tuple(part for part in found or () if part)[:2]


def all_messages() -> set[Message]:
    return {*messages_in_python(), *messages_in_templates()}
