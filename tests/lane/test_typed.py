"""The examples of docs/api.md, typed one after the other into a shell, at a server that was just set up."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bench.harness import load
from bench.harness.installation import TOKEN, installed
from tests.lane.served import serving
from tests.parts import ROOT

CURL = shutil.which("curl")
NOTING = """
set -euo pipefail
curl() {
    command curl --max-time 60 --output answer --write-out '%{http_code} %{method} %{url}\\n' "$@" >> codes
    cat answer
}
"""
"""A curl that notes the status of each answer; `-i` writes the headers into the answer as ever."""


@pytest.mark.skipif(CURL is None, reason="there is no curl")
def test_every_example_works_when_typed_in_the_order_of_the_page(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "api.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)```", page, re.MULTILINE | re.DOTALL)
    typed = "\n".join(blocks)
    with installed("sqlite", load.free_port()) as here, serving(here):
        typed = re.sub(r"^export URL=\S+", f"export URL={here.settings.origin}/api/v1", typed, flags=re.MULTILINE)
        typed = re.sub(r"^export KEY=\S+", f"export KEY={TOKEN}", typed, flags=re.MULTILINE)
        done = subprocess.run(
            ["bash", "-c", NOTING + typed], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
        )

    assert done.returncode == 0, done.stdout + done.stderr
    codes = (tmp_path / "codes").read_text().splitlines()
    assert len(codes) == len(re.findall(r"curl -s", "\n".join(blocks)))
    assert [line for line in codes if line.split()[0] not in {"200", "201", "207"}] == [], done.stdout
