"""The trial of these tests is itself tried: it must put in what it says, one mistake at a time."""

import gc
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cxsurvey.scoring.rounding
from bench.mutation import kept, suite
from bench.mutation.__main__ import LISTED, equivalent, listed
from bench.mutation.mistakes import Mistake, code_with, mistakes
from bench.mutation.suite import SOURCES
from bench.mutation.swapping import changed_function, key_of, lines_of, loaded_functions
from bench.mutation.trying import Outcome

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

TOO_LARGE_FOR_ONE_MORE = 1e100
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


@pytest.mark.parametrize(
    ("mistake", "name"),
    [
        ("return min(a + b, LARGEST) -> return max(a + b, LARGEST)", "inner"),
        ("LARGEST: '3' = 7 -> LARGEST: '3' = 8", None),
    ],
)
def test_only_a_mistake_inside_a_function_needs_no_new_import(source: Path, mistake: str, name: str | None) -> None:
    by_name = {each.name: each.number for each in mistakes(source)}

    changed = changed_function(source, by_name[f"probe: {mistake}"])

    assert (changed and changed.co_qualname) == name


def test_the_loaded_function_of_a_changed_code_is_found_and_the_lines_that_run_it(source: Path) -> None:
    by_name = {mistake.name: mistake.number for mistake in mistakes(source)}
    changed = changed_function(source, by_name["probe: a *= 3 -> a /= 3"])
    assert changed is not None
    loaded: dict[str, Any] = {"lru_cache": lru_cache, "__name__": "probe"}
    exec(source.read_text(encoding="utf-8"), loaded)
    function = loaded["inner"].__wrapped__

    assert key_of("probe", changed) == key_of(function.__module__, function.__code__)
    assert key_of("another", changed) != key_of(function.__module__, function.__code__)
    # From the decorator's line, where the function begins, to its last.
    assert lines_of(function.__code__) == {5, 8, 9, 10, 11}


def test_a_loaded_property_can_be_given_more_examples_than_it_was_loaded_with() -> None:
    given_numbers: list[int] = []

    @suite.profile(suite.FEW_EXAMPLES)
    @given(st.integers())
    def few(number: int) -> None:
        given_numbers.append(number)

    @given(st.integers())
    def more(number: int) -> None:
        given_numbers.append(number)

    few()
    first = len(given_numbers)
    suite.profile(suite.ALL_EXAMPLES)(more)
    more()

    assert first == suite.FEW_EXAMPLES
    assert len(given_numbers) - first == suite.ALL_EXAMPLES


def test_the_functions_of_a_package_are_found_as_they_are_loaded() -> None:
    gc.unfreeze()  # a server in another test may have put what is loaded out of sight
    found = {(module, name): function for (module, name, _), function in loaded_functions("cxsurvey").items()}

    assert found["cxsurvey.scoring.rounding", "display"] is cxsurvey.scoring.rounding.display
    assert all(module.startswith("cxsurvey") for module, _ in found)


def test_a_module_is_tried_by_its_examples_first_then_by_its_own_tests_and_those_that_import_it() -> None:
    names = [Path(test).name for test in suite.tests_of("intervals")]

    assert names[0].startswith("test_docstrings.py::")
    assert names[1] == "test_intervals.py"
    assert "test_interval_properties.py" in names


@pytest.fixture
def file_of_outcomes(source: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(kept, "SOURCES", source.parent)
    return source.parent / "outcomes.tsv"


def test_what_was_noticed_is_kept_and_what_survived_is_tried_again(source: Path, file_of_outcomes: Path) -> None:
    noticed, slow, survived, tested_since, untried, *_ = mistakes(source)
    first = kept.Kept(file_of_outcomes)
    for mistake, outcome in [
        (noticed, Outcome.NOTICED),
        (slow, Outcome.TIMED_OUT),
        (survived, Outcome.SURVIVED),
        (tested_since, Outcome.SURVIVED),
        (tested_since, Outcome.NOTICED),
    ]:
        first.add(mistake, outcome)

    found = kept.Kept(file_of_outcomes).noticed([noticed, slow, survived, tested_since, untried])

    assert found == {noticed: Outcome.NOTICED, slow: Outcome.TIMED_OUT, tested_since: Outcome.NOTICED}


def test_what_is_kept_of_a_module_that_says_something_else_does_not_count(
    source: Path, file_of_outcomes: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    mistake, *_ = mistakes(source)
    kept.Kept(file_of_outcomes).add(mistake, Outcome.NOTICED)
    for text, same in ((f"# A word more.\n{SOURCE}", True), (SOURCE.replace("a + b", "b + a"), False)):
        changed = tmp_path_factory.mktemp("changed")
        (changed / source.name).write_text(text, encoding="utf-8")
        monkeypatch.setattr(kept, "SOURCES", changed)

        assert (mistake in kept.Kept(file_of_outcomes).noticed([mistake])) is same


def test_without_a_file_nothing_is_kept(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mistake, *_ = mistakes(source)
    monkeypatch.setattr(kept, "SOURCES", source.parent)
    nowhere = kept.Kept(None)
    nowhere.add(mistake, Outcome.NOTICED)

    assert nowhere.noticed([mistake]) == {}


@pytest.fixture(scope="module")
def all_mistakes() -> list[Mistake]:
    return [mistake for path in SOURCES.glob("*.py") for mistake in mistakes(path)]


def test_what_is_listed_as_changing_no_result_still_exists(all_mistakes: list[Mistake]) -> None:
    assert equivalent()
    assert equivalent() <= {each.name for each in all_mistakes}, f"take these lines out of {LISTED.name}"


def test_every_mistake_can_be_listed(all_mistakes: list[Mistake]) -> None:
    rows = [f"| `{each.module}` | `{each.before}` | `{each.after}` | why |" for each in all_mistakes]

    assert listed(rows) == {each.name for each in all_mistakes}
