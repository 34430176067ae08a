"""The tests of `scoring`, loaded once by the process whose forks run them."""

from __future__ import annotations

import ast
import gc
import os
import pickle
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import _lru_cache_wrapper
from pathlib import Path
from types import CodeType
from typing import cast

import pytest
from coverage import Coverage
from hypothesis import Phase, is_hypothesis_test, settings
from hypothesis.errors import InvalidArgument

from bench.mutation.swapping import lines_of, loaded_functions

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "src" / "cxsurvey" / "scoring"
TESTS = ROOT / "tests" / "scoring"
EXAMPLES = TESTS / "test_docstrings.py"
# Neither settings nor plugins of the project, and no words about a failure: it needs to be seen, not explained.
ALONE = ("--noconftest", "-c", os.devnull, "--disable-plugin-autoload", "-p", "no:cacheprovider", "-p", "no:terminal")
HERE = ("--import-mode=importlib", "--rootdir", str(ROOT))
OPTIONS = ("-x", "-s", "--assert=plain", *HERE, *ALONE)
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


@dataclass
class Measured:
    """What the tests do when nothing is wrong: processor seconds with few and with all examples, and the lines run.

    The lines of each file have the names of the tests that run them.
    """

    quickly: dict[str, float] = field(default_factory=dict)
    thoroughly: dict[str, float] = field(default_factory=dict)
    running: dict[str, dict[int, list[str]]] = field(default_factory=dict)


class FailsWithoutMistakeError(Exception):
    """A test fails although nothing is wrong, so that it tells nothing of mistakes."""


class Suite:
    """Loaded tests, and what they do when nothing is wrong."""

    def __init__(self, items: Sequence[pytest.Item]) -> None:
        self.items = items
        self._caches = [
            each
            for each in gc.get_objects()
            if isinstance(each, _lru_cache_wrapper) and str(each.__module__).startswith("cxsurvey")
        ]
        self.functions = loaded_functions("cxsurvey.scoring")
        # What loading has put into caches would hide a mistake.
        self._forget()
        # Otherwise each fork would copy all pages as soon as it looks for garbage.
        gc.freeze()
        self._ordered: dict[str, list[pytest.Item]] = {}
        self.measured = self._measure()

    def of(self, module: str) -> list[pytest.Item]:
        """The tests of this module in the order of `tests_of`, and those of one file the quickest first."""
        if module not in self._ordered:
            places = {test: place for place, test in enumerate(tests_of(module))}
            found = []
            for item in self.items:
                place = places.get(f"{item.path}::{item.name}", places.get(str(item.path)))
                if place is not None:
                    # Behind a module's own tests it is of no interest which file a test is from.
                    found.append((min(place, 2), self.measured.quickly[item.nodeid], item.nodeid, item))
            self._ordered[module] = [item for *_, item in sorted(found, key=lambda one: one[:3])]
        return self._ordered[module]

    def running(self, module: str, code: CodeType) -> list[pytest.Item]:
        """Those tests of a module that run this function of it."""
        by_line = self.measured.running.get(code.co_filename, {})
        names = {name for line in lines_of(code) for name in by_line.get(line, ())}
        return [item for item in self.of(module) if item.nodeid in names]

    def _forget(self) -> None:
        for each in self._caches:
            each.cache_clear()

    def _measure(self) -> Measured:
        files = sorted({str(item.path) for item in self.items})
        anew = fork_quiet(lambda: PASSED if passes_anew(files, FEW_EXAMPLES) else FAILED)
        reading, writing = os.pipe()

        def measure() -> int:
            with os.fdopen(writing, "wb") as told:
                try:
                    pickle.dump(self._measured(), told)
                except FailsWithoutMistakeError as failure:
                    pickle.dump(failure, told)
            return PASSED

        loaded = fork_quiet(measure)
        os.close(writing)
        with os.fdopen(reading, "rb") as told:
            measured = pickle.load(told)
        os.waitpid(loaded, 0)
        if isinstance(measured, FailsWithoutMistakeError):
            raise measured
        if os.waitstatus_to_exitcode(os.waitpid(anew, 0)[1]) != PASSED:
            raise FailsWithoutMistakeError("a test imported anew")
        return cast("Measured", measured)

    def _measured(self) -> Measured:
        measured, coverage = Measured(), Coverage(data_file=None, config_file=False, include=[f"{SOURCES}/*"])
        coverage.start()
        for item in self.items:
            # What one test leaves in a cache the next would not run.
            self._forget()
            coverage.switch_context(item.nodeid)
            measured.quickly[item.nodeid] = _seconds(item)
        coverage.stop()
        found = coverage.get_data()
        measured.running = {name: found.contexts_by_lineno(name) for name in found.measured_files()}
        measured.thoroughly = measured.quickly | {each.nodeid: _seconds(each) for each in thorough(self.items)}
        return measured


def _seconds(item: pytest.Item) -> float:
    began = time.process_time()
    if not passes(item):
        raise FailsWithoutMistakeError(item.nodeid)
    return time.process_time() - began


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


def thorough(items: Iterable[pytest.Item]) -> Sequence[pytest.Item]:
    """The properties among these loaded tests, from now on with all examples."""
    properties = [item for item in items if isinstance(item, pytest.Function) and is_hypothesis_test(item.function)]
    for item in properties:
        # One that says its number itself keeps it.
        with suppress(InvalidArgument):
            profile(ALL_EXAMPLES)(item.function)
    return properties


def passes_anew(tests: Sequence[str], examples: int) -> bool:
    """Imports everything anew and runs these tests: first the module's own, for which less needs to be loaded."""
    for name in [name for name in sys.modules if name.startswith(("cxsurvey", "tests"))]:
        del sys.modules[name]
    give_examples(examples)
    return all(int(pytest.main([*OPTIONS, *some])) == PASSED for some in (tests[:2], tests[2:]) if some)


def give_examples(most: int) -> None:
    """How many examples Hypothesis gives to a test that is loaded from now on."""
    settings.register_profile(f"{most} examples", profile(most))
    settings.load_profile(f"{most} examples")


def profile(most: int) -> settings:
    """So many examples, the same in every trial; a failure needs to be seen, not made small."""
    phases = (Phase.explicit, Phase.generate)
    return settings(derandomize=True, database=None, deadline=None, phases=phases, max_examples=most)


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
