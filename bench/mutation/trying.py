"""One mistake at a time, each in a fork of a process that has loaded the tests already.

First the tests run with few examples, and a mistake inside a function is put into the function as it is loaded: that
notices nearly all, and quickly. What passes is tried once more, with everything imported anew and with all examples,
and only what passes again has survived.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType

from bench.mutation.mistakes import Mistake, code_with
from bench.mutation.suite import (
    ALL_EXAMPLES,
    FAILED,
    FEW_EXAMPLES,
    PASSED,
    SOURCES,
    Suite,
    fork_quiet,
    leave_unless_passed,
    passes,
    passes_anew,
    tests_of,
)
from bench.mutation.swapping import changed_function, swapped

# Tests that need so many times the processor seconds that they should, and some more, have run into an endless loop.
SLOWER, SLACK = 5.0, 1.0


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


@dataclass
class Trials:
    """Tries mistakes with loaded tests."""

    suite: Suite
    _seconds: dict[str, float] = field(default_factory=dict)

    def outcomes(self, waiting: Iterable[Mistake], workers: int) -> Iterator[tuple[Mistake, Outcome]]:
        """Tries mistakes, so many at once, in the order in which they end."""
        running: dict[int, tuple[Mistake, bool]] = {}
        for mistake in waiting:
            running[fork_quiet(partial(self._quickly, mistake))] = mistake, False
            while len(running) >= workers:
                yield from self._ended(running)
        while running:
            yield from self._ended(running)

    def _ended(self, running: dict[int, tuple[Mistake, bool]]) -> Iterator[tuple[Mistake, Outcome]]:
        pid, status = os.wait()
        mistake, thoroughly = running.pop(pid)
        ended = os.waitstatus_to_exitcode(status)
        if ended == -signal.SIGVTALRM:
            yield mistake, Outcome.TIMED_OUT
        elif ended != PASSED:
            yield mistake, Outcome.NOTICED
        elif thoroughly:
            yield mistake, Outcome.SURVIVED
        else:
            limit = self._seconds_of_all_examples(mistake.module)
            running[fork_quiet(lambda: self._anew(mistake, ALL_EXAMPLES, limit))] = mistake, True

    def _quickly(self, mistake: Mistake) -> int:
        changed = changed_function(SOURCES / f"{mistake.module}.py", mistake.number)
        tests = self.suite.of(mistake.module)
        if changed is None or not swapped(self.suite.functions, f"cxsurvey.scoring.{mistake.module}", changed):
            return self._anew(mistake, FEW_EXAMPLES, sum(self.suite.seconds[each.nodeid] for each in tests))
        for each in tests:
            _end_after(self.suite.seconds[each.nodeid])
            if not passes(each):
                return FAILED
        return PASSED

    def _anew(self, mistake: Mistake, examples: int, seconds: float) -> int:
        path = SOURCES / f"{mistake.module}.py"
        sys.meta_path.insert(0, _Changed(f"cxsurvey.scoring.{mistake.module}", path, code_with(path, mistake.number)))
        _end_after(seconds)
        return PASSED if passes_anew(tests_of(mistake.module), examples) else FAILED

    def _seconds_of_all_examples(self, module: str) -> float:
        if module not in self._seconds:
            pid = fork_quiet(lambda: PASSED if passes_anew(tests_of(module), ALL_EXAMPLES) else FAILED)
            self._seconds[module] = leave_unless_passed(pid, f"the tests of {module}")
        return self._seconds[module]


def _end_after(seconds: float) -> None:
    """Ends this process, by a signal, when it has used up the processor seconds of an endless loop."""
    signal.setitimer(signal.ITIMER_VIRTUAL, SLOWER * seconds + SLACK)
