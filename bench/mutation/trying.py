"""One mistake at a time, each in a fork of a process that has loaded the tests already.

A mistake inside a function is put into the function as it is loaded, and the tests that run it follow: with few
examples for a property, then with all. Any other is imported. What passes is tried once more, with everything imported
anew, all tests of the module and all examples, and only what passes again has survived.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
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
    passes,
    passes_anew,
    tests_of,
    thorough,
)
from bench.mutation.swapping import changed_function, key_of

# Tests that need so many times the processor seconds that they should, and some more, have run into an endless loop.
SLOWER, SLACK = 5.0, 0.5
# What importing everything takes at most, in processor seconds.
LOADING = 10.0


class Outcome(StrEnum):
    """What the tests made of a mistake."""

    NOTICED = "noticed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class Trials:
    """Tries mistakes with loaded tests."""

    suite: Suite

    def outcomes(self, waiting: Iterable[Mistake], workers: int) -> Iterator[tuple[Mistake, Outcome]]:
        """Tries mistakes, so many at once, in the order in which they end."""
        running: dict[int, tuple[Mistake, bool]] = {}
        for mistake in waiting:
            self.suite.of(mistake.module)  # put in order here once, not in each fork
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
            running[fork_quiet(partial(self._anew, mistake, ALL_EXAMPLES))] = mistake, True

    def _quickly(self, mistake: Mistake) -> int:
        changed = changed_function(_source(mistake), mistake.number)
        function = changed and self.suite.functions.get(key_of(_module(mistake), changed))
        if changed is None or function is None:
            return self._anew(mistake, FEW_EXAMPLES)
        tests = self.suite.running(mistake.module, function.__code__)
        function.__code__ = changed
        quick = all(self._passes(each, self.suite.measured.quickly) for each in tests)
        passed = quick and all(self._passes(each, self.suite.measured.thoroughly) for each in thorough(tests))
        return PASSED if passed else FAILED

    def _passes(self, item: pytest.Item, seconds: Mapping[str, float]) -> bool:
        _end_after(seconds[item.nodeid])
        return passes(item)

    def _anew(self, mistake: Mistake, examples: int) -> int:
        code, get_code = code_with(_source(mistake), mistake.number), SourceFileLoader.get_code

        def changed(loader: SourceFileLoader, name: str) -> CodeType | None:
            return code if name == _module(mistake) else get_code(loader, name)

        pytest.MonkeyPatch().setattr(SourceFileLoader, "get_code", changed)
        seconds = self.suite.measured.thoroughly if examples == ALL_EXAMPLES else self.suite.measured.quickly
        _end_after(LOADING + sum(seconds[each.nodeid] for each in self.suite.of(mistake.module)))
        return PASSED if passes_anew(tests_of(mistake.module), examples) else FAILED


def _source(mistake: Mistake) -> Path:
    return SOURCES / f"{mistake.module}.py"


def _module(mistake: Mistake) -> str:
    return f"cxsurvey.scoring.{mistake.module}"


def _end_after(seconds: float) -> None:
    """Ends this process, by a signal, when it has used up the processor seconds of an endless loop."""
    signal.setitimer(signal.ITIMER_VIRTUAL, SLOWER * seconds + SLACK)
