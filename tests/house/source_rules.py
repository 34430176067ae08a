"""House rules that no linter knows, as functions from one module to its offences.

Each offence is a line number and a few words.
"""

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FILE_LINES = 500
FUNCTION_LINES = 60
AUDIENCES = {"respond", "dashboard", "api", "web", "cli"}
SQL_MODULES = {"queries", "models", "counts"}

Offence = tuple[int, str]


@dataclass(frozen=True)
class Module:
    """One module of the package: its dotted name below `cxsurvey` and its source."""

    parts: tuple[str, ...]
    source: str

    @property
    def package(self) -> str:
        return self.parts[0] if self.parts else ""

    @property
    def holds_sql(self) -> bool:
        return self.package == "core" or not SQL_MODULES.isdisjoint(self.parts[1:])

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(ast.parse(self.source, filename="/".join(self.parts))))


def modules_below(folder: Path) -> Iterator[Module]:
    """Every module of the package that lies in `folder`."""
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        yield Module(tuple(part for part in parts if part != "__init__"), path.read_text())


def imported_names(module: Module) -> Iterator[Offence]:
    """Each imported dotted name with its line; `from a import b` gives `a.b`."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def too_long(module: Module) -> Iterator[Offence]:
    """Files and functions past the length at which they are refused."""
    lines = len(module.source.splitlines())
    if lines > FILE_LINES:
        yield lines, f"file of {lines} lines, {FILE_LINES} are permitted"
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield node.lineno, f"{node.name}() has {length} lines, {FUNCTION_LINES} are permitted"


def commits(module: Module) -> Iterator[Offence]:
    """Calls of `.commit(` outside core/db: only the edge of a unit of work commits."""
    if module.parts[:2] == ("core", "db"):
        return
    for node in module.nodes:
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr == "commit":
            yield called.lineno, "commits; only core/db does"


def stray_sql(module: Module) -> Iterator[Offence]:
    """Imports of SQLAlchemy outside core and a domain's queries, models and counts."""
    if module.holds_sql:
        return
    for line, name in imported_names(module):
        if name.split(".")[0] == "sqlalchemy":
            yield line, "imports sqlalchemy; that belongs into queries, models or counts"


def foreign_rows(module: Module) -> Iterator[Offence]:
    """Imports of another domain's models, other than for joins and foreign keys.

    That the other domain stands lower is the contract of the floors.
    """
    if module.package == "wiring":
        return
    for line, name in imported_names(module):
        parts = name.split(".")
        if parts[0] != "cxsurvey" or "models" not in parts[2:]:
            continue
        foreign = parts[1] != module.package
        if module.package in AUDIENCES or (foreign and not module.holds_sql):
            yield line, f"imports {'.'.join(parts[:3])}; ask that domain's service or queries"


def impure_scoring(module: Module) -> Iterator[Offence]:
    """Imports of scoring that are neither the standard library nor scoring itself."""
    if module.package != "scoring":
        return
    for line, name in imported_names(module):
        parts = name.split(".")
        if parts[0] not in sys.stdlib_module_names and parts[:2] != ["cxsurvey", "scoring"]:
            yield line, f"imports {name}; scoring knows the standard library only"


Rule = Callable[[Module], Iterator[Offence]]
RULES: tuple[Rule, ...] = (too_long, commits, stray_sql, foreign_rows, impure_scoring)
