"""The tests of `scoring`, loaded once by the process whose forks run them."""

from __future__ import annotations

import ast
import gc
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import _lru_cache_wrapper
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from bench.mutation.swapping import loaded_functions

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "cxsurvey" / "scoring"
TESTS = ROOT / "tests" / "scoring"
EXAMPLES = TESTS / "test_docstrings.py"
# Neither settings nor plugins of the project, and no words about a failure: it needs to be seen, not explained.
ALONE = ("--noconftest", "-c", os.devnull, "--disable-plugin-autoload", "-p", "no:cacheprovider", "-p", "no:terminal")
OPTIONS = ("-x", "-s", "--assert=plain", "--import-mode=importlib", "--rootdir", str(ROOT), *ALONE)
PASSED, FAILED = int(pytest.ExitCode.OK), int(pytest.ExitCode.TESTS_FAILED)
FEW_EXAMPLES, ALL_EXAMPLES = 5, 100


def tests_of(module: str) -> list[str]:
    """The examples in the docstrings of a module, its own tests, and those of others that import it."""
    name = f"cxsurvey.scoring.{module}"
    found = [path for path in sorted(TESTS.glob("test_*.py")) if path != EXAMPLES and name in _imports(path)]
    found.sort(key=lambda path: path.stem != f"test_{module}")
    return [f"{EXAMPLES}::test_examples_give_what_they_print[{name}]", *map(str, found)]


def _imports(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}


class Suite:
    """Loaded tests, and the processor seconds that each takes when nothing is wrong."""

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self.items = items
        # What loading has put into caches would hide a mistake.
        for cache in (each for each in gc.get_objects() if isinstance(each, _lru_cache_wrapper)):
            if str(cache.__module__).startswith("cxsurvey"):
                cache.cache_clear()
        self.functions = loaded_functions("cxsurvey.scoring")
        # Otherwise each fork would copy all pages as soon as it looks for garbage.
        gc.freeze()
        self.seconds = self._measured()

    def _measured(self) -> dict[str, float]:
        reading, writing = os.pipe()

        def measure() -> int:
            seconds: dict[str, float | None] = {}
            for item in self.items:
                began = time.process_time()
                passed = passes(item)
                seconds[item.nodeid] = time.process_time() - began if passed else None
                if not passed:
                    break
            with os.fdopen(writing, "w") as told:
                json.dump(seconds, told)
            return PASSED

        pid = fork_quiet(measure)
        os.close(writing)
        with os.fdopen(reading) as told:
            seconds = dict(json.loads(told.read()))
        leave_unless_passed(pid, "the tests")
        for name in (name for name, used in seconds.items() if used is None):
            raise SystemExit(f"{name} fails without any mistake")
        return seconds

    def of(self, module: str) -> list[pytest.Item]:
        """The tests of this module in the order of `tests_of`, and those of one file the quickest first."""
        places = {test: place for place, test in enumerate(tests_of(module))}
        found = []
        for item in self.items:
            whole = f"{item.path}::{item.name}"
            place = places.get(whole, places.get(str(item.path)))
            if place is not None:
                # Behind a module's own tests it is of no interest which file a test is from.
                found.append((min(place, 2), self.seconds[item.nodeid], item.nodeid, item))
        return [item for *_, item in sorted(found, key=lambda one: one[:3])]


class _Loaded:
    """Takes the loaded tests where pytest would run them."""

    def __init__(self, work: Callable[[Suite], None]) -> None:
        self.work = work
        self.problem: BaseException | None = None

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        # Without its plugin for the terminal pytest does not know how short a failure may be told.
        session.config.option.tbstyle = "native"
        try:
            self.work(Suite(session.items))
        except BaseException as problem:  # noqa: BLE001 - pytest would print it and end as if all were well
            self.problem = problem
        return True


def with_tests_of(modules: Iterable[str], work: Callable[[Suite], None]) -> None:
    """Loads the tests of these modules, with few examples each, and does `work` with them."""
    give_examples(FEW_EXAMPLES)
    loaded = _Loaded(work)
    files = sorted({test for module in modules for test in tests_of(module)})
    status = pytest.main([*OPTIONS, *files], plugins=[loaded])
    if loaded.problem is not None:
        raise loaded.problem
    if status != PASSED:
        raise SystemExit("the tests cannot be loaded")


def passes(item: pytest.Item) -> bool:
    """Runs one loaded test."""
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    return not item.session.testsfailed


def passes_anew(tests: Sequence[str], examples: int) -> bool:
    """Imports everything anew and runs these tests."""
    for name in [name for name in sys.modules if name.startswith(("cxsurvey", "tests"))]:
        del sys.modules[name]
    give_examples(examples)
    return int(pytest.main([*OPTIONS, *tests])) == PASSED


def give_examples(most: int) -> None:
    """How many examples Hypothesis gives to a test that is loaded from now on, the same in every trial."""
    # A failure needs to be seen, not made small.
    phases = (Phase.explicit, Phase.generate)
    name = f"{most} examples"
    settings.register_profile(name, derandomize=True, database=None, deadline=None, phases=phases, max_examples=most)
    settings.load_profile(name)


def fork_quiet(work: Callable[[], int]) -> int:
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


def leave_unless_passed(pid: int, what: str) -> float:
    """Waits for a fork without a mistake; the processor seconds that it took."""
    _, status, used = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) != PASSED:
        raise SystemExit(f"{what} fail without any mistake")
    return used.ru_utime
