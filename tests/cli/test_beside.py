"""Looking on at a job: Ctrl-C ends the looking, and never in the middle of a look."""

from __future__ import annotations

import os
import signal
import threading
from uuid import UUID

import pytest

from cxsurvey.cli import beside
from cxsurvey.cli.beside import Here
from cxsurvey.core.db.database import Database
from cxsurvey.core.jobs.runner import Runner
from tests.lane.served import wait_until


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


@pytest.mark.timeout(60)
def test_however_often_ctrl_c_is_pressed_the_job_has_ended_before_its_database_closes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "LOOK_SECONDS", 3600)
    began, looked, stopping, pressed, left, ended = (threading.Event() for _ in range(6))
    was_left: list[bool] = []
    looker = threading.get_ident()

    def look() -> bool:
        looked.set()
        return False

    def run_one(runner: Runner, _: UUID) -> None:
        began.set()
        assert runner.must_stop.wait(30)
        stopping.set()
        assert pressed.wait(30)
        was_left.append(left.wait(0.5))  # as long as its last step takes
        ended.set()

    def press() -> bool:
        signal.pthread_kill(looker, signal.SIGINT)
        return stopping.is_set()

    def press_often() -> None:
        assert began.wait(30)
        assert looked.wait(30)
        wait_until(press)
        press()
        pressed.set()

    monkeypatch.setattr(Runner, "run_one", run_one)
    presses = threading.Thread(target=press_often)
    presses.start()
    with pytest.raises(KeyboardInterrupt):
        beside.wait(Here(database, is_alone=True), UUID(int=1), {}, look)
    left.set()
    presses.join()

    assert ended.wait(30)
    assert was_left == [False]
