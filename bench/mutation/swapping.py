"""A mistake inside a function needs no new import: the function that is loaded already gets the changed code."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator, Mapping
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType

from bench.mutation.mistakes import code_with


def changed_function(path: Path, number: int) -> CodeType | None:
    """The code of the one function that holds this mistake; None where it lies outside of functions.

    What lies outside runs when the module is imported, such as a constant or a default, so only a new import shows it.
    """
    unchanged = compile(ast.parse(path.read_text(encoding="utf-8")), str(path), "exec")
    before, after = dict(_functions(unchanged)), dict(_functions(code_with(path, number)))
    differing = [key for key in before if before[key] != after.get(key)]
    if before.keys() != after.keys() or len(differing) != 1:
        return None
    return after[differing[0]]


def loaded_functions(package: str) -> dict[tuple[str, str, int], FunctionType]:
    """The functions of a package that are loaded, by module, qualified name and first line."""
    functions = (each for each in gc.get_objects() if isinstance(each, FunctionType))
    return {
        (each.__module__, *_key(each.__code__)): each for each in functions if str(each.__module__).startswith(package)
    }


def swapped(functions: Mapping[tuple[str, str, int], FunctionType], module: str, changed: CodeType) -> bool:
    """Gives the loaded function of this module the changed code; False when there is no such function."""
    found = functions.get((module, *_key(changed)))
    if found is None:
        return False
    found.__code__ = changed
    return True


def _functions(code: CodeType) -> Iterator[tuple[tuple[str, int], CodeType]]:
    """All functions of a module and of its classes, whole; what is nested in a function belongs to it."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from [(_key(each), each)] if each.co_flags & CO_OPTIMIZED else _functions(each)


def _key(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno
