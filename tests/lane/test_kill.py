"""A few rounds of the kill trial on each database; `python -m bench.kill` runs more of them."""

from __future__ import annotations

from bench.harness.installation import Installation
from bench.kill import told_again, trial, verdict
from tests.lane.served import start


def test_kills_under_load_lose_nothing_that_was_acknowledged_and_double_nothing(here: Installation) -> None:
    said, _ = trial(here, kills=2, begin=start)

    assert said.answers
    assert said.forms
    found = {**verdict(here, said), **told_again(here, said, start)}
    assert {what: number for what, number in found.items() if number} == {}
