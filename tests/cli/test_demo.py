import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from cxsurvey.accounts import signin
from cxsurvey.accounts.doors import enter_by_key
from cxsurvey.accounts.links import LinkGone
from cxsurvey.cli import demo as command
from cxsurvey.cli import serve
from cxsurvey.cli.choosing import enter
from cxsurvey.cli.demo_output import Doors, curl
from cxsurvey.core.context import Context
from cxsurvey.core.db.units import Share
from cxsurvey.core.errors import Unauthenticated
from cxsurvey.core.ids import encode
from cxsurvey.surveys import service as surveys
from cxsurvey.surveys.commands import CreateSurvey, EditSurvey
from cxsurvey.transfer.demo import furnish
from cxsurvey.transfer.demo.answers import weeks
from tests.cli.installed import installation, opened, run

PROGRAM = (sys.executable, "-c", "from cxsurvey.cli import main; main()", "demo")


@contextmanager
def running(folder: Path, port: int) -> Iterator[str]:
    """A demo in a process of its own; yields all it printed until its start screen was complete."""
    environment = {**os.environ, "CXSURVEY_DATA_DIR": str(folder), "COLUMNS": "80"}
    arguments = (*PROGRAM, "--port", str(port))
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = ""
        try:
            for line in process.stdout:
                printed += line
                if "Content-Type" in line:
                    break
            yield printed
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
        assert process.returncode == 0


def status(port: int, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def path_in(printed: str, beginning: str) -> str:
    found = re.search(rf"http://127\.0\.0\.1:\d+({beginning}\w+)", printed)
    assert found is not None, printed
    return found[1]


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def just_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo that was made, with the last weeks of its answers, and never served; to be left as it is."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CXSURVEY_DATA_DIR", str(folder))
        patch.setattr(furnish, "weeks", lambda today: list(weeks(today))[-3:])
        patch.setattr(serve, "run", lambda *_: None)
        assert run("demo").exit_code == 0
    return folder


@pytest.fixture
def made(just_made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it that the commands find, and do not serve."""
    shutil.copytree(just_made, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("CXSURVEY_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(serve, "run", lambda *_: None)
    return tmp_path


def test_the_demo_opens_with_what_it_prints(made: Path, port: int) -> None:
    with running(made, port) as printed:
        assert status(port, path_in(printed, "/enter/")) == 200
        assert status(port, path_in(printed, "/s/")) == 200
        assert "Start the demo again, it prints a new one" in " ".join(printed.replace("│", "").split())


def test_the_port_of_the_settings_counts_unless_one_is_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXSURVEY_PORT", "9000")

    assert (command._settings(None).port, command._settings(9001).port) == (9000, 9001)


def test_a_second_start_keeps_the_data_and_replaces_link_and_key(made: Path) -> None:
    before = (made / "cxsurvey.db").stat().st_mtime_ns
    assert run("demo").exit_code == 0
    assert (made / "cxsurvey.db").stat().st_mtime_ns == before
    assert sorted(path.name for path in made.glob("*.db*")) == ["cxsurvey.db"]

    with opened() as database:
        first = database.write(command._doors, share=Share.JOBS)
        second = database.write(command._doors, share=Share.JOBS)
        with database.read() as ctx:
            enter_by_key(ctx, second.key)
            with pytest.raises(Unauthenticated):
                enter_by_key(ctx, first.key)
            assert signin.check_link(ctx, second.sign_in.rpartition("/")[2]) == "Demo owner"
            with pytest.raises(LinkGone):
                signin.check_link(ctx, first.sign_in.rpartition("/")[2])
    assert (first.survey, first.sign_in == second.sign_in) == (second.survey, False)


@pytest.mark.parametrize("name", ["After delivery", "After a visit"])
def test_another_survey_of_the_same_name_keeps_no_second_start_from_working(made: Path, name: str) -> None:
    with opened() as database:
        before = database.write(command._doors, share=Share.JOBS)

        def another(ctx: Context) -> None:
            enter(ctx, None)
            first = next(each for each in surveys.listed(ctx) if encode("srv", each.id) == before.survey_id)
            surveys.publish(ctx, surveys.create(ctx, CreateSurvey(name=first.name)).id)
            edit = EditSurvey(revision=first.revision, name=name, definition=first.draft)
            surveys.edit(ctx, first.id, edit)

        database.write(another, share=Share.JOBS)
    again = run("demo")

    assert again.exit_code == 0, again.output
    if name == "After delivery":
        with opened() as database:
            assert database.write(command._doors, share=Share.JOBS).survey_id == before.survey_id


def test_a_making_that_was_interrupted_leaves_nothing_half_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXSURVEY_DATA_DIR", str(tmp_path))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cxsurvey.transfer.demo.furnish.furnish", interrupted)
    result = run("demo")

    assert result.exit_code != 0
    assert not (tmp_path / "cxsurvey.db").exists()
    assert (tmp_path / command.ASIDE).exists()


def test_a_database_with_a_real_workspace_is_left_alone(
    furnished_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with installation(furnished_url, tmp_path, monkeypatch, "demo"):
        result = run("demo")

    assert result.exit_code == 2
    assert "no demo" in result.stderr


def test_the_line_to_paste_is_one_command_with_the_key() -> None:
    doors = Doors("http://127.0.0.1:8000", "/enter/x", "/s/y", "srv_z", "cxs_live_k", None)

    assert curl(doors).startswith(
        "curl -s http://127.0.0.1:8000/api/v1/responses -H 'Authorization: Bearer cxs_live_k'"
    )
    assert '"survey": "srv_z"' in curl(doors)
