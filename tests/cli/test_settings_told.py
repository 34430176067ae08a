"""What an operator reads when a setting is wrong: one sentence that names it, never a traceback."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.cli.conftest import Run

SHORT = "docs/settings.md describes each setting"


@pytest.mark.parametrize(
    "command",
    [
        ("serve",),
        ("worker",),
        ("demo",),
        ("db", "upgrade"),
        ("db", "verify"),
        ("db", "rebuild"),
        ("db", "restore", "saved.db"),
        ("user", "reset", "ada@example.com"),
    ],
)
def test_a_data_folder_that_is_a_file_is_named(cxsurvey: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text("")

    done = cxsurvey(*command, DATA_DIR=str(tmp_path / "file"), PORT="0")

    assert done.returncode == 2
    assert done.stderr == f"CXSURVEY_DATA_DIR: {tmp_path / 'file'} cannot be used: it is a file and not a folder.\n"


def test_the_folder_of_a_database_elsewhere_is_named_by_its_setting(cxsurvey: Run) -> None:
    done = cxsurvey("db", "upgrade", DATABASE_URL="sqlite:////proc/nope/cxsurvey.db")

    assert done.returncode == 2
    assert done.stderr == "CXSURVEY_DATABASE_URL: /proc/nope cannot be used: nothing can be made there.\n"


def test_doctor_ends_red_when_the_data_folder_cannot_be_made(cxsurvey: Run) -> None:
    done = cxsurvey("doctor", DATA_DIR="/proc/nope")

    assert done.returncode == 1
    assert "BAD   Folder: CXSURVEY_DATA_DIR: /proc/nope cannot be used: nothing can be made there" in done.stdout
    assert "the first start makes" not in done.stdout
    assert "GB free" not in done.stdout


def test_a_secret_file_that_cannot_be_read_is_named(cxsurvey: Run, tmp_path: Path) -> None:
    done = cxsurvey("serve", SECRET_KEY_FILE=str(tmp_path / "none"))

    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == (
        f"CXSURVEY_SECRET_KEY_FILE: cannot read {tmp_path / 'none'}: No such file or directory"
    )
    assert SHORT in done.stderr.splitlines()[1]


def test_a_secret_file_that_is_no_text_is_named(cxsurvey: Run, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe")

    done = cxsurvey("serve", SECRET_KEY_FILE=str(tmp_path / "key"))

    assert f"cannot read {tmp_path / 'key'}: it is not text in UTF-8" in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "x", "must be a whole number"),
        ("PORT", "70000", "must be 65535 or less"),
        ("SESSION_DAYS", "0", "must be 1 or more"),
        ("RUN_WORKER", "perhaps", "must be 1 or 0"),
        ("LOG_FORMAT", "loud", "must be auto, json or console"),
        ("TRUSTED_PROXIES", "proxy", "must be addresses or networks such as 127.0.0.1,10.0.0.0/8"),
    ],
)
def test_a_wrong_value_is_told_in_our_words(cxsurvey: Run, name: str, value: str, said: str) -> None:
    done = cxsurvey("doctor", **{name: value})

    assert done.stderr.splitlines()[0] == f"CXSURVEY_{name}: {said}"


def test_doctor_shows_a_misspelt_setting(cxsurvey: Run) -> None:
    done = cxsurvey("doctor", PROT="9000")

    assert "look  Settings: CXSURVEY_PROT is no setting of cxsurvey and changes nothing" in done.stdout


def test_a_worker_that_cannot_start_leaves_signals_as_they_were(cxsurvey: Run, tmp_path: Path) -> None:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    file = tmp_path / "file"
    file.touch()

    cxsurvey("worker", DATA_DIR=str(file))

    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == before
