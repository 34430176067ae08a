"""A few rounds of the kill trial; `python -m bench.kill` runs a hundred."""

from __future__ import annotations

from bench.harness import load
from bench.harness.installation import installed
from bench.kill import trial, verdict


def test_kills_under_load_lose_nothing_that_was_acknowledged_and_double_nothing() -> None:
    with installed("sqlite", load.free_port()) as here:
        said, _ = trial(here, kills=3)

        assert said.answers
        assert said.forms
        assert {what: number for what, number in verdict(here, said).items() if number} == {}
