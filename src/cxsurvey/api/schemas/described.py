"""What the docstrings below the fields of a document say, for the description of the API.

Pydantic would read them by itself, from the source of each class as it is made: that took a tenth of the start of a
server. Here they are read when somebody asks for the description, each module once.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


def said_of_fields(document: type[BaseModel]) -> dict[str, str]:
    """What is said of each field of a document, by its name. A field that is declared anew is described anew."""
    said: dict[str, str] = {}
    for part in reversed(document.__mro__):
        declared = inspect.get_annotations(part).keys() & document.model_fields.keys()
        if declared:
            own = _said_in(part.__module__).get(part.__qualname__, {})
            said = {name: text for name, text in said.items() if name not in declared}
            said |= {name: text for name, text in own.items() if name in declared}
    return said


@cache
def _said_in(module: str) -> Mapping[str, Mapping[str, str]]:
    """By class and field, what a module says of the fields of the classes on its top level."""
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: dict(_said_below(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _said_below(declared: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, below in pairwise(declared.body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)
