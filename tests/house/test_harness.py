"""The test harness itself: real databases, and skips that cannot hide in CI."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from pytest_socket import SocketConnectBlockedError
from sqlalchemy import create_engine, text

from tests.databases import create_postgres_database, drop_postgres_database
from tests.parts import ROOT
from tests.waiting import FIRST

SKIPPING = {
    "test": "import pytest\ndef test_it():\n    pytest.skip('missing part: a pump')\n",
    "module": "import pytest\npytest.skip('missing part: a pump', allow_module_level=True)\n",
    "fixture": "import pytest\n@pytest.fixture\ndef pump():\n    pytest.skip('missing part: a pump')\n"
    "def test_it(pump):\n    pass\n",
}


def run_pytest(folder: Path, source: str, ci: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(source)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = optional_data\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.parts", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, *options, "-c", folder / "pytest.ini", "--rootdir", folder, folder / "test_it.py"],
        cwd=ROOT,
        env=os.environ | {"CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("place", SKIPPING)
def test_a_skip_fails_in_ci_and_says_why(tmp_path: Path, place: str) -> None:
    outcome = run_pytest(tmp_path, SKIPPING[place], ci="true")
    assert outcome.returncode != 0
    assert "skipped, which CI does not permit" in outcome.stdout
    assert "missing part: a pump" in outcome.stdout


def test_a_skip_passes_at_the_desk(tmp_path: Path) -> None:
    outcome = run_pytest(tmp_path, SKIPPING["test"], ci="")
    assert outcome.returncode == 0
    assert "1 skipped" in outcome.stdout


def test_data_from_outside_the_repository_may_be_absent_in_ci(tmp_path: Path) -> None:
    source = SKIPPING["test"].replace("def test_it", "@pytest.mark.optional_data\ndef test_it")
    outcome = run_pytest(tmp_path, source, ci="true")
    assert outcome.returncode == 0
    assert "1 skipped" in outcome.stdout


EVERY_END = """
import pytest

@pytest.fixture
def falls():
    yield
    raise RuntimeError("the fixture fell")

@pytest.fixture
def stands_not():
    raise RuntimeError("the fixture stood not")

def test_passes(): pass
def test_fails(): assert 0, "the test failed"
def test_errs_before(stands_not): pass
def test_errs_after(falls): pass
def test_is_skipped(): pytest.skip("a reason")
@pytest.mark.xfail
def test_fails_as_expected(): assert 0
"""


@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "1")], ids=["alone", "worker"])
def test_every_end_of_a_test_is_told(tmp_path: Path, options: tuple[str, ...]) -> None:
    outcome = run_pytest(tmp_path, EVERY_END, "", "-p", "tests.outcomes", *options)
    assert outcome.returncode == 1
    for said in ("the test failed", "the fixture stood not", "the fixture fell"):
        assert f"Error: {said}" in outcome.stdout
    counted = "1 failed, 2 passed, 1 skipped, 1 xfailed, 2 errors"
    assert counted in outcome.stdout.splitlines()[-1]


def test_an_empty_database_takes_rows(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (n integer)"))
        connection.execute(text("INSERT INTO t VALUES (9)"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT n FROM t")).scalar_one() == 9
    engine.dispose()


def test_a_copy_of_a_template_is_independent() -> None:
    try:
        with psycopg.connect(create_postgres_database("original")) as connection:
            connection.execute("CREATE TABLE t AS SELECT 9 AS n")
        with psycopg.connect(create_postgres_database("copy", template="original")) as connection:
            connection.execute("UPDATE t SET n = 10")
        drop_postgres_database("copy")
        with psycopg.connect(create_postgres_database("copy", template="original")) as connection:
            assert connection.execute("SELECT n FROM t").fetchone() == (9,)
    finally:
        drop_postgres_database("copy")
        drop_postgres_database("original")


def test_a_durable_database_flushes(durable_postgres_url: str) -> None:
    with psycopg.connect(durable_postgres_url) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert connection.execute(f"SHOW {setting}").fetchone() == ("on",)


def test_tests_reach_no_other_machine() -> None:
    with socket.socket() as outside, pytest.raises(SocketConnectBlockedError):
        outside.connect(("192.0.2.1", 80))


def test_what_comes_first_is_there_and_comes_first(request: pytest.FixtureRequest) -> None:
    assert [path for path in FIRST if not (ROOT / path).exists()] == []
    files = [item.nodeid.partition("::")[0] for item in request.session.items]
    first = [file for file in dict.fromkeys(files) if file in FIRST]
    assert list(dict.fromkeys(files))[: len(first)] == sorted(first, key=FIRST.index)
