"""Looking on at a job: Ctrl-C ends the looking, and never in the middle of a look."""

from __future__ import annotations

import os
import signal

import pytest

from cxsurvey.cli import beside
from cxsurvey.cli.beside import Here
from cxsurvey.core.db.database import Database


def test_ctrl_c_waits_for_the_end_of_a_look_and_the_second_one_for_nothing(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGINT)
    said: list[str] = []

    def look() -> bool:
        said.append("looks")
        os.kill(os.getpid(), signal.SIGINT)
        said.append("has seen")
        return False

    def press_twice() -> bool:
        look()
        os.kill(os.getpid(), signal.SIGINT)
        said.append("never")
        return False

    for looked in (look, press_twice):
        with pytest.raises(KeyboardInterrupt):
            beside.wait(Here(database, is_alone=False), None, {}, looked)

    assert said == ["looks", "has seen"] * 2
    assert signal.getsignal(signal.SIGINT) is before
    assert "the worker goes on with it" in capsys.readouterr().err


@pytest.mark.timeout(60)
def test_an_attempt_of_the_command_that_has_ended_is_not_waited_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "LOOK_SECONDS", 3600)
    looks: list[bool] = []

    def look() -> bool:
        looks.append(True)
        return False

    beside.wait(Here(database, is_alone=True), None, {}, look)

    assert 1 <= len(looks) <= 2
