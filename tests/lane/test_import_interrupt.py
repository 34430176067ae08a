"""Ctrl-C in a real `cxsurvey import`: it ends at once, says how far it came, and the same command goes on."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from bench.harness.installation import Installation, opened
from cxsurvey import wiring
from cxsurvey.core.jobs.runner import Runner
from cxsurvey.responses import counts
from cxsurvey.transfer.import_views import ImportState
from tests.lane.served import wait_until
from tests.lane.test_imports import beside
from tests.processes import forked

ROWS = 12_000
pytestmark = pytest.mark.timeout(300)


def typed(here: Installation, file: Path) -> list[str]:
    options = ["--survey", here.survey.code, "--map", "score=Rating", "--map", "external_id=Id"]
    return ["import", "responses", str(file), *options]


def begun(command: list[str], environment: dict[str, str]) -> subprocess.Popen[str]:
    program = str(Path(sys.executable).with_name("cxsurvey"))
    return subprocess.Popen(
        [program, *command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_ctrl_c_ends_an_import_at_once_and_the_same_command_goes_on(here: Installation, tmp_path: Path) -> None:
    file = here.settings.data_dir / "answers.csv"
    with file.open("w", newline="") as written:
        csv.writer(written).writerows([("Id", "Rating"), *((f"a{number}", number % 11) for number in range(ROWS))])
    command, environment = typed(here, file), {**here.environment, "COLUMNS": "100"}
    with beside(here) as database:

        def stored() -> int:
            with database.read() as ctx:
                return int(ctx.connection.execute(text("SELECT count(*) FROM responses")).scalar_one())

        began_at = time.monotonic()
        process = begun(command, environment)
        wait_until(lambda: stored() > ROWS // 50, seconds=60)
        process.send_signal(signal.SIGINT)
        told_at = time.monotonic()
        _, said = process.communicate(timeout=60)
        took, beginning = time.monotonic() - told_at, told_at - began_at
        before = stored()

    # a busy machine is slow at both: to end a chunk and close is less than to load the program and read the file
    assert took < beginning
    assert process.returncode not in {0, None}
    assert "Traceback" not in said
    assert "Stopped for now" in said
    assert f"{before:,}".replace(",", "\N{THIN SPACE}") + f" of {ROWS // 1000}\N{THIN SPACE}000 rows are done." in said
    assert "type the same command again" in said
    assert 0 < before < ROWS

    output, errors = tmp_path / "output", tmp_path / "errors"
    ended = forked(command, environment, stdout=output, stderr=errors).wait(100)
    shown, said = output.read_text(), errors.read_text()
    assert ended == 0, said
    assert "Going on with imp_" in said
    assert "rows are done." in said
    assert "already there" not in shown
    with opened(here.settings) as database:
        assert Runner(database, wiring.JOB_HANDLERS, "test").drain() == 0, "nothing is left waiting"
        with database.read() as ctx:
            ids = ctx.connection.execute(text("SELECT count(*), count(DISTINCT external_id) FROM responses")).one()
            states = ctx.connection.execute(text("SELECT state FROM imports")).scalars().all()
            assert counts.differences(ctx.connection, here.survey.trend_line_id or 0) == []
    assert tuple(ids) == (ROWS, ROWS)
    assert states == [ImportState.DONE]
