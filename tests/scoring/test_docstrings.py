"""Every public function of scoring explains itself by an example that runs."""

import doctest
import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest

import cxsurvey.scoring

MODULES = [
    cxsurvey.scoring,
    *(
        importlib.import_module(f"cxsurvey.scoring.{found.name}")
        for found in pkgutil.iter_modules(cxsurvey.scoring.__path__)
    ),
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples_give_what_they_print(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_public_functions_have_an_example(module: ModuleType) -> None:
    functions = [
        function
        for name, function in inspect.getmembers(module)
        if not name.startswith("_")
        and inspect.isroutine(inspect.unwrap(function))
        and function.__module__ == module.__name__
    ]

    assert [function.__name__ for function in functions if ">>>" not in (function.__doc__ or "")] == []


def test_scoring_is_what_the_package_promises() -> None:
    documented = cxsurvey.scoring.__doc__ or ""

    assert all(f"``{module.__name__.rpartition('.')[2]}``" in documented for module in MODULES[1:])
