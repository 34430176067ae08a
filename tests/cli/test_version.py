"""`cxsurvey --version`."""

from __future__ import annotations

from cxsurvey import __version__
from tests.cli.conftest import Run


def test_the_version_is_told_without_any_command(cxsurvey: Run) -> None:
    done = cxsurvey("--version")

    assert (done.returncode, done.stdout) == (0, f"cxsurvey {__version__}\n")
