"""What became of each mistake, kept in a file, so that a later run goes on where an earlier one ended."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bench.mutation.mistakes import Mistake, fingerprint
from bench.mutation.suite import SOURCES
from bench.mutation.trying import Outcome

_Key = tuple[str, str, int]


class Kept:
    """The outcomes in a file, one line each, the last of a mistake counting; without a file nothing is kept."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path and path.exists() else []
        self._found = dict(map(_read, lines))

    def noticed(self, some: Iterable[Mistake]) -> dict[Mistake, Outcome]:
        """What needs no second trial: noticed while the module said what it says now."""
        found = {each: self._found.get(_key(each), Outcome.SURVIVED) for each in some}
        return {each: outcome for each, outcome in found.items() if outcome is not Outcome.SURVIVED}

    def add(self, mistake: Mistake, outcome: Outcome) -> None:
        """Writes at once, so that a run that is broken off has lost nothing."""
        if self.path is None:
            return
        module, said, number = _key(mistake)
        with self.path.open("a", encoding="utf-8") as file:
            print(outcome, module, said, number, f"{mistake.before} -> {mistake.after}", sep="\t", file=file)


def _key(mistake: Mistake) -> _Key:
    return mistake.module, fingerprint(SOURCES / f"{mistake.module}.py"), mistake.number


def _read(line: str) -> tuple[_Key, Outcome]:
    outcome, module, said, number, _ = line.split("\t", 4)
    return (module, said, int(number)), Outcome(outcome)
