"""Ctrl-C in `cxsurvey import` before anything is stored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from cxsurvey.transfer import bringing
from tests.cli.installed import installation, run


@pytest.fixture(autouse=True)
def installed(furnished_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with installation(furnished_url, tmp_path, monkeypatch, "stopped"):
        yield


def test_ctrl_c_while_the_file_is_read_says_that_nothing_was_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(bringing, "bring", interrupted)
    file = tmp_path / "answers.csv"
    file.write_text("Rating\n9\n")

    ended = run("import", "responses", file, "--survey", "Relationship", "--map", "score=Rating")

    assert ended.exit_code == 130
    assert "Nothing was imported." in ended.output
