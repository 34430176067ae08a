"""The built wheel, installed alone into an empty environment, serves a page."""

import os
import re
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.parts import ROOT

START_SECONDS = 30

# Installing what the wheel depends on takes longer than a test usually may.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def empty_environment(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """The programs of an environment that holds the wheel, what the locks name, and nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [str(folder / "bin" / "pip"), "--quiet", "--disable-pip-version-check", "install"]
    locked = ("--no-deps", "--require-hashes", "-r", ROOT / "requirements" / "runtime.lock")
    subprocess.run([*pip, *locked], check=True)
    subprocess.run([*pip, "--no-deps", wheel], check=True)
    return folder / "bin"


def test_the_wheel_holds_the_data_files_and_the_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        r"cxsurvey/_data/templates/.+\.html",
        r"cxsurvey/_data/static/vendor/echarts/echarts\.min\.js",
        r"cxsurvey/_data/migrations/versions/.+\.py",
        r"cxsurvey/_data/alembic\.ini",
        r"cxsurvey/py\.typed",
        r"cxsurvey-.+\.dist-info/licenses/LICENSE",
    ):
        assert any(re.fullmatch(wanted, name) for name in names), wanted


def test_the_locks_name_everything_that_the_wheel_needs(empty_environment: Path) -> None:
    subprocess.run([empty_environment / "pip", "check"], check=True)


def test_the_installed_wheel_serves_a_page(empty_environment: Path, tmp_path: Path) -> None:
    with serving(empty_environment, tmp_path) as base:
        assert httpx2.get(f"{base}/readyz").status_code == 200
        page = httpx2.get(f"{base}/s/aaaaaaaaaa")
        assert page.status_code == 404
        assert page.headers["content-type"].startswith("text/html")
        assert "<html" in page.text
        door = httpx2.get(f"{base}/sign-in").text
        (tree,) = set(re.findall(r'"(/static/[^/"]+)/', door))
        for file in ("css/base.css", "vendor/echarts/echarts.min.js"):
            assert httpx2.get(f"{base}{tree}/{file}").status_code == 200


@contextmanager
def serving(programs: Path, folder: Path) -> Iterator[str]:
    """A fresh installation in `folder`, served by the installed console script."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CXSURVEY_", "PYTHON"))}
    environment |= {"CXSURVEY_DATA_DIR": str(folder / "data"), "CXSURVEY_PORT": str(port)}
    log = folder / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [programs / "cxsurvey", "serve"],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        base = f"http://127.0.0.1:{port}"
        wait_until_alive(base, server, log)
        yield base
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_until_alive(base: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        try:
            if httpx2.get(f"{base}/livez").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    pytest.fail(f"no answer within {START_SECONDS} s:\n{log.read_text()}")
