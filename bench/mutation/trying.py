"""One mistake at a time: a fork of this process imports the changed module and runs the tests beside it."""

from __future__ import annotations

import ast
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from enum import StrEnum
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType

import pytest
from hypothesis import Phase, settings

from bench.mutation.mistakes import Mistake, code_with

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "cxsurvey" / "scoring"
TESTS = ROOT / "tests" / "scoring"
EXAMPLES = TESTS / "test_docstrings.py"
# Neither settings nor plugins of the project: what is left starts in a tenth of a second.
ALONE = ("--noconftest", "-c", os.devnull, "--disable-plugin-autoload", "-p", "no:cacheprovider")
OPTIONS = ("-x", "-q", "--rootdir", str(ROOT), "--import-mode=importlib", *ALONE)
PASSED, FAILED = int(pytest.ExitCode.OK), int(pytest.ExitCode.TESTS_FAILED)
POLL = 0.005


class Outcome(StrEnum):
    """What the tests made of a mistake."""

    NOTICED = "noticed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"


class _Changed(MetaPathFinder, Loader):
    """Gives one module the changed code."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self.name, self.path, self.code = name, path, code

    def find_spec(self, fullname: str, path: object, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        spec = spec_from_loader(fullname, self, origin=str(self.path))
        assert spec is not None
        spec.has_location = True
        return spec

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)


def prepare() -> None:
    """Loads what every trial needs, so that a fork has it already."""
    # A failure needs to be seen, not made small, and the same in every trial.
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("mutation", derandomize=True, database=None, deadline=None, phases=phases)
    settings.load_profile("mutation")
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        pytest.main([*OPTIONS, "--collect-only", str(TESTS)])


def tests_of(module: str) -> list[str]:
    """The tests that import this module, its own file first, and the examples in its docstrings."""
    name = f"cxsurvey.scoring.{module}"
    found = [path for path in sorted(TESTS.glob("test_*.py")) if path != EXAMPLES and name in _imports(path)]
    found.sort(key=lambda path: path.stem != f"test_{module}")
    return [*map(str, found), f"{EXAMPLES}::test_examples_give_what_they_print[{name}]"]


def _imports(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


def seconds_unchanged(module: str) -> float:
    """How long the tests of a module take as it is; leaves when they fail."""
    began = time.perf_counter()
    tests = tests_of(module)
    if _wait_for(_fork_quiet(lambda: _run(tests))) != PASSED:
        raise SystemExit(f"the tests of {module} fail without any mistake")
    return time.perf_counter() - began


def tried(waiting: Iterable[tuple[Mistake, Sequence[str], float]], workers: int) -> Iterator[tuple[Mistake, Outcome]]:
    """Tries mistakes, each with its tests and the seconds it may take; in the order in which they end."""
    running: dict[int, tuple[Mistake, float]] = {}
    for mistake, tests, limit in waiting:
        running[_begin(mistake, tests)] = mistake, time.monotonic() + limit
        while len(running) >= workers:
            yield from _ended(running)
    while running:
        yield from _ended(running)


def _ended(running: dict[int, tuple[Mistake, float]]) -> Iterator[tuple[Mistake, Outcome]]:
    time.sleep(POLL)
    for pid, (mistake, deadline) in list(running.items()):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            del running[pid]
            survived = os.waitstatus_to_exitcode(status) == PASSED
            yield mistake, Outcome.SURVIVED if survived else Outcome.NOTICED
        elif time.monotonic() > deadline:
            del running[pid]
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            yield mistake, Outcome.TIMED_OUT


def _begin(mistake: Mistake, tests: Sequence[str]) -> int:
    path = SOURCES / f"{mistake.module}.py"
    code = code_with(path, mistake.number)

    def work() -> int:
        sys.meta_path.insert(0, _Changed(f"cxsurvey.scoring.{mistake.module}", path, code))
        return _run(tests)

    return _fork_quiet(work)


def _run(tests: Sequence[str]) -> int:
    for name in [name for name in sys.modules if name.startswith(("cxsurvey", "tests"))]:
        del sys.modules[name]
    return int(pytest.main([*OPTIONS, *tests]))


def _fork_quiet(work: Callable[[], int]) -> int:
    """Runs `work` in a fork that prints nothing and leaves with what it gives; the id of the fork."""
    pid = os.fork()
    if pid:
        return pid
    status = FAILED
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        status = work()
    finally:
        # Whatever happens, the fork must not go on with the work of its parent.
        os._exit(status)


def _wait_for(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
