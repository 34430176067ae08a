"""Puts small mistakes into `scoring`, one at a time, and tells which of them no test notices.

    python -m bench.mutation                     every module, until done or 30 minutes are over
    python -m bench.mutation intervals nps       these modules
    python -m bench.mutation --minutes 5         a sample of what there is
    python -m bench.mutation --kept FILE         goes on where the last run with this file ended

What cannot be noticed because it changes no result is listed in docs/mutation.md and not counted.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import takewhile
from pathlib import Path

from bench.harness.telling import Report
from bench.mutation.kept import Kept
from bench.mutation.mistakes import Mistake, mistakes
from bench.mutation.suite import ROOT, SOURCES, Suite, with_tests_of
from bench.mutation.trying import Outcome, Trials

LISTED = ROOT / "docs" / "mutation.md"
TARGET = 100.0
_ROW = re.compile(r"\| `(?P<module>\w+)` \| ``? ?(?P<before>.+?) ?``? \| ``? ?(?P<after>.+?) ?``? \|")


def main() -> None:
    """Tries the mistakes in an order of no meaning, so that a run that is cut short is a fair sample."""
    options = _options()
    report = Report("Mutation: mistakes in scoring that its tests notice")
    known, modules = equivalent(), options.module or _modules()
    found = {name: mistakes(SOURCES / f"{name}.py") for name in modules}
    real = [each for some in found.values() for each in some if each.name not in known]
    report.note(f"{len(real)} mistakes, {sum(map(len, found.values())) - len(real)} listed as changing no result")
    kept, began = Kept(options.kept), time.monotonic()
    outcomes = kept.noticed(real)
    left = [each for each in real if each not in outcomes]
    if options.kept:
        report.note(f"{len(outcomes)} of them noticed before, says {options.kept}")
    tried = _try(left, options.minutes, options.workers, kept)
    report.note(f"{len(tried)} tried, {60 * len(tried) / (time.monotonic() - began):.0f} a minute")
    outcomes |= tried
    for name in modules:
        _tell(report, name, [each for each in real if each.module == name], outcomes)
    report.end()


def equivalent() -> set[str]:
    """The names of those mistakes that docs/mutation.md lists as changing no result."""
    return listed(LISTED.read_text(encoding="utf-8").splitlines()) if LISTED.exists() else set()


def listed(lines: Iterable[str]) -> set[str]:
    """The names of the mistakes in the rows of a table."""
    rows = map(_ROW.match, lines)
    return {f"{row['module']}: {row['before']} -> {row['after']}" for row in rows if row}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.mutation")
    parser.add_argument("module", nargs="*", help="a module of scoring, such as intervals")
    parser.add_argument("--minutes", type=float, default=30.0, help="when to begin no more")
    parser.add_argument("--workers", type=int, default=1, help="how many to try at once")
    parser.add_argument("--kept", type=Path, help="a file of outcomes to go on from and to add to")
    return parser.parse_args()


def _modules() -> list[str]:
    return sorted(path.stem for path in SOURCES.glob("*.py") if path.stem != "__init__")


def _try(some: Sequence[Mistake], minutes: float, workers: int, kept: Kept) -> dict[Mistake, Outcome]:
    outcomes: dict[Mistake, Outcome] = {}

    def work(suite: Suite) -> None:
        ends = time.monotonic() + 60 * minutes
        shuffled = random.Random(0).sample(some, len(some))
        waiting = takewhile(lambda _: time.monotonic() < ends, shuffled)
        for mistake, outcome in Trials(suite).outcomes(waiting, workers):
            kept.add(mistake, outcome)
            outcomes[mistake] = outcome

    if some:
        with_tests_of({each.module for each in some}, work)
    return outcomes


def _tell(report: Report, name: str, real: Sequence[Mistake], outcomes: dict[Mistake, Outcome]) -> None:
    known = [outcomes[each] for each in real if each in outcomes]
    if not known:
        report.note(f"{name}: none of {len(real)} tried")
        return
    times = Counter(known)
    survivors = [each for each in real if outcomes.get(each) is Outcome.SURVIVED]
    slow = f", {times[Outcome.TIMED_OUT]} of them by time" if times[Outcome.TIMED_OUT] else ""
    counted = f"{len(known) - len(survivors)} of {len(known)}{slow}"
    untried = f", {len(real) - len(known)} not tried" if len(real) > len(known) else ""
    report.at_least(f"{name}, noticed of 100 ({counted}{untried})", 100 * (1 - len(survivors) / len(known)), TARGET)
    for each in survivors:
        report.note(f"        line {each.line}: {each.before}  ->  {each.after}")


if __name__ == "__main__":
    main()
