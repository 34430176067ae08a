"""What a server loads before it answers: nothing that only another command or another database needs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.cli.test_serve import environment

LOAD = """
import json, sys
from cxsurvey import cli
from cxsurvey.cli import serve

# all is loaded before it is run
serve.run = lambda *_: print(json.dumps(sorted(sys.modules)))
sys.argv = ["cxsurvey", "serve"]
cli.main()
"""
NEEDED_ELSEWHERE = ("alembic", "openpyxl", "psycopg", "cxsurvey.cli.demo_output")
NEEDED_BY_NOBODY = ("email_validator", "idna", "pydantic.v1", "pygments", "rich")
"""What libraries take along for parts of them that a server does not use."""


def test_a_server_loads_nothing_that_only_others_need(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOAD], env=environment(tmp_path), check=True, capture_output=True, text=True, timeout=60
    )
    loaded = json.loads(ended.stdout)
    assert "cxsurvey.app" in loaded
    assert [name for name in loaded if name.startswith((*NEEDED_ELSEWHERE, *NEEDED_BY_NOBODY))] == []
