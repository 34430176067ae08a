"""A library can be loaded as if another one were not installed."""

import importlib
import subprocess
import sys

import pytest

from cxsurvey.core.lean import without

FRAMEWORK = """
import cxsurvey.web.framework
from fastapi.openapi.models import OpenAPI
from pydantic import BaseModel

assert not OpenAPI.__pydantic_complete__, "it was made ready at the start"

class Ours(BaseModel):
    number: int

assert Ours.__pydantic_complete__, "models that others declare wait as well"
made = OpenAPI(openapi="3.1.0", info={"title": "It", "version": "1", "contact": {"email": "a@example.com"}}, paths={})
assert made.info.title == "It"
"""


def test_a_library_that_is_loaded_already_stays() -> None:
    with without("sys"):
        assert importlib.import_module("sys") is sys


def test_a_hidden_library_cannot_be_loaded_and_is_there_again_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with pytest.raises(ModuleNotFoundError), without("colorsys"):
        importlib.import_module("colorsys")
    assert importlib.import_module("colorsys").rgb_to_hls(0, 0, 0) == (0, 0, 0)


def test_the_models_of_a_description_are_made_at_first_use() -> None:
    subprocess.run([sys.executable, "-c", FRAMEWORK], check=True, timeout=60)
