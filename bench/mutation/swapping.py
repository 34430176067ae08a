"""A mistake inside a function needs no new import: the function that is loaded already gets the changed code."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from functools import cache
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType

from bench.mutation.mistakes import code_with

# A function's module, qualified name and first line.
Key = tuple[str, str, int]


def changed_function(path: Path, number: int) -> CodeType | None:
    """The code of the one function that holds this mistake; None where it lies outside of functions.

    What lies outside runs when the module is imported, such as a constant or a default, so only a new import shows it.
    """
    before, after = _functions_of(path), dict(_functions(code_with(path, number)))
    differing = [key for key in before if before[key] != after.get(key)]
    if before.keys() != after.keys() or len(differing) != 1:
        return None
    return after[differing[0]]


def loaded_functions(package: str) -> dict[Key, FunctionType]:
    """The functions of a package that are loaded."""
    functions = (each for each in gc.get_objects() if isinstance(each, FunctionType))
    return {
        key_of(each.__module__, each.__code__): each for each in functions if str(each.__module__).startswith(package)
    }


def key_of(module: str, code: CodeType) -> Key:
    """What a function is found by."""
    return module, code.co_qualname, code.co_firstlineno


def lines_of(code: CodeType) -> set[int]:
    """The lines of a function and of what is nested in it."""
    nested = (lines_of(each) for each in code.co_consts if isinstance(each, CodeType))
    return {line for *_, line in code.co_lines() if line}.union(*nested)


@cache
def _functions_of(path: Path) -> dict[Key, CodeType]:
    return dict(_functions(compile(path.read_text(encoding="utf-8"), str(path), "exec")))


def _functions(code: CodeType) -> Iterator[tuple[Key, CodeType]]:
    """All functions of a module and of its classes, whole; what is nested in a function belongs to it."""
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from [(key_of("", each), each)] if each.co_flags & CO_OPTIMIZED else _functions(each)
