"""What a server loads before it answers: nothing that only another command or another database needs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.cli.test_serve import environment

LOAD = """
import json, sys
from importlib import import_module
from cxsurvey.cli.installation import read_settings_and_engines
from cxsurvey.cli.serve import PARTS

read_settings_and_engines()
for part in PARTS:
    import_module(part)
print(json.dumps(sorted(sys.modules)))
"""
NEEDED_ELSEWHERE = ("alembic", "openpyxl", "psycopg", "cxsurvey.cli.demo_output")


def test_a_server_loads_nothing_that_only_others_need(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOAD], env=environment(tmp_path), check=True, capture_output=True, text=True, timeout=60
    )
    loaded = json.loads(ended.stdout)
    assert "cxsurvey.app" in loaded
    assert [name for name in loaded if name.startswith(NEEDED_ELSEWHERE)] == []
