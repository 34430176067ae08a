"""The trial of these tests is itself tried: it must put in what it says, one mistake at a time."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from bench.mutation import trying
from bench.mutation.__main__ import LISTED, equivalent
from bench.mutation.mistakes import code_with, mistakes

SOURCE = '''
"""Not looked at: 1 + 1."""
LARGEST: "3" = 7

@lru_cache(maxsize=64)
def inner(a: int, b: int = 2) -> int:
    """Not looked at: a < b."""
    if not a <= b and b:
        return min(a + b, LARGEST)
    a *= 3
    raise ValueError(-a)
'''
EXPECTED = {
    "LARGEST: '3' = 7 -> LARGEST: '3' = 8",
    "LARGEST: '3' = 7 -> LARGEST: '3' = 6",
    "def inner(a: int, b: int=2) -> int: -> def inner(a: int, b: int=3) -> int:",
    "def inner(a: int, b: int=2) -> int: -> def inner(a: int, b: int=1) -> int:",
    "if not a <= b and b: -> if not a <= b or b:",
    "if not a <= b and b: -> if a <= b and b:",
    "if not a <= b and b: -> if not a < b and b:",
    "if not a <= b and b: -> if not a >= b and b:",
    "return min(a + b, LARGEST) -> return None",
    "return min(a + b, LARGEST) -> return max(a + b, LARGEST)",
    "return min(a + b, LARGEST) -> return min(a - b, LARGEST)",
    "a *= 3 -> a /= 3",
    "a *= 3 -> pass",
    "a *= 3 -> a *= 4",
    "a *= 3 -> a *= 2",
    "raise ValueError(-a) -> pass",
    "raise ValueError(-a) -> raise ValueError(a)",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "probe.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def test_every_small_mistake_is_found_once_and_none_in_what_only_describes(source: Path) -> None:
    found = [mistake.name.removeprefix("probe: ") for mistake in mistakes(source)]

    assert sorted(found) == sorted(EXPECTED)


def test_the_code_holds_the_mistake_of_its_number_and_no_other(source: Path) -> None:
    by_name = {mistake.name: mistake.number for mistake in mistakes(source)}
    changed: dict[str, Any] = {"lru_cache": lru_cache}

    number = by_name["probe: return min(a + b, LARGEST) -> return max(a + b, LARGEST)"]
    exec(code_with(source, number), changed)

    assert changed["inner"](3, 2) == 7
    assert changed["inner"](30, 2) == 32


def test_a_number_without_a_mistake_is_refused(source: Path) -> None:
    with pytest.raises(LookupError):
        code_with(source, len(EXPECTED))


def test_a_module_is_tried_by_its_own_tests_first_then_by_those_that_import_it() -> None:
    names = [Path(test).name for test in trying.tests_of("intervals")]

    assert names[0] == "test_intervals.py"
    assert "test_interval_properties.py" in names
    assert names[-1].startswith("test_docstrings.py::")


def test_what_is_listed_as_changing_no_result_still_exists() -> None:
    names = {mistake.name for path in trying.SOURCES.glob("*.py") for mistake in mistakes(path)}

    assert equivalent()
    assert equivalent() <= names, f"take these lines out of {LISTED.name}"
