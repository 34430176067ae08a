"""The units of systemd: what they start is there, runs without anything from a shell, and may do little."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.house.servers import free_port, wait_until_alive
from tests.parts import ROOT, missing_part

PACKAGING = ROOT / "packaging"
UNITS = ("cxsurvey.service", "cxsurvey-backup.service", "cxsurvey-backup.timer")
PROGRAMS = Path(sys.executable).parent


def lines(unit: str, name: str) -> list[str]:
    """The values of a setting of a unit."""
    return re.findall(rf"^{name}=(.*)$", (PACKAGING / unit).read_text(), re.MULTILINE)


def moved(text: str, state: Path) -> str:
    """A part of a unit with its folders where they are in the test."""
    return text.replace("/opt/cxsurvey/.venv/bin", str(PROGRAMS)).replace("/var/lib/cxsurvey", str(state))


def environment(unit: str, state: Path) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in moved(" ".join(lines(unit, "Environment")), state).split())


def test_what_the_service_starts_answers_from_an_empty_environment(tmp_path: Path) -> None:
    (command,) = lines("cxsurvey.service", "ExecStart")
    port = free_port()
    settings = {**environment("cxsurvey.service", tmp_path), "CXSURVEY_PORT": str(port)}
    log = tmp_path / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            ["/bin/sh", "-c", f"umask 0077; exec {moved(command, tmp_path)}"],
            cwd=tmp_path,
            env=settings,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_alive(f"http://127.0.0.1:{port}", server, log)
        assert httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
        (backup,) = lines("cxsurvey-backup.service", "ExecStart")
        kept = environment("cxsurvey-backup.service", tmp_path)
        subprocess.run(["/bin/sh", "-c", moved(backup, tmp_path)], cwd=tmp_path, env=kept, check=True, timeout=30)
    finally:
        server.terminate()
        assert server.wait(timeout=int(lines("cxsurvey.service", "TimeoutStopSec")[0])) == 0
    assert len(list((tmp_path / "backups").glob("cxsurvey-2*.db"))) == 1


def test_old_copies_go_and_new_ones_stay(tmp_path: Path) -> None:
    (command,) = lines("cxsurvey-backup.service", "ExecStartPost")
    folder = tmp_path / "backups"
    folder.mkdir()
    for name, days in {"cxsurvey-20260101-023000.db": 40, "cxsurvey-20260301-023000.db": 2, "mine.db": 90}.items():
        for file in (folder / name, folder / f"{name}.key"):
            subprocess.run(["touch", "-d", f"{days} days ago", file], check=True)
    subprocess.run(["/bin/sh", "-c", moved(command, tmp_path)], check=True)
    assert sorted(path.name for path in folder.iterdir()) == [
        "cxsurvey-20260301-023000.db",
        "cxsurvey-20260301-023000.db.key",
        "mine.db",
        "mine.db.key",
    ]


@pytest.fixture
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    return found or missing_part("systemd-analyze", "apt-get install -y systemd")


def test_systemd_finds_nothing_wrong_with_the_units(analyze: str, tmp_path: Path) -> None:
    for unit in UNITS:
        text = (PACKAGING / unit).read_text().replace("/opt/cxsurvey/.venv/bin", str(PROGRAMS))
        (tmp_path / unit).write_text(text.replace("file:///opt/cxsurvey", f"file://{ROOT}"))
    for unit in UNITS:
        command = [analyze, "verify", "--man=no", "--recursive-errors=no", str(tmp_path / unit)]
        found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert (found.returncode, found.stderr) == (0, ""), unit


@pytest.mark.parametrize("unit", UNITS[:2])
def test_the_services_are_closed_in(analyze: str, unit: str) -> None:
    command = [analyze, "security", "--offline=yes", "--threshold=25", str(PACKAGING / unit)]
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert found.returncode == 0, found.stdout[-400:]


def test_the_two_services_are_closed_in_alike() -> None:
    hardening = [
        re.findall(
            r"^(?:NoNew|Cap|Lock|Private|Protect|Remove|Restrict(?!$)|SystemCall|UMask)[A-Za-z]*=.*$",
            (PACKAGING / unit).read_text(),
            re.MULTILINE,
        )
        for unit in UNITS[:2]
    ]
    assert hardening[0] == hardening[1]
    assert len(hardening[0]) >= 20
