"""The wheel, built and installed into an empty environment by the steps of the Dockerfile, serves a page.

`make wheel`, a step of `make sure`: it fetches and installs all that the service needs, so `make test` leaves it out.
"""

import os
import re
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from tests.house import dockerfile
from tests.house.dockerfile import Image
from tests.house.servers import free_port, wait_until_alive

# Installing what the wheel depends on takes longer than a test usually may.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """What the Dockerfile makes: an environment that holds the wheel, what the locks name, and nothing else."""
    return dockerfile.build(tmp_path_factory.mktemp("image"))


@pytest.fixture(scope="module")
def wheel(image: Image) -> Path:
    (built,) = (image.root / "build" / "wheel").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def empty_environment(image: Image) -> Path:
    """Its programs."""
    return image.programs


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


def test_the_container_starts_as_the_dockerfile_says_and_is_found_healthy(image: Image) -> None:
    port = free_port()
    environment = {**image.environment, "CXSURVEY_PORT": str(port), "CXSURVEY_BASE_URL": "https://feedback.example.com"}
    environment["PATH"] = environment["PATH"].replace("$PATH", "/usr/bin:/bin")
    log = image.root / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            ["sh", "-c", f"exec {' '.join(image.command)}"],
            cwd=image.root / "data",
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_alive(f"http://127.0.0.1:{port}", server, log)
        subprocess.run(["sh", "-c", image.health], env=environment, check=True, timeout=10)
        assert {"cxsurvey.db", "secret.key"} <= {path.name for path in (image.root / "data").iterdir()}
    finally:
        server.terminate()
        server.wait(timeout=20)
    unwell = subprocess.run(["sh", "-c", image.health], env=environment, check=False, capture_output=True, timeout=10)
    assert unwell.returncode != 0


def test_the_container_refuses_to_serve_without_its_public_address(image: Image) -> None:
    environment = {**image.environment, "PATH": image.environment["PATH"].replace("$PATH", "/usr/bin:/bin")}
    found = subprocess.run(image.command, env=environment, capture_output=True, text=True, check=False, timeout=30)
    assert found.returncode != 0
    assert "CXSURVEY_BASE_URL" in found.stderr


@contextmanager
def serving(programs: Path, folder: Path) -> Iterator[str]:
    """A fresh installation in `folder`, served by the installed console script."""
    port = free_port()
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
