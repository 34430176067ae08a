"""Every small mistake that a source file could hold: one changed operator, number, condition or statement each."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from types import CodeType
from typing import Final

_COMPARISONS: Final[dict[type[ast.cmpop], Sequence[type[ast.cmpop]]]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}
_OPPOSITES: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
_REMOVABLE: Final = (ast.Expr, ast.Raise, ast.Assign, ast.AugAssign, ast.Continue, ast.Break)
LONGEST: Final = 110
# What only describes, or only speeds up, changes no result.
_NOT_LOOKED_AT: Final = frozenset({"annotation", "returns", "decorator_list", "type_params"})


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: its number in the file, the line, and the text around it before and after."""

    module: str
    number: int
    line: int
    before: str
    after: str

    @property
    def name(self) -> str:
        """What it is known by when lines move."""
        return f"{self.module}: {self.before} -> {self.after}"


@dataclass(frozen=True, slots=True)
class _Place:
    """A node, where it hangs, and all that it is part of, from its statement down to itself."""

    node: ast.AST
    parent: ast.AST
    field: str
    index: int | None
    around: tuple[ast.AST, ...]

    def put(self, node: ast.AST) -> None:
        """Hangs another node there."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def mistakes(path: Path) -> list[Mistake]:
    """All mistakes for this file, in the order of its text."""
    numbers, found = count(), []
    for place in _places(_parsed(path)):
        for changed in _changes(place):
            around = _told(place.around)
            before = _text(around)
            place.put(changed)
            after = _text(changed if place.node is around else around)
            place.put(place.node)
            line = getattr(place.node, "lineno", 0)
            found.append(Mistake(path.stem, next(numbers), line, before, after))
    return found


def code_with(path: Path, number: int) -> CodeType:
    """The file compiled with the mistake of this number, and no other."""
    tree, numbers = _parsed(path), count()
    for place in _places(tree):
        for changed in _changes(place):
            if next(numbers) == number:
                place.put(ast.fix_missing_locations(ast.copy_location(changed, place.node)))
                code = compile(tree, str(path), "exec")
                place.put(place.node)
                return code
    raise LookupError(f"{path} has no mistake {number}")


@cache
def fingerprint(path: Path) -> str:
    """Stays the same as long as the file's code and docstrings do, and with it the number of each mistake."""
    return sha256(ast.dump(ast.parse(path.read_text(encoding="utf-8"))).encode()).hexdigest()[:16]


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _told(around: Sequence[ast.AST]) -> ast.AST:
    """The largest part of a statement that is told in one short line; the statement's first line if there is none."""
    return next((node for node in around if len(_text(node)) <= LONGEST), around[0])


def _text(node: ast.AST) -> str:
    lines = ast.unparse(node).splitlines()
    # A loop inside brackets begins with a space.
    return next((line.strip() for line in lines if not line.startswith("@")), "")


def _places(tree: ast.Module) -> Iterator[_Place]:
    waiting: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(tree, ())]
    while waiting:
        parent, around = waiting.pop()
        below = list(_below(parent, around))
        yield from below
        waiting += [(place.node, place.around) for place in reversed(below)]


def _below(parent: ast.AST, around: tuple[ast.AST, ...]) -> Iterator[_Place]:
    for field, value in ast.iter_fields(parent):
        if field in _NOT_LOOKED_AT or (isinstance(parent, ast.keyword) and parent.arg == "strict"):
            continue
        for index, each in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(each, ast.AST):
                path = (each,) if isinstance(each, ast.stmt) else (*around, each)
                yield _Place(each, parent, field, index if isinstance(value, list) else None, path)


def _changes(place: _Place) -> Iterator[ast.AST]:
    node = place.node
    if isinstance(node, ast.expr):
        yield from _changed_expressions(node)
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.AugAssign) and type(node.op) in _OPERATORS:
        yield ast.AugAssign(node.target, _OPERATORS[type(node.op)](), node.value)
    if isinstance(node, _REMOVABLE) and not isinstance(place.parent, ast.Module | ast.ClassDef) and not _is_text(node):
        yield ast.Pass()


def _changed_expressions(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare():
            yield from _changed_comparisons(node)
        case ast.BinOp(op=operator) if type(operator) in _OPERATORS:
            yield ast.BinOp(node.left, _OPERATORS[type(operator)](), node.right)
        case ast.BoolOp(op=connective):
            yield ast.BoolOp(ast.Or() if isinstance(connective, ast.And) else ast.And(), node.values)
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.IfExp():
            yield ast.IfExp(node.test, node.orelse, node.body)
        case ast.Call(func=ast.Name(id=name)) if name in _OPPOSITES:
            yield ast.Call(ast.Name(_OPPOSITES[name], ast.Load()), node.args, node.keywords)
        case ast.Constant():
            yield from _changed_constants(node.value)
        case _:
            pass


def _changed_comparisons(node: ast.Compare) -> Iterator[ast.expr]:
    for index, operator in enumerate(node.ops):
        for other in _COMPARISONS[type(operator)]:
            yield ast.Compare(node.left, [*node.ops[:index], other(), *node.ops[index + 1 :]], node.comparators)


def _changed_constants(value: object) -> Iterator[ast.expr]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        # Of a float too large to hold a unit, one more is the same.
        yield from (ast.Constant(other) for other in (value + 1, value - 1) if other != value)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
