"""One mistake at a time, each in a fork of a process that has loaded the tests already.

A mistake inside a function is put into the function as it is loaded, and the tests that run it follow: with few
examples for a property, then with all. Any other is imported. What passes is tried once more, with everything imported
anew, all tests of the module and all examples, and only what passes again has survived.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType

import pytest

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
    passes_more,
    tests_of,
)
from bench.mutation.swapping import changed_function, key_of

# Tests that need so many times the processor seconds that they should, and some more, have run into an endless loop.
SLOWER, SLACK = 5.0, 1.0


class Outcome(StrEnum):
    """What the tests made of a mistake."""

    NOTICED = "noticed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"


@dataclass
class Trials:
    """Tries mistakes with loaded tests."""

    suite: Suite
    _seconds: dict[str, float] = field(default_factory=dict)

    def outcomes(self, waiting: Iterable[Mistake], workers: int) -> Iterator[tuple[Mistake, Outcome]]:
        """Tries mistakes, so many at once, in the order in which they end."""
        running: dict[int, tuple[Mistake, bool]] = {}
        for mistake in waiting:
            tests = self.suite.of(mistake.module)
            running[fork_quiet(partial(self._quickly, mistake, tests))] = mistake, False
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

    def _quickly(self, mistake: Mistake, tests: Sequence[pytest.Item]) -> int:
        changed = changed_function(_source(mistake), mistake.number)
        function = changed and self.suite.functions.get(key_of(_module(mistake), changed))
        if changed is None or function is None:
            return self._anew(mistake, FEW_EXAMPLES, self.suite.total(tests))
        tests = self.suite.running(tests, function.__code__)
        function.__code__ = changed
        for each in tests:
            _end_after(self.suite.seconds[each.nodeid])
            if not passes(each):
                return FAILED
        _end_after(self.suite.total(tests) * ALL_EXAMPLES / FEW_EXAMPLES)
        return PASSED if passes_more(tests, ALL_EXAMPLES) else FAILED

    def _anew(self, mistake: Mistake, examples: int, seconds: float) -> int:
        code, get_code = code_with(_source(mistake), mistake.number), SourceFileLoader.get_code

        def changed(loader: SourceFileLoader, name: str) -> CodeType | None:
            return code if name == _module(mistake) else get_code(loader, name)

        pytest.MonkeyPatch().setattr(SourceFileLoader, "get_code", changed)
        _end_after(seconds)
        return PASSED if passes_anew(tests_of(mistake.module), examples) else FAILED

    def _seconds_of_all_examples(self, module: str) -> float:
        if module not in self._seconds:
            pid = fork_quiet(lambda: PASSED if passes_anew(tests_of(module), ALL_EXAMPLES) else FAILED)
            self._seconds[module] = leave_unless_passed(pid, f"the tests of {module}")
        return self._seconds[module]


def _source(mistake: Mistake) -> Path:
    return SOURCES / f"{mistake.module}.py"


def _module(mistake: Mistake) -> str:
    return f"cxsurvey.scoring.{mistake.module}"


def _end_after(seconds: float) -> None:
    """Ends this process, by a signal, when it has used up the processor seconds of an endless loop."""
    signal.setitimer(signal.ITIMER_VIRTUAL, SLOWER * seconds + SLACK)
