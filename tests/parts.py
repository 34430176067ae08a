"""Parts of the machine that some tests need: what happens when one is missing.

At the desk a missing part skips the test and says what to install. With CI=true any skip
fails, so that half of the tests can never go missing unnoticed.
"""

import os
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[1]


def missing_part(what: str, remedy: str) -> NoReturn:
    """Skip the running test because `what` is missing; `remedy` is what to type."""
    pytest.skip(f"missing part: {what}. {remedy}")


def find_chromium() -> Path:
    """The Chromium that drives browser tests; skips the running test if there is none."""
    found = subprocess.run([ROOT / "scripts" / "find-chromium"], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        missing_part("Chromium", " ".join(found.stderr.split()))
    return Path(found.stdout.strip())


def _skips_fail() -> bool:
    return os.environ.get("CI") == "true"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CI=true, a skipped test failed, unless its data is not part of the repository."""
    report = yield
    excused = hasattr(report, "wasxfail") or item.get_closest_marker("optional_data") is not None
    if report.skipped and _skips_fail() and not excused:
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not permit: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """With CI=true, a module that skips itself failed."""
    report = yield
    if report.skipped and _skips_fail():
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not permit: {_reason(report)}"
    return report
