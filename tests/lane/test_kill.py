"""A few rounds of the kill trial on each database; `python -m bench.kill` runs more of them."""

from __future__ import annotations

import pytest

from bench.harness import load
from bench.harness.installation import installed
from bench.kill import told_again, trial, verdict


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_kills_under_load_lose_nothing_that_was_acknowledged_and_double_nothing(database: str) -> None:
    with installed(database, load.free_port()) as here:
        said, _ = trial(here, kills=2)

        assert said.answers
        assert said.forms
        found = {**verdict(here, said), **told_again(here, said)}
        assert {what: number for what, number in found.items() if number} == {}
